"""A clock whose hands the test turns."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

QUIET_TURNS = 3
"""Turns of the loop with nothing to do: what is ready is asked of the system once in each."""

MOST_TURNS = 5000
"""What is never done is not waited for."""


class ManualClock:
    """Implements `devdash.engine.clock.Clock`; time passes only in `advance` and `sleep_machine`."""

    def __init__(self) -> None:
        self._monotonic = 1000.0
        self._suspended = 0.0
        self._start = datetime(2026, 11, 22, 10, 55, tzinfo=UTC)
        self._waits: list[tuple[float, asyncio.Event]] = []

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.elapsed() - 1000.0)

    def monotonic(self) -> float:
        return self._monotonic

    def elapsed(self) -> float:
        return self._monotonic + self._suspended

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        if event.is_set() or seconds <= 0:
            await asyncio.sleep(0)
            return event.is_set()
        rung = asyncio.Event()
        self._waits.append((self._monotonic + seconds, rung))
        waits = [asyncio.create_task(event.wait()), asyncio.create_task(rung.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return event.is_set()

    async def advance(self, seconds: float) -> None:
        """Let `seconds` pass, stopping at each moment that somebody waits for."""
        await settle()
        end = self._monotonic + seconds
        while True:
            due = sorted(moment for moment, _ in self._waits if moment <= end)
            if not due:
                break
            self._monotonic = max(due[0], self._monotonic)
            for wait in [wait for wait in self._waits if wait[0] <= self._monotonic]:
                self._waits.remove(wait)
                wait[1].set()
            await settle()
        self._monotonic = end
        await settle()

    def sleep_machine(self, seconds: float) -> None:
        """The machine is suspended: `elapsed` and `now` go on, `monotonic` stands still."""
        self._suspended += seconds


async def settle() -> None:
    """Let every task that can run, run, until all of them wait."""
    for _ in range(60):
        await asyncio.sleep(0)
    await run_dry()


async def run_dry() -> None:
    """Wait until nothing is left that could run at once, however slow the machine is.

    Idle processors tell nothing: on a busy machine a process has one that it does not get.
    """
    loop: Any = asyncio.get_running_loop()  # only a loop of the standard library tells what is ready
    quiet = 0
    for _ in range(MOST_TURNS):
        await asyncio.sleep(0)
        quiet = 0 if loop._ready else quiet + 1
        if quiet == QUIET_TURNS:
            return
