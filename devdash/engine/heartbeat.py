"""The heartbeat: notices late data, and that the machine was asleep."""

import asyncio
from collections.abc import Callable

from devdash.engine.clock import Clock, to_next

BEAT_S = 2.0
SLEEP_S = 5.0
"""`elapsed` running ahead of `monotonic` by more than this means: the machine was suspended."""


async def beat(clock: Clock, on_beat: Callable[[], None], on_resume: Callable[[], None]) -> None:
    """Call `on_beat` every `BEAT_S`, and `on_resume` after a suspend. Runs until cancelled.

    Where no clock stands still in a suspend, the timers went on as well, and
    the gap between two beats tells.
    """
    never = asyncio.Event()
    lead = clock.elapsed() - clock.monotonic()
    last = clock.elapsed()
    while True:
        await clock.wait(never, to_next(BEAT_S, clock.monotonic()))
        new_lead, now = clock.elapsed() - clock.monotonic(), clock.elapsed()
        if new_lead - lead > SLEEP_S or now - last > BEAT_S + 2 * SLEEP_S:
            on_resume()
        else:
            on_beat()
        lead, last = new_lead, now
