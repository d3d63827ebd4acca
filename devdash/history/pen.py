"""The pen: takes records without waiting and has them written to the spool by a thread.

What is not on the disk yet waits in memory, within bounds, so that a disk that is full or hangs costs
history and never the dashboard.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable

from devdash.contract.errors import DevdashError
from devdash.engine.clock import Clock
from devdash.history.lines import is_event, sound
from devdash.history.spool import Lost, Spool
from devdash.history.wire import Record
from devdash.workers.threads import DaemonThreads

log = logging.getLogger(__name__)

GATHER_S = 15.0
"""Samples are gathered for this long before they are written; events are written at once."""

MOST_WAITING = 5000
"""Records of each sort that wait in memory; the oldest samples go first, events only beyond their own."""

BATCH = 1000
"""Records of each sort that are written at a time."""

HANGS_S = 30.0
"""A disk that has not answered for so long hangs; its thread is left behind."""

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0


class Pen:
    """Writes to `spool`. Make it, and call it, on the loop.

    Attributes:
        trouble: why the last writing failed; "" when it did not.
        lost: what the spool has given up so far.
        forgotten: records that were given up here.
        kept: records that were taken so far.
    """

    def __init__(self, spool: Spool, threads: DaemonThreads, clock: Clock) -> None:
        self.trouble = ""
        self.lost = Lost()
        self.forgotten = 0
        self._spool = spool
        self._threads = threads
        self._clock = clock
        self._samples: deque[Record] = deque()
        self._events: deque[Record] = deque()
        self._urgent = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._attempted: asyncio.Future[bool] | None = None
        self.kept = 0
        self._done = 0
        self._closed = False

    def keep(self, records: Iterable[Record]) -> None:
        """Have `records` written: events at once, samples within `GATHER_S`. Never waits, never raises."""
        for record in records:
            fitting = sound(record)
            if fitting is not None:
                self._take(fitting)
        if not self.trouble and (self._events or len(self._samples) >= BATCH):
            self._urgent.set()
        if (self._events or self._samples) and self._task is None and not self._closed:
            self._task = asyncio.get_running_loop().create_task(self._write(), name="history pen")

    async def settled(self) -> bool:
        """Wait until what was kept before has been written. False when that failed; it is tried again."""
        goal = self.kept
        while self._done < goal and self._task is not None:
            self._urgent.set()
            if self._attempted is None:
                self._attempted = asyncio.get_running_loop().create_future()
            if not await asyncio.shield(self._attempted):
                return False
        return self._done >= goal

    async def close(self) -> None:
        """Write no more."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def _take(self, record: Record) -> None:
        (self._events if is_event(record) else self._samples).append(record)
        self.kept += 1
        self._keep_bounds()

    def _keep_bounds(self) -> None:
        for queue in (self._samples, self._events):
            while len(queue) > MOST_WAITING:
                queue.popleft()
                self._done += 1
                self.forgotten += 1

    async def _write(self) -> None:
        """Until nothing waits any more."""
        pause = FIRST_PAUSE_S
        try:
            while self._events or self._samples:
                if not self._events:
                    await self._clock.wait(self._urgent, GATHER_S)
                self._urgent.clear()
                well = await self._write_batch()
                attempted, self._attempted = self._attempted, None
                if attempted is not None:
                    attempted.set_result(well)
                if well:
                    pause = FIRST_PAUSE_S
                else:
                    await self._clock.wait(self._urgent, pause)
                    pause = min(2 * pause, LONGEST_PAUSE_S)
        finally:
            self._task = None
            if self._attempted is not None:
                self._attempted.set_result(False)

    async def _write_batch(self) -> bool:
        """Write the oldest records; put them back when that fails."""
        events, samples = _first(self._events), _first(self._samples)
        try:
            async with asyncio.timeout(HANGS_S):
                lost = await self._threads.call(self._spool.append, [*events, *samples])
        except (OSError, DevdashError) as error:
            self._events.extendleft(reversed(events))
            self._samples.extendleft(reversed(samples))
            self._keep_bounds()
            self._say(f"history cannot be written to {self._spool.folder}: {_reason(error)}")
            return False
        self._done += len(events) + len(samples)
        self._say("")
        if lost.files:
            self.lost += lost
            log.warning("history's oldest %d KiB were given up: they waited too long", lost.size // 1024)
        return True

    def _say(self, trouble: str) -> None:
        """Remember it; log it when it begins and when it is over."""
        if trouble != self.trouble:
            log.warning("%s", trouble or "history is written again")
        self.trouble = trouble


def _first(queue: deque[Record]) -> list[Record]:
    return [queue.popleft() for _ in range(min(len(queue), BATCH))]


def _reason(error: OSError | DevdashError) -> str:
    if isinstance(error, DevdashError):
        return error.message
    return error.strerror or ("the disk does not answer" if isinstance(error, TimeoutError) else "it failed")
