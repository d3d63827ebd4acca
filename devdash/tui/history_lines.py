"""What the history view says: events as a table, and what stands there instead of them. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime

from devdash.contract.errors import DevdashError
from devdash.contract.levels import Level
from devdash.contract.view import Block, Cell, Column, Notice, Pair, Pairs, Row, Table, Text, Tone
from devdash.history.wire import Event, Kind
from devdash.render.lines import level_tone
from devdash.render.when import day_and_time, in_zone_of

LONGEST_TEXT = 300
"""Characters of an event's text that its row looks at; the detail has it whole."""

LOADING = (Text("looking …", Tone.DIM),)
NONE_KEPT = (
    Notice(
        Level.UNKNOWN, "No history is kept here.", "[history] in devdash.toml says why, or switches it on."
    ),
)


def failed(error: DevdashError) -> tuple[Block, ...]:
    """Why there are no events to be seen."""
    return (Notice(Level.CRITICAL, error.message, error.hint),)


def event_blocks(events: Sequence[Event], now: datetime) -> tuple[Block, ...]:
    """Events as they come, newest first."""
    hosts = len({event.host for event in events}) > 1
    columns = (
        Column("when"),
        *((Column("host", priority=4, shrink=True),) if hosts else ()),
        Column("pane", priority=2),
        Column("what", priority=1),
        Column("text", shrink=True),
    )
    rows = tuple(_row(str(number), event, now, hosts) for number, event in enumerate(events))
    return (Table(columns, rows, empty="Nothing like that was kept."),)


def _row(key: str, event: Event, now: datetime, hosts: bool) -> Row:
    cells = (
        Cell(when(event.at, now), Tone.DIM),
        *((Cell(event.host, Tone.DIM),) if hosts else ()),
        Cell(event.pane, level_tone(event.level) if event.level is not Level.OK else Tone.PLAIN),
        Cell(what(event), Tone.DIM),
        Cell(event.text[:LONGEST_TEXT]),
    )
    return Row(key, cells, level=event.level, detail=_detail(event, now))


def what(event: Event) -> str:
    """What sort of thing happened: "low fired", "fetch done", "is ok"."""
    if event.kind is Kind.STATUS:
        return f"is {event.level.value}"
    return " ".join(part for part in (event.name, event.what) if part)


def when(at: float, now: datetime) -> str:
    """The event's time; "?" where the store holds none that there is."""
    try:
        return day_and_time(datetime.fromtimestamp(at, UTC), now)
    except (OverflowError, OSError, ValueError):
        return "?"


def _detail(event: Event, now: datetime) -> tuple[Block, ...]:
    told = (
        ("when", _exactly(event.at, now)),
        ("pane", event.pane),
        ("item", event.item),
        ("what", what(event)),
        ("level", event.level.value),
        ("host", event.host),
    )
    return (Text(event.text), Pairs(tuple(Pair(label, value) for label, value in told if value)))


def _exactly(at: float, now: datetime) -> str:
    try:
        return f"{in_zone_of(now, datetime.fromtimestamp(at, UTC)):%Y-%m-%d %H:%M:%S}"
    except (OverflowError, OSError, ValueError):
        return "?"
