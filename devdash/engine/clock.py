"""Time, as one injectable thing: tests turn the hands themselves."""

import asyncio
import time
from datetime import datetime
from typing import Protocol

TOO_SOON = 0.01
"""A timer that rang this part of its period early is not waited for again."""


class Clock(Protocol):
    """Three clocks that differ when a laptop sleeps or its date is set."""

    def now(self) -> datetime:
        """Wall time, aware, in the local time zone. May jump."""
        ...

    def monotonic(self) -> float:
        """Seconds; never goes back; stands still while the machine is suspended (on Linux)."""
        ...

    def elapsed(self) -> float:
        """Seconds; never goes back; goes on while the machine is suspended. Ages are measured on it."""
        ...

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        """Wait until `event` is set, at most `seconds`. Returns whether it is set."""
        ...


def to_next(period_s: float, monotonic: float) -> float:
    """Seconds until the next multiple of `period_s` on the monotonic clock.

    All who wait for it wake the processor once, together, whenever they began.
    """
    left = period_s - monotonic % period_s
    return left if left > period_s * TOO_SOON else left + period_s


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        return datetime.now().astimezone()

    def monotonic(self) -> float:
        return time.monotonic()

    def elapsed(self) -> float:
        boottime = getattr(time, "CLOCK_BOOTTIME", None)
        return time.monotonic() if boottime is None else time.clock_gettime(boottime)

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        try:
            async with asyncio.timeout(max(seconds, 0.0)):
                await event.wait()
        except TimeoutError:
            return event.is_set()
        return True
