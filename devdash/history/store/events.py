"""What happened: alerts, actions and changes of level, as one list; and the counters."""

from collections.abc import Iterator
from heapq import nlargest

from django.db.models import Q

from devdash.contract.levels import Level
from devdash.history.base import Happened, Tally
from devdash.history.events.models import ActionEvent, AlertEvent, EventTally
from devdash.history.filters import at_levels, containing, of_panes, on_host, within
from devdash.history.moments import milliseconds
from devdash.history.status.models import LevelChange, LevelTally
from devdash.history.store.ingest import milliseconds_of
from devdash.history.wire import Counted, CountersQuery, Event, EventQuery, Kind

MOST_EVENTS = 20_000


def events(query: EventQuery, host: str) -> tuple[Event, ...]:
    """The newest that are asked for, newest first. Each table gives its newest, so that none is left out."""
    limit = min(max(query.limit, 0), MOST_EVENTS)
    kinds = query.kinds or tuple(Kind)
    found = [event for kind in kinds for event in _OF_KIND[kind](_condition(query, host), query.text, limit)]
    return tuple(nlargest(limit, found, key=lambda event: event.at))


def counters(query: CountersQuery, host: str) -> tuple[Counted, ...]:
    """How often what happened, since the history began."""
    wanted = on_host(host if query.this_host else "") & of_panes((query.pane,) if query.pane else ())
    models: tuple[type[Tally], ...] = (EventTally, LevelTally)
    rows = [row for model in models for row in model.active.filter(wanted, count__gt=0)]
    ordered = sorted(rows, key=lambda row: (row.host, row.pane, row.name))
    return tuple(Counted(row.host, row.pane, row.name, row.count) for row in ordered)


def _condition(query: EventQuery, host: str) -> Q:
    since = None if query.since is None else milliseconds_of(query.since)
    until = None if query.until is None else milliseconds_of(query.until)
    return (
        on_host(host if query.this_host else query.host)
        & of_panes(query.panes)
        & at_levels(query.levels)
        & within(since, until)
    )


def _alerts(condition: Q, text: str, limit: int) -> Iterator[Event]:
    found = AlertEvent.active.filter(condition, containing(text, "text", "rule", "item", "occasion"))
    for row in found.order_by("-timestamp", "-uid")[:limit]:
        yield _event(Kind.ALERT, row, name=row.rule, item=row.item, what=row.occasion, text=row.text)


def _actions(condition: Q, text: str, limit: int) -> Iterator[Event]:
    found = ActionEvent.active.filter(condition, containing(text, "text", "action", "item"))
    for row in found.order_by("-timestamp", "-uid")[:limit]:
        what = "failed" if row.level == Level.CRITICAL else "done"
        yield _event(Kind.ACTION, row, name=row.action, item=row.item, what=what, text=row.text)


def _levels(condition: Q, text: str, limit: int) -> Iterator[Event]:
    found = LevelChange.active.filter(condition, containing(text, "summary"))
    for row in found.order_by("-timestamp", "-uid")[:limit]:
        yield _event(Kind.STATUS, row, text=row.summary)


_OF_KIND = {Kind.ALERT: _alerts, Kind.ACTION: _actions, Kind.STATUS: _levels}


def _event(kind: Kind, row: Happened, *, text: str, name: str = "", item: str = "", what: str = "") -> Event:
    return Event(
        kind=kind,
        at=milliseconds(row.timestamp) / 1000,
        host=row.host,
        pane=row.pane,
        name=name,
        item=item,
        what=what,
        level=Level(row.level),
        text=text,
    )
