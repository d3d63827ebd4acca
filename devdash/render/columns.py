"""Which columns of a table are shown in a given width, and how wide each is.

The order of giving way:

1. columns with a priority go, the highest number first, of equals the leftmost;
2. columns that may shrink do, the widest first;
3. bars and trends beside a text go;
4. columns go from the right, each for which there is no room beside those before it;
5. one that went comes back where wider ones that went after it made room enough;
6. the only one left is cut.

A column that may not shrink is thus shown whole or not at all, unless it is
that last one: half a number is worse than none.
"""

from collections.abc import Sequence

import msgspec

from devdash.contract.view import Column

GAP = 2
"""Cells between two columns."""

COMFORT = 12
"""Cells that a shrinking column keeps as long as columns with a priority can go instead."""

LEAST = 4
"""Cells that a shrinking column keeps as long as anything else can go instead."""


class Wanted(msgspec.Struct, frozen=True, gc=False):
    """What a column would take.

    Attributes:
        column: the column.
        whole: cells when nothing of it is left out; a column of 0 is not shown.
        bare: cells without bars and trends; as `whole` when it has nothing else.
    """

    column: Column
    whole: int
    bare: int


class Fitted(msgspec.Struct, frozen=True, gc=False):
    """A column that is shown: its index in the table and its width in cells."""

    index: int
    width: int


def fit_columns(wanted: Sequence[Wanted], room: int) -> tuple[Fitted, ...]:
    """The columns shown in `room` cells (at least 1), left to right; with their gaps never wider.

    Args:
        wanted: one per column of the table, at least one.
        room: cells.
    """
    kept = [index for index, want in enumerate(wanted) if want.whole > 0] or [0]
    kept = _without_dispensable(wanted, kept, room)
    kept = _without_last(wanted, kept, room)
    kept = _with_returned(wanted, kept, room)
    if len(kept) == 1:
        return (Fitted(kept[0], min(wanted[kept[0]].whole, room)),)
    bare = _needed(wanted, kept, LEAST) > room
    widths = _shrunk([wanted[index] for index in kept], room - GAP * (len(kept) - 1), bare)
    return tuple(Fitted(index, width) for index, width in zip(kept, widths, strict=True))


def _needed(wanted: Sequence[Wanted], kept: Sequence[int], floor: int, *, bare: bool = False) -> int:
    """The cells that `kept` take with every shrinking column at `floor`, gaps included."""
    return sum(_least(wanted[index], floor, bare) for index in kept) + GAP * (len(kept) - 1)


def _least(want: Wanted, floor: int, bare: bool) -> int:
    if want.column.shrink:
        return min(want.whole, floor)
    return want.bare if bare else want.whole


def _without_dispensable(wanted: Sequence[Wanted], kept: Sequence[int], room: int) -> list[int]:
    """`kept` without the columns of a priority for which there is no room."""
    left = list(kept)
    while len(left) > 1 and _needed(wanted, left, COMFORT) > room:
        index = max(left, key=lambda index: wanted[index].column.priority)
        if wanted[index].column.priority == 0:
            break
        left.remove(index)
    return left


def _without_last(wanted: Sequence[Wanted], kept: Sequence[int], room: int) -> list[int]:
    """`kept` without the columns on the right for which there is no room at their least width."""
    left = list(kept[:1])
    for index in kept[1:]:
        if _needed(wanted, [*left, index], LEAST, bare=True) <= room:
            left.append(index)
    return left


def _with_returned(wanted: Sequence[Wanted], kept: Sequence[int], room: int) -> list[int]:
    """`kept` and what has room beside it after wider ones have gone, the lowest priority number first."""
    left = list(kept)
    gone = [index for index, want in enumerate(wanted) if want.whole > 0 and index not in left]
    for index in sorted(gone, key=lambda index: wanted[index].column.priority):
        back = sorted([*left, index])
        if _needed(wanted, back, COMFORT) <= room:
            left = back
    return left


def _shrunk(wanted: Sequence[Wanted], room: int, bare: bool) -> list[int]:
    """The widths of all `wanted` in `room` cells without gaps."""
    widths = [want.bare if bare else want.whole for want in wanted]
    flexible = [place for place, want in enumerate(wanted) if want.column.shrink]
    room -= sum(width for width, want in zip(widths, wanted, strict=True) if not want.column.shrink)
    flexible.sort(key=lambda place: wanted[place].whole)
    for count, place in enumerate(flexible):
        widths[place] = min(wanted[place].whole, room // (len(flexible) - count))
        room -= widths[place]
    return widths
