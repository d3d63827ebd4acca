"""Alerts as JSON, for who keeps them between two runs. What is read is checked; a file can hold anything."""

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
from msgspec.structs import replace

from devdash.alerts.model import Alert
from devdash.contract.levels import Level

SCHEMA = 1
"""Of the form below; rises when older alerts could be misread."""

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError)


class UnreadableAlerts(Exception):
    """What was stored are not alerts of this version; the text says where and why."""


class _Stored(msgspec.Struct, frozen=True):
    schema: int
    alerts: tuple[Alert, ...]


class _Form(msgspec.Struct, frozen=True):
    schema: int


def to_json(alerts: Iterable[Alert]) -> bytes:
    """`alerts` as one line of JSON."""
    return msgspec.json.encode(_Stored(SCHEMA, tuple(alerts)))


def from_json(text: bytes) -> tuple[Alert, ...]:
    """What `to_json` wrote.

    Raises:
        UnreadableAlerts: it is not that, or of another version.
    """
    try:
        form = msgspec.json.decode(text, type=_Form)
        if form.schema != SCHEMA:
            raise UnreadableAlerts(f"stored alerts have schema {form.schema}; this devdash knows {SCHEMA}")
        stored = msgspec.json.decode(text, type=_Stored)
        alerts = tuple(_checked(alert) for alert in stored.alerts)
    except _UNREADABLE as error:
        raise UnreadableAlerts(f"stored alerts cannot be read: {error}") from None
    if len({alert.id for alert in alerts}) < len(alerts):
        raise UnreadableAlerts("stored alerts name one alert twice")
    return alerts


def _checked(alert: Alert) -> Alert:
    """`alert` in UTC. Raises OverflowError for a time at the end of all times, and UnreadableAlerts."""
    if (alert.id.pane, alert.id.rule) != (alert.terms.pane, alert.terms.name):
        raise UnreadableAlerts("a stored alert has the terms of another rule")
    if not {alert.level, alert.terms.level} <= {Level.ATTENTION, Level.CRITICAL}:
        raise UnreadableAlerts("a stored alert has a level that alerts do not have")
    return replace(
        alert,
        since=alert.since.astimezone(UTC),
        notified_at=_utc(alert.notified_at),
        snoozed_at=_utc(alert.snoozed_at),
        snoozed_until=_utc(alert.snoozed_until),
        fired=tuple(time.astimezone(UTC) for time in alert.fired),
    )


def _utc(time: datetime | None) -> datetime | None:
    return None if time is None else time.astimezone(UTC)
