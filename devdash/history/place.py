"""Where devdash keeps its history, and the past for an engine that starts before the recorder is needed.

Imported at every start, so it imports next to nothing.
"""

from collections.abc import Callable
from pathlib import Path

from devdash.config.history import HistoryConfig, Store
from devdash.engine.past import Past

SQLITE = "django.db.backends.sqlite3"


def own_file(state: Path) -> Path:
    """devdash's own database, when `[history]` names no other. `state`: devdash's state folder."""
    return state / "history.sqlite3"


def spool_folder(state: Path) -> Path:
    """Where records wait for the database."""
    return state / "history"


def sqlite_name(store: Store, folder: Path) -> str | None:
    """The NAME of a SQLite database, absolute where it is a path; None for another sort of database."""
    if store.ENGINE != SQLITE:
        return None
    if store.NAME.startswith(("file:", ":memory:")):
        return store.NAME
    return str(folder / Path(store.NAME).expanduser())


def history_file(config: HistoryConfig, *, folder: Path, state: Path) -> Path | None:
    """The file that holds the history; None when it is kept elsewhere or switched off.

    Args:
        folder: where relative paths of the config start.
        state: devdash's state folder.
    """
    if not config.enabled:
        return None
    if not config.databases:
        return own_file(state)
    default = config.databases.get("default")
    name = None if default is None else sqlite_name(default, folder)
    return None if name is None or not name.startswith("/") else Path(name)


class LatePast:
    """Implements `Past`; what is behind it is made by the first question.

    Args:
        file: of `history_file`.
        past: gives the recorder; None: there is none, and no series.
    """

    def __init__(self, file: Path | None, past: Callable[[], Past] | None = None) -> None:
        self._file = file
        self._past = past

    @property
    def file(self) -> Path | None:
        """The SQLite file that the history is kept in."""
        return self._file

    async def series(
        self, pane: str, series: str, item: str, *, span_s: float, points: int
    ) -> tuple[float | None, ...]:
        """See `Past.series`."""
        if self._past is None:
            return ()
        return await self._past().series(pane, series, item, span_s=span_s, points=points)
