"""Writing the register without holding up the loop, nor alerts when the disk does not answer."""

import asyncio
import errno
import os
from collections.abc import Callable
from pathlib import Path

from devdash.contract.errors import PaneError
from devdash.duty.desk import Desk
from devdash.duty.register import Register
from devdash.workers.threads import DaemonThreads

PATIENCE_S = 2.0
"""An alert waits so long for the disk, then it is told all the same."""

LAST_S = 1.0
"""The same at the end, when somebody waits for the terminal. What is not written by then is lost."""

LAST_ALONE_S = 5.0
"""The same where nobody waits: when a machine goes down its disk is busy."""


class Writer:
    """Puts the desk's alerts into the register, one writing at a time.

    Args:
        troubles: what does not work now, for those who only read the register.
        last_s: the patience at the end.
    """

    def __init__(
        self, desk: Desk, troubles: Callable[[], tuple[str, ...]] = tuple, last_s: float = LAST_S
    ) -> None:
        self._desk = desk
        self._troubles = troubles
        self._last_s = last_s
        self._threads = DaemonThreads()
        self._writing: asyncio.Task[None] | None = None

    async def write(self, patience_s: float = PATIENCE_S) -> None:
        """Write what has changed, if this process is on duty; returns when it is on the disk, or late.

        Late is after `patience_s`, or after twice that when an earlier writing was late as well.
        """
        if not await self._written(patience_s):
            return
        alerts, papers = self._desk.dump(), self._desk.papers
        if alerts is None:
            return
        done, value = papers.fulfilled, papers.unsaved(alerts, self._troubles())
        if (value is None and not done) or not self._desk.is_seated:
            return
        if value is None:
            papers.drop(done)
            return
        self._writing = asyncio.create_task(self._put(value, done), name="register")
        await self._written(patience_s)

    async def close(self) -> None:
        """Write for the last time, within twice the patience at the end."""
        await self.write(self._last_s)

    async def _written(self, patience_s: float) -> bool:
        """Whether the writing that is under way, if there is one, ends in time."""
        if self._writing is None:
            return True
        await asyncio.wait({self._writing}, timeout=patience_s)
        if not self._writing.done():
            self._desk.papers.late()
        return self._writing.done()

    async def _put(self, value: Register, done: tuple[Path, ...]) -> None:
        papers = self._desk.papers
        try:
            result = await self._threads.call(papers.save, value)
        except PaneError:  # too many writings hang
            result = OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        if papers.saved(value, result):
            papers.drop(done)
