"""How `devdash alerts` shows the alerts: a table for people, JSON for programs."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from devdash.alerts.model import Alert, Status
from devdash.contract.view import Block, Cell, Column, Row, Table, Text, Tone
from devdash.duty.outside import Sight
from devdash.render.clean import clean, fit
from devdash.render.lines import level_tone
from devdash.render.when import day_and_time

SCHEMA = 1
"""Rises when a field is removed, renamed or means something else; new fields do not raise it."""

LONGEST_NAME = 40
"""Cells of an alert's name, beyond which it would leave no room for what it is about. JSON has it whole."""


def worst_first(alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    """Those that are open: worst first, then the oldest."""
    return tuple(
        sorted((one for one in alerts if one.is_open), key=lambda one: (-one.level.weight, one.fires_since))
    )


def blocks(alerts: Sequence[Alert], now: datetime) -> tuple[Block, ...]:
    """The list as a table; a calm sentence when it is empty."""
    if not alerts:
        return (Text("No alert fires.", Tone.GOOD),)
    columns = (
        Column("alert"),
        Column("what", shrink=True),
        Column("since", priority=1),
        Column("how often", priority=3),
        Column("", shrink=True),
    )
    rows = tuple(
        Row(
            str(alert.id),
            (
                Cell(fit(clean(str(alert.id)), LONGEST_NAME), level_tone(alert.level)),
                Cell(alert.text),
                Cell(day_and_time(alert.fires_since, now)),
                Cell(f"{len(alert.fired)}× in a week" if len(alert.fired) > 1 else ""),
                Cell(state(alert, now)),
            ),
            level=alert.level,
        )
        for alert in alerts
    )
    return (Table(columns, rows),)


def state(alert: Alert, now: datetime) -> str:
    """What keeps an alert silent or in doubt; what a person did comes first, for little room cuts the end."""
    words = []
    if alert.acknowledged:
        words.append("acknowledged")
    if alert.snoozed_until is not None and alert.snoozed_until > now:
        words.append(f"snoozed until {day_and_time(alert.snoozed_until, now)}")
    if alert.inhibited:
        words.append("held back by another")
    if alert.stale:
        words.append("no current data")
    if alert.status is Status.CLEARING:
        words.append(f"seems over since {day_and_time(alert.since, now)}")
    return ", ".join(words)


def caveats(sight: Sight, now: datetime) -> tuple[str, ...]:
    """How far the list can be trusted, where that is not wholly, and what does not work on duty."""
    if sight.holder is None:
        said = "nobody is on duty: start devdash, or `devdash watch`"
        return (f"{said}; this was known at {day_and_time(sight.at, now)}" if sight.at else said,)
    who = f"{sight.holder.what} (process {sight.holder.pid})"
    if sight.silent:
        return (f"{who} is on duty but shows no sign of life; the list may be old",)
    if sight.holder.behind:
        return (f"{who} cannot write down what it knows: a full disk? The list may be old", *sight.troubles)
    return sight.troubles


class _Alert(msgspec.Struct, frozen=True):
    id: str
    pane: str
    rule: str
    item: str
    level: str
    text: str
    since: str
    clearing: bool
    notified: int
    fired_in_a_week: int
    acknowledged: bool
    snoozed_until: str | None
    inhibited: bool
    stale: bool
    action: str | None


class _OnDuty(msgspec.Struct, frozen=True):
    what: str
    pid: int
    silent: bool
    behind: bool


class _Alerts(msgspec.Struct, frozen=True):
    schema: int
    at: str
    known_at: str | None
    on_duty: _OnDuty | None
    troubles: tuple[str, ...]
    alerts: tuple[_Alert, ...]


def as_json(sight: Sight, alerts: Sequence[Alert], now: datetime) -> str:
    """What `devdash alerts --json` prints; docs/json.md describes it."""
    holder = sight.holder
    value = _Alerts(
        SCHEMA,
        now.isoformat(timespec="seconds"),
        sight.at.isoformat(timespec="seconds") if sight.at else None,
        _OnDuty(holder.what, holder.pid, sight.silent, holder.behind) if holder else None,
        sight.troubles if holder else (),
        tuple(_alert(one) for one in alerts),
    )
    return msgspec.json.encode(value).decode()


def _alert(alert: Alert) -> _Alert:
    until = alert.snoozed_until
    return _Alert(
        id=str(alert.id),
        pane=alert.id.pane,
        rule=alert.id.rule,
        item=alert.id.item,
        level=alert.level.value,
        text=alert.text,
        since=alert.fires_since.isoformat(timespec="seconds"),
        clearing=alert.status is Status.CLEARING,
        notified=alert.notified,
        fired_in_a_week=len(alert.fired),
        acknowledged=alert.acknowledged,
        snoozed_until=until.isoformat(timespec="seconds") if until else None,
        inhibited=alert.inhibited,
        stale=alert.stale,
        action=alert.terms.action,
    )
