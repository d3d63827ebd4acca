"""Tasks of a pane that run beside its readings: listeners on a bus, a socket, a folder.

One that ends or fails is begun again, later each time; one that holds the loop is interrupted.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from devdash.contract.errors import PaneError
from devdash.engine.clock import Clock
from devdash.engine.containment import CANCEL_GRACE_S, Containment, failure_of
from devdash.engine.guard import StepGuard

log = logging.getLogger("devdash.engine")

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 300.0
STEADY_S = 60.0
"""One that ran for so long was well: the pauses begin anew."""

Work = Callable[[], Coroutine[Any, Any, None]]


class Listeners:
    """The tasks of one pane."""

    def __init__(self, clock: Clock, guard: StepGuard) -> None:
        self._clock = clock
        self._guard = guard
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def add(self, name: str, work: Work) -> None:
        """Begin `work`, and begin it again whenever it ends.

        Raises:
            PaneError: the pane has been stopped.
        """
        if self._closed:
            raise PaneError("the pane has been stopped; it begins no more tasks")
        task = asyncio.create_task(self._keep(name, work), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Cancel all; returns within about a `CANCEL_GRACE_S`, whatever they do."""
        self._closed = True
        if not self._tasks:
            return
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks, timeout=2 * CANCEL_GRACE_S)

    async def _keep(self, name: str, work: Work) -> None:
        pause, said, never = FIRST_PAUSE_S, "", asyncio.Event()
        while True:
            began = self._clock.monotonic()
            try:
                await Containment(self._guard).run(None, work)
            except Exception as error:  # noqa: BLE001 - a listener of a plug-in can fail in any way
                said = _note(name, error, said)
            if self._clock.monotonic() - began >= STEADY_S:
                pause = FIRST_PAUSE_S
            await self._clock.wait(never, pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)


def _note(name: str, error: Exception, said: str) -> str:
    """Log `error` unless the same was said last; a bug with its traceback. Returns what is said now."""
    failure = failure_of(error, 1)
    if failure.message != said:
        expected = isinstance(error, PaneError) and failure.kind != "bug"
        log.log(
            logging.INFO if expected else logging.WARNING,
            "%s: %s",
            name,
            failure.message,
            exc_info=None if expected else error,
        )
    return failure.message
