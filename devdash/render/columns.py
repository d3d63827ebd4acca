"""Which columns of a table are shown in a given width, and how wide each is.

The order of giving way: columns with a priority go first (the highest number
first; of equals the leftmost), then columns that may shrink do, then further
columns go from the right, and at last the only one left is cut. A column that
may not shrink is shown whole or not at all, unless it is that last one: half a
number is worse than none.
"""

from collections.abc import Sequence

import msgspec

from devdash.contract.view import Column

GAP = 2
"""Cells between two columns."""

COMFORT = 12
"""Cells that a shrinking column keeps as long as columns with a priority can go instead."""

LEAST = 4
"""Cells that a shrinking column keeps as long as any other column can go instead."""


class Fitted(msgspec.Struct, frozen=True, gc=False):
    """A column that is shown: its index in the table and its width in cells."""

    index: int
    width: int


def fit_columns(columns: Sequence[Column], natural: Sequence[int], room: int) -> tuple[Fitted, ...]:
    """The columns shown in `room` cells, left to right; together with their gaps never wider.

    Args:
        columns: the table's columns, at least one.
        natural: the width each takes when nothing is cut; a column of 0 is left out.
        room: cells, at least 1.
    """
    kept = [index for index, width in enumerate(natural) if width > 0] or [0]

    def needed(floor: int) -> int:
        widths = [min(natural[i], floor) if columns[i].shrink else natural[i] for i in kept]
        return sum(widths) + GAP * (len(kept) - 1)

    while len(kept) > 1 and needed(COMFORT) > room:
        first_to_go = max(kept, key=lambda index: columns[index].priority)
        if columns[first_to_go].priority == 0:
            break
        kept.remove(first_to_go)
    while len(kept) > 1 and needed(LEAST) > room:
        kept.pop()
    if len(kept) == 1:
        return (Fitted(kept[0], min(natural[kept[0]], room)),)
    widths = _shrunk(columns, natural, kept, room - GAP * (len(kept) - 1))
    return tuple(Fitted(index, width) for index, width in zip(kept, widths, strict=True))


def _shrunk(columns: Sequence[Column], natural: Sequence[int], kept: Sequence[int], room: int) -> list[int]:
    """The widths of `kept` in `room` cells without gaps: the widest shrinking columns give way first."""
    widths = {index: natural[index] for index in kept}
    flexible = sorted((index for index in kept if columns[index].shrink), key=lambda index: natural[index])
    room -= sum(width for index, width in widths.items() if not columns[index].shrink)
    for place, index in enumerate(flexible):
        widths[index] = min(natural[index], room // (len(flexible) - place))
        room -= widths[index]
    return [widths[index] for index in kept]
