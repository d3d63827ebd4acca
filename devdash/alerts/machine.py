"""The life of one alert: what readings, time, people and restarts make of it.

Each function takes an alert and gives the alert that it becomes, the same
object when nothing changes. What is said about it is decided apart, in
`devdash.alerts.telling`, once every alert of a pane has moved. The table is
in docs/alerts.md, "How an alert lives".
"""

from datetime import datetime, timedelta
from enum import Enum, auto

from msgspec.structs import replace

from devdash.alerts.model import Alert, Moment, Status, Terms

MOST_FIRED = 50
FIRED_SPAN = timedelta(days=7)


class Sight(Enum):
    """What a reading says about one item."""

    HOLDS = auto()
    NEITHER = auto()
    """It holds no longer, but is not over either."""
    OVER = auto()
    GONE = auto()
    """The item is not there any more."""


def seen(alert: Alert, sight: Sight, text: str, now: Moment) -> Alert:
    """`alert` after a reading that says `sight` of its item, and `text` about it."""
    if alert.stale:
        alert = replace(alert, stale=False, timer=_timer(alert, now))
    if text != alert.text:
        alert = replace(alert, text=text)
    match alert.status, sight:
        case ((Status.PENDING | Status.FIRING | Status.CLEARING), Sight.GONE):
            # Not resolved: nothing is known about it. So there is nobody to tell.
            return replace(_ended(alert, now), notified=0)
        case Status.OK, Sight.HOLDS:
            alert = replace(alert, status=Status.PENDING, since=now.wall, timer=now.monotonic)
        case Status.PENDING, (Sight.NEITHER | Sight.OVER):
            return _ended(alert, now)
        case Status.FIRING, Sight.OVER:
            alert = replace(alert, status=Status.CLEARING, since=now.wall, timer=now.monotonic)
        case Status.CLEARING, (Sight.HOLDS | Sight.NEITHER):
            return _fires_again(alert)
        case _:
            pass
    return timed(alert, now)


def timed(alert: Alert, now: Moment) -> Alert:
    """`alert` after its `for` or `keep`, if that has run out."""
    if alert.timer is None:
        return alert
    held = now.monotonic - alert.timer
    if alert.status is Status.PENDING and held >= alert.terms.for_s:
        return _fires(alert, now)
    if alert.status is Status.CLEARING and held >= alert.terms.keep_s:
        return _ended(alert, now)
    return alert


def unseen(alert: Alert) -> Alert:
    """`alert` without current data: its timer stops, and begins anew with the next reading."""
    if alert.stale or alert.status is Status.OK:
        return alert
    return replace(alert, stale=True, timer=None)


def interrupted(alert: Alert, now: Moment) -> Alert:
    """`alert` after a gap: nobody knows whether it held all the time, so its timer begins anew."""
    return alert if alert.timer is None else replace(alert, timer=now.monotonic)


def within_reach(alert: Alert, wall: datetime) -> Alert:
    """`alert` without times that `wall` has not reached yet, as when the clock was set back.

    A notification of the future was now, and a snooze that has not begun begins now: it silences
    for its own length at most, whatever the clock does. A snooze that has passed is forgotten.
    """
    if alert.since > wall:
        alert = replace(alert, since=wall)
    if alert.notified_at is not None and alert.notified_at > wall:
        alert = replace(alert, notified_at=wall)
    if alert.snoozed_until is None:
        return alert
    if alert.snoozed_at is None or alert.snoozed_until <= wall:
        return replace(alert, snoozed_at=None, snoozed_until=None)
    if alert.snoozed_at > wall:
        length = alert.snoozed_until - alert.snoozed_at
        return replace(alert, snoozed_at=wall, snoozed_until=wall + length)
    return alert


def acknowledged(alert: Alert) -> Alert:
    """`alert`, silent until it is OK; only one that is open can be acknowledged."""
    return replace(alert, acknowledged=True, owed=False) if alert.is_open else alert


def snoozed(alert: Alert, until: datetime | None, wall: datetime) -> Alert:
    """`alert`, silent until `until`; None, or a time that has passed, ends a snooze."""
    if until is None or until <= wall:
        return replace(alert, snoozed_at=None, snoozed_until=None)
    return replace(alert, snoozed_at=wall, snoozed_until=until)


def untold(alert: Alert) -> Alert:
    """`alert` after its last notification reached nobody: what was due then is due again."""
    if not alert.is_open or alert.acknowledged or not alert.notified:
        return alert
    if alert.notified == 1:
        return replace(alert, notified=0, notified_at=None, repeats=0, shown=False, owed=False)
    return replace(alert, owed=True)


def restored(alert: Alert, now: Moment) -> Alert:
    """`alert` as a new process takes it over: without current data, and no timer survives."""
    alert = within_reach(replace(alert, timer=None), now.wall)
    if alert.status is Status.PENDING:
        return _ended(alert, now)
    if alert.status is Status.CLEARING:
        alert = _fires_again(alert)
    return unseen(alert)


def under(alert: Alert, terms: Terms) -> Alert:
    """`alert` under the rule's new terms; one that has escalated stays so."""
    escalated = alert.level is not alert.terms.level
    return replace(alert, terms=terms, level=alert.level if escalated else terms.level)


def is_nothing(alert: Alert) -> bool:
    """Whether there is nothing to remember of it."""
    return alert.status is Status.OK and not alert.fired and alert.snoozed_until is None


def _fires(alert: Alert, now: Moment) -> Alert:
    recent = [time for time in alert.fired if timedelta(0) <= now.wall - time <= FIRED_SPAN]
    fired = (*recent[1 - MOST_FIRED :], now.wall)
    return replace(alert, status=Status.FIRING, since=now.wall, timer=None, fired=fired)


def _fires_again(alert: Alert) -> Alert:
    since = alert.fired[-1] if alert.fired else alert.since
    return replace(alert, status=Status.FIRING, since=min(since, alert.since), timer=None)


def _ended(alert: Alert, now: Moment) -> Alert:
    return replace(alert, status=Status.OK, since=now.wall, timer=None, stale=False)


def _timer(alert: Alert, now: Moment) -> float | None:
    return now.monotonic if alert.status in (Status.PENDING, Status.CLEARING) else None
