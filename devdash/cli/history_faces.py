"""What `devdash history` found, in its forms: a page of text, charts, CSV and JSON."""

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from devdash.contract.levels import Level
from devdash.contract.view import Align, Block, Cell, Column, Row, Table, Text, Tone
from devdash.history.wire import Event, Kind, Point, SeriesInfo, Uptime
from devdash.render.clean import clean, fit
from devdash.render.json_face import encoded
from devdash.render.lines import level_tone
from devdash.render.plot import plot
from devdash.render.when import day_and_time

SCHEMA = 1
"""Rises when a field of the JSON is removed, renamed or means something else."""

HEIGHT = 8
"""Lines of a chart."""


class Past(msgspec.Struct, frozen=True):
    """What was found between `since` and `until`, which are aware; `pane`: "" for all."""

    since: datetime
    until: datetime
    pane: str
    series: tuple[SeriesInfo, ...]
    events: tuple[Event, ...]
    uptimes: tuple[Uptime, ...]


class Chart(msgspec.Struct, frozen=True):
    """A series, and the means of equal steps between `since` and `until`."""

    info: SeriesInfo
    means: tuple[float | None, ...]
    since: datetime
    until: datetime


def number(value: float) -> str:
    """For a person: six digits that count."""
    return f"{value:.6g}"


def label(span: float) -> Callable[[float], str]:
    """How values of an axis that covers `span` are written: no more digits than tell them apart."""
    places = max(0, 1 - math.floor(math.log10(span))) if 0 < span < math.inf else 2

    def written(value: float) -> str:
        if places > 6 or abs(value) >= 1e6:
            return number(value)
        text = f"{value:.{places}f}"
        return text.rstrip("0").rstrip(".") if places else text

    return written


def overview(past: Past, now: datetime, *, events_only: bool) -> tuple[Block, ...]:
    """The page: uptime, series and events."""
    events = _events_table(past, now)
    if events_only:
        return (events,)
    span = f"{day_and_time(past.since, now)} to {day_and_time(past.until, now)}"
    return (Text(span, Tone.DIM), _uptime_table(past), _series_table(past, now), events)


def chart_lines(chart: Chart, width: int) -> Iterator[str]:
    """A chart with its name above and its times below; lines of at most `width` cells."""
    info = chart.info
    title = " · ".join(part for part in (info.pane, info.series, info.item) if part)
    known = f"latest {number(info.latest)}, mean {number(info.mean)} of {info.count}"
    yield fit(f"{clean(title)}  {known}", width)
    means = [mean for mean in chart.means if mean is not None and math.isfinite(mean)]
    drawn = plot(chart.means, width, HEIGHT, label(max(means, default=0.0) - min(means, default=0.0)))
    yield from drawn or ("no samples in this time",)
    if drawn:
        since, until = (day_and_time(moment, chart.until) for moment in (chart.since, chart.until))
        if chart.since.date() != chart.until.date():
            until = f"{chart.until:%a %H:%M}"
        indent = drawn[0].find("│") + 1
        across = min(width - indent, math.ceil(len(chart.means) / 2))
        yield f"{'':{indent}}{since} {until:>{max(across - len(since) - 1, 0)}}"


def points_csv(pane: str, points: Iterable[Point], *, header: bool) -> str:
    """A page of points. `span_s` is 0 for a raw sample, else the step that the value is the mean of."""
    rows = (
        (_precise(point.at), pane, point.series, point.item, repr(point.value), f"{point.span_s:g}")
        for point in points
    )
    return _csv(("at", "pane", "series", "item", "value", "span_s"), rows, header=header)


def events_csv(events: Iterable[Event]) -> str:
    """Events, newest first."""
    header = ("at", "host", "kind", "pane", "name", "item", "what", "level", "text")
    rows = (
        (_iso(one.at), one.host, one.kind, one.pane, one.name, one.item, one.what, one.level, one.text)
        for one in events
    )
    return _csv(header, rows, header=True)


def past_json(past: Past, now: datetime) -> bytes:
    """What `devdash history --json` prints, in UTF-8 and without a last newline; see docs/json.md."""
    return encoded(
        _History(
            schema=SCHEMA,
            at=now.isoformat(timespec="seconds"),
            since=past.since.isoformat(timespec="seconds"),
            until=past.until.isoformat(timespec="seconds"),
            series=tuple(map(_series, past.series)),
            uptime=past.uptimes,
            events=tuple(map(_event, past.events)),
        )
    )


