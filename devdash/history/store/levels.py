"""Which table answers for which part of a time. Pure.

hours          │ five minutes        │ samples
───────────────┼─────────────────────┼──────────→ time       for a fine question
          five_from             raw_from

hours                       │ five m. │ samples
────────────────────────────┼─────────┼──────────→           for one in steps of half a day
                 hour before rolled   rolled
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from devdash.history.moments import FIVE_MINUTES_MS, HOUR_MS

FINER = 4
"""A roll-up may answer for steps at least so many times as wide: the error at their ends is small."""


class Width(IntEnum):
    """Milliseconds of a step; a sample has none."""

    SAMPLE = 0
    FIVE_MINUTES = FIVE_MINUTES_MS
    HOUR = HOUR_MS


class Borders(NamedTuple):
    """From `Series`: `five_from` ≤ `raw_from` ≤ `rolled`."""

    five_from: int
    raw_from: int
    rolled: int


class Part(NamedTuple):
    """`width` answers from `begin` on, and before `end`. Rows count where they begin."""

    width: Width
    begin: int
    end: int


def parts(since: int, until: int, step: float, borders: Borders) -> Iterator[Part]:
    """The parts of [since, until), in order and without gaps.

    Each is from the coarsest level that is fine enough, or else from the finest that is left.

    Args:
        step: milliseconds of the steps that are asked for.
    """
    five, raw = borders.five_from, borders.raw_from
    if step >= FINER * Width.HOUR:
        raw = borders.rolled
        five = max(five, raw - raw % Width.HOUR)
    elif step >= FINER * Width.FIVE_MINUTES:
        raw = borders.rolled
    ends = (
        (Width.HOUR, since, five),
        (Width.FIVE_MINUTES, five, raw),
        (Width.SAMPLE, raw, until),
    )
    for width, begin, end in ends:
        begin, end = max(begin, since), min(end, until)  # noqa: PLW2901 - clipped
        if begin < end:
            yield Part(width, begin, end)
