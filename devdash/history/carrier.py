"""The carrier: brings sealed files of the spool to the worker, one process of the user at a time."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar

from devdash.config.history import HistoryConfig
from devdash.contract.errors import DevdashError
from devdash.engine.clock import Clock
from devdash.history.archive import Archive, CallFailed, HistoryUnavailable
from devdash.history.spool import Claim, Spool
from devdash.history.wire import Housekeep, Housekept, Ingest, Ingested, State
from devdash.workers.threads import DaemonThreads

T = TypeVar("T")

log = logging.getLogger(__name__)

INGEST_TIMEOUT_S = 120.0
TIDY_TIMEOUT_S = 300.0

TIDY_EVERY_S = 3600.0

CLAIM_S = 5.0
"""How long to wait while another process brings the records; then the question is asked without them."""

_LOOK_AGAIN_S = 0.1

DISK_S = 10.0
"""How long the spool's disk may take for one step."""

MOST_FAILURES = 3
"""A file that the worker fails with so often is put out of the way."""


class Carrier:
    """Between `spool` and `archive`.

    Attributes:
        trouble: what was put out of the way; "" when nothing was.
    """

    def __init__(
        self, spool: Spool, archive: Archive, threads: DaemonThreads, config: HistoryConfig, clock: Clock
    ) -> None:
        self.trouble = ""
        self._spool = spool
        self._archive = archive
        self._threads = threads
        self._config = config
        self._clock = clock
        self._busy = asyncio.Lock()
        self._failures: Counter[Path] = Counter()

    async def carry(self) -> None:
        """Bring all that waits to the database.

        Raises:
            HistoryUnavailable: the database or the spool's disk does not serve; what is left waits.
        """
        async with self._busy:
            claim = await self._claim()
            if claim is None:
                return
            try:
                for path in await self._disk(self._threads.call(self._spool.hand_over)):
                    await self._ingest(path)
            finally:
                claim.release()

    async def oldest(self) -> float | None:
        """See `Spool.oldest`. Raises HistoryUnavailable."""
        return await self._disk(self._threads.call(self._spool.oldest))

    async def tidy(self) -> None:
        """Roll up and purge, when no process of the user has within the hour. Raises HistoryUnavailable."""
        if not await self._disk(self._threads.call(self._spool.take_turn, TIDY_EVERY_S)):
            return
        request = Housekeep(
            now=self._clock.now().timestamp(),
            raw_s=float(self._config.raw),
            five_minutes_s=float(self._config.five_minutes),
            hours_s=float(self._config.hours),
            events_s=float(self._config.events),
        )
        await self._archive.call("housekeep", request, Housekept, timeout=TIDY_TIMEOUT_S, brief=True)

    async def _ingest(self, path: Path) -> None:
        try:
            done = await self._archive.call(
                "ingest", Ingest(str(path)), Ingested, timeout=INGEST_TIMEOUT_S, brief=True
            )
        except CallFailed:
            self._failures[path] += 1
            if self._failures[path] < MOST_FAILURES:
                raise
            await self._disk(self._threads.call(self._spool.refuse, path))
            self.trouble = (
                f"records of history could not be stored; they were put aside in {self._spool.folder}"
            )
            log.exception("%s", self.trouble)
            return
        if done.spoilt:
            log.warning("%d lines of the history's spool were spoilt and passed over", done.spoilt)
        await self._disk(self._threads.call(self._spool.remove, path))

    async def _claim(self) -> Claim | None:
        """The right to hand over; None when another process keeps it for `CLAIM_S`."""
        deadline, never = self._clock.monotonic() + CLAIM_S, asyncio.Event()
        while True:
            claim = await self._disk(self._threads.call(self._spool.claim))
            if claim is not None or self._clock.monotonic() >= deadline:
                return claim
            await self._clock.wait(never, _LOOK_AGAIN_S)

    async def _disk(self, step: Awaitable[T]) -> T:
        """What `step` comes to; a disk that fails or hangs as a state of the history."""
        try:
            async with asyncio.timeout(DISK_S):
                return await step
        except (OSError, DevdashError) as error:  # a TimeoutError is an OSError
            if isinstance(error, HistoryUnavailable):
                raise
            known = error.message if isinstance(error, DevdashError) else error.strerror
            raise HistoryUnavailable(
                State.CANNOT_OPEN,
                f"the folder {self._spool.folder} cannot be used: {known or 'it does not answer'}",
                "See whether its disk is full, read-only or gone.",
            ) from None
