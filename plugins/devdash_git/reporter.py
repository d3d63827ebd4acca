"""Makes the report of hundreds of repositories without holding up the loop.

What a repository adds to the report is made again when the repository was observed again, or when a
minute has passed, since ages are told. The loop has its turn in between.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import msgspec

from devdash.api import PaneContext, Report
from devdash_git.detail import SLOW_S
from devdash_git.discover import Found
from devdash_git.observation import Observation
from devdash_git.report import USUAL, Part, assembled, files_each, part
from devdash_git.sight import Sight
from devdash_git.targets import Target

TURN_S = 0.004
"""How long parts are made before the loop has its turn."""


class _Made(msgspec.Struct, frozen=True):
    """A part, and what it was made of."""

    seen: Observation
    minute: datetime
    files: int
    part: Part


class _Last(msgspec.Struct, frozen=True):
    """The last report and what it was made of; `told`: the minute, the searches, and what is to be seen."""

    observations: Sequence[Observation]
    told: tuple[datetime, tuple[Found, ...], bool, Sight]
    parts: tuple[Part, ...]
    report: Report


class Reporter:
    """Keeps the parts of the last report.

    Args:
        context: the clocks.
    """

    def __init__(self, context: PaneContext) -> None:
        self._context = context
        self._made: dict[Target, _Made] = {}
        self._last: _Last | None = None

    async def report(
        self,
        observations: Sequence[Observation],
        searches: tuple[Found, ...],
        now: datetime,
        *,
        day_over: bool,
        sight: Sight = USUAL,
    ) -> Report:
        """As `devdash_git.report.report`; the same object as before when nothing is different."""
        files = files_each(len(observations))
        minute = now.replace(second=0, microsecond=0)
        told = (minute, searches, day_over, sight)
        if self._last is not None and self._last.observations is observations and self._last.told == told:
            return self._last.report
        made: dict[Target, _Made] = {}
        began = self._context.monotonic()
        for seen in observations:
            made[seen.target] = self._part(seen, now, minute, files)
            if self._context.monotonic() - began > TURN_S:
                await asyncio.sleep(0)
                began = self._context.monotonic()
        self._made = made
        parts = tuple(one.part for one in made.values())
        if self._last is not None and self._last.told[1:] == told[1:] and _same(self._last.parts, parts):
            report = self._last.report
        else:
            report = assembled(parts, searches, day_over=day_over, sight=sight)
        self._last = _Last(observations, told, parts, report)
        return report

    def _part(self, seen: Observation, now: datetime, minute: datetime, files: int) -> _Made:
        known = self._made.get(seen.target)
        if known is not None and (known.minute, known.files) == (minute, files) and _alike(known.seen, seen):
            return known if known.seen is seen else msgspec.structs.replace(known, seen=seen)
        fresh = part(seen, now, files)
        # Equal content keeps the old object, so that a comparison costs nothing.
        return _Made(seen, minute, files, known.part if known is not None and known.part == fresh else fresh)


def _alike(before: Observation, now: Observation) -> bool:
    """Whether they tell the same; how key paths look, and what a quick status took, is not told."""
    if before is now:
        return True
    if max(before.took_s, now.took_s) >= SLOW_S:
        return False
    return before == msgspec.structs.replace(now, took_s=before.took_s, glance=before.glance)


def _same(before: tuple[Part, ...], now: tuple[Part, ...]) -> bool:
    return len(before) == len(now) and all(one is other for one, other in zip(before, now, strict=True))
