"""What is wrong with an alias that answers: the same judgement for the screen and for the alerts. Pure."""

from collections.abc import Callable
from typing import NamedTuple

from devdash.api import Level
from devdash_databases.broken import broken
from devdash_databases.config import DatabasesConfig
from devdash_databases.facts import AliasFacts
from devdash_databases.replication import Following
from devdash_databases.states import State

Holds = Callable[[AliasFacts, DatabasesConfig], bool]
Says = Callable[[AliasFacts], str]

CALMER = 0.5
"""A lag is over when it is below this part of its limit; else it would flap."""

FEWER = 0.9
"""The same for connections."""


class Judge(NamedTuple):
    """One thing that may be wrong.

    Attributes:
        rule: its name, the alert's too.
        level: how bad.
        holds: whether it is so; only asked of aliases that answer.
        over: whether it is over; not the opposite, so that a value at the border does not flap.
        says: what is the matter, after the alias's name.
        advises: the next step.
        readings: how long it must be so before it alerts, in intervals of the pane.
        follows: the rules of which this one is a consequence: while they hold it is not said.
    """

    rule: str
    level: Level
    holds: Holds
    over: Holds
    says: Says
    advises: Says
    readings: float = 0.0
    follows: tuple[str, ...] = ()


def _stopped(alias: AliasFacts, _: DatabasesConfig) -> bool:
    following = alias.replication
    return following is not None and following.state in (Following.STOPPED, Following.BROKEN)


def _follows(alias: AliasFacts, _: DatabasesConfig) -> bool:
    following = alias.replication
    return following is not None and following.state in (Following.FOLLOWS, Following.PAUSED)


def _paused(alias: AliasFacts, _: DatabasesConfig) -> bool:
    return alias.replication is not None and alias.replication.state is Following.PAUSED


def _says_stopped(alias: AliasFacts) -> str:
    following = alias.replication
    if following is None:
        return "replication has stopped"
    known = broken(following.code)
    code = f" (error {following.code})" if following.code else ""
    if following.state is Following.BROKEN:
        return f"replication is broken{f': {known.says}' if known else ''}{code}"
    half = "does not receive" if following.receiving is False else "does not apply"
    return f"replication has stopped: {known.says if known else f'it {half}'}{code}"


def _advises_stopped(alias: AliasFacts) -> str:
    known = None if alias.replication is None else broken(alias.replication.code)
    if known is not None:
        return known.repair
    return (
        "Look at the replica's status on the server, and at its way to the primary; what is broken stays so."
    )


def _late_s(alias: AliasFacts) -> float | None:
    """Seconds behind, beyond those that it is told to stay; None when it could not be told."""
    return None if alias.lag_s is None else max(0.0, alias.lag_s - _delay_s(alias))


def _delay_s(alias: AliasFacts) -> float:
    return 0.0 if alias.replication is None else alias.replication.delay_s


def _lags(alias: AliasFacts, config: DatabasesConfig) -> bool:
    late_s = _late_s(alias)
    return late_s is not None and late_s > config.max_lag


def _keeps_up(alias: AliasFacts, config: DatabasesConfig) -> bool:
    late_s = _late_s(alias)
    return late_s is not None and late_s <= config.max_lag * CALMER


def _says_lag(alias: AliasFacts) -> str:
    delay_s = _delay_s(alias)
    told = f", of which it is told to stay {delay_s:.0f} s" if delay_s else ""
    return f"{alias.lag_s or 0:.0f} s behind its primary{told}"


def _says_connections(alias: AliasFacts) -> str:
    return f"{alias.connections_used} of {alias.connections_allowed} connections are used"


def _says_certificate(alias: AliasFacts) -> str:
    days = alias.certificate_days
    if days is None or days < 0:
        return "its certificate has ended"
    return f"its certificate ends in {days:.0f} day{'' if round(days) == 1 else 's'}"


def _crowded(alias: AliasFacts, config: DatabasesConfig, part: float) -> bool:
    used, allowed = alias.connections_used, alias.connections_allowed
    return used is not None and bool(allowed) and used * 100 > (allowed or 0) * config.max_connections * part


JUDGES = (
    Judge(
        "replication",
        Level.CRITICAL,
        _stopped,
        _follows,
        _says_stopped,
        _advises_stopped,
        readings=1.0,
    ),
    Judge(
        "replay-paused",
        Level.ATTENTION,
        _paused,
        lambda alias, _: alias.replication is not None and not _paused(alias, _),
        lambda _: "somebody has paused its replay: it shows the past",
        lambda _: "SELECT pg_wal_replay_resume() on the standby.",
    ),
    Judge(
        "lag",
        Level.ATTENTION,
        _lags,
        _keeps_up,
        _says_lag,
        lambda _: "Look for a long transaction or a heavy write on the primary.",
        readings=1.0,
        follows=("replication", "replay-paused"),
    ),
    Judge(
        "replica-writable",
        Level.ATTENTION,
        lambda alias, _: alias.replication is not None and alias.read_only is False,
        lambda alias, _: alias.replication is None or alias.read_only is True,
        lambda _: "a replica that takes writes: one row written there can break it",
        lambda _: "Make it read-only on the server (MariaDB: SET GLOBAL read_only = 1).",
    ),
    Judge(
        "connections",
        Level.ATTENTION,
        lambda alias, config: _crowded(alias, config, 1.0),
        lambda alias, config: alias.connections_used is not None and not _crowded(alias, config, FEWER),
        _says_connections,
        lambda _: "Look for clients that do not close theirs, and at CONN_MAX_AGE.",
        readings=1.0,
    ),
    Judge(
        "certificate",
        Level.ATTENTION,
        lambda alias, config: (
            alias.certificate_days is not None and alias.certificate_days < config.certificate_days
        ),
        lambda alias, config: (
            alias.certificate_days is not None and alias.certificate_days >= config.certificate_days
        ),
        _says_certificate,
        lambda _: "Renew the server's certificate.",
    ),
)


def answers(alias: AliasFacts) -> bool:
    """Whether anything but its being down can be judged."""
    return alias.state is State.OK


def concerns(alias: AliasFacts, config: DatabasesConfig) -> tuple[Judge, ...]:
    """What is wrong with it now, without what only follows from it."""
    if not answers(alias):
        return ()
    found = [judge for judge in JUDGES if judge.holds(alias, config)]
    rules = {judge.rule for judge in found}
    return tuple(judge for judge in found if rules.isdisjoint(judge.follows))
