"""Samples become steps of five minutes, and those hours; again whenever something came late.

A touched step is computed afresh from all of its samples, so doing it twice does no harm. When its samples
are purged already, what came late is added to the step that there is, and the late samples are hidden, all in
one transaction; the same for hours whose five minutes are purged. (MongoDB has no transaction here: a
crash in the middle of such an addition may add it twice.)
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple, TypeVar

from django.db.models import Case, Count, F, Max, Min, Q, Sum, Value, When
from django.db.models.functions import Greatest, Least

from devdash.history.analytics.models import (
    FiveMinutes,
    Hour,
    RollUp,
    Sample,
    Series,
    Touched,
    row_id,
)
from devdash.history.filters import within
from devdash.history.moments import FIVE_MINUTES_MS, HOUR_MS, milliseconds, moment_of
from devdash.history.store.writing import chunks, held, together, upsert, writing_alias

STEPS_AT_ONCE = 600
"""Touched steps in one transaction: two days of one series, about 0.1 s."""

R = TypeVar("R", bound=RollUp)


class Summary(NamedTuple):
    """What a step of a series comes to. `last_at` is in milliseconds."""

    least: float
    most: float
    total: float
    number: int
    last: float
    last_at: int


def roll_up(now: int) -> Iterator[int]:
    """Roll up all touched steps that were over at `now` (milliseconds).

    Yields:
        the samples that a transaction has rolled up; whoever stops asking leaves the rest touched.
    """
    alias = writing_alias(Touched)
    due = Touched.objects.using(alias).filter(timestamp__lte=now - FIVE_MINUTES_MS)
    while steps := list(due.order_by("series_id", "timestamp")[:STEPS_AT_ONCE]):
        done = 0
        with together(alias):
            keys = sorted({step.series_id for step in steps})
            known = held(list(Series.objects.using(alias).filter(key__in=keys)), alias)
            # Whoever had the lock before may have done some of it.
            left = Touched.objects.using(alias).filter(pk__in=[step.pk for step in steps])
            ordered = left.order_by("series_id", "timestamp")
            for key, some in groupby(ordered, key=lambda step: step.series_id):
                series = known.get(key)
                if series is not None:
                    done += _roll_series(series, list(some), alias)
        yield done


def _roll_series(series: Series, touched: Sequence[Touched], alias: str) -> int:
    """Roll up some steps of one series. Returns how many samples they have."""
    starts = [milliseconds(step.timestamp) for step in touched]
    growing = [start for start in starts if start >= series.raw_from]
    closed = [start for start in starts if start < series.raw_from]
    summaries = _of_samples(series, growing, alias)
    _replace(FiveMinutes, series, growing, summaries, alias)
    additions = _of_samples(series, closed, alias)
    _add_closed(series, additions, alias)
    hours = {start - start % HOUR_MS for start in (*growing, *closed)}
    afresh = sorted(hour for hour in hours if hour >= series.five_from)
    _replace(Hour, series, afresh, _of_five_minutes(series, afresh, alias), alias)
    for step in chunks(touched):
        seen = Touched.objects.using(alias).filter(
            pk__in=[one.pk for one in step], token__in=[one.token for one in step]
        )
        seen.delete()
    _move_border(series, growing, alias)
    return sum(one.number for one in (*summaries.values(), *additions.values()))


def _of_samples(series: Series, starts: Sequence[int], alias: str) -> dict[int, Summary]:
    """What the samples in the steps of five minutes that begin at `starts` come to."""
    found: dict[int, Summary] = {}
    for begin, end in _runs(starts, FIVE_MINUTES_MS):
        rows = Sample.active.using(alias).filter(within(begin, end), series_id=series.key)
        steps = (
            rows.order_by()
            .annotate(start=F("timestamp") - F("timestamp") % FIVE_MINUTES_MS)
            .values("start")
            .annotate(
                low=Min("value"), high=Max("value"), total=Sum("value"), n=Count("pk"), at=Max("timestamp")
            )
            .values_list("start", "low", "high", "total", "n", "at")
        )
        grouped = [
            (int(start), low, high, total, n, milliseconds(at)) for start, low, high, total, n, at in steps
        ]
        newest = [row_id(series.key, one[-1]) for one in grouped]
        last: dict[object, float] = {}
        for some in chunks(newest):
            last |= dict(Sample.objects.using(alias).filter(pk__in=some).values_list("pk", "value"))
        for start, low, high, total, n, at in grouped:
            found[start] = Summary(low, high, total, n, last[row_id(series.key, at)], at)
    return found


def _of_five_minutes(series: Series, hours: Sequence[int], alias: str) -> dict[int, Summary]:
    """What the steps of five minutes in `hours` come to."""
    found: dict[int, Summary] = {}
    for begin, end in _runs(hours, HOUR_MS):
        rows = FiveMinutes.active.using(alias).filter(within(begin, end), series_id=series.key)
        steps = (
            rows.order_by()
            .annotate(start=F("timestamp") - F("timestamp") % HOUR_MS)
            .values("start")
            .annotate(
                low=Min("least"), high=Max("most"), whole=Sum("total"), n=Sum("count"), at=Max("last_at")
            )
            .values_list("start", "low", "high", "whole", "n", "at")
        )
        grouped = list(steps)
        newest = [row_id(series.key, at - at % FIVE_MINUTES_MS) for *_, at in grouped]
        last: dict[object, float] = {}
        for some in chunks(newest):
            last |= dict(FiveMinutes.objects.using(alias).filter(pk__in=some).values_list("pk", "last"))
        for start, low, high, total, n, at in grouped:
            value = last[row_id(series.key, at - at % FIVE_MINUTES_MS)]
            found[int(start)] = Summary(low, high, total, n, value, at)
    return found


def _replace(
    model: type[R], series: Series, starts: Iterable[int], summaries: Mapping[int, Summary], alias: str
) -> None:
    """Make the roll-ups at `starts` what `summaries` says; those that have nothing any more go."""
    upsert([_row(model, series, start, summary) for start, summary in summaries.items()], alias)
    gone = [row_id(series.key, start) for start in starts if start not in summaries]
    for some in chunks(gone):
        model._base_manager.using(alias).filter(pk__in=some).delete()


def _add_closed(series: Series, additions: Mapping[int, Summary], alias: str) -> None:
    """Add what came late to roll-ups that cannot be computed afresh any more."""
    for start, summary in additions.items():
        if start >= series.five_from:
            _add(FiveMinutes, series, start, summary, alias)
        else:
            _add(Hour, series, start - start % HOUR_MS, summary, alias)
        rows = Sample.objects.using(alias).filter(
            within(start, start + FIVE_MINUTES_MS), series_id=series.key
        )
        rows.soft_delete()


def _add(model: type[R], series: Series, start: int, summary: Summary, alias: str) -> None:
    newer = Q(last_at__lte=summary.last_at)
    rows = model._base_manager.using(alias).filter(pk=row_id(series.key, start))
    changed = rows.update(
        least=Least(F("least"), Value(summary.least)),
        most=Greatest(F("most"), Value(summary.most)),
        total=F("total") + summary.total,
        count=F("count") + summary.number,
        last=Case(When(newer, then=Value(summary.last)), default=F("last")),
        last_at=Greatest(F("last_at"), Value(summary.last_at)),
    )
    if not changed:
        upsert([_row(model, series, start, summary)], alias)


def _row(model: type[R], series: Series, start: int, summary: Summary) -> R:
    return model(
        id=row_id(series.key, start),
        series_id=series.key,
        timestamp=moment_of(start),
        least=summary.least,
        most=summary.most,
        total=summary.total,
        count=summary.number,
        last=summary.last,
        last_at=summary.last_at,
    )


def _move_border(series: Series, growing: Sequence[int], alias: str) -> None:
    """Let `Series.rolled` be the first step that is still touched, or the end of the newest."""
    if not growing:
        return
    waiting = Touched.objects.using(alias).filter(series_id=series.key, timestamp__gte=series.raw_from)
    first = waiting.aggregate(first=Min("timestamp"))["first"]
    newest = milliseconds(series.timestamp)
    border = newest - newest % FIVE_MINUTES_MS + FIVE_MINUTES_MS if first is None else milliseconds(first)
    Series.objects.using(alias).filter(key=series.key).update(rolled=border)


def _runs(starts: Sequence[int], width: int) -> Iterator[tuple[int, int]]:
    """The spans that `starts`, ascending, make up without gaps: from the first to the end of the last."""
    run: list[int] = []
    for start in starts:
        if run and start != run[-1] + width:
            yield run[0], run[-1] + width
            run = []
        run.append(start)
    if run:
        yield run[0], run[-1] + width
