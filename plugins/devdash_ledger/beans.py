"""What beancount's entries hold: bookings, prices, plans. Runs in the worker only."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

import msgspec
from beancount.core.amount import Amount
from beancount.core.data import Custom, Directive, Document, Transaction
from beancount.core.data import Price as PriceDirective

from devdash_ledger import months
from devdash_ledger.budgets import Plan
from devdash_ledger.facts import Every
from devdash_ledger.fold import Booking
from devdash_ledger.journal import AccountType
from devdash_ledger.prices import Price

_PERIODS = {
    "day": Every.DAY,
    "daily": Every.DAY,
    "week": Every.WEEK,
    "weekly": Every.WEEK,
    "month": Every.MONTH,
    "monthly": Every.MONTH,
    "quarter": Every.QUARTER,
    "quarterly": Every.QUARTER,
    "year": Every.YEAR,
    "yearly": Every.YEAR,
}
_LIMITED = (AccountType.EXPENSES, AccountType.OTHER)
"""Of these a budget is not to be gone beyond; of others it is to be reached."""


def bookings(entries: Iterable[Directive]) -> Iterator[Booking]:
    """Every posting with an amount; one that an error left incomplete is no booking."""
    for entry in entries:
        if not isinstance(entry, Transaction):
            continue
        month = months.index_of(entry.date)
        for posting in entry.postings:
            if isinstance(posting.units, Amount) and isinstance(posting.units.number, Decimal):
                yield month, posting.account, posting.units.currency, posting.units.number


def has_documents(entries: Iterable[Directive]) -> bool:
    """Whether a file beside the journal belongs to it."""
    return any(isinstance(entry, Document) for entry in entries)


def prices(entries: Iterable[Directive]) -> Iterator[Price]:
    """The `price` directives, those that plug-ins made of costs among them."""
    for entry in entries:
        if isinstance(entry, PriceDirective) and isinstance(entry.amount.number, Decimal):
            yield Price(entry.date, entry.currency, entry.amount.currency, entry.amount.number)


def plans(entries: Iterable[Directive], kind_of: Callable[[str], AccountType]) -> Iterator[Plan]:
    """The budgets: `custom "budget" ACCOUNT "monthly" AMOUNT`, and those by the day, week, quarter, year.

    The names of the periods are fava's (fava/util/date.py, INTERVALS). A budget with another period
    ends the one before of the same account and currency, as in fava.
    """
    newest: dict[tuple[str, str], Plan] = {}
    for entry in entries:
        if isinstance(entry, Custom):
            values = [value.value for value in entry.values or ()]
            match [entry.type, *values]:
                case ["budget", str(account), str(period), Amount() as amount]:
                    every = _PERIODS.get(period.strip().lower())
                    if every is None or not isinstance(amount.number, Decimal):
                        continue
                    start, goal = months.index_of(entry.date), kind_of(account) not in _LIMITED
                    plan = Plan(account, amount.currency, start, amount.number, every, goal)
                    before = newest.get((account, amount.currency))
                    if before is not None and before.every is not every:
                        yield msgspec.structs.replace(before, start=start, number=None)
                    newest[account, amount.currency] = plan
                    yield plan


def days(entries: Sequence[Directive], since: date) -> tuple[str, ...]:
    """The days of transactions from `since` on, and the newest before; `entries` in the order of days."""
    found: dict[str, None] = {}
    for entry in reversed(entries):
        if isinstance(entry, Transaction):
            found[entry.date.isoformat()] = None
            if entry.date < since:
                break
    return tuple(reversed(found))
