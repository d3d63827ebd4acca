"""From pings to the report: facts, the table, what needs a hand."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from devdash.api import (
    Align,
    Attention,
    Block,
    Cell,
    Column,
    Level,
    Notice,
    Pair,
    Pairs,
    Report,
    Row,
    Table,
    Tone,
    worst,
)
from devdash_databases import troubles, wire
from devdash_databases.aliases import Target
from devdash_databases.facts import AliasFacts, DatabasesFacts, ProjectFacts
from devdash_databases.routes import view
from devdash_databases.routes.scanned import Scanned
from devdash_databases.states import CALM, State
from devdash_databases.words import coarse, hint, latency, level_of, state_name, tone_of, vendor_name

COLUMNS = (
    Column("alias"),
    Column("database", priority=3, shrink=True),
    Column("state"),
    Column("ping", Align.RIGHT, priority=1),
    Column("role", priority=2),
    Column("", priority=4),
)

NOTHING = Notice(
    Level.OK,
    "devdash keeps its own history elsewhere, or not at all, and no other database is named here.",
    "Name databases under [panes.databases.databases], or look at [history].",
)
"""Stands below a table without rows."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one reading told.

    Attributes:
        project: the project's name.
        django: the version that asked, or "".
        targets: every alias.
        pings: the last ping of each.
        trends: latencies of each in milliseconds, oldest first; None: that ping failed.
        scan: routes and findings.
        prefix: what stands before its models in keys: "" or the project's name and a slash.
        trouble: why the project could not be loaded; None when it could. Its aliases are then those of
            before, with pings no longer.
    """

    project: str
    django: str
    targets: tuple[Target, ...]
    pings: Mapping[str, wire.Ping]
    trends: Mapping[str, tuple[float | None, ...]]
    scan: Scanned = Scanned()
    prefix: str = ""
    trouble: wire.Trouble | None = None


def report_of(*readings: Reading) -> Report:
    """The report of one reading of each project."""
    attention = tuple(item for reading in readings for item in _attention(reading))
    levels = [level_of(ping.state) for reading in readings for ping in reading.pings.values()]
    return Report(
        level=worst([*levels, *(item.level for item in attention)]),
        summary=summary(*readings),
        blocks=tuple(block for reading in readings for block in _blocks(reading)),
        facts=DatabasesFacts(tuple(map(_project_facts, readings))),
        attention=attention,
    )


def _blocks(reading: Reading) -> Iterator[Block]:
    if reading.trouble is not None:
        text = f"{reading.project}: {troubles.sentence(reading.trouble)}."
        yield Notice(Level.ATTENTION, text, troubles.advice(reading.trouble))
        return
    yield _alias_table(reading)
    if not reading.targets:
        yield NOTHING
    yield from view.blocks(reading.scan, reading.prefix)


def _project_facts(reading: Reading) -> ProjectFacts:
    targets = reading.targets if reading.trouble is None else ()
    aliases = tuple(_alias_facts(target, reading.pings[target.alias]) for target in targets)
    scan = reading.scan
    trouble = None if reading.trouble is None else reading.trouble.kind
    return ProjectFacts(reading.project, aliases, scan.routes, scan.findings, trouble, scan.relations)


def summary(*readings: Reading) -> str:
    """How many answer, which do not, how many findings: one line."""
    asked = [ping for reading in readings for ping in reading.pings.values() if ping.state not in CALM]
    failed = [ping for ping in asked if ping.state is not State.OK]
    said = [_answers(len(asked))]
    if failed:
        named = ", ".join(f"{ping.alias} {state_name(ping.state)}" for ping in failed)
        need = "needs" if len(failed) == 1 else "need"
        said = [f"{len(failed)} of {len(asked)} {need} a hand: {named}"]
    unloaded = [reading.project for reading in readings if reading.trouble is not None]
    if unloaded:
        said.append(f"{', '.join(unloaded)} cannot be loaded")
    said.append(view.counted([one for reading in readings for one in reading.scan.findings]))
    return " · ".join(filter(None, said))


def _answers(count: int) -> str:
    if not count:
        return "no database configured"
    return "1 database answers" if count == 1 else f"{count} databases answer"


def error_of(ping: wire.Ping) -> str | None:
    """The exception's type and code."""
    if not ping.kind:
        return None
    return f"{ping.kind} ({ping.code})" if ping.code else ping.kind


