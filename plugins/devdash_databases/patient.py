"""Pings aliases that share a probe: who has answered is told before those that have not are waited for."""

from devdash.api import Worker
from devdash_databases import wire

GRACE_S = 1.0
"""Seconds beyond a ping's own timeout after which the probe as a whole counts as silent."""

PATIENCE_S = 0.4
"""Seconds after which those that have answered are told; most times all have by then."""


async def ping(worker: Worker, args: wire.PingAll, early: wire.Early) -> wire.Pings:
    """The answers of all of them; `early` is given those that do not wait for others.

    Raises:
        WorkerError: it ended, or fell silent as a whole.
        TimeoutError: it ended between the two.
    """
    timeout = args.timeout + GRACE_S
    first = await worker.call("ping", args, wire.Pings, timeout=timeout)
    if not first.late:
        return first
    early(first.pings)
    rest = await worker.call("rest", wire.Rest(first.late, args.timeout), wire.Pings, timeout=timeout)
    if not rest.connected:
        raise TimeoutError
    pings = {one.alias: one for one in (*first.pings, *rest.pings)}
    return wire.Pings(True, tuple(pings[alias] for alias in args.aliases), rest.hung)
