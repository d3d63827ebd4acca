"""The history as commands have it: where it is, and a recorder for as long as one is needed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from devdash.config.model import Settings
from devdash.duty.keeper import Keeper
from devdash.engine.clock import SystemClock
from devdash.engine.places import state_root
from devdash.history.place import LatePast, history_file

if TYPE_CHECKING:
    from devdash.history.recorder import Recorder
    from devdash.history.wire import Record

RECORD_S = 0.3
"""How long a disk may take to keep what was done."""


def told_past(settings: Settings) -> LatePast:
    """For commands that read once: panes learn where the history is, and no database is asked for a chart."""
    return LatePast(history_file(settings.history, folder=settings.folder, state=state_root()))


@asynccontextmanager
async def recorder_of(settings: Settings) -> "AsyncIterator[Recorder]":
    """The history of `settings`, closed at the end."""
    keeper = Keeper(settings, state=state_root(), clock=SystemClock())
    try:
        yield keeper.recorder
    finally:
        await keeper.close()


async def keep(settings: Settings, records: "Sequence[Record]") -> None:
    """Spool what a command did; the next devdash that asks or watches brings it to the database."""
    if not settings.history.enabled:
        return
    with suppress(TimeoutError):
        async with recorder_of(settings) as recorder, asyncio.timeout(RECORD_S):
            recorder.keep(records)
            await recorder.settled()
