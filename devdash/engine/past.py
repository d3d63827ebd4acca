"""The past, as the engine lends it to panes: series of samples, wherever they are kept."""

from pathlib import Path
from typing import Protocol


class Past(Protocol):
    """What was sampled before. The room that keeps it implements this."""

    @property
    def file(self) -> Path | None:
        """The SQLite file that it is kept in; None when it is elsewhere or nowhere."""
        ...

    async def series(
        self, pane: str, series: str, item: str, *, span_s: float, points: int
    ) -> tuple[float | None, ...]:
        """The means of `points` equal steps of the last `span_s` seconds; empty when it cannot be told.

        Oldest first. Nothing is raised for a history that cannot be read.
        """
        ...


class NoPast:
    """Where no history is kept."""

    @property
    def file(self) -> Path | None:
        return None

    async def series(
        self, pane: str, series: str, item: str, *, span_s: float, points: int
    ) -> tuple[float | None, ...]:
        return ()


NO_PAST = NoPast()
