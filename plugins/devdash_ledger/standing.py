"""`Standing`: budgets, floors and quiet days of one journal today, and what the report says of them. Pure."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from devdash.api import Attention, Block, Level, Notice, Report, Row, worst
from devdash_ledger import budget_table, reckoning
from devdash_ledger.amounts import readable
from devdash_ledger.facts import BudgetMonth, FloorBalance, LedgerFacts
from devdash_ledger.figures import MadePositions
from devdash_ledger.journal import Journal
from devdash_ledger.reckoning import Outlook
from devdash_ledger.rows import Made, Rows

BUDGET_OVER = "budget-over"
FLOOR = "floor"
QUIET = "quiet"
"""Names of rules."""
MAX_ROWS = 100
"""Budgets on the screen; the facts have all."""
FEW_ROWS = 20
MANY_ACCOUNTS = 2_000
"""More of them take so much of a report's room that there are `FEW_ROWS`."""


class Known:
    """What was made for the reports of a journal before."""

    def __init__(self) -> None:
        self.rows = Rows()
        """Of accounts."""
        self.positions: MadePositions = Made()
        self.reckoned: Made[BudgetMonth, BudgetMonth] = Made()
        self.months: Made[BudgetMonth, Row] = Made()
        """Of budgets, one for each month."""


class Standing(msgspec.Struct, frozen=True):
    """How a journal stands.

    Attributes:
        outlook: what it is judged by.
        budgets: reckoned, of all months of the journal.
        floors: one for each floor of the settings.
        last_entry: the day of the newest entry up to today, "YYYY-MM-DD"; empty: not known.
        quiet_for: days since then; None: not known.
    """

    outlook: Outlook
    budgets: tuple[BudgetMonth, ...]
    floors: tuple[FloorBalance, ...]
    last_entry: str
    quiet_for: int | None

    @property
    def over(self) -> tuple[BudgetMonth, ...]:
        """The budgets that the current month goes beyond."""
        return tuple(row for row in self.budgets if row.month == self.month and reckoning.is_over(row))

    @property
    def month(self) -> str:
        """The current one, "YYYY-MM"."""
        return self.outlook.day.isoformat()[:7]


def standing(journal: Journal, outlook: Outlook, known: Known | None = None) -> Standing:
    """How `journal`, whose last month is the current one, stands; `known`: what was made before."""
    today = outlook.day.isoformat()
    last = max((day for day in journal.days if day <= today), default="") if outlook.quiet_days else ""
    return Standing(
        outlook,
        reckoning.reckoned(journal.budgets, outlook, None if known is None else known.reckoned),
        reckoning.balances(journal, outlook.floors),
        last,
        reckoning.quiet_for(last, outlook.day),
    )


def notices(found: Standing) -> list[Notice]:
    """What is too low."""
    return [Notice(Level.ATTENTION, f"{low(one)}.") for one in found.floors if reckoning.is_below(one)]


def blocks(
    found: Standing, last: str, digits: Mapping[str, int], accounts: int, known: Known | None = None
) -> list[Block]:
    """The table of budgets of the month `last`, where there are any; shorter with very many `accounts`."""
    most = MAX_ROWS if accounts <= MANY_ACCOUNTS else FEW_ROWS
    months = None if known is None else known.months
    table = budget_table.table(found.budgets, last, found.outlook.day, digits, most, months)
    return [] if table is None else [table]


def attention(found: Standing, digits: Mapping[str, int]) -> list[Attention]:
    """What needs a hand. A key is that of the row and the rule's name, which makes it one with its alert."""
    over = ((budget_table.key(row), BUDGET_OVER, budget_table.over(row, digits)) for row in found.over)
    below = ((floor_key(one), FLOOR, low(one)) for one in found.floors if reckoning.is_below(one))
    return [
        Attention(f"{row}:{rule}", Level.ATTENTION, text, item=row) for row, rule, text in (*over, *below)
    ]


def floor_key(one: FloorBalance) -> str:
    """The key of the row of an account that has a floor."""
    return f"{one.account} {one.currency}"


def silence(facts: LedgerFacts, quiet_days: int) -> str:
    """That there was no entry for `quiet_days` or more, in one line; empty: there was, or nobody asks.

    About all journals together, so that one that is closed says nothing.
    """
    if not quiet_days or facts.quiet_for is None or facts.quiet_for < quiet_days:
        return ""
    return quiet(facts.quiet_for, facts.last_entry)


def with_silence(report: Report, quiet_days: int) -> Report:
    """`report`, and above all else that there was no entry for long."""
    said = silence(report.facts, quiet_days) if isinstance(report.facts, LedgerFacts) else ""
    if not said:
        return report
    return msgspec.structs.replace(
        report,
        level=worst((report.level, Level.ATTENTION)),
        blocks=(Notice(Level.ATTENTION, f"{said}."), *report.blocks),
        attention=(*report.attention, Attention(QUIET, Level.ATTENTION, said)),
    )


def quiet(days: int | None, last: str) -> str:
    """That there was no entry for long, in one line."""
    return f"No entry for {days} days, the last is of {last}"


def low(one: FloorBalance) -> str:
    """That an account is below its floor, in one line."""
    held, least = readable(Decimal(one.balance or 0)), readable(Decimal(one.floor))
    return f"{one.account} is below its floor of {least} {one.currency}: {held} {one.currency}"
