"""What there is of each series in a time: how much, from when to when, least, mean, most, latest."""

from typing import NamedTuple

from django.db.models import BigIntegerField, Count, F, Max, Min, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from devdash.history.analytics.models import FiveMinutes, Hour, RollUp, Sample, Series
from devdash.history.filters import of_panes, on_host, within
from devdash.history.moments import HOUR_MS
from devdash.history.store.ingest import milliseconds_of
from devdash.history.wire import InfosQuery, SeriesInfo


class Found(NamedTuple):
    """What one table has of a series. Times are milliseconds."""

    number: int
    first: int
    last: int
    least: float
    total: float
    most: float

    def joined(self, other: "Found") -> "Found":
        """Both together."""
        return Found(
            self.number + other.number,
            min(self.first, other.first),
            max(self.last, other.last),
            min(self.least, other.least),
            self.total + other.total,
            max(self.most, other.most),
        )


def infos(query: InfosQuery, host: str) -> tuple[SeriesInfo, ...]:
    """Every series of `host` that has samples in the time asked for. A roll-up counts where it begins.

    The mean is the total of all samples ÷ their number; totals come from the database, per table.
    """
    since, until = milliseconds_of(query.since), milliseconds_of(query.until)
    panes = (query.pane,) if query.pane else ()
    wanted = on_host(host, of="series__") & of_panes(panes, of="series__") & within(since, until)
    whole_hours = within(since + -since % HOUR_MS, until - until % HOUR_MS)
    by_hour = whole_hours & Q(timestamp__lt=F("series__rolled") - F("series__rolled") % HOUR_MS)
    no_finer = Q(timestamp__lt=F("series__five_from"))
    found: dict[str, Found] = {}
    for rows in (
        _of_roll_ups(Hour, wanted & (by_hour | no_finer)),
        _of_roll_ups(FiveMinutes, wanted & ~by_hour & ~no_finer & Q(timestamp__lt=F("series__rolled"))),
        _of_samples(wanted & Q(timestamp__gte=F("series__rolled"))),
    ):
        for key, one in rows.items():
            found[key] = found[key].joined(one) if key in found else one
    series = Series.objects.filter(on_host(host), of_panes(panes), key__in=found).annotate(
        latest=_latest(until)
    )
    ordered = series.order_by("pane", "name", "item")
    fields = ordered.values_list("key", "pane", "name", "item", "latest")
    return tuple(_told(found[key], pane, name, item, latest) for key, pane, name, item, latest in fields)


def _of_samples(wanted: Q) -> dict[str, Found]:
    rows = Sample.active.filter(wanted).order_by().values("series_id")
    grouped = rows.annotate(
        n=Count("pk"),
        first=Min("timestamp", output_field=BigIntegerField()),
        newest=Max("timestamp", output_field=BigIntegerField()),
        low=Min("value"),
        whole=Sum("value"),
        high=Max("value"),
    )
    fields = grouped.values_list("series_id", "n", "first", "newest", "low", "whole", "high")
    return {key: Found(*rest) for key, *rest in fields}


def _of_roll_ups(model: type[RollUp], wanted: Q) -> dict[str, Found]:
    rows = model.active.filter(wanted).order_by().values("series_id")
    grouped = rows.annotate(
        n=Sum("count"),
        first=Min("timestamp", output_field=BigIntegerField()),
        newest=Max("last_at"),
        low=Min("least"),
        whole=Sum("total"),
        high=Max("most"),
    )
    fields = grouped.values_list("series_id", "n", "first", "newest", "low", "whole", "high")
    return {key: Found(*rest) for key, *rest in fields}


def _latest(until: int) -> Coalesce:
    """The newest value of each series before `until`, from the finest table that has one."""
    of_it = {"series_id": OuterRef("pk"), "timestamp__lt": until}
    sample = Sample.active.filter(**of_it).order_by("-timestamp").values("value")[:1]
    five = FiveMinutes.active.filter(**of_it).order_by("-timestamp").values("last")[:1]
    hour = Hour.active.filter(**of_it).order_by("-timestamp").values("last")[:1]
    return Coalesce(Subquery(sample), Subquery(five), Subquery(hour))


def _told(found: Found, pane: str, name: str, item: str, latest: float) -> SeriesInfo:
    return SeriesInfo(
        pane=pane,
        series=name,
        item=item,
        count=found.number,
        first=found.first / 1000,
        last=found.last / 1000,
        latest=latest,
        least=found.least,
        mean=found.total / found.number,
        most=found.most,
    )
