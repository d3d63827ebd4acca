"""The screen follows devdash.toml."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from devdash.config.follow import Follower
from devdash.config.model import Settings
from devdash.contract.levels import Level

if TYPE_CHECKING:
    from devdash.tui.app import DevdashApp


class Reloader:
    """Changes the app over when the file was saved, and says so."""

    def __init__(self, app: "DevdashApp", load: Callable[[], Settings]) -> None:
        self._app = app
        self._follower = Follower(
            app.settings,
            load,
            adopt=self._adopt,
            refuse=self._refuse,
            # What was said of an earlier state of the file is no longer true.
            calm=app.clear_notifications,
            check=self._check,
        )

    def start(self) -> None:
        """Begin to watch, if there is a file."""
        self._follower.start(lambda work: self._app.run_worker(work(), exit_on_error=False))

    def stop(self) -> None:
        """End watching, at once."""
        self._follower.stop()

    def _check(self, settings: Settings) -> Sequence[str]:
        theme = settings.dashboard.theme
        return () if theme in self._app.available_themes else (f"devdash.theme: there is no theme '{theme}'",)

    async def _adopt(self, settings: Settings) -> None:
        changed = await self._app.rebuild(settings)
        name = settings.file.name if settings.file else ""
        self._app.tell(f"{name}: " + (f"changed {', '.join(changed)}" if changed else "taken over"))

    def _refuse(self, problems: Sequence[str]) -> None:
        self._app.clear_notifications()
        self._app.tell("Nothing was changed:\n" + "\n".join(problems), Level.CRITICAL)
