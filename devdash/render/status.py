"""What one pane looks like right now: the input of plain text and JSON."""

from datetime import datetime

import msgspec

from devdash.contract.levels import Level
from devdash.contract.report import Report


class StatusError(msgspec.Struct, frozen=True):
    """Why the last reading failed.

    Attributes:
        kind: stable, lower case, such as "timeout"; see `devdash.contract.errors`.
        message: one sentence.
        hint: the next step; may be empty.
    """

    kind: str
    message: str
    hint: str = ""


class PaneStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A pane and what is known of it.

    Attributes:
        name: its table in devdash.toml.
        plugin: the plug-in's name.
        title: its heading.
        level: the level to show; UNKNOWN when nothing could be told.
        summary: one line; empty when there is no report.
        report: the last good reading; None when there never was one.
        at: when `report` was read; aware.
        age_s: how long ago that was, in seconds, on a clock that does not jump.
        took_s: how long the last reading took, in seconds.
        stale: `report` is older than it should be, because reading it again failed or is late.
        error: why the last reading failed; None when it did not.
    """

    name: str
    plugin: str
    title: str
    level: Level
    summary: str = ""
    report: Report | None = None
    at: datetime | None = None
    age_s: float | None = None
    took_s: float | None = None
    stale: bool = False
    error: StatusError | None = None
