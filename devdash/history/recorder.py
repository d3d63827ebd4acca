"""The recorder: devdash's side of the history. What is to be kept goes in, what was kept comes out.

    records → pen → spool → worker → database → answers

Nothing here blocks, and nothing that fails reaches further than `trouble`, except to who asked a question.
"""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from devdash.config.history import HistoryConfig
from devdash.engine.clock import Clock
from devdash.history.archive import WORKER, Archive, HistoryUnavailable
from devdash.history.carrier import Carrier
from devdash.history.charts import SeriesShelf
from devdash.history.pen import Pen
from devdash.history.place import history_file, own_file, spool_folder
from devdash.history.spool import Bounds, Spool
from devdash.history.wire import (
    Event,
    EventQuery,
    InfosQuery,
    Point,
    PointsQuery,
    Record,
    SeriesInfo,
    SeriesQuery,
    State,
    Uptime,
    UptimeQuery,
)
from devdash.workers.fleet import Fleet

__all__ = ["HistoryUnavailable", "Recorder"]

log = logging.getLogger(__name__)

T = TypeVar("T")

QUERY_TIMEOUT_S = 30.0
CLOSE_S = 0.2

DISK_S = 5.0
"""How long a question waits for the disk to take what was just kept."""

_HOPELESS = (
    State.NEWER,
    State.FOREIGN,
    State.CORRUPT,
    State.DRIVER_MISSING,
    State.SERVER_DOWN,
    State.REFUSED,
)
"""Where the database could not be brought the newest, there is no point in asking it either."""

FIRST_FLUSH_S = 60.0
"""So long after the first record was kept it is looked whether some wait that must go: what an earlier
devdash has left, and what other machines may ask for."""

OWN_FLUSH_S = 3600.0
SHARED_FLUSH_S = 900.0
"""Records are brought to the database when the oldest has waited for so long; or when a question comes, or
after `MANY` records: each time costs the start of a process. What other machines may ask for is brought more
often, whether or not it has waited."""

MANY = 20_000


