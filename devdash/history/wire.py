"""What goes between devdash and the history: records to keep, questions, answers.

Times are seconds since 1970 (UTC), as floats: wall time.
"""

from enum import StrEnum

import msgspec

from devdash.contract.levels import Level


class SampleRecord(msgspec.Struct, frozen=True, tag="sample"):
    """One number. Unique by host, pane, series, item and time."""

    at: float
    pane: str
    series: str
    item: str
    value: float


class AlertRecord(msgspec.Struct, frozen=True, tag="alert"):
    """Something that became of an alert.

    Attributes:
        uid: unique over all hosts; storing the same twice stores it once.
        occasion: of `devdash.alerts.model.Occasion`, or "acknowledged", "snoozed".
    """

    uid: str
    at: float
    pane: str
    rule: str
    item: str
    occasion: str
    level: Level
    text: str


class ActionRecord(msgspec.Struct, frozen=True, tag="action"):
    """An action that was done, or tried."""

    uid: str
    at: float
    pane: str
    action: str
    item: str
    level: Level
    message: str
    took_s: float


class StatusRecord(msgspec.Struct, frozen=True, tag="status"):
    """A pane's level, kept when it changes: uptime is made of these."""

    uid: str
    at: float
    pane: str
    level: Level
    summary: str


Record = SampleRecord | AlertRecord | ActionRecord | StatusRecord


class Kind(StrEnum):
    """The sorts of events."""

    ALERT = "alert"
    ACTION = "action"
    STATUS = "status"


class EventQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which events. Empty or None: any.

    Attributes:
        text: is contained in the event's text, whatever its case.
        since, until: seconds since 1970.
        limit: the newest so many.
        this_host: only this machine's.
    """

    kinds: tuple[Kind, ...] = ()
    panes: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    text: str = ""
    since: float | None = None
    until: float | None = None
    limit: int = 500
    this_host: bool = False


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event, whatever its sort.

    Attributes:
        name: the rule, the action, or "" for a status.
        what: the alert's occasion; "done" for an action; "" for a status.
    """

    kind: Kind
    at: float
    host: str
    pane: str
    name: str
    item: str
    what: str
    level: Level
    text: str


class SeriesQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Means of `points` equal steps between `since` and `until`, from the raw samples and the roll-ups."""

    pane: str
    series: str
    item: str = ""
    since: float
    until: float
    points: int


class SeriesInfo(msgspec.Struct, frozen=True):
    """A series that has samples.

    Attributes:
        count: samples in the time asked for.
        first, last: seconds since 1970.
        latest: the newest value.
        least, mean, most: over the time asked for.
    """

    pane: str
    series: str
    item: str
    count: int
    first: float
    last: float
    latest: float
    least: float
    mean: float
    most: float


class Uptime(msgspec.Struct, frozen=True):
    """How much of a time a pane was at each level, in seconds; `unknown_s` also counts what nobody saw."""

    pane: str
    ok_s: float
    attention_s: float
    critical_s: float
    unknown_s: float
