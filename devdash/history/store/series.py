"""Series of samples as charts and tables want them, from whichever tables have them."""

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import islice
from typing import TypeAlias

from django.db.models import Count, F, Q, Sum

from devdash.history.analytics.models import FiveMinutes, Hour, OfSeries, Sample, Series
from devdash.history.filters import of_panes, on_host, within
from devdash.history.moments import milliseconds
from devdash.history.store.ingest import milliseconds_of
from devdash.history.store.levels import Borders, Part, Width, parts
from devdash.history.wire import Point, PointsQuery, SeriesQuery

Grouped: TypeAlias = Sequence[tuple[int, float, int]]
"""Where a step begins, the total of its values, and their number."""

MOST_POINTS = 20_000

_MODELS: dict[Width, type[OfSeries]] = {
    Width.SAMPLE: Sample,
    Width.FIVE_MINUTES: FiveMinutes,
    Width.HOUR: Hour,
}


def series(query: SeriesQuery, host: str) -> tuple[float | None, ...]:
    """The means of equal steps; None for a step without a sample.

    A mean is the total of the samples of the step ÷ their number, both added up by the database.
    """
    points = min(max(query.points, 0), MOST_POINTS)
    since, until = milliseconds_of(query.since), milliseconds_of(query.until)
    key = Series.key_for(host, query.pane, query.series, query.item)
    known = Series.objects.filter(key=key).first()
    if known is None or points == 0 or since >= until:
        return (None,) * points
    step = -(-(until - since) // points)
    borders = Borders(known.five_from, known.raw_from, known.rolled)
    totals, numbers = [0.0] * points, [0.0] * points
    for part in parts(since, until, step, borders):
        for start, total, number in _grouped(key, part, since, step):
            last = max(start + 1, start + -(-part.width // step)) if part.width > step else start + 1
            for index in range(start, min(last, points)):
                totals[index] += total
                numbers[index] += number
    return tuple(total / number if number else None for total, number in zip(totals, numbers, strict=True))


def _grouped(key: str, part: Part, since: int, step: int) -> Grouped:
    """The steps that `part` has rows for; the first of the three is a step's number."""
    rows = _MODELS[part.width].active.filter(within(part.begin, part.end), series_id=key).order_by()
    into = F("timestamp") - since
    value, number = ("value", Count("pk")) if part.width is Width.SAMPLE else ("total", Sum("count"))
    steps = rows.annotate(start=into - into % step).values("start").annotate(whole=Sum(value), n=number)
    return [(int(start) // step, total, n) for start, total, n in steps.values_list("start", "whole", "n")]


def points(query: PointsQuery, host: str) -> tuple[Point, ...]:
    """What is kept, by time, series and item: samples, and the means of roll-ups where samples are gone."""
    since, until = milliseconds_of(query.since), milliseconds_of(query.until)
    wanted = on_host(host, of="series__") & of_panes((query.pane,), of="series__")
    for field, name in (("name", query.series), ("item", query.item)):
        wanted &= Q() if name is None else Q(**{f"series__{field}": name})
    skip, limit = max(query.skip, 0), min(max(query.limit, 0), MOST_POINTS)
    fine = F("series__raw_from")
    coarse = F("series__five_from")
    spans = {
        Width.HOUR: Q(timestamp__lt=coarse),
        Width.FIVE_MINUTES: Q(timestamp__gte=coarse, timestamp__lt=fine),
        Width.SAMPLE: Q(timestamp__gte=fine),
    }
    kept = [
        _points(width, wanted & within(since, until) & span, skip + limit) for width, span in spans.items()
    ]
    return tuple(islice(merge(*kept, key=_order), skip, skip + limit))


def _points(width: Width, wanted: Q, most: int) -> Iterator[Point]:
    value = F("value") if width is Width.SAMPLE else F("total") / F("count")
    rows = _MODELS[width].active.filter(wanted).annotate(mean=value)
    ordered = rows.order_by("timestamp", "series__name", "series__item")
    span_s = width / 1000
    for at, name, item, mean in ordered.values_list("timestamp", "series__name", "series__item", "mean")[
        :most
    ]:
        yield Point(milliseconds(at) / 1000, name, item, mean, span_s)


def _order(point: Point) -> tuple[float, str, str]:
    return point.at, point.series, point.item