def _alias_facts(target: Target, ping: wire.Ping) -> AliasFacts:
    return AliasFacts(
        alias=target.alias,
        vendor=ping.vendor,
        state=ping.state,
        latency_ms=ping.latency_ms,
        role=ping.role,
        read_only=True if ping.state is State.OK and target.write_refused else ping.read_only,
        lag_s=None,
        error=error_of(ping),
    )


def _alias_table(reading: Reading) -> Table:
    rows = tuple(
        _row(target, reading.pings[target.alias], reading.trends.get(target.alias, ()))
        for target in reading.targets
    )
    heading = f"{reading.project} · Django {reading.django}" if reading.django else reading.project
    return Table(COLUMNS, rows, empty="No database is configured.", heading=heading)


def _row(target: Target, ping: wire.Ping, trend: Sequence[float | None]) -> Row:
    calm = ping.state in CALM
    engine = " ".join(part for part in (vendor_name(ping.vendor), ping.version) if part)
    return Row(
        key=target.alias,
        cells=(
            Cell(target.alias, Tone.DIM if calm else Tone.PLAIN),
            Cell(engine, Tone.DIM),
            Cell(state_name(ping.state), tone_of(ping.state)),
            Cell(latency(ping.latency_ms)),
            Cell(_role(target, ping), Tone.DIM),
            Cell(trend=tuple(None if value is None else coarse(value) for value in trend)),
        ),
        level=level_of(ping.state),
        detail=_detail(target, ping),
    )


def _role(target: Target, ping: wire.Ping) -> str:
    if ping.state is not State.OK:
        return ""
    read_only = target.write_refused or ping.read_only
    if ping.role == "file":
        return "read-only" if read_only else "read-write"
    role = ping.role or ""
    return f"{role}, read-only" if read_only and role == "primary" else role


def _detail(target: Target, ping: wire.Ping) -> tuple[Block, ...]:
    pairs = (
        ("file" if ping.vendor == "sqlite" else "server", target.place),
        ("database", " ".join(part for part in (vendor_name(ping.vendor), ping.version) if part)),
        ("driver", ping.driver),
        ("engine", str(target.settings.get("ENGINE", ""))),
        ("connection", target.connection),
        ("test mirror", _mirror(target)),
        ("last error", error_of(ping) or ""),
        ("because", ping.note),
    )
    shown = Pairs(tuple(Pair(label, value) for label, value in pairs if value))
    if ping.state is State.NOT_CONFIGURED:
        text = f"Alias “{target.alias}” has no ENGINE: nothing is asked."
        return (Notice(Level.OK, text, "Give it a table [panes.databases.databases.…] with an ENGINE."),)
    if ping.state is State.OK or ping.state in CALM:
        return (shown,)
    notice = Notice(level_of(ping.state), _sentence(target.alias, ping), hint(ping.state, ping.vendor))
    return (notice, shown)


def _mirror(target: Target) -> str:
    test = target.settings.get("TEST")
    return str(test.get("MIRROR", "")) if isinstance(test, dict) else ""


def _sentence(alias: str, ping: wire.Ping) -> str:
    return f"{alias}: {said_of(ping)}"


def said_of(ping: wire.Ping) -> str:
    """The state, and why, such as "cannot open (there is no such file)"."""
    state = state_name(ping.state)
    if ping.note.startswith(state):  # "no answer in 3 s" says it all
        return ping.note
    return f"{state} ({ping.note})" if ping.note else state


def _attention(reading: Reading) -> Iterator[Attention]:
    if reading.trouble is not None:
        text = f"{reading.project}: {troubles.sentence(reading.trouble)}"
        yield Attention(f"{reading.project}:trouble", Level.ATTENTION, text)
        return
    yield from _alias_attention(reading)
    yield from view.attention(reading.project, reading.scan, reading.prefix)


def _alias_attention(reading: Reading) -> tuple[Attention, ...]:
    return tuple(
        Attention(
            key=f"{ping.alias}:{ping.state.value}",
            level=level if level is Level.CRITICAL else Level.ATTENTION,
            text=f"database {_sentence(ping.alias, ping)}",
            action="ping",
            item=ping.alias,
        )
        for ping in reading.pings.values()
        if (level := level_of(ping.state)) is not Level.OK
    )
