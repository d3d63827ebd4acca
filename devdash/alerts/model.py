"""What the alert room speaks of: terms of a rule, verdicts on facts, alerts, and what to tell whom."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from devdash.contract.levels import Level

Aware = Annotated[datetime, msgspec.Meta(tz=True)]
"""A wall time with its zone; a stored one without is refused. Those of alerts are in UTC."""

Count = Annotated[int, msgspec.Meta(ge=0)]


class AlertId(msgspec.Struct, frozen=True, order=True):
    """What an alert is about.

    Attributes:
        pane: the pane's name.
        rule: the rule's name.
        item: the key of the item; "" for the pane as a whole.
    """

    pane: str
    rule: str
    item: str = ""

    def __str__(self) -> str:
        """As commands take it: "battery.low" or "git.diverged:api"."""
        return f"{self.pane}.{self.rule}" + (f":{self.item}" if self.item else "")


class Moment(msgspec.Struct, frozen=True):
    """Now, on both clocks.

    Attributes:
        wall: aware; may jump in both directions.
        monotonic: seconds; never goes back, stands still while the machine is suspended.
    """

    wall: datetime
    monotonic: float


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """A rule without its conditions, as it is in force: the plug-in's, changed by devdash.toml.

    Attributes are those of `devdash.contract.rules.Rule`, and:
        channels: names of the channels that are told; None: those that `[alerts]` names.
    """

    pane: str
    name: str
    level: Level
    for_s: float = 0.0
    keep_s: float = 0.0
    repeat_s: float = 0.0
    max_repeats: int = 0
    escalate_s: float = 0.0
    resolve: bool = False
    inhibited_by: tuple[str, ...] = ()
    action: str | None = None
    channels: tuple[str, ...] | None = None


class Verdict(msgspec.Struct, frozen=True):
    """What one reading's facts say about one rule.

    Attributes:
        entered: items for which the rule begins to hold.
        cleared: items for which it is over.
        present: the items that there are; None: not told, items stay.
        texts: an item's key to its text, at least for all in `entered`.
    """

    terms: Terms
    entered: frozenset[str]
    cleared: frozenset[str]
    present: frozenset[str] | None = None
    texts: dict[str, str] = {}


class Status(StrEnum):
    """Where an alert is between quiet and loud."""

    OK = "ok"
    PENDING = "pending"
    """It holds, but not long enough yet."""
    FIRING = "firing"
    CLEARING = "clearing"
    """It is over, but not long enough yet."""


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert at one moment. A value that can be stored. Wall times are in UTC.

    Attributes:
        terms: of the rule, as last seen.
        level: the terms', or CRITICAL once it has escalated.
        text: one line.
        since: wall time at which `status` was reached; of FIRING, at which it fired.
        timer: `Moment.monotonic` from which `for` or `keep` runs; means something in one run only.
        notified: how many notifications this firing has had, the first included.
        notified_at: wall time of the last one.
        repeats: how many of them were repeats.
        shown: the last notification has not been closed: a `CLOSED` is still to come.
        acknowledged: silent until it is OK again.
        snoozed_at, snoozed_until: wall times; silent between them. Both or neither.
        owed: a notification was due while it was snoozed or inhibited.
        inhibited: a rule that silences this one fires.
        stale: the pane has no current data.
        fired: wall times at which it fired, oldest first, the last 50 of the last 7 days.
    """

    id: AlertId
    terms: Terms
    status: Status = Status.OK
    level: Level
    text: str
    since: Aware
    timer: float | None = None
    notified: Count = 0
    notified_at: Aware | None = None
    repeats: Count = 0
    shown: bool = False
    acknowledged: bool = False
    snoozed_at: Aware | None = None
    snoozed_until: Aware | None = None
    owed: bool = False
    inhibited: bool = False
    stale: bool = False
    fired: tuple[Aware, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it fires, or has fired and is not over yet."""
        return self.status in (Status.FIRING, Status.CLEARING)

    @property
    def fires_since(self) -> Aware:
        """Wall time at which it fired, also while it clears."""
        return self.fired[-1] if self.status is Status.CLEARING and self.fired else self.since


class Occasion(StrEnum):
    """Why somebody is told something."""

    FIRED = "fired"
    REPEATED = "repeated"
    ESCALATED = "escalated"
    REMINDED = "reminded"
    """A snooze or an inhibition is over and it still fires."""
    RESOLVED = "resolved"
    """It is over, and the rule asks for a word about that. If a notification is still shown, its
    `CLOSED` comes first."""
    CLOSED = "closed"
    """Take the notification away; say nothing."""
    ANSWERED = "answered"
    """The outcome of a button that was pressed. The duty says it, not the engine."""


RINGING = frozenset({Occasion.FIRED, Occasion.REPEATED, Occasion.ESCALATED, Occasion.REMINDED})
"""Those that ask for a person's attention."""


class Notice(msgspec.Struct, frozen=True):
    """What channels are to do.

    Attributes:
        alert: as it is after what happened; of one that is over, with the level that was told last.
    """

    occasion: Occasion
    alert: Alert
