"""Saving devdash.toml is enough: the file is checked first, and a bad one changes nothing."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from devdash.config.errors import ConfigError
from devdash.config.model import Settings
from devdash.config.watch import USUAL, ConfigWatcher, Pace

Work = Callable[[], Coroutine[Any, Any, None]]


class Follower:
    """Watches the file of `settings`; on the running loop.

    Args:
        settings: what is in force now.
        load: reads the file anew.
        adopt: changes over to settings that are right and new.
        refuse: told what is wrong with a file; everything stays as it was.
        calm: told that the file is right again, or still, before `adopt`.
        check: what else is wrong with settings, a sentence each.
        pace: how often is looked whether the file was saved.
    """

    def __init__(
        self,
        settings: Settings,
        load: Callable[[], Settings],
        *,
        adopt: Callable[[Settings], Coroutine[Any, Any, None]],
        refuse: Callable[[Sequence[str]], None],
        calm: Callable[[], None] = lambda: None,
        check: Callable[[Settings], Sequence[str]] = lambda settings: (),
        pace: Pace = USUAL,
    ) -> None:
        self._settings = settings
        self._load = load
        self._adopt = adopt
        self._refuse = refuse
        self._calm = calm
        self._check = check
        self._pace = pace
        self._watcher: ConfigWatcher | None = None
        self._lock = asyncio.Lock()

    def start(self, begin: Callable[[Work], object]) -> None:
        """Begin to watch, if there is a file. A change calls `begin`, on the loop, with what is to run."""
        if self._settings.file is not None:
            loop = asyncio.get_running_loop()
            self._watcher = ConfigWatcher(
                self._settings.file, lambda: begin(self.reload), loop, pace=self._pace
            )
            self._watcher.start()

    def stop(self) -> None:
        """End watching, at once."""
        if self._watcher is not None:
            self._watcher.stop()

    async def reload(self) -> None:
        """Read the file again and, if it is right and says something new, change over."""
        async with self._lock:
            try:
                settings = self._load()
            except ConfigError as error:
                self._refuse([str(problem) for problem in error.problems] or [error.message])
                return
            problems = [*map(str, settings.all_problems), *self._check(settings)]
            if problems:
                self._refuse(problems)
                return
            self._calm()
            if settings != self._settings:
                self._settings = settings
                await self._adopt(settings)
