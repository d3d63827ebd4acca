"""Folding bookings to monthly cells and budgets, whichever program they came from. Pure.

All sums are made in one pass over the postings and with enough digits that none
is ever rounded.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, localcontext
from operator import itemgetter

import msgspec

from devdash_ledger.amounts import EXACT
from devdash_ledger.journal import AccountType

Position = tuple[str, str]
"""An account and a currency."""

Booking = tuple[int, str, str, Decimal]
"""The index of a month, an account, a currency, and what the account gained in it."""


MonthlyMoves = Mapping[Position, Mapping[int, Decimal]]
"""Position → index of the month → change."""


class Cells(msgspec.Struct, frozen=True):
    """One account in one currency, with an amount for each month."""

    account: str
    type: AccountType
    currency: str
    amounts: tuple[Decimal, ...]


class Changes(msgspec.Struct, frozen=True):
    """What each account moved in each month.

    Attributes:
        by_month: see `MonthlyMoves`.
        postings: currency → index of the month → number of postings.
    """

    by_month: MonthlyMoves
    postings: Mapping[str, Mapping[int, int]]


def monthly_changes(bookings: Iterable[Booking]) -> Changes:
    """Sum the bookings up. This loop sees every posting: it is kept tight."""
    sums: dict[tuple[str, str, int], list[Decimal]] = {}
    for month, account, currency, number in bookings:
        key = (account, currency, month)
        if key in sums:
            sums[key].append(number)
        else:
            sums[key] = [number]
    by_month: defaultdict[Position, dict[int, Decimal]] = defaultdict(dict)
    postings: defaultdict[str, Counter[int]] = defaultdict(Counter)
    with localcontext(EXACT):
        for (account, currency, month), numbers in sums.items():
            by_month[account, currency][month] = sum(numbers, Decimal(0))
            postings[currency][month] += len(numbers)
    return Changes(by_month, postings)


def window(first: int | None, last: int, count: int) -> range:
    """The months to report: the last `count` up to `last`; 0: all since `first`."""
    if count == 0:
        return range(min(last if first is None else first, last), last + 1)
    return range(last - count + 1, last + 1)


def fold(moves: MonthlyMoves, shown: range, kind_of: Callable[[str], AccountType]) -> tuple[Cells, ...]:
    """The cells of every position that is not zero in all months of `shown`; `kind_of` an account."""
    order = {kind: place for place, kind in enumerate(AccountType)}
    found: list[tuple[int, str, str, Cells]] = []
    for (account, currency), by_month in moves.items():
        kind = kind_of(account)
        amounts = _balances(by_month, shown) if kind.is_balance else _changes(by_month, shown)
        if any(amounts):
            found.append((order[kind], account, currency, Cells(account, kind, currency, tuple(amounts))))
    found.sort(key=itemgetter(0, 1, 2))
    return tuple(cells for _, _, _, cells in found)


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
