"""Records become rows. Storing the same records again changes nothing, and no counter."""

import time
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import TypeVar
from uuid import uuid4

from django.db.models import BigIntegerField, F, Value
from django.db.models.functions import Greatest, Least

from devdash.history.analytics.models import Sample, Series, Touched, row_id
from devdash.history.base import Tally, key_of
from devdash.history.events.models import ActionEvent, AlertEvent, EventTally, Host
from devdash.history.moments import FIVE_MINUTES_MS, moment_of
from devdash.history.status.models import LevelChange, LevelTally
from devdash.history.store.writing import held, insert_new, together, upsert, writing_alias
from devdash.history.wire import ActionRecord, AlertRecord, Record, SampleRecord, StatusRecord

HOLD_MS = 900_000
"""A level that was recorded holds for this long unless it is recorded again: each ten minutes it is."""

LATE_MS = 3_600_000
"""A sample that comes later than this after its time is remembered as late."""

LAST_MS = 253_402_300_799_999
"""The last millisecond that a datetime can hold."""

C = TypeVar("C", bound=Tally)


def ingest(records: Sequence[Record], host: str) -> None:
    """Store `records` of `host`: all of them, or none where the apps share a database.

    Where they do not, what one database has taken stays when another fails; it is stored again then,
    which changes nothing.
    """
    events = [one for one in records if isinstance(one, AlertRecord | ActionRecord)]
    levels = [one for one in records if isinstance(one, StatusRecord)]
    samples = [one for one in records if isinstance(one, SampleRecord)]
    aliases = [writing_alias(model) for model in (AlertEvent, LevelChange, Sample)]
    with together(*aliases):
        now = milliseconds_of(time.time())
        upsert([Host(name=host, timestamp=moment_of(now))], aliases[0])
        _keep_events(events, host, aliases[0])
        _keep_levels(levels, host, aliases[1])
        _keep_samples(samples, host, now, aliases[2])


def milliseconds_of(at: float) -> int:
    """Milliseconds since 1970 of seconds since 1970, within what a datetime can hold."""
    return min(max(round(at * 1000), 0), LAST_MS)


# ── alerts and actions ──────────────────────────────────────────────────────


def _keep_events(records: Sequence[AlertRecord | ActionRecord], host: str, alias: str) -> None:
    if not records:
        return
    tallies = [_tally(EventTally, host, one.pane, _event_name(one)) for one in records]
    held(tallies, alias)
    alerts = [_alert(one, host) for one in records if isinstance(one, AlertRecord)]
    actions = [_action(one, host) for one in records if isinstance(one, ActionRecord)]
    named = {one.uid: tally.key for one, tally in zip(records, tallies, strict=True)}
    new = [row.uid for row in insert_new(alerts, alias)] + [row.uid for row in insert_new(actions, alias)]
    _raise(EventTally, Counter(named[uid] for uid in new), alias)


def _event_name(record: AlertRecord | ActionRecord) -> str:
    if isinstance(record, AlertRecord):
        return f"alert.{record.occasion}"[:200]
    return f"action.{record.level.value}"


def _alert(record: AlertRecord, host: str) -> AlertEvent:
    return AlertEvent(
        uid=record.uid,
        timestamp=moment_of(milliseconds_of(record.at)),
        host=host,
        pane=record.pane,
        level=record.level.value,
        rule=record.rule,
        item=record.item,
        occasion=record.occasion,
        text=record.text,
    )


def _action(record: ActionRecord, host: str) -> ActionEvent:
    return ActionEvent(
        uid=record.uid,
        timestamp=moment_of(milliseconds_of(record.at)),
        host=host,
        pane=record.pane,
        level=record.level.value,
        action=record.action,
        item=record.item,
        text=record.message,
        took_s=record.took_s,
    )


# ── levels ──────────────────────────────────────────────────────────────────


