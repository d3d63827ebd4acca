"""`Sheet`: all that a reading keeps of a journal, from which any months are folded without reading again.

It holds what each account moved in each month, sparsely, and the prices that hold at the ends of
months. It crosses from the worker to the pane, and lies in the cache.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import msgspec

from devdash_ledger.budgets import Plan
from devdash_ledger.elements import JournalError
from devdash_ledger.journal import AccountType
from devdash_ledger.prices import Price

FOREVER = 9999 * 12 + 11
"""The index of the last month that a date can have."""


class Moves(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one account moved in one currency.

    Attributes:
        account: its full name.
        type: what kind of account it is.
        currency: of the changes.
        months: indices of the months with postings, ascending (see `months`).
        changes: the sum of each of these months' postings, exact.
    """

    account: str
    type: AccountType
    currency: str
    months: tuple[int, ...]
    changes: tuple[Decimal, ...]


class Use(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Where a currency is used.

    Attributes:
        name: such as "EUR".
        digits: decimals that the journal usually writes.
        months: indices of months with postings in it.
        postings: how many there are in each of them.
    """

    name: str
    digits: int
    months: tuple[int, ...]
    postings: tuple[int, ...]


class Opening(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An account that is open and never closed.

    Attributes:
        day: since when.
        currencies: those that it may hold; empty: any.
    """

    account: str
    type: AccountType
    day: date
    currencies: tuple[str, ...]


class Ground(msgspec.Struct, frozen=True):
    """What a plain transaction at the end of a journal stands on; see `tail`.

    Attributes:
        since: the day of the last balance or pad; before it, a new transaction changes what they say.
    """

    openings: tuple[Opening, ...]
    since: date


class Sheet(msgspec.Struct, frozen=True):
    """A journal as it was read.

    Attributes:
        title, operating, files, watched, patterns, error_count, complete: as in `Journal`.
        uses: the currencies, by name.
        moves: by type, account and currency.
        prices: of each pair and month the last one.
        plans: the budgets.
        errors: the first 50 by file and line.
        last: index of the month in which it was read.
        until: index of the last month for which it may be used: a program that takes dates without a
            year for the current year's reads another journal in another month.
        lasting: the answer depends on nothing but the files, the reader and the settings, so that it may
            be cached: see `lasting`.
        readers: the files of the program or package that read it, its main one first; to know it again.
        days: of the entries since the begin of the month `last`, and of the newest before, "YYYY-MM-DD",
            ascending; empty where they were not asked for.
        ground: None where a new transaction cannot be told by itself.
    """

    title: str
    operating: tuple[str, ...]
    uses: tuple[Use, ...]
    files: tuple[str, ...]
    watched: tuple[str, ...]
    patterns: tuple[str, ...]
    moves: tuple[Moves, ...]
    prices: tuple[Price, ...]
    plans: tuple[Plan, ...]
    errors: tuple[JournalError, ...]
    error_count: int
    complete: bool
    last: int
    until: int = FOREVER
    lasting: bool = False
    readers: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    ground: Ground | None = None


class Head(msgspec.Struct, frozen=True):
    """What has to be known of a sheet before it is opened; the names are those of `Sheet`."""

    files: tuple[str, ...]
    watched: tuple[str, ...]
    patterns: tuple[str, ...]
    complete: bool
    last: int
    until: int

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that decide what it says."""
        return (*self.files, *self.watched)


def head_of(sheet: Sheet) -> Head:
    """The head of `sheet`."""
    return Head(sheet.files, sheet.watched, sheet.patterns, sheet.complete, sheet.last, sheet.until)


def month_ends(prices: Iterable[Price]) -> tuple[Price, ...]:
    """Of each pair and month the last price, of several on a day the last one; in the order of days.

    Amounts are converted at the ends of months only, where no other price is in force.
    """
    kept: dict[tuple[str, str, int, int], Price] = {}
    for price in prices:
        if price.rate > 0 and price.base != price.quote:
            key = (price.base, price.quote, price.day.year, price.day.month)
            known = kept.get(key)
            if known is None or known.day <= price.day:
                kept[key] = price
    return tuple(sorted(kept.values(), key=lambda price: (price.day, price.base, price.quote)))
