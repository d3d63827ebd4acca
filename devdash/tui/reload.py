"""Saving devdash.toml is enough: the file is checked first, and a bad one changes nothing."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from devdash.config.errors import ConfigError
from devdash.config.model import Settings
from devdash.config.watch import ConfigWatcher
from devdash.contract.levels import Level

if TYPE_CHECKING:
    from devdash.tui.app import DevdashApp


class Reloader:
    """Watches the file and changes the app over."""

    def __init__(self, app: "DevdashApp", load: Callable[[], Settings]) -> None:
        self._app = app
        self._load = load
        self._watcher: ConfigWatcher | None = None
        self._lock = asyncio.Lock()

    def start(self) -> None:
        """Begin to watch, if there is a file."""
        file = self._app.settings.file
        if file is not None:
            loop = asyncio.get_running_loop()
            self._watcher = ConfigWatcher(file, self._on_change, loop)
            self._watcher.start()

    def stop(self) -> None:
        """End watching, at once."""
        if self._watcher is not None:
            self._watcher.stop()

    def _on_change(self) -> None:
        self._app.run_worker(self.reload(), exit_on_error=False)

    async def reload(self) -> None:
        """Read the file again and, if it is right, change over."""
        async with self._lock:
            try:
                settings = self._load()
            except ConfigError as error:
                self._refuse([str(problem) for problem in error.problems] or [error.message])
                return
            problems = [str(problem) for problem in settings.all_problems]
            if settings.dashboard.theme not in self._app.available_themes:
                problems.append(f"devdash.theme: there is no theme '{settings.dashboard.theme}'")
            if problems:
                self._refuse(problems)
                return
            # What was said of an earlier state of the file is no longer true.
            self._app.clear_notifications()
            if settings != self._app.settings:
                changed = await self._app.rebuild(settings)
                name = settings.file.name if settings.file else ""
                self._app.tell(f"{name}: " + (f"changed {', '.join(changed)}" if changed else "taken over"))

    def _refuse(self, problems: list[str]) -> None:
        self._app.clear_notifications()
        self._app.tell("Nothing was changed:\n" + "\n".join(problems), Level.CRITICAL)
