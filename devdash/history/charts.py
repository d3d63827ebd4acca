"""Series for charts, asked for again and again by panes: one question for all, kept for a step's length."""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable

import msgspec

from devdash.engine.clock import Clock
from devdash.history.archive import HistoryUnavailable
from devdash.history.wire import SeriesQuery

Series = tuple[float | None, ...]

log = logging.getLogger(__name__)

LEAST_S = 60.0
"""An answer is kept at least so long: a question may cost the start of a process."""


class _Wanted(msgspec.Struct, frozen=True):
    pane: str
    series: str
    item: str
    span_s: float
    points: int


class SeriesShelf:
    """Answers that are still new enough, and questions that are under way.

    Args:
        ask: puts one question; raises HistoryUnavailable.
    """

    def __init__(self, ask: Callable[[SeriesQuery], Awaitable[Series]], clock: Clock) -> None:
        self._ask = ask
        self._clock = clock
        self._known: dict[_Wanted, tuple[float, Series]] = {}
        self._asking: dict[_Wanted, asyncio.Task[Series]] = {}

    async def series(self, pane: str, series: str, item: str, *, span_s: float, points: int) -> Series:
        """The means of `points` steps up to now; the last answer, or (), when it cannot be asked."""
        if points < 1 or not 0 < span_s < math.inf:
            return ()
        wanted = _Wanted(pane, series, item, span_s, points)
        until, known = self._known.get(wanted, (float("-inf"), ()))
        if self._clock.elapsed() < until:
            return known
        task = self._asking.get(wanted)
        if task is None:
            task = self._asking[wanted] = asyncio.create_task(self._fetch(wanted), name="history series")
        # The question goes on when one who waits for it gives up: others wait too.
        return await asyncio.shield(task)

    def close(self) -> tuple[asyncio.Task[Series], ...]:
        """The questions that are under way."""
        return tuple(self._asking.values())

    async def _fetch(self, wanted: _Wanted) -> Series:
        step = wanted.span_s / wanted.points
        # Steps begin at the same moments each time: an answer does not change without new samples.
        end = (math.floor(self._clock.now().timestamp() / step) + 1) * step
        query = SeriesQuery(
            pane=wanted.pane,
            series=wanted.series,
            item=wanted.item,
            since=end - wanted.span_s,
            until=end,
            points=wanted.points,
        )
        try:
            found = await self._ask(query)
        except HistoryUnavailable as error:
            log.debug("no series %s of %s: %s", wanted.series, wanted.pane, error.message)
            found = self._known.get(wanted, (0.0, ()))[1]
        finally:
            del self._asking[wanted]
        self._known[wanted] = (self._clock.elapsed() + max(step, LEAST_S), found)
        return found
