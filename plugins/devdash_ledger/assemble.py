"""From what a reader found in a journal to its answer: the same for every format."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from devdash_ledger import fold, months
from devdash_ledger.budgets import Plan
from devdash_ledger.elements import JournalError
from devdash_ledger.journal import AccountType, CurrencyUse, LoadRequest
from devdash_ledger.prices import Price
from devdash_ledger.sheet import FOREVER, Ground, Moves, Sheet, Use, month_ends

MAX_ERRORS = 50

N = TypeVar("N")


class Contents(msgspec.Struct, frozen=True):
    """What a reader found; the names are those of `Sheet`.

    Attributes:
        bookings: read once, one after the other.
        kind_of: what kind of account a name is.
        digits: decimals that the journal usually writes for a currency; asked after the bookings.
        errors: all of them, in order.
        lasting, readers, ground: see `Sheet`.
        days: see `Sheet`.
    """

    title: str
    operating: tuple[str, ...]
    bookings: Iterable[fold.Booking]
    prices: Sequence[Price]
    plans: Sequence[Plan]
    kind_of: Callable[[str], AccountType]
    digits: Callable[[str], int]
    files: tuple[str, ...]
    watched: tuple[str, ...]
    patterns: tuple[str, ...]
    errors: tuple[JournalError, ...]
    complete: bool
    lasting: bool = False
    ground: Ground | None = None
    readers: tuple[str, ...] = ()
    days: tuple[str, ...] = ()


def assemble(request: LoadRequest, contents: Contents, until: int = FOREVER) -> Sheet:
    """Sum the bookings up by month; `until`: see `Sheet`."""
    changes = fold.monthly_changes(contents.bookings)
    order = list(AccountType)
    moves = (
        Moves(account, contents.kind_of(account), currency, *_columns(by_month))
        for (account, currency), by_month in changes.by_month.items()
    )
    return Sheet(
        title=contents.title,
        operating=contents.operating,
        uses=tuple(
            Use(name, contents.digits(name), *_columns(by_month))
            for name, by_month in sorted(changes.postings.items())
        ),
        files=contents.files,
        watched=contents.watched,
        patterns=contents.patterns,
        moves=tuple(sorted(moves, key=lambda one: (order.index(one.type), one.account, one.currency))),
        prices=month_ends(contents.prices),
        plans=tuple(contents.plans),
        errors=contents.errors[:MAX_ERRORS],
        error_count=len(contents.errors),
        complete=contents.complete,
        last=months.parse(request.last_month),
        until=until,
        lasting=contents.lasting,
        ground=contents.ground,
        readers=contents.readers,
        days=contents.days,
    )


def _columns(by_month: Mapping[int, N]) -> tuple[tuple[int, ...], tuple[N, ...]]:
    """The months in order, and what belongs to each."""
    ordered = sorted(by_month)
    return tuple(ordered), tuple(by_month[month] for month in ordered)


def main_currency(wanted: str | None, operating: Sequence[str], used: Sequence[CurrencyUse]) -> str:
    """The configured one, else the first operating one, else the most used."""
    if wanted is not None:
        return wanted
    if operating:
        return operating[0]
    return min(used, key=lambda use: (-use.postings, use.name)).name if used else ""
