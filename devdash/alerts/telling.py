"""What is said about an alert, and when it is kept silent.

Everything that rings comes from `_due`, so that there is one place to look
for what can ring. Decided after all alerts of a pane have moved: what one
reading brings may silence another.
"""

from datetime import datetime

from msgspec.structs import replace

from devdash.alerts.model import Alert, Notice, Occasion, Status
from devdash.contract.levels import Level


def told(alert: Alert, wall: datetime) -> tuple[Alert, tuple[Notice, ...]]:
    """`alert` after what is to be said about it at `wall`, and that."""
    if not alert.is_open:
        return _over(alert, wall)
    if alert.acknowledged or is_hushed(alert, wall):
        return _silenced(alert)
    occasion = _due(alert, wall)
    return (alert, ()) if occasion is None else _rung(alert, occasion, wall)


def is_hushed(alert: Alert, wall: datetime) -> bool:
    """Whether it is kept silent for a time, by a snooze or another alert."""
    return alert.inhibited or (alert.snoozed_until is not None and alert.snoozed_until > wall)


def _due(alert: Alert, wall: datetime) -> Occasion | None:
    """What is to ring now. Old data ring nothing."""
    if alert.status is not Status.FIRING or alert.stale:
        return None
    terms = alert.terms
    if alert.level is Level.ATTENTION and 0 < terms.escalate_s <= (wall - alert.since).total_seconds():
        return Occasion.ESCALATED
    if alert.owed:
        return Occasion.REMINDED
    if alert.notified_at is None:
        return Occasion.FIRED
    if alert.repeats < terms.max_repeats and 0 < terms.repeat_s <= (wall - alert.notified_at).total_seconds():
        return Occasion.REPEATED
    return None


def _rung(alert: Alert, occasion: Occasion, wall: datetime) -> tuple[Alert, tuple[Notice, ...]]:
    after = replace(
        alert,
        level=Level.CRITICAL if occasion is Occasion.ESCALATED else alert.level,
        notified=alert.notified + 1,
        notified_at=wall,
        repeats=alert.repeats + (occasion is Occasion.REPEATED),
        shown=True,
        owed=False,
    )
    return after, (Notice(occasion, after),)


def _silenced(alert: Alert) -> tuple[Alert, tuple[Notice, ...]]:
    owed = not alert.acknowledged
    if alert.shown:
        after = replace(alert, shown=False, owed=owed)
        return after, (Notice(Occasion.CLOSED, after),)
    return (alert if alert.owed == owed else replace(alert, owed=owed)), ()


def _over(alert: Alert, wall: datetime) -> tuple[Alert, tuple[Notice, ...]]:
    if not _has_traces(alert):
        return alert, ()
    notices: list[Notice] = []
    after = replace(alert, shown=False, owed=False)
    if alert.shown:
        notices.append(Notice(Occasion.CLOSED, after))
    if alert.notified and alert.terms.resolve and not is_hushed(alert, wall):
        notices.append(Notice(Occasion.RESOLVED, after))
    calm = replace(
        after,
        level=alert.terms.level,
        notified=0,
        notified_at=None,
        repeats=0,
        acknowledged=False,
        inhibited=False,
    )
    return calm, tuple(notices)


def _has_traces(alert: Alert) -> bool:
    """Whether anything is left of its last firing."""
    return (
        alert.shown
        or alert.owed
        or alert.acknowledged
        or alert.inhibited
        or alert.notified_at is not None
        or alert.level is not alert.terms.level
    )
