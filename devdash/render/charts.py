"""Numbers drawn with block characters: bars and sparklines."""

import math
from collections.abc import Sequence

from devdash.contract.view import Tone
from devdash.render.lines import Part

_EIGHTHS = " ▏▎▍▌▋▊▉"
_STEPS = "▁▂▃▄▅▆▇█"


def bar(percent: float, width: int, tone: Tone) -> list[Part]:
    """A bar of exactly `width` cells, filled to `percent` (0–100) in eighths of a cell.

    What is not filled is a dim track. A percent out of range is drawn as the
    nearest end, and one that is no number as empty. Anything above 0 shows, and
    anything below 100 leaves a gap: the ends of the bar are never a lie.
    """
    share = min(max(percent, 0.0), 100.0) / 100 if not math.isnan(percent) else 0.0
    eighths = round(share * width * 8)
    if 0 < share < 1 and width:
        eighths = min(max(eighths, 1), width * 8 - 1)
    whole, part = divmod(eighths, 8)
    filled = "█" * whole + (_EIGHTHS[part] if part else "")
    return [(filled, tone), ("░" * (width - len(filled)), Tone.DIM)]


def sparkline(values: Sequence[float | None], width: int) -> str:
    """`values`, oldest first, as at most `width` block characters; a gap is a space.

    The lowest value stands at ▁ and the highest at █. A series without any
    difference is drawn at ▄, or at ▁ when it is zero. What is not finite is a
    gap. Where there are more values than cells, each cell shows that one of its
    values which is farthest from the median, so that peaks and dips both
    survive; a gap shows when all its values are gaps.
    """
    known = [value for value in values if value is not None and math.isfinite(value)]
    if not known or width < 1:
        return " " * min(len(values), max(width, 0))
    known.sort()
    low, median, high = known[0], known[len(known) // 2], known[-1]
    shown = _thinned(values, width, median)
    # Halves: the difference of two floats may be larger than any float.
    extent = high / 2 - low / 2
    if extent == 0:
        flat = "▁" if low == 0 else "▄"
        return "".join(" " if value is None else flat for value in shown)
    return "".join(" " if value is None else _STEPS[_step((value / 2 - low / 2) / extent)] for value in shown)


def _step(share: float) -> int:
    """The index of the step for a share of 0–1 of the range."""
    return min(int(share * len(_STEPS)), len(_STEPS) - 1)


def _thinned(values: Sequence[float | None], width: int, median: float) -> list[float | None]:
    """At most `width` of `values`: of each stretch the finite one farthest from `median`, or None."""
    finite = [value if value is not None and math.isfinite(value) else None for value in values]
    count = len(finite)
    if count <= width:
        return finite
    stretches = (finite[index * count // width : (index + 1) * count // width] for index in range(width))
    return [_farthest([value for value in stretch if value is not None], median) for stretch in stretches]


def _farthest(values: Sequence[float], median: float) -> float | None:
    """The one of `values` that is farthest from `median`; None when there are none."""
    return max(values, key=lambda value: abs(value / 2 - median / 2), default=None)
