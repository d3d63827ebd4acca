"""One alias on the screen: its row, and what Enter opens."""

from collections.abc import Iterator

from devdash.api import Block, Cell, Level, Notice, Pair, Pairs, Row, Tone, worst
from devdash_databases import wire
from devdash_databases.alias_facts import error_of
from devdash_databases.aliases import Target
from devdash_databases.config import DatabasesConfig
from devdash_databases.facts import AliasFacts
from devdash_databases.judging import Judge, concerns
from devdash_databases.replication import Following, ReplicationFacts
from devdash_databases.states import CALM, State
from devdash_databases.words import (
    coarse,
    duration,
    hint,
    latency,
    level_of,
    size,
    state_name,
    tone_of,
    vendor_name,
)

_FOLLOWS = {
    Following.FOLLOWS: "follows",
    Following.PAUSED: "replay paused",
    Following.STOPPED: "stopped",
    Following.BROKEN: "broken",
    Following.UNKNOWN: "not known: its primary does not answer, or the user may not ask",
}


def row(
    target: Target,
    ping: wire.Ping,
    alias: AliasFacts,
    trend: tuple[float | None, ...],
    config: DatabasesConfig,
) -> Row:
    """An alias's row: alias, database, state, ping, role, trend."""
    calm = ping.state in CALM
    wrong = concerns(alias, config)
    engine = " ".join(part for part in (vendor_name(ping.vendor), ping.version) if part)
    level = worst([level_of(ping.state), *(judge.level for judge in wrong)])
    return Row(
        key=target.alias,
        cells=(
            Cell(target.alias, Tone.DIM if calm else Tone.PLAIN),
            Cell(engine, Tone.DIM),
            Cell(state_name(ping.state), tone_of(ping.state)),
            Cell(latency(ping.latency_ms)),
            Cell(*_role(alias, wrong)),
            Cell(trend=tuple(None if value is None else coarse(value) for value in trend)),
        ),
        level=level,
        detail=detail(target, ping, alias, config),
    )


def _role(alias: AliasFacts, wrong: tuple[Judge, ...]) -> tuple[str, Tone]:
    """What it is, and what is wrong with it in two words."""
    if alias.state is not State.OK:
        return "", Tone.DIM
    if alias.role == "file":
        return ("read-only" if alias.read_only else "read-write"), Tone.DIM
    role = alias.role or ""
    if alias.read_only and role == "primary":
        role = f"{role}, read-only"
    tone = worst(judge.level for judge in wrong) if wrong else Level.OK
    said = f"{role}, {_short(alias, wrong[0])}" if wrong else role
    return said, {Level.CRITICAL: Tone.BAD, Level.ATTENTION: Tone.WARN}.get(tone, Tone.DIM)


def _short(alias: AliasFacts, judge: Judge) -> str:
    if judge.rule == "replication":
        broken = alias.replication is not None and alias.replication.state is Following.BROKEN
        return "broken" if broken else "stopped"
    if judge.rule == "lag":
        return f"{duration(alias.lag_s)} behind"
    short = {
        "replica-writable": "writable",
        "connections": "crowded",
        "replay-paused": "paused",
        "certificate": "certificate ends",
    }
    return short.get(judge.rule, judge.rule)


def detail(target: Target, ping: wire.Ping, alias: AliasFacts, config: DatabasesConfig) -> tuple[Block, ...]:
    """What Enter opens."""
    if ping.state is State.NOT_CONFIGURED:
        text = f"Alias “{target.alias}” has no ENGINE: nothing is asked."
        return (Notice(Level.OK, text, "Give it a table [panes.databases.databases.…] with an ENGINE."),)
    return (*_notices(target, ping, alias, config), Pairs(tuple(_pairs(target, ping, alias))))


def _notices(target: Target, ping: wire.Ping, alias: AliasFacts, config: DatabasesConfig) -> Iterator[Block]:
    if ping.state is State.PAUSED:
        yield Notice(
            Level.OK, f"{target.alias} is paused: it is not asked.", "Press P to let it be asked again."
        )
    elif ping.state is not State.OK and ping.state not in CALM:
        text = f"{target.alias}: {said_of(ping)}"
        yield Notice(level_of(ping.state), text, hint(ping.state, ping.vendor, target.project))
    for judge in concerns(alias, config):
        yield Notice(judge.level, f"{target.alias}: {judge.says(alias)}.", judge.advises(alias))


def _pairs(target: Target, ping: wire.Ping, alias: AliasFacts) -> Iterator[Pair]:
    facts = (
        ("file" if ping.vendor == "sqlite" else "server", target.place),
        ("database", " ".join(part for part in (vendor_name(ping.vendor), ping.version) if part)),
        ("driver", ping.driver),
        ("engine", str(target.settings.get("ENGINE", ""))),
        ("connection", target.connection),
        ("test mirror", mirror(target)),
        ("last error", error_of(ping) or ""),
        ("because", ping.note),
        *_server(alias),
        *_pace(alias),
        *(_following(alias.replication) if alias.replication is not None else ()),
    )
    for label, value in facts:
        if value:
            yield Pair(label, value)


def _server(alias: AliasFacts) -> Iterator[tuple[str, str]]:
    yield "topology", alias.topology or ""
    yield "wire version", "" if alias.wire_version is None else str(alias.wire_version)
    if alias.connections_used is not None and alias.connections_allowed:
        yield "connections", f"{alias.connections_used} of {alias.connections_allowed}"
    if alias.tls is not None:
        days = alias.certificate_days
        ends = "" if days is None else f", certificate for {days:.0f} days"
        yield "encryption", f"{alias.tls or 'none'}{ends}"
    yield "size", size(alias.size_bytes)
    if alias.oldest_transaction_s is not None:
        yield "oldest transaction", duration(alias.oldest_transaction_s)
    if alias.uptime_s is not None:
        yield "server up for", duration(alias.uptime_s)


def _pace(alias: AliasFacts) -> Iterator[tuple[str, str]]:
    if alias.p50_ms is not None and alias.p95_ms is not None:
        yield "pings, last hour", f"p50 {latency(alias.p50_ms)}, p95 {latency(alias.p95_ms)}"
    ups = (("a day", alias.up_day_percent), ("a month", alias.up_month_percent))
    told = [f"{up:.4g} % over {span}" for span, up in ups if up is not None]
    yield "answered", ", ".join(told)


def _following(following: ReplicationFacts) -> Iterator[tuple[str, str]]:
    code = f" (error {following.code})" if following.code else ""
    yield "replication", f"{_FOLLOWS[following.state]}{code}"
    yield "primary", following.source
    if following.lag_s is not None:
        by = "by the logs' positions" if following.lag_by == "position" else "by its own account"
        little = "less than a reading" if following.behind else "nothing"
        yield "behind", f"{duration(following.lag_s) if following.lag_s else little}, {by}"
    if following.delay_s:
        yield "told to stay", f"{duration(following.delay_s)} behind"


def mirror(target: Target) -> str:
    """The alias whose tests it mirrors, or ""."""
    test = target.settings.get("TEST")
    return str(test.get("MIRROR", "")) if isinstance(test, dict) else ""


def said_of(ping: wire.Ping) -> str:
    """The state, and why, such as "cannot open (there is no such file)"."""
    state = state_name(ping.state)
    if ping.note.startswith(state):  # "no answer in 3 s" says it all
        return ping.note
    return f"{state} ({ping.note})" if ping.note else state
