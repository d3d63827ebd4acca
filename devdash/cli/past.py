"""The history as commands have it: where it is, and a recorder for as long as one is needed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from devdash.config.model import Settings
from devdash.duty.keeper import Keeper
from devdash.engine.clock import SystemClock
from devdash.engine.places import state_root
from devdash.history.place import LatePast, history_file

if TYPE_CHECKING:
    from devdash.history.recorder import Recorder


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
