"""What goes between devdash and the history: records to keep, questions, answers.

Times are seconds since 1970 (UTC), as floats: wall time.

The calls of the worker `devdash.history.worker`; each takes its struct's fields:

    open        OpenRequest    → Opened               first in every life of the worker
    ingest      Ingest         → Ingested             twice is as good as once
    events      EventQuery     → tuple[Event, ...]    newest first
    infos       InfosQuery     → tuple[SeriesInfo, ...]
    series      SeriesQuery    → tuple[float | None, ...]
    points      PointsQuery    → tuple[Point, ...]    by time, series and item
    uptime      UptimeQuery    → tuple[Uptime, ...]
    counters    CountersQuery  → tuple[Counted, ...]  by host, pane and name
    housekeep   Housekeep      → Housekept

A call that fails raises an error whose `kind` is a `State` and whose `message` and `hint` are meant for a
person; `State.NOT_OPEN` where `open` was not called, or did not come to READY or SET_ASIDE. Series, points
and infos are this host's.
"""

from enum import StrEnum

import msgspec

from devdash.contract.levels import Level

APPLICATION_ID = 0x64657664
"""What marks a SQLite file as devdash's own: "devd". The databases pane may have made an empty one."""

NAME_LIMIT = 200
"""Characters of a pane, series, rule, action, item or uid. Longer ones are cut before they are spooled."""

TEXT_LIMIT = 2000
"""Characters of a text, message or summary."""


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
        text: is contained in the event's text, name or item, or in an alert's occasion, whatever its case.
        since, until: seconds since 1970.
        limit: the newest so many.
        this_host: only this machine's.
        host: only this one's; "": see `this_host`.
    """

    kinds: tuple[Kind, ...] = ()
    panes: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    text: str = ""
    since: float | None = None
    until: float | None = None
    limit: int = 500
    this_host: bool = False
    host: str = ""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event, whatever its sort.

    Attributes:
        name: the rule, the action, or "" for a status.
        what: the alert's occasion; "done" or "failed" for an action; "" for a status.
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
    """Means of `points` equal steps between `since` and `until`, from the raw samples and the roll-ups.

    `host`: whose; "": this machine's.
    """

    pane: str
    series: str
    item: str = ""
    since: float
    until: float
    points: int
    host: str = ""


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


class State(StrEnum):
    """How the history is."""

    READY = "ready"
    SET_ASIDE = "set-aside"
    """The file was corrupt and has been put aside; a new one was begun, and serves."""
    NOT_OPEN = "not-open"
    """Nobody has called `open` in this life of the worker, or it failed."""
    NEWER = "newer"
    """A newer devdash has changed its tables; this one neither reads nor writes it."""
    FOREIGN = "foreign"
    """The file or database is somebody else's."""
    LOCKED = "locked"
    """Another process holds it for longer than we wait."""
    FULL = "full"
    """The disk, or the server's, takes nothing more."""
    READ_ONLY = "read-only"
    CORRUPT = "corrupt"
    """It is, and it could not be set aside."""
    CANNOT_OPEN = "cannot-open"
    """Its file or folder cannot be opened or made."""
    DRIVER_MISSING = "driver-missing"
    SERVER_DOWN = "server-down"
    """The server cannot be reached, or does not answer in time."""
    REFUSED = "refused"
    """The server refuses this user, password or database."""
    FAILED = "failed"
    """Anything else."""


class Database(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of Django's DATABASES, its password in clear. It only ever travels on a worker's stdin."""

    ENGINE: str
    NAME: str = ""
    HOST: str = ""
    PORT: int | str = ""
    USER: str = ""
    PASSWORD: str = ""
    OPTIONS: dict[str, str | int | float | bool] = {}

    def __repr__(self) -> str:
        """Without what might be secret."""
        return f"Database(ENGINE={self.ENGINE!r}, …)"


class OpenRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Open the databases and bring their tables up to date.

    Attributes:
        databases: aliases `default`, and perhaps `replica` and `mongo`. Names of SQLite files are absolute.
        host: under which this machine's records are kept.
    """

    databases: dict[str, Database]
    host: str


class Opened(msgspec.Struct, frozen=True):
    """What came of it.

    Attributes:
        state: READY, SET_ASIDE, or why it cannot serve.
        message: one sentence for a person, without secrets; "" when READY.
        hint: the next step; may be empty.
    """

    state: State
    message: str = ""
    hint: str = ""


class Ingest(msgspec.Struct, frozen=True):
    """Store the records of a file of the spool: lines as `devdash.history.lines` reads them. All or none.

    The file is removed after the answer: what it held must then outlive a loss of power.

    Attributes:
        path: absolute. Where it is not there any more, somebody else was faster: zeros.
    """

    path: str


class Ingested(msgspec.Struct, frozen=True):
    """What the file held.

    Attributes:
        samples, events: that were stored, or were there already.
        spoilt: lines that are none.
    """

    samples: int
    events: int
    spoilt: int


class InfosQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The series that have samples. `pane`: this one's; "": all panes'. `host`: as in `SeriesQuery`."""

    pane: str = ""
    since: float
    until: float
    host: str = ""


class PointsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Samples as they are kept: raw ones, and means of roll-ups where the raw ones are gone.

    Attributes:
        series, item: None: any.
        skip, limit: a page of the answer.
        host: as in `SeriesQuery`.
    """

    pane: str
    series: str | None = None
    item: str | None = None
    since: float
    until: float
    skip: int = 0
    limit: int = 5000
    host: str = ""


class Point(msgspec.Struct, frozen=True, array_like=True):
    """One kept value.

    Attributes:
        at: of a roll-up, when its step begins.
        span_s: 0 for a raw sample, else the step that `value` is the mean of.
    """

    at: float
    series: str
    item: str
    value: float
    span_s: float = 0.0


class UptimeQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How long panes were at each level. `pane`: this one; "": all. `host`: as in `SeriesQuery`."""

    pane: str = ""
    since: float
    until: float
    host: str = ""


class CountersQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How often things happened, since the history began. `pane`: this one; "": all.

    Attributes:
        this_host: only this machine's.
    """

    pane: str = ""
    this_host: bool = True


class Counted(msgspec.Struct, frozen=True):
    """One counter.

    Attributes:
        name: what was counted: "alert." and the occasion, "action." and the level it ended with, "level." and
            the level that the pane changed to.
    """

    host: str
    pane: str
    name: str
    count: int


class Housekeep(msgspec.Struct, frozen=True, kw_only=True):
    """Roll samples up and purge what is older than it is to be kept. Seconds; see `HistoryConfig`."""

    now: float
    raw_s: float
    five_minutes_s: float
    hours_s: float
    events_s: float


class Housekept(msgspec.Struct, frozen=True):
    """What was done: samples that went into roll-ups, and rows that were purged."""

    rolled_up: int
    purged: int
