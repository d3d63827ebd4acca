"""Which rows of a bank's file the journal has already."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

from devdash_ledger.bank_rows import BankRow
from devdash_ledger.bank_words import ALIKE, likeness

MAX_NEAR = 20
"""Postings of one amount that are compared with a row: the nearest by date."""


class Booked(msgspec.Struct, frozen=True):
    """A posting of the journal on the bank's account.

    Attributes:
        date: ISO-8601.
        amount: a decimal as text.
        currency: of the amount.
        payee: the transaction's; may be empty.
        narration: the transaction's; may be empty.
        other: the account of the other posting; empty when there are several.
        id: the import id that the transaction carries; empty: none.
        place: "file:line", for people.
    """

    date: str
    amount: str
    currency: str
    payee: str = ""
    narration: str = ""
    other: str = ""
    id: str = ""
    place: str = ""


class Likeness(StrEnum):
    """How sure it is that the journal has a row."""

    NEW = "new"
    """Nothing like it is there."""
    MAYBE = "maybe"
    """The same amount at about that date, with other words: a person decides."""
    LIKELY = "likely"
    """The same amount at about that date, with words in common."""
    SAME = "same"
    """It carries the row's import id."""


class Match(msgspec.Struct, frozen=True):
    """What became of one row.

    Attributes:
        likeness: how sure it is.
        place: where the journal has it; empty when new.
    """

    likeness: Likeness
    place: str = ""


class _Pair(msgspec.Struct, frozen=True, order=True):
    """A row and a posting that could be it; the best sorts first."""

    unlike: bool
    days: int
    row: int
    booked: int


def match(rows: Sequence[BankRow], booked: Sequence[Booked], window: int) -> tuple[Match, ...]:
    """One match per row. A posting stands for one row only: two coffees need two postings.

    Args:
        booked: the postings of the rows' account.
        window: days that a posting may lie beside a row.
    """
    by_id = {one.id: index for index, one in enumerate(booked) if one.id}
    found: dict[int, Match] = {}
    taken: set[int] = set()
    for index, row in enumerate(rows):
        if row.id in by_id:
            taken.add(by_id[row.id])
            found[index] = Match(Likeness.SAME, booked[by_id[row.id]].place)
    open_rows = [index for index in range(len(rows)) if index not in found]
    for pair in sorted(_pairs(rows, open_rows, booked, taken, window)):
        if pair.row not in found and pair.booked not in taken:
            taken.add(pair.booked)
            kind = Likeness.MAYBE if pair.unlike else Likeness.LIKELY
            found[pair.row] = Match(kind, booked[pair.booked].place)
    return tuple(found.get(index, Match(Likeness.NEW)) for index in range(len(rows)))


def _pairs(
    rows: Sequence[BankRow], open_rows: Sequence[int], booked: Sequence[Booked], taken: set[int], window: int
) -> Iterator[_Pair]:
    groups: defaultdict[tuple[Decimal, str], list[tuple[int, int]]] = defaultdict(list)
    for index, one in enumerate(booked):
        if index not in taken:
            groups[Decimal(one.amount), one.currency].append((_day(one.date), index))
    for group in groups.values():
        group.sort()
    for index in open_rows:
        row = rows[index]
        day = _day(row.date)
        for near, other in _nearest(groups.get((row.value, row.currency), []), day, window):
            yield _Pair(not _alike(row, booked[other]), abs(near - day), index, other)


def _nearest(group: Sequence[tuple[int, int]], day: int, window: int) -> Sequence[tuple[int, int]]:
    begin = bisect_left(group, (day - window, -1))
    end = bisect_left(group, (day + window + 1, -1))
    middle = bisect_left(group, (day, -1))
    return group[max(begin, middle - MAX_NEAR) : min(end, middle + MAX_NEAR)]


def _alike(row: BankRow, one: Booked) -> bool:
    """Words in common. What carries another row's import id is never alike: that row was another one."""
    if one.id:
        return False
    return likeness(f"{row.payee} {row.narration}", f"{one.payee} {one.narration}") >= ALIKE


def _day(text: str) -> int:
    return date.fromisoformat(text).toordinal()
