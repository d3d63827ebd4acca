"""Panes that hang: every reading takes an hour, each in a way of its own."""

import asyncio
import time

from devdash.api import Pane, PaneConfig, Report

HOUR = 3600.0


class CoroutineHangs(Pane[PaneConfig]):
    """Awaits what does not come."""

    title = "Coroutine"

    async def read(self) -> Report:
        """Never returns."""
        await asyncio.sleep(HOUR)
        raise AssertionError


class ThreadHangs(Pane[PaneConfig]):
    """Waits in a thread, as for a dead network drive."""

    title = "Thread"

    async def read(self) -> Report:
        """Never returns."""
        await self.context.in_thread(time.sleep, HOUR)
        raise AssertionError


class ProgramHangs(Pane[PaneConfig]):
    """Waits for a program, and for a child of that."""

    title = "Program"

    async def read(self) -> Report:
        """Never returns."""
        await self.context.run(["sh", "-c", "sleep 3600 & sleep 3600"], timeout=HOUR)
        raise AssertionError


class WorkerHangs(Pane[PaneConfig]):
    """Waits for a worker that ignores polite requests to end."""

    title = "Worker"

    async def read(self) -> Report:
        """Never returns."""
        await self.context.worker("bench.hung_worker").call("hang", None, str, timeout=HOUR)
        raise AssertionError
