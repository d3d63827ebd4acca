"""The facts of one alias, put together from its ping, what its server said, and what is known of it."""

from devdash_databases import wire
from devdash_databases.aliases import Target
from devdash_databases.chronicle import Pace
from devdash_databases.facts import AliasFacts
from devdash_databases.observed import Observed
from devdash_databases.replication import ReplicationFacts
from devdash_databases.states import State

DAY_S = 86400.0


def error_of(ping: wire.Ping) -> str | None:
    """The exception's type and code."""
    if not ping.kind:
        return None
    return f"{ping.kind} ({ping.code})" if ping.code else ping.kind


def alias_facts(
    target: Target,
    ping: wire.Ping,
    observed: Observed,
    following: ReplicationFacts | None,
    pace: Pace,
    now: float,
) -> AliasFacts:
    """The facts of an alias.

    Args:
        now: seconds since 1970.
    """
    role = observed.role if observed.role is not None else ping.role
    read_only = observed.read_only if observed.read_only is not None else ping.read_only
    end = observed.certificate_end
    return AliasFacts(
        alias=target.alias,
        vendor=ping.vendor,
        state=ping.state,
        latency_ms=ping.latency_ms,
        role=role if ping.state is State.OK else None,
        read_only=True if ping.state is State.OK and target.write_refused else read_only,
        lag_s=None if following is None else following.lag_s,
        error=error_of(ping),
        version=ping.version,
        driver=ping.driver,
        connections_used=observed.used,
        connections_allowed=observed.allowed,
        tls=observed.tls,
        certificate_days=None if end is None else round((end - now) / DAY_S, 1),
        size_bytes=observed.size_bytes,
        oldest_transaction_s=observed.oldest_s,
        uptime_s=observed.uptime_s,
        topology=observed.topology,
        wire_version=observed.wire_version,
        replication=following,
        p50_ms=pace.p50_ms,
        p95_ms=pace.p95_ms,
        up_day_percent=pace.up_day,
        up_month_percent=pace.up_month,
    )
