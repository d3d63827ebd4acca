"""What budgets, balances and days come to: over, soon over, too low, too long. Pure.

The screen and the alert rules share these judgements.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec

from devdash_ledger import months
from devdash_ledger.amounts import EXACT
from devdash_ledger.budget_config import Floor
from devdash_ledger.budgets import days_of
from devdash_ledger.facts import BudgetMonth, FloorBalance
from devdash_ledger.journal import Journal
from devdash_ledger.prices import written
from devdash_ledger.rows import Made

PACE_AFTER = 3
"""One part of so many of the period has gone by before a pace is believed: one purchase is none."""
PACE_OVER = Decimal("0.95")
"""A projection is no longer over when it is below this share of the budget: it changes with each day."""


class Outlook(msgspec.Struct, frozen=True):
    """What the figures are judged by.

    Attributes:
        day: today.
        fixed: see `BudgetConfig`.
        floors: see `Floor`.
        quiet_days: without an entry for so many days the journal is forgotten; 0: never.
    """

    day: date
    fixed: tuple[str, ...] = ()
    floors: tuple[Floor, ...] = ()
    quiet_days: int = 0


def reckoned(
    rows: Sequence[BudgetMonth], outlook: Outlook, known: Made[BudgetMonth, BudgetMonth] | None = None
) -> tuple[BudgetMonth, ...]:
    """`rows` with what is left, percent, and projected; `known`: what was reckoned before."""
    made = (known if known is not None else Made[BudgetMonth, BudgetMonth]()).begin(outlook)
    return tuple([made.of(row, lambda row: _reckoned(row, outlook)) for row in rows])


def room(row: BudgetMonth) -> Decimal:
    """What may be booked in the period: the budget, and what was carried over."""
    return EXACT.add(Decimal(row.budget), Decimal(row.carried or 0))


def is_over(row: BudgetMonth) -> bool:
    """More is spent than planned."""
    return not row.goal and Decimal(row.actual) > room(row)


def is_soon_over(row: BudgetMonth, day: date) -> bool:
    """It is not over, and will be at this pace."""
    return bool(row.projected) and not is_over(row) and _is_paced(row, day) and _pace(row) > room(row)


def is_on_pace(row: BudgetMonth, day: date) -> bool:
    """At this pace it will clearly not be over, or it is too early to tell."""
    if not row.projected or not _is_paced(row, day):
        return True
    return _pace(row) <= EXACT.multiply(room(row), PACE_OVER)


def is_below(balance: FloorBalance) -> bool:
    """The account has less than its floor, as far as that is known."""
    return balance.balance is not None and Decimal(balance.balance) < Decimal(balance.floor)


def is_afloat(balance: FloorBalance) -> bool:
    """The account has as much as its floor, as far as that is known."""
    return balance.balance is not None and not is_below(balance)


def balances(journal: Journal, floors: Sequence[Floor]) -> tuple[FloorBalance, ...]:
    """What the accounts that have a floor hold at the end of the last month."""
    found: list[FloorBalance] = []
    for floor in floors:
        currency = floor.currency or journal.currency
        total = Decimal(0)
        for series in journal.series:
            if series.currency == currency and is_part(series.account, floor.account):
                total = EXACT.add(total, Decimal(series.amounts[-1]))
        held = format(total, "f") if journal.complete else None
        found.append(FloorBalance(floor.account, currency, format(floor.amount, "f"), held))
    return tuple(found)


def is_part(account: str, of: str) -> bool:
    """Whether `account` is the account `of` or below it."""
    return account == of or account.startswith(f"{of}:")


def quiet_for(last_entry: str, day: date) -> int | None:
    """Days since the last entry; None where there is none."""
    return max(0, (day - date.fromisoformat(last_entry)).days) if last_entry else None


def _reckoned(row: BudgetMonth, outlook: Outlook) -> BudgetMonth:
    available, actual = room(row), Decimal(row.actual)
    share = None
    if (available > 0) or (row.goal and available):
        share = round(float(EXACT.divide(actual, available)) * 100, 1)
    return msgspec.structs.replace(
        row,
        left=format(EXACT.subtract(available, actual), "f"),
        percent=share,
        projected=_projected(row, outlook),
    )


def _projected(row: BudgetMonth, outlook: Outlook) -> str:
    is_current = row.month == months.text_of(months.index_of(outlook.day))
    if row.goal or not is_current or any(is_part(row.account, account) for account in outlook.fixed):
        return ""
    gone, days = days_of(row.every, outlook.day)
    return written(EXACT.divide(EXACT.multiply(Decimal(row.actual), Decimal(days)), Decimal(gone)))


def _pace(row: BudgetMonth) -> Decimal:
    return Decimal(row.projected)


def _is_paced(row: BudgetMonth, day: date) -> bool:
    gone, days = days_of(row.every, day)
    return gone * PACE_AFTER >= days
