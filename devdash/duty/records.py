"""What becomes history: readings, alerts and actions, as records. Pure but for the unique ids."""

import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime

from devdash.alerts.model import Alert, Notice, Occasion
from devdash.engine.engine import Deed
from devdash.engine.snapshot import Snapshot
from devdash.history.wire import ActionRecord, AlertRecord, SampleRecord, StatusRecord

_BETWEEN = frozenset({Occasion.REPEATED, Occasion.ESCALATED, Occasion.REMINDED})


def samples_of(snapshot: Snapshot) -> Iterator[SampleRecord]:
    """The numbers of a good reading."""
    if snapshot.report is None or snapshot.read_at is None:
        return
    at = snapshot.read_at.timestamp()
    for sample in snapshot.report.samples:
        yield SampleRecord(at, snapshot.name, sample.series, sample.item, float(sample.value))


def status_of(snapshot: Snapshot, at: datetime) -> StatusRecord:
    """The pane's level now."""
    failure, report = snapshot.failure, snapshot.report
    summary = failure.message if failure else report.summary if report else ""
    return StatusRecord(_uid(), at.timestamp(), snapshot.name, snapshot.level, summary)


def alert_records(
    before: Iterable[Alert], after: Iterable[Alert], notices: Iterable[Notice], at: datetime
) -> Iterator[AlertRecord]:
    """What became of alerts: those that began and ended, told or not, and what was told in between.

    Args:
        before, after: those that were open before it, and are now.
    """
    old, new = {alert.id: alert for alert in before}, {alert.id: alert for alert in after}
    for alert in new.values():
        if alert.id not in old:
            yield _alert_record(alert, Occasion.FIRED.value, at)
    for notice in notices:
        if notice.occasion in _BETWEEN:
            yield _alert_record(notice.alert, notice.occasion.value, at)
    for alert in old.values():
        if alert.id not in new:
            yield _alert_record(alert, Occasion.RESOLVED.value, at)


def wish_record(alert: Alert, occasion: str, at: datetime) -> AlertRecord:
    """That a person acknowledged or snoozed an alert."""
    return _alert_record(alert, occasion, at)


def deed_record(deed: Deed, at: datetime) -> ActionRecord:
    """An action that was done, or tried."""
    return ActionRecord(
        _uid(), at.timestamp(), deed.pane, deed.action, deed.item or "", deed.level, deed.message, deed.took_s
    )


def _alert_record(alert: Alert, occasion: str, at: datetime) -> AlertRecord:
    name = alert.id
    return AlertRecord(
        _uid(), at.timestamp(), name.pane, name.rule, name.item, occasion, alert.level, alert.text
    )


def _uid() -> str:
    return uuid.uuid4().hex
