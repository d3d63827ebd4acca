"""What becomes history: readings, alerts and actions, as records. Pure but for the unique ids."""

import uuid
from collections.abc import Iterator
from datetime import datetime

from devdash.alerts.model import AlertId, Notice
from devdash.contract.levels import Level
from devdash.engine.engine import Deed
from devdash.engine.snapshot import Snapshot
from devdash.history.wire import ActionRecord, AlertRecord, SampleRecord, StatusRecord


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


def notice_record(notice: Notice, at: datetime) -> AlertRecord:
    """What became of an alert."""
    alert = notice.alert
    return _alert_record(alert.id, notice.occasion.value, alert.level, alert.text, at)


def wish_record(alert: AlertId, occasion: str, level: Level, text: str, at: datetime) -> AlertRecord:
    """That a person acknowledged or snoozed an alert."""
    return _alert_record(alert, occasion, level, text, at)


def deed_record(deed: Deed, at: datetime) -> ActionRecord:
    """An action that was done, or tried."""
    return ActionRecord(
        _uid(), at.timestamp(), deed.pane, deed.action, deed.item or "", deed.level, deed.message, deed.took_s
    )


def _alert_record(alert: AlertId, occasion: str, level: Level, text: str, at: datetime) -> AlertRecord:
    return AlertRecord(_uid(), at.timestamp(), alert.pane, alert.rule, alert.item, occasion, level, text)


def _uid() -> str:
    return uuid.uuid4().hex
