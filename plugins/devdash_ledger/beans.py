"""What beancount's entries hold: bookings, prices, plans. Runs in the worker only."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from beancount.core.amount import Amount
from beancount.core.data import Custom, Directive, Transaction
from beancount.core.data import Price as PriceDirective

from devdash_ledger import months
from devdash_ledger.fold import Booking, Plan
from devdash_ledger.prices import Price


def bookings(entries: Iterable[Directive]) -> Iterator[Booking]:
    """Every posting with an amount; one that an error left incomplete is no booking."""
    for entry in entries:
        if not isinstance(entry, Transaction):
            continue
        month = months.index_of(entry.date)
        for posting in entry.postings:
            if isinstance(posting.units, Amount) and isinstance(posting.units.number, Decimal):
                yield month, posting.account, posting.units.currency, posting.units.number


def prices(entries: Iterable[Directive]) -> Iterator[Price]:
    """The `price` directives, those that plug-ins made of costs among them."""
    for entry in entries:
        if isinstance(entry, PriceDirective) and isinstance(entry.amount.number, Decimal):
            yield Price(entry.date, entry.currency, entry.amount.currency, entry.amount.number)


def plans(entries: Iterable[Directive]) -> Iterator[Plan]:
    """The monthly budgets: `custom "budget" ACCOUNT "monthly" AMOUNT`.

    Budgets for other periods are left out: a share of a week or a year is no exact month.
    """
    for entry in entries:
        if isinstance(entry, Custom):
            values = [value.value for value in entry.values or ()]
            match [entry.type, *values]:
                case ["budget", str(account), str(period), Amount() as amount]:
                    if period.strip().lower() == "monthly" and isinstance(amount.number, Decimal):
                        yield Plan(account, amount.currency, months.index_of(entry.date), amount.number)
