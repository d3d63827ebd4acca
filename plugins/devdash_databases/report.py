"""From pings to the report: facts, the table, what needs a hand."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from devdash.api import (
    Align,
    Attention,
    Block,
    Column,
    Level,
    Notice,
    Report,
    Sample,
    Table,
    worst,
)
from devdash_databases import alias_view, troubles, wire
from devdash_databases.alias_facts import alias_facts
from devdash_databases.aliases import Target
from devdash_databases.chronicle import NOTHING as NOTHING_SAID
from devdash_databases.chronicle import Pace
from devdash_databases.config import DatabasesConfig
from devdash_databases.facts import AliasFacts, DatabasesFacts, ProjectFacts
from devdash_databases.judging import Judge, concerns
from devdash_databases.observed import Observed
from devdash_databases.replication import ReplicationFacts
from devdash_databases.routes import view
from devdash_databases.routes.scanned import Scanned
from devdash_databases.states import CALM, State
from devdash_databases.words import level_of, state_name

COLUMNS = (
    Column("alias"),
    Column("database", priority=3, shrink=True),
    Column("state"),
    Column("ping", Align.RIGHT, priority=1),
    Column("role", priority=2),
    Column("", priority=4),
)

MOST_NAMED = 3
"""Aliases that start are counted when there are more."""

NOTHING = Notice(
    Level.OK,
    "devdash keeps its own history elsewhere, or not at all, and no other database is named here.",
    "Name databases under [panes.databases.databases], or look at [history].",
)
"""Stands below a table without rows."""


class Reading(msgspec.Struct, frozen=True, kw_only=True, dict=True):
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
        is_starting: first answers are awaited.
        is_routed: `scan` is known, or there is none to be had.
        observed: what each server said.
        following: how each replica follows.
        paces: how each alias has been.
        samples: what the history keeps.
        now: seconds since 1970.
        config: the pane's, for its limits.
    """

    project: str
    django: str
    targets: tuple[Target, ...]
    pings: Mapping[str, wire.Ping]
    trends: Mapping[str, tuple[float | None, ...]]
    scan: Scanned = Scanned()
    prefix: str = ""
    trouble: wire.Trouble | None = None
    is_starting: bool = False
    is_routed: bool = True
    observed: Mapping[str, Observed] = msgspec.field(default_factory=dict)
    following: Mapping[str, ReplicationFacts] = msgspec.field(default_factory=dict)
    paces: Mapping[str, Pace] = msgspec.field(default_factory=dict)
    samples: tuple[Sample, ...] = ()
    now: float = 0.0
    config: DatabasesConfig = msgspec.field(default_factory=DatabasesConfig)

    @cached_property
    def aliases(self) -> tuple[AliasFacts, ...]:
        """The facts of each alias, in the order of `targets`."""
        return tuple(
            alias_facts(
                target,
                _ping_of(self, target),
                self.observed.get(target.alias, NOTHING_SAID),
                self.following.get(target.alias),
                self.paces.get(target.alias, Pace()),
                self.now,
            )
            for target in self.targets
        )

    @cached_property
    def wrong(self) -> tuple[tuple[AliasFacts, tuple[Judge, ...]], ...]:
        """The aliases that answer with which something is wrong, and what."""
        judged = ((alias, concerns(alias, self.config)) for alias in self.aliases)
        return tuple((alias, judges) for alias, judges in judged if judges)


def report_of(*readings: Reading) -> Report:
    """The report of one reading of each project.

    While first answers are awaited it has no facts, since rules would take what is not there for gone.
    """
    attention = tuple(item for reading in readings for item in _attention(reading))
    levels = [level_of(ping.state) for reading in readings for ping in reading.pings.values()]
    return Report(
        level=worst([*levels, *(item.level for item in attention)]),
        summary=summary(*readings),
        blocks=(
            *(block for reading in readings for block in _alias_blocks(reading)),
            *(block for reading in readings for block in _routing(reading, view.findings, readings)),
            *(block for reading in readings for block in _routing(reading, view.routes, readings)),
        ),
        facts=None
        if any(reading.is_starting for reading in readings)
        else DatabasesFacts(tuple(map(_project_facts, readings))),
        attention=attention,
        samples=tuple(sample for reading in readings for sample in reading.samples),
    )


def _alias_blocks(reading: Reading) -> Iterator[Block]:
    """Its aliases, or why there are none; those of all projects stand above what is longer."""
    if reading.trouble is not None:
        text = f"{reading.project}: {troubles.sentence(reading.trouble)}."
        yield Notice(Level.ATTENTION, text, troubles.advice(reading.trouble))
        return
    if reading.is_starting and not reading.targets:
        yield Notice(Level.OK, f"{reading.project} is starting: its settings are being loaded.")
        return
    yield _alias_table(reading)
    if not reading.targets:
        yield NOTHING


