"""Folding beancount's entries to monthly cells and budgets. Runs in the worker only.

All sums are made in one pass over the postings and with enough digits that none
is ever rounded.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec
from beancount.core.amount import Amount
from beancount.core.data import Custom, Directive, Transaction

from devdash_ledger import months
from devdash_ledger.amounts import EXACT
from devdash_ledger.facts import BudgetMonth
from devdash_ledger.journal import AccountType, Series

Position = tuple[str, str]
"""An account and a currency."""


class Changes(msgspec.Struct, frozen=True):
    """What each account moved in each month.

    Attributes:
        by_month: position → index of the month → change.
        first: index of the first month with a posting; None when there is none.
        postings: currency → number of postings.
    """

    by_month: Mapping[Position, Mapping[int, Decimal]]
    first: int | None
    postings: Mapping[str, int]


def monthly_changes(entries: Iterable[Directive], last: int) -> Changes:
    """Sum the postings up to the end of the month `last`; entries after it do not count."""
    by_month: defaultdict[Position, defaultdict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    postings: Counter[str] = Counter()
    first: int | None = None
    for entry in entries:
        if not isinstance(entry, Transaction):
            continue
        month = months.index_of(entry.date)
        if month > last:
            continue
        for posting in entry.postings:
            if not isinstance(posting.units, Amount) or not isinstance(posting.units.number, Decimal):
                continue  # left incomplete by an error that is reported
            cells = by_month[posting.account, posting.units.currency]
            cells[month] = EXACT.add(cells[month], posting.units.number)
            postings[posting.units.currency] += 1
            first = month if first is None or month < first else first
    return Changes(by_month, first, postings)


def window(first: int | None, last: int, count: int) -> range:
    """The months to report: the last `count` up to `last`; 0: all since `first`."""
    if count == 0:
        return range(min(last if first is None else first, last), last + 1)
    return range(last - count + 1, last + 1)


def type_of(account: str, roots: Mapping[str, AccountType]) -> AccountType:
    """The kind of `account` by the name of its root.

    Raises:
        KeyError: no root of the journal has that name; the reader lets none through.
    """
    return roots[account.partition(":")[0]]


def fold(changes: Changes, shown: range, roots: Mapping[str, AccountType]) -> tuple[Series, ...]:
    """The series of every position that is not zero in all months of `shown`."""
    order = list(AccountType)
    found: list[Series] = []
    for (account, currency), by_month in changes.by_month.items():
        kind = type_of(account, roots)
        amounts = _balances(by_month, shown) if kind.is_balance else _changes(by_month, shown)
        if any(amounts):
            found.append(Series(account, kind, currency, tuple(format(amount, "f") for amount in amounts)))
    found.sort(key=lambda series: (order.index(series.type), series.account, series.currency))
    return tuple(found)


def _balances(by_month: Mapping[int, Decimal], shown: range) -> Sequence[Decimal]:
    balance = Decimal(0)
    for month, change in by_month.items():
        if month < shown.start:
            balance = EXACT.add(balance, change)
    amounts: list[Decimal] = []
    for month in shown:
        balance = EXACT.add(balance, by_month.get(month, Decimal(0)))
        amounts.append(balance)
    return amounts


def _changes(by_month: Mapping[int, Decimal], shown: range) -> Sequence[Decimal]:
    return [by_month.get(month, Decimal(0)) for month in shown]


def budgets(entries: Iterable[Directive], changes: Changes, shown: range) -> tuple[BudgetMonth, ...]:
    """The monthly budgets of the months `shown`, beside what was booked.

    A budget is `custom "budget" ACCOUNT "monthly" AMOUNT`. It holds for the whole
    of its own month and for each one after it, until the next budget of the same
    account and currency. Budgets for other periods are left out: a share of a week
    or a year is no exact month.
    """
    plans: defaultdict[Position, list[tuple[int, Decimal]]] = defaultdict(list)
    for entry in entries:
        if isinstance(entry, Custom) and (plan := _monthly_budget(entry)) is not None:
            account, amount = plan
            plans[account, amount.currency].append((months.index_of(entry.date), amount.number))
    rows: list[BudgetMonth] = []
    for (account, currency), dated in sorted(plans.items()):
        actuals = _with_children(changes, account, currency)
        for month in shown:
            due = [amount for start, amount in dated if start <= month]
            if due:
                actual = actuals.get(month, Decimal(0))
                row = (account, months.text_of(month), currency, format(due[-1], "f"), format(actual, "f"))
                rows.append(BudgetMonth(*row))
    return tuple(rows)


class _Plan(msgspec.Struct, frozen=True):
    currency: str
    number: Decimal


def _monthly_budget(entry: Custom) -> tuple[str, _Plan] | None:
    values = [value.value for value in entry.values or ()]
    match [entry.type, *values]:
        case ["budget", str(account), str(period), Amount() as amount] if period.strip().lower() == "monthly":
            if isinstance(amount.number, Decimal):
                return account, _Plan(amount.currency, amount.number)
    return None


def _with_children(changes: Changes, account: str, currency: str) -> Mapping[int, Decimal]:
    total: defaultdict[int, Decimal] = defaultdict(Decimal)
    for (name, unit), by_month in changes.by_month.items():
        if unit == currency and (name == account or name.startswith(account + ":")):
            for month, change in by_month.items():
                total[month] = EXACT.add(total[month], change)
    return total