class Recorder:
    """Keeps and asks the history. Implements `devdash.engine.past.Past`. Make and call it on the loop.

    Args:
        config: `[history]`.
        folder: where relative paths of the config start.
        state: devdash's state folder; need not exist.
        worker: the module of the database's side.
        bounds: of the spool.

    Attributes:
        spool: where records wait; of all devdash processes of the user.
    """

    def __init__(
        self,
        config: HistoryConfig,
        *,
        folder: Path,
        state: Path,
        clock: Clock,
        worker: str = WORKER,
        bounds: Bounds | None = None,
    ) -> None:
        self._config = config
        self._file = history_file(config, folder=folder, state=state)
        self._clock = clock
        self._fleet = Fleet()
        self.spool = Spool(spool_folder(state), bounds or Bounds())
        self._pen = Pen(self.spool, self._fleet.threads, clock)
        self._archive = Archive(
            config, folder=folder, own=own_file(state), fleet=self._fleet, clock=clock, worker=worker
        )
        self._carrier = Carrier(self.spool, self._archive, self._fleet.threads, config, clock)
        self._shelf = SeriesShelf(self._ask_series, clock)
        self._many = asyncio.Event()
        self._kept = 0
        self._flusher: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def file(self) -> Path | None:
        """The SQLite file of the history; None when it is kept elsewhere or switched off."""
        return self._file

    @property
    def trouble(self) -> str:
        """What is wrong with the history now, in one sentence; "" when all is well."""
        return self._pen.trouble or self._archive.trouble or self._carrier.trouble or self._given_up()

    @property
    def hint(self) -> str:
        """The next step for `trouble`; may be empty."""
        if self._pen.trouble:
            return "Make room, or see who owns the folder; what can be kept in memory is written then."
        return self._archive.hint

    def keep(self, records: Iterable[Record]) -> None:
        """Have `records` stored: events at once, samples within 15 s. Never waits, never raises."""
        if not self._config.enabled or self._closed:
            return
        before = self._pen.kept
        self._pen.keep(records)
        self._kept += self._pen.kept - before
        if self._kept >= MANY:
            self._many.set()
        if self._flusher is None:
            self._flusher = asyncio.get_running_loop().create_task(self._flush_often(), name="history flush")

    async def settled(self) -> bool:
        """Wait until what was kept is on the disk. False when that failed; it is tried again."""
        return await self._pen.settled()

    async def flush(self) -> None:
        """Bring what is spooled to the database.

        Raises:
            HistoryUnavailable: it cannot be had now; the records wait.
        """
        self._kept = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(DISK_S):
                await self._pen.settled()
        await self._carrier.carry()

    async def events(self, query: EventQuery) -> tuple[Event, ...]:
        """Those that `query` names, newest first, just kept ones included. Raises HistoryUnavailable."""
        return await self._ask("events", query, tuple[Event, ...])

    async def infos(self, query: InfosQuery) -> tuple[SeriesInfo, ...]:
        """The series that have samples, with aggregates. Raises HistoryUnavailable."""
        return await self._ask("infos", query, tuple[SeriesInfo, ...])

    async def points(self, query: PointsQuery) -> tuple[Point, ...]:
        """A page of samples as they are kept. Raises HistoryUnavailable."""
        return await self._ask("points", query, tuple[Point, ...], flush=query.skip == 0)

    async def means(self, query: SeriesQuery) -> tuple[float | None, ...]:
        """The means of a series' steps. Raises HistoryUnavailable; `series` is for panes."""
        return await self._ask("series", query, tuple[float | None, ...])

    async def uptime(self, query: UptimeQuery) -> tuple[Uptime, ...]:
        """How long panes were at each level. Raises HistoryUnavailable."""
        return await self._ask("uptime", query, tuple[Uptime, ...])

    async def series(
        self, pane: str, series: str, item: str, *, span_s: float, points: int
    ) -> tuple[float | None, ...]:
        """See `Past.series`: the last answer for as long as it is new enough; () when there is none."""
        if not self._config.enabled:
            return ()
        return await self._shelf.series(pane, series, item, span_s=span_s, points=points)

    async def close(self) -> None:
        """Write what waits to the spool and end the worker, within 0.3 s."""
        self._closed = True
        tasks = [task for task in (self._flusher, *self._shelf.close()) if task is not None]
        for task in tasks:
            task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await asyncio.gather(self._pen.settled(), self._archive.close())
        await self._pen.close()
        await self._fleet.close()
        if tasks:
            await asyncio.wait(tasks, timeout=CLOSE_S)

    async def _ask(self, name: str, query: msgspec.Struct, reply: type[T], *, flush: bool = True) -> T:
        """The worker's answer, after what waits has been brought there."""
        if not self._config.enabled:
            raise HistoryUnavailable(
                State.NOT_OPEN, "no history is kept", "Set enabled = true in [history] of devdash.toml."
            )
        if flush:
            try:
                await self.flush()
            except HistoryUnavailable as error:
                if error.state in _HOPELESS:
                    raise
                log.info("answering without the newest records: %s", error.message)
        return await self._archive.call(name, query, reply, timeout=QUERY_TIMEOUT_S)

    async def _ask_series(self, query: SeriesQuery) -> tuple[float | None, ...]:
        """For panes: nobody waits for a database that has just failed."""
        if self._archive.rests:
            raise HistoryUnavailable(self._archive.state, self._archive.trouble, self._archive.hint)
        return await self.means(query)

    async def _flush_often(self) -> None:
        pause = FIRST_FLUSH_S
        while True:
            await self._clock.wait(self._many, pause)
            many = self._many.is_set()
            self._many.clear()
            pause = SHARED_FLUSH_S if self._config.databases else OWN_FLUSH_S
            if not self._archive.rests:
                with suppress(HistoryUnavailable):  # the archive has noted and logged it
                    can_wait = 0.0 if many else await self._can_wait()
                    if can_wait:
                        pause = can_wait
                        continue
                    await self.flush()
                    await self._carrier.tidy()

    async def _can_wait(self) -> float:
        """Seconds that what waits may wait longer. Raises HistoryUnavailable."""
        if self._config.databases:
            return 0.0
        oldest = await self._carrier.oldest()
        age = 0.0 if oldest is None else self._clock.now().timestamp() - oldest
        return OWN_FLUSH_S - age if 0 <= age < OWN_FLUSH_S else 0.0

    def _given_up(self) -> str:
        lost, forgotten = self._pen.lost, self._pen.forgotten
        if not lost.files and not forgotten:
            return ""
        return (
            f"{lost.size // 1024} KiB and {forgotten} records of history were given up: they waited too long"
        )