def _keep_levels(records: Sequence[StatusRecord], host: str, alias: str) -> None:
    """A level that is recorded again while it holds makes the row that there is last longer."""
    if not records:
        return
    held([_tally(LevelTally, host, one.pane, f"level.{one.level.value}") for one in records], alias)
    new: list[LevelChange] = []
    for record in sorted(records, key=lambda one: one.at):
        new += _keep_level(record, host, alias)
    names = (_tally(LevelTally, host, row.pane, f"level.{row.level}").key for row in new)
    _raise(LevelTally, Counter(names), alias)


def _keep_level(record: StatusRecord, host: str, alias: str) -> list[LevelChange]:
    at = milliseconds_of(record.at)
    rows = LevelChange.objects.using(alias)
    before = (
        rows.filter(host=host, pane=record.pane, timestamp__lte=at).order_by("-timestamp", "-uid").first()
    )
    if before is not None and before.level == record.level.value:
        stands = rows.filter(uid=before.uid, seen__gte=at - HOLD_MS)
        if stands.update(seen=Greatest(F("seen"), _number(at), output_field=BigIntegerField())):
            return []
    row = LevelChange(
        uid=record.uid,
        timestamp=moment_of(at),
        seen=moment_of(at),
        host=host,
        pane=record.pane,
        level=record.level.value,
        summary=record.summary,
    )
    return insert_new([row], alias)


# ── samples ─────────────────────────────────────────────────────────────────


def _keep_samples(records: Sequence[SampleRecord], host: str, now: int, alias: str) -> None:
    if not records:
        return
    ordered = sorted(records, key=lambda one: (one.pane, one.series, one.item, one.at))
    by_series = [list(some) for _, some in groupby(ordered, key=lambda one: (one.pane, one.series, one.item))]
    series = held([_series(some[0], host) for some in by_series], alias)
    for some in by_series:
        _keep_series(some, series[_series(some[0], host).key], now, alias)


def _keep_series(records: Sequence[SampleRecord], series: Series, now: int, alias: str) -> None:
    """The samples of one series, oldest first; nobody else writes to it meanwhile."""
    moments = [milliseconds_of(one.at) for one in records]
    steps = sorted({at - at % FIVE_MINUTES_MS for at in moments})
    # Before the samples: where there are no transactions, a step too many is rolled up, none too few.
    upsert([_touched(series, step) for step in steps], alias)
    samples = [_sample(series, at, one.value, now) for at, one in zip(moments, records, strict=True)]
    new = insert_new(samples, alias)
    growing = [step for step in steps if step >= series.raw_from]
    rows = Series.objects.using(alias).filter(key=series.key)
    rows.update(
        count=F("count") + len(new),
        timestamp=Greatest(F("timestamp"), _number(moments[-1]), output_field=BigIntegerField()),
    )
    if growing:
        rows.update(rolled=Least(F("rolled"), _number(growing[0])))


def _series(record: SampleRecord, host: str) -> Series:
    at = milliseconds_of(record.at)
    return Series(
        key=Series.key_for(host, record.pane, record.series, record.item),
        host=host,
        pane=record.pane,
        name=record.series,
        item=record.item,
        timestamp=moment_of(at),
        rolled=at - at % FIVE_MINUTES_MS,
    )


def _sample(series: Series, at: int, value: float, now: int) -> Sample:
    return Sample(
        id=row_id(series.key, at),
        series_id=series.key,
        timestamp=moment_of(at),
        value=value,
        stored=now if at < now - LATE_MS else None,
    )


def _touched(series: Series, step: int) -> Touched:
    return Touched(
        id=row_id(series.key, step), series_id=series.key, timestamp=moment_of(step), token=uuid4()
    )


# ── counters ────────────────────────────────────────────────────────────────


def _tally(model: type[C], host: str, pane: str, name: str) -> C:
    return model(
        key=key_of(host, pane, name), host=host, pane=pane, name=name, timestamp=moment_of(0), count=0
    )


def _raise(model: type[C], counts: Counter[str], alias: str) -> None:
    now = moment_of(milliseconds_of(time.time()))
    for key, count in sorted(counts.items()):
        model._base_manager.using(alias).filter(pk=key).update(count=F("count") + count, timestamp=now)


def _number(count: int) -> Value:
    return Value(count, output_field=BigIntegerField())
