"""What is older than it is to be kept goes, in small transactions; roll-ups are made sure of first."""

from collections.abc import Iterator

import msgspec
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Greatest

from devdash.history.analytics.models import (
    FiveMinutes,
    Hour,
    OfSeries,
    Sample,
    Series,
    Touched,
)
from devdash.history.base import Rows
from devdash.history.events.models import ActionEvent, AlertEvent, Host
from devdash.history.filters import within
from devdash.history.moments import FIVE_MINUTES_MS, HOUR_MS, milliseconds, moment_of
from devdash.history.status.models import LevelChange
from devdash.history.store.writing import together, writing_alias

RAW_WINDOW_MS = 6 * HOUR_MS
FIVE_WINDOW_MS = 30 * 24 * HOUR_MS
"""How much of a series one transaction removes: a few thousand rows."""


class Retention(msgspec.Struct, frozen=True):
    """How long things are kept, in milliseconds; each level for at least as long as the one before."""

    raw: int
    five_minutes: int
    hours: int
    events: int


def purge(now: int, keep: Retention) -> Iterator[int]:
    """Remove what is too old at `now`.

    Yields:
        the rows that a transaction has removed; whoever stops asking leaves the rest for next time.
    """
    alias = writing_alias(Series)
    raw_cut = _floor(now - keep.raw, FIVE_MINUTES_MS)
    five_cut = _floor(now - max(keep.raw, keep.five_minutes), HOUR_MS)
    hour_cut = _floor(now - max(keep.raw, keep.five_minutes, keep.hours), HOUR_MS)
    for key in list(Series.objects.using(alias).order_by("key").values_list("key", flat=True)):
        old_five = FiveMinutes.objects.using(alias).filter(series_id=key, timestamp__lt=five_cut).exists()
        if old_five or _old_samples(key, raw_cut, alias).exists():
            yield from _purge_samples(key, raw_cut, alias)
        if old_five:
            yield from _purge_five_minutes(key, five_cut, alias)
        yield from Hour.objects.using(alias).filter(series_id=key).purge(moment_of(hour_cut))
    yield _forget_series(hour_cut, alias)
    yield from _purge_events(max(0, now - keep.events))


def _purge_samples(key: str, cut: int, alias: str) -> Iterator[int]:
    """Samples before `cut` that are rolled up."""
    old = _old_samples(key, cut, alias)
    while True:
        with together(alias):
            series = Series.objects.using(alias).filter(key=key).select_for_update().first()
            if series is None:
                return
            unrolled = Touched.objects.using(alias).filter(series_id=key, timestamp__lt=cut)
            first_unrolled = unrolled.order_by("timestamp").first()
            end = cut if first_unrolled is None else milliseconds(first_unrolled.timestamp)
            oldest = old.order_by("timestamp").first()
            begin = end if oldest is None else milliseconds(oldest.timestamp)
            begin -= begin % FIVE_MINUTES_MS
            until = min(end, begin + RAW_WINDOW_MS)
            removed = old.filter(timestamp__lt=until).delete()[0] if begin < until else 0
            # Late ones that stay are in the roll-ups, and must not be added to them again.
            known = Sample.objects.using(alias).filter(within(series.raw_from, until), series_id=key)
            known.soft_delete()
            _close(key, "raw_from", until, alias)
        yield removed
        if until >= end:
            return


def _old_samples(key: str, cut: int, alias: str) -> Rows[Sample]:
    """Samples before `cut`; late ones stay for as long as if they were new."""
    rows = Sample.objects.using(alias).filter(series_id=key, timestamp__lt=cut)
    return rows.filter(Q(stored=None) | Q(stored__lt=cut))


def _purge_five_minutes(key: str, cut: int, alias: str) -> Iterator[int]:
    """Five minutes before `cut` whose samples are purged; their hours know them already."""
    rows = FiveMinutes.objects.using(alias).filter(series_id=key)
    while True:
        with together(alias):
            series = Series.objects.using(alias).filter(key=key).select_for_update().first()
            oldest = rows.order_by("timestamp").first()
            if series is None or oldest is None:
                return
            end = min(cut, _floor(series.raw_from, HOUR_MS))
            until = min(end, _floor(milliseconds(oldest.timestamp), HOUR_MS) + FIVE_WINDOW_MS)
            if until <= series.five_from and milliseconds(oldest.timestamp) >= until:
                return
            _close(key, "five_from", until, alias)
            removed = rows.filter(timestamp__lt=until).delete()[0]
        yield removed
        if until >= end:
            return


def _close(key: str, field: str, until: int, alias: str) -> None:
    """From now on, what comes from before `until` is added to roll-ups."""
    rows = Series.objects.using(alias).filter(key=key)
    rows.update(**{field: Greatest(F(field), until)})
    if field == "raw_from":
        rows.update(rolled=Greatest(F("rolled"), F("raw_from")))


def _forget_series(cut: int, alias: str) -> int:
    """Remove series of which nothing is kept any more."""
    with together(alias):
        empty = Series.objects.using(alias).filter(timestamp__lt=cut)
        of_it: tuple[type[OfSeries], ...] = (Sample, FiveMinutes, Hour, Touched)
        for model in of_it:
            rows = model._base_manager.using(alias).filter(series_id=OuterRef("pk"))
            empty = empty.filter(~Exists(rows))
        keys = list(empty.values_list("key", flat=True))
        return Series.objects.using(alias).filter(key__in=keys).delete()[0]


def _purge_events(before: int) -> Iterator[int]:
    moment = moment_of(before)
    yield from AlertEvent.objects.using(writing_alias(AlertEvent)).all().purge(moment)
    yield from ActionEvent.objects.using(writing_alias(ActionEvent)).all().purge(moment)
    yield from Host.objects.using(writing_alias(Host)).all().purge(moment)
    alias = writing_alias(LevelChange)
    rows = LevelChange.objects.using(alias)
    # The last level of a pane is what it is at, however long ago that was seen.
    stay = rows.newest_of("host", "pane").values_list("pk", flat=True)
    yield from rows.exclude(pk__in=list(stay)).purge(moment, field="seen")


def _floor(count: int, width: int) -> int:
    return max(0, count - count % width)
