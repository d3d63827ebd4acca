"""The history's worker: opens the databases through Django and serves the calls that `wire` lists.

It runs in a process of its own, because a driver can hang for good, and Django costs 40 MiB.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from devdash.history import wire
from devdash.history.lines import is_event, read_lines, sound

if TYPE_CHECKING:
    from devdash.history.store.opening import Store

Q = TypeVar("Q", bound=msgspec.Struct)

HOUSEKEEPING_S = 20.0
"""Housekeeping ends after this and goes on next time; each of its transactions is short."""

LARGEST = 1e300
"""Of larger numbers the totals would not be finite."""

_store: "Store | None" = None
_configured: wire.OpenRequest | None = None


def open_databases(**args: object) -> object:
    """See `wire.OpenRequest` and `wire.Opened`."""
    global _store, _configured  # noqa: PLW0603 - Django's settings are this process's, once
    request = msgspec.convert(args, wire.OpenRequest)
    if _configured is not None and _configured != request:
        return msgspec.to_builtins(
            wire.Opened(wire.State.FAILED, "other databases are open", "Start the worker anew.")
        )
    if _store is None:
        from devdash.history.store.failures import HistoryError, is_expected, state_of
        from devdash.history.store.settings import configure

        try:
            if _configured is None:
                configure(request.databases)
            _configured = request
            from devdash.history.store.opening import Store
        except Exception as error:
            if not (is_expected(error) or isinstance(error, ImportError)):
                raise
            told = HistoryError(state_of(error))
            return msgspec.to_builtins(wire.Opened(told.state, told.message, told.hint))
        made = Store(request.databases, request.host)
    else:
        made = _store
    opened = made.open()
    _store = made if opened.state in (wire.State.READY, wire.State.SET_ASIDE) else None
    return msgspec.to_builtins(opened)


def _ingest(request: wire.Ingest, host: str) -> wire.Ingested:
    """Store the records of a file."""
    from devdash.history.store.failures import HistoryError
    from devdash.history.store.ingest import ingest

    try:
        lines = Path(request.path).read_bytes().split(b"\n")
    except FileNotFoundError:
        return wire.Ingested(0, 0, 0)
    except OSError:
        raise HistoryError(wire.State.FAILED, "a file of the spool cannot be read") from None
    read = [_fit(record) for record in read_lines(lines)]
    records = [record for record in read if record is not None]
    ingest(records, host)
    events = sum(is_event(record) for record in records)
    return wire.Ingested(len(records) - events, events, len(read) - len(records))


def _fit(record: wire.Record | None) -> wire.Record | None:
    """The record as every database takes it; None where there is no way."""
    if isinstance(record, wire.SampleRecord) and abs(record.value) > LARGEST:
        return None
    return None if record is None else sound(record)


def _events(query: wire.EventQuery, host: str) -> tuple[wire.Event, ...]:
    from devdash.history.store.events import events

    return events(query, host)


def _counters(query: wire.CountersQuery, host: str) -> tuple[wire.Counted, ...]:
    from devdash.history.store.events import counters

    return counters(query, host)


def _infos(query: wire.InfosQuery, host: str) -> tuple[wire.SeriesInfo, ...]:
    from devdash.history.store.infos import infos

    return infos(query, query.host or host)


def _series(query: wire.SeriesQuery, host: str) -> tuple[float | None, ...]:
    from devdash.history.store.series import series

    return series(query, query.host or host)


def _points(query: wire.PointsQuery, host: str) -> tuple[wire.Point, ...]:
    from devdash.history.store.series import points

    return points(query, query.host or host)


def _uptime(query: wire.UptimeQuery, host: str) -> tuple[wire.Uptime, ...]:
    from devdash.history.store.uptime import uptime

    return uptime(query, query.host or host)


def _housekeep(request: wire.Housekeep, host: str) -> wire.Housekept:
    """Roll up, then purge, for `HOUSEKEEPING_S` at most."""
    from devdash.history.store.ingest import milliseconds_of
    from devdash.history.store.purge import Retention, purge
    from devdash.history.store.rollups import roll_up

    kept = (request.raw_s, request.five_minutes_s, request.hours_s, request.events_s)
    now, keep = milliseconds_of(request.now), Retention(*(milliseconds_of(one) for one in kept))
    deadline = time.monotonic() + HOUSEKEEPING_S
    rolled_up = _until(deadline, roll_up(now))
    return wire.Housekept(rolled_up, _until(deadline, purge(now, keep)))


def _until(deadline: float, work: Iterator[int]) -> int:
    done = 0
    for one in work:
        done += one
        if time.monotonic() > deadline:
            break
    return done


def _call(query: type[Q], work: Callable[[Q, str], object]) -> Callable[..., object]:
    """A call that takes the fields of `query`, and serves only when the databases are open."""

    def serve(**args: object) -> object:
        from devdash.history.store.failures import HistoryError

        store, asked = _store, msgspec.convert(args, query)
        if store is None:
            raise HistoryError(wire.State.NOT_OPEN)
        return msgspec.to_builtins(store.serve(lambda: work(asked, store.host)))

    return serve


CALLS: dict[str, Callable[..., object]] = {
    "open": open_databases,
    "ingest": _call(wire.Ingest, _ingest),
    "events": _call(wire.EventQuery, _events),
    "counters": _call(wire.CountersQuery, _counters),
    "infos": _call(wire.InfosQuery, _infos),
    "series": _call(wire.SeriesQuery, _series),
    "points": _call(wire.PointsQuery, _points),
    "uptime": _call(wire.UptimeQuery, _uptime),
    "housekeep": _call(wire.Housekeep, _housekeep),
}
