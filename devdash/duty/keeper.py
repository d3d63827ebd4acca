"""Who has the recorder: made when it is first needed, and anew when `[history]` has changed.

Imported at every start, so it imports next to nothing.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from devdash.config.model import Settings
from devdash.engine.clock import Clock
from devdash.history.place import LatePast, history_file

if TYPE_CHECKING:
    from devdash.history.recorder import Recorder


class Keeper:
    """The history of one process, whatever devdash.toml says of it in time.

    Args:
        state: devdash's state folder; need not exist.
    """

    def __init__(self, settings: Settings, *, state: Path, clock: Clock) -> None:
        self._settings = settings
        self._state = state
        self._clock = clock
        self._recorder: Recorder | None = None

    @property
    def recorder(self) -> "Recorder":
        """The recorder as `[history]` has it. To be asked for on the loop."""
        if self._recorder is None:
            from devdash.history.recorder import Recorder

            settings = self._settings
            self._recorder = Recorder(
                settings.history, folder=settings.folder, state=self._state, clock=self._clock
            )
        return self._recorder

    @property
    def past(self) -> LatePast:
        """What an engine lends its panes of it."""
        file = history_file(self._settings.history, folder=self._settings.folder, state=self._state)
        return LatePast(file, lambda: self.recorder)

    async def adopt(self, settings: Settings) -> None:
        """devdash.toml has changed. What was kept until now is not lost: it waits in the spool."""
        before, self._settings = self._settings, settings
        if (before.history, before.folder) != (settings.history, settings.folder):
            await self.close()

    async def close(self) -> None:
        """Write what waits and end the history's worker, within about half a second."""
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            await recorder.close()