def _routing(
    reading: Reading, part: Callable[[Scanned, str, str], Iterator[Block]], readings: Sequence[Reading]
) -> Iterator[Block]:
    """A part of what the routers do, under a heading that names the project where there are several."""
    if reading.trouble is None:
        yield from part(reading.scan, reading.prefix, f"{reading.project} · " if len(readings) > 1 else "")


def _project_facts(reading: Reading) -> ProjectFacts:
    scan = reading.scan
    trouble = None if reading.trouble is None else reading.trouble.kind
    return ProjectFacts(
        reading.project,
        reading.aliases,
        scan.routes,
        scan.findings,
        trouble,
        scan.relations,
        reading.is_routed,
    )


def summary(*readings: Reading) -> str:
    """How many answer, which do not, how many findings: one line."""
    asked = [ping for reading in readings for ping in reading.pings.values() if ping.state not in CALM]
    failed = [ping for ping in asked if ping.state is not State.OK]
    said = [_answers(len(asked))]
    wrong = [alias.alias for reading in readings for alias, _ in reading.wrong]
    if failed:
        named = ", ".join(f"{ping.alias} {state_name(ping.state)}" for ping in failed)
        need = "needs" if len(failed) == 1 else "need"
        said = [f"{len(failed)} of {len(asked)} {need} a hand: {named}"]
    if wrong:
        said.append(f"{', '.join(wrong)} to look at")
    if not asked and all(reading.trouble is not None for reading in readings) and readings:
        said = []
    unloaded = [reading.project for reading in readings if reading.trouble is not None]
    if unloaded:
        said.append(f"{', '.join(unloaded)} cannot be loaded")
    starting = [name for reading in readings if reading.is_starting for name in _unanswered(reading)]
    if starting:
        said = [] if not asked else said
        named = ", ".join(starting) if len(starting) <= MOST_NAMED else str(len(starting))
        said.append(f"{named} {'is' if len(starting) == 1 else 'are'} starting")
    said.append(view.counted([one for reading in readings for one in reading.scan.findings]))
    return " · ".join(filter(None, said))


def _unanswered(reading: Reading) -> list[str]:
    """The aliases of which there is no answer yet; the project while these are not known."""
    waiting = [target.alias for target in reading.targets if target.alias not in reading.pings]
    return waiting or [reading.project]


def _answers(count: int) -> str:
    if not count:
        return "no database configured"
    return "1 database answers" if count == 1 else f"{count} databases answer"


def _ping_of(reading: Reading, target: Target) -> wire.Ping:
    """Its last ping; where there is none, as of a project that cannot be loaded any more, it is not known."""
    found = reading.pings.get(target.alias) if reading.trouble is None else None
    untold = State.STARTING if reading.is_starting else State.PROBE_FAILED
    return found or wire.Ping(alias=target.alias, state=untold, vendor=target.vendor)


def _alias_table(reading: Reading) -> Table:
    rows = tuple(
        alias_view.row(
            target,
            _ping_of(reading, target),
            facts,
            reading.trends.get(target.alias, ()),
            reading.config,
        )
        for target, facts in zip(reading.targets, reading.aliases, strict=True)
    )
    heading = f"{reading.project} · Django {reading.django}" if reading.django else reading.project
    return Table(COLUMNS, rows, empty="No database is configured.", heading=heading)


def _attention(reading: Reading) -> Iterator[Attention]:
    if reading.trouble is not None:
        text = f"{reading.project}: {troubles.sentence(reading.trouble)}"
        yield Attention(f"{reading.project}:trouble", Level.ATTENTION, text)
        return
    yield from _alias_attention(reading)
    yield from _concerns(reading)
    yield from view.attention(reading.project, reading.scan, reading.prefix)


def _alias_attention(reading: Reading) -> tuple[Attention, ...]:
    return tuple(
        Attention(
            key=f"{ping.alias}:{ping.state.value}",
            level=level if level is Level.CRITICAL else Level.ATTENTION,
            text=f"database {ping.alias}: {alias_view.said_of(ping)}",
            action="ping",
            item=ping.alias,
        )
        for ping in reading.pings.values()
        if (level := level_of(ping.state)) is not Level.OK
    )


def _concerns(reading: Reading) -> Iterator[Attention]:
    """What is wrong with aliases that answer."""
    for alias, judges in reading.wrong:
        for judge in judges:
            text = f"database {alias.alias}: {judge.says(alias)}"
            yield Attention(f"{alias.alias}:{judge.rule}", judge.level, text, "ping", alias.alias)
