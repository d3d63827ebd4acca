"""The snapshot: what every face knows of a pane at one moment."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

import msgspec

from devdash.config.model import PaneSpec, Problem
from devdash.contract.levels import Level, worst
from devdash.contract.report import Report


class Phase(StrEnum):
    """How far a pane's data can be trusted."""

    LOADING = "loading"
    """Nothing was read yet."""
    FRESH = "fresh"
    LATE = "late"
    """No failure, but the data are older than they should be."""
    FAILED = "failed"
    """The last reading failed; data, if any, are from before."""
    PAUSED = "paused"
    """A person paused it."""
    BROKEN = "broken"
    """Its table in devdash.toml is wrong, or its plug-in cannot be loaded."""


class Failure(msgspec.Struct, frozen=True):
    """Why the last reading failed.

    Attributes:
        kind: a short name of the class of failure, for JSON.
        message: one sentence.
        hint: the next step; may be empty.
        count: failures in a row.
    """

    kind: str
    message: str
    hint: str
    count: int


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One pane at one moment. A value: a face may keep it as long as it likes.

    Attributes:
        report: the last good one; the same object as long as its content is the same.
        read_at: wall time of the last good reading.
        read_elapsed: the same on `Clock.elapsed`.
        interval_s: between two readings, as devdash.toml has it.
        took_s: how long the last good reading took.
        reading: a reading is under way.
        next_elapsed: when the next try begins, on `Clock.elapsed`; None while reading or paused.
        progress: what a long reading or action says of itself; may be empty.
        problems: what is wrong in devdash.toml about this pane.
    """

    name: str
    plugin: str
    title: str
    phase: Phase = Phase.LOADING
    report: Report | None = None
    read_at: datetime | None = None
    read_elapsed: float | None = None
    interval_s: float = 0.0
    took_s: float | None = None
    reading: bool = False
    failure: Failure | None = None
    next_elapsed: float | None = None
    progress: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def stale(self) -> bool:
        """Whether the data shown, if any, must not be taken for current."""
        return self.phase in (Phase.LATE, Phase.FAILED, Phase.BROKEN, Phase.PAUSED)

    @property
    def level(self) -> Level:
        """The report's level; UNKNOWN where nothing current is known, unless the old data were worse."""
        known = self.report.level if self.report is not None else Level.UNKNOWN
        if self.phase in (Phase.FAILED, Phase.BROKEN, Phase.LATE):
            return worst((known, Level.UNKNOWN))
        return known


def first_snapshot(spec: PaneSpec, title_of: Callable[[str], str]) -> Snapshot:
    """A pane before its first reading.

    Args:
        title_of: the heading that a plug-in has by itself.
    """
    broken = spec.config is None
    title = spec.title
    if title is None and not broken:
        title = title_of(spec.plugin)
    failure = None
    if broken:
        first = str(spec.problems[0]) if spec.problems else "its table in devdash.toml is wrong"
        failure = Failure("config", first, "mend devdash.toml; saving it is enough", 1)
    return Snapshot(
        name=spec.name,
        plugin=spec.plugin,
        title=title or spec.name.capitalize(),
        phase=Phase.BROKEN if broken else Phase.LOADING,
        interval_s=0.0 if spec.config is None else float(spec.config.interval),
        failure=failure,
        problems=spec.problems,
    )
