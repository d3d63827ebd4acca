"""From what a reader found in a journal to the answer for the pane: the same for every format."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from devdash_ledger import fold, months
from devdash_ledger.facts import JournalError
from devdash_ledger.journal import AccountType, CurrencyUse, Journal, LoadRequest
from devdash_ledger.prices import Price, PriceBook
from devdash_ledger.worth import converted, rates, worth

MAX_ERRORS = 50


class Contents(msgspec.Struct, frozen=True):
    """What a reader found; the names are those of `Journal`.

    Attributes:
        bookings: read once, one after the other.
        kind_of: what kind of account a name is.
        digits: decimals that the journal usually writes for a currency; asked after the bookings.
        errors: all of them, in order.
    """

    title: str
    operating: tuple[str, ...]
    bookings: Iterable[fold.Booking]
    prices: Sequence[Price]
    plans: Sequence[fold.Plan]
    kind_of: Callable[[str], AccountType]
    digits: Callable[[str], int]
    files: tuple[str, ...]
    watched: tuple[str, ...]
    patterns: tuple[str, ...]
    errors: tuple[JournalError, ...]
    complete: bool


def assemble(request: LoadRequest, contents: Contents) -> Journal:
    """Fold the bookings and convert them."""
    last = months.parse(request.last_month)
    changes = fold.monthly_changes(contents.bookings, last)
    shown = fold.window(changes.first, last, request.months)
    used = tuple(
        CurrencyUse(name, contents.digits(name), postings)
        for name, postings in sorted(changes.postings.items())
    )
    main = main_currency(request.currency, contents.operating, used)
    book = PriceBook(contents.prices)
    series = fold.fold(changes, shown, contents.kind_of)
    return Journal(
        title=contents.title,
        operating=contents.operating,
        currencies=used,
        files=contents.files,
        watched=contents.watched,
        patterns=contents.patterns,
        months=tuple(months.text_of(month) for month in shown),
        series=converted(series, shown, main, book),
        budgets=fold.budgets(contents.plans, changes, shown),
        errors=contents.errors[:MAX_ERRORS],
        error_count=len(contents.errors),
        complete=contents.complete,
        currency=main,
        worth=worth(series, shown, main, book),
        rates=rates(used, shown, main, book),
    )


def main_currency(wanted: str | None, operating: Sequence[str], used: Sequence[CurrencyUse]) -> str:
    """The configured one, else the first operating one, else the most used."""
    if wanted is not None:
        return wanted
    if operating:
        return operating[0]
    return min(used, key=lambda use: (-use.postings, use.name)).name if used else ""
