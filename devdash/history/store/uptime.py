"""How long panes were at each level, added up by the database.

A level lasts from `timestamp` to the pane's next record, but at most HOLD_MS after it was last `seen`; of
that, the part within the time asked for counts:

    held = min(next or until, seen + HOLD_MS, until) − max(timestamp, since)

What is left of the time is unknown: levels of that name, and what nobody saw.
"""

from django.db.models import BigIntegerField, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Greatest, Least

from devdash.contract.levels import Level
from devdash.history.filters import of_panes, on_host, within
from devdash.history.status.models import LevelChange
from devdash.history.store.ingest import HOLD_MS, milliseconds_of
from devdash.history.wire import Uptime, UptimeQuery


def uptime(query: UptimeQuery, host: str) -> tuple[Uptime, ...]:
    """Of each pane of `host` that was seen in that time, by name."""
    since, until = milliseconds_of(query.since), milliseconds_of(query.until)
    if since >= until:
        return ()
    number: BigIntegerField[int, int] = BigIntegerField()
    later = LevelChange.active.filter(
        host=OuterRef("host"), pane=OuterRef("pane"), timestamp__gt=OuterRef("timestamp")
    )
    end = Value(until, output_field=number)
    following = Coalesce(
        Subquery(later.order_by("timestamp").values("timestamp")[:1]), end, output_field=number
    )
    rows = (
        LevelChange.active.filter(
            on_host(host),
            of_panes((query.pane,) if query.pane else ()),
            within(None, until),
            within(since - HOLD_MS, None, field="seen"),
        )
        .order_by()
        .annotate(
            begin=Greatest(F("timestamp"), Value(since, output_field=number), output_field=number),
            end=Least(following, F("seen") + HOLD_MS, end, output_field=number),
        )
        .annotate(held=F("end") - F("begin"))
        .filter(held__gt=0)
    )
    whole = (until - since) / 1000
    sums = {level.value: Sum("held", filter=Q(level=level.value), default=0) for level in _KNOWN}
    grouped = rows.values("pane").annotate(**sums).order_by("pane")
    return tuple(
        Uptime(
            pane, fine / 1000, attention / 1000, critical / 1000, whole - (fine + attention + critical) / 1000
        )
        for pane, fine, attention, critical in grouped.values_list("pane", *sums)
    )


_KNOWN = (Level.OK, Level.ATTENTION, Level.CRITICAL)
