"""A series as a chart of several lines, drawn with the dots of braille characters: 2×4 in each cell."""

import math
from collections.abc import Callable, Sequence

from devdash.render.clean import cell_width

_BLANK = 0x2800
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""The dots of a character's two columns, from the top (Unicode 15, "Braille Patterns")."""

LEAST = 10
"""The fewest cells for the chart itself; where there is less room it has no axis."""


def dots_across(width: int, label: int = 10) -> int:
    """How many values a chart of `width` cells shows, beside labels of `label` cells: two in each cell."""
    return 2 * max(width - label - 2, LEAST)


def plot(
    values: Sequence[float | None], width: int, height: int, name: Callable[[float], str]
) -> tuple[str, ...]:
    """`values`, oldest first, as `height` lines of at most `width` cells; none without a finite value.

    The highest value stands at the top and the lowest at the bottom, each named on the left. A series without
    any difference is a line in the middle, or at the bottom when it is zero, as in a sparkline. What lies
    between two neighbours is joined; a gap stays a gap. Where there are more values than dots, a dot stands
    for the first of its stretch and for both its extremes.

    Args:
        name: how a value is written on the axis.
    """
    known = [value for value in values if value is not None and math.isfinite(value)]
    if not known or height < 1:
        return ()
    low, high = min(known), max(known)
    top, bottom = name(high), name(low)
    axis = max(cell_width(top), cell_width(bottom))
    room = width - axis - 2
    if room < LEAST:
        axis, room, top, bottom = 0, max(width, 1), "", ""
    cells = _cells(values, room, height, low, high)
    flat = low / 2 == high / 2
    names = (
        {0: top, height - 1: bottom}
        if height > 1 and not flat
        else {_height(low, low, high, 4 * height) // 4: bottom}
    )
    return tuple(
        (f"{names.get(row, ''):>{axis}} │" if axis else "") + "".join(map(chr, line)).rstrip(chr(_BLANK))
        for row, line in enumerate(cells)
    )


def _cells(
    values: Sequence[float | None], width: int, height: int, low: float, high: float
) -> list[list[int]]:
    """Braille code points, line by line."""
    columns, rows = min(2 * width, len(values)), 4 * height
    cells = [[_BLANK] * math.ceil(columns / 2) for _ in range(height)]
    before: int | None = None
    for column in range(columns):
        stretch = values[column * len(values) // columns : (column + 1) * len(values) // columns]
        heights = [
            _height(value, low, high, rows) for value in stretch if value is not None and math.isfinite(value)
        ]
        if not heights:
            before = None
            continue
        ends = [*heights, *([] if before is None else [_towards(before, heights[0])])]
        for dot in range(min(ends), max(ends) + 1):
            cells[dot // 4][column // 2] |= _DOTS[column % 2][dot % 4]
        before = heights[-1]
    return cells


def _height(value: float, low: float, high: float, rows: int) -> int:
    """The row of dots, from the top. Halves: the difference of two floats may be larger than any float."""
    extent = high / 2 - low / 2
    share = (value / 2 - low / 2) / extent if extent else 0.5 if value else 0.0
    return round((1 - share) * (rows - 1))


def _towards(before: int, now: int) -> int:
    """The dot next to `before` on the way to `now`: lines join without covering each other."""
    return before + (now > before) - (now < before)