class _Series(msgspec.Struct, frozen=True):
    pane: str
    series: str
    item: str
    count: int
    first: str
    last: str
    latest: float
    least: float
    mean: float
    most: float


class _Event(msgspec.Struct, frozen=True):
    at: str
    host: str
    kind: str
    pane: str
    name: str
    item: str
    what: str
    level: Level
    text: str


class _History(msgspec.Struct, frozen=True):
    schema: int
    at: str
    since: str
    until: str
    series: tuple[_Series, ...]
    uptime: tuple[Uptime, ...]
    events: tuple[_Event, ...]


def _series(info: SeriesInfo) -> _Series:
    fields = msgspec.structs.asdict(info)
    return _Series(**{**fields, "first": _iso(info.first), "last": _iso(info.last)})


def _event(event: Event) -> _Event:
    return _Event(**{**msgspec.structs.asdict(event), "at": _iso(event.at)})


def _uptime_table(past: Past) -> Table:
    whole = (past.until - past.since).total_seconds()
    rows = tuple(
        Row(
            one.pane,
            (
                Cell(one.pane),
                *(
                    Cell(_share(part, whole))
                    for part in (one.ok_s, one.attention_s, one.critical_s, one.unknown_s)
                ),
            ),
        )
        for one in past.uptimes
    )
    titles = ("ok", "attention", "critical", "unknown or not watched")
    columns = (Column("pane"), *(Column(title, Align.RIGHT) for title in titles))
    return Table(columns, rows, empty="No levels were recorded in this time.", heading="Uptime")


def _series_table(past: Past, now: datetime) -> Table:
    rows = tuple(
        Row(
            f"{one.pane}/{one.series}/{one.item}",
            (
                Cell(one.pane),
                Cell(one.series),
                Cell(one.item),
                Cell(str(one.count)),
                *(Cell(number(value)) for value in (one.latest, one.least, one.mean, one.most)),
                Cell(day_and_time(_moment(one.last), now), Tone.DIM),
            ),
        )
        for one in past.series
    )
    columns = (
        Column("pane", priority=4 if past.pane else 0),
        Column("series", shrink=True),
        Column("item", shrink=True),
        Column("count", Align.RIGHT, priority=3),
        Column("latest", Align.RIGHT),
        Column("least", Align.RIGHT, priority=1),
        Column("mean", Align.RIGHT, priority=1),
        Column("most", Align.RIGHT, priority=1),
        Column("last", priority=2),
    )
    return Table(columns, rows, empty="No samples were kept in this time.", heading="Series")


def _events_table(past: Past, now: datetime) -> Table:
    hosts = {one.host for one in past.events}
    rows = tuple(
        Row(
            str(position),
            (
                Cell(day_and_time(_moment(one.at), now), Tone.DIM),
                *((Cell(one.host, Tone.DIM),) if len(hosts) > 1 else ()),
                Cell(one.pane),
                Cell(" ".join(part for part in (one.name, one.item) if part)),
                Cell(f"is {one.level.value}" if one.kind is Kind.STATUS else one.what),
                Cell(one.text, level_tone(one.level)),
            ),
            level=one.level,
        )
        for position, one in enumerate(past.events)
    )
    columns = (
        Column("when"),
        *((Column("host"),) if len(hosts) > 1 else ()),
        Column("pane", priority=3 if past.pane else 0),
        Column("about", shrink=True, priority=1),
        Column("what", priority=2),
        Column("", shrink=True),
    )
    return Table(columns, rows, empty="Nothing happened in this time.", heading="Events")


def _share(part_s: float, whole_s: float) -> str:
    """Percents that are neither 0 nor 100 unless it is so."""
    percent = 100 * part_s / whole_s if whole_s else 0.0
    if 0 < percent < 0.1:
        return "<0.1 %"
    return ">99.9 %" if 99.9 < percent < 100 else f"{percent:.1f} %".replace(".0 %", " %")


def _csv(titles: Sequence[str], rows: Iterable[Iterable[str]], *, header: bool) -> str:
    """Rows as RFC 4180 has them but for "\\n"; control characters would steer the terminal."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if header:
        writer.writerow(titles)
    writer.writerows([clean(cell) for cell in row] for row in rows)
    return text.getvalue()


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone()


def _iso(at: float) -> str:
    return _moment(at).isoformat(timespec="seconds")


def _precise(at: float) -> str:
    return _moment(at).isoformat(timespec="milliseconds")
