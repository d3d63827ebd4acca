"""Tells aliases that share a process apart when it ends for one of them: that one alone is not known then."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from devdash.api import WorkerDied, WorkerError
from devdash_databases import wire
from devdash_databases.aliases import Target
from devdash_databases.states import State

Attempt = Callable[[tuple[Target, ...]], Awaitable[tuple[wire.Ping, ...]]]
Stop = Callable[[], Awaitable[None]]
Ends = Callable[[str], None]


async def ask(
    targets: tuple[Target, ...], attempt: Attempt, stop: Stop, ends: Ends, seconds: float
) -> tuple[wire.Ping, ...]:
    """The pings of `targets`; when the process ends, or falls silent as a whole, once more in a new one.

    When it ends then as well, they are asked by halves, until the one for which it ends is alone.

    Args:
        targets: who shares the process.
        attempt: asks some of them within one life of the process; raises `WorkerError` or `TimeoutError`.
        stop: ends the process, so that the next attempt has a new one.
        ends: is told the name of an alias for which the process ends.
        seconds: what all of it may take; parts for which there was no time are not known.
    """
    if not targets:
        return ()
    until = asyncio.get_running_loop().time() + seconds
    try:
        return await attempt(targets)
    except (WorkerError, TimeoutError):
        await stop()
    return await _by_halves(targets, attempt, stop, ends, until, None)


async def _by_halves(
    targets: tuple[Target, ...], attempt: Attempt, stop: Stop, ends: Ends, until: float, limit: float | None
) -> tuple[wire.Ping, ...]:
    """As `ask`; `limit`, of the loop's clock, is for this part, and None for the whole."""
    try:
        async with asyncio.timeout_at(limit):
            return await attempt(targets)
    except (WorkerError, TimeoutError) as error:
        await stop()
        if not isinstance(error, WorkerDied):
            return _unknown(targets, error)
        last = error
    if len(targets) == 1:
        ends(targets[0].alias)
        return _unknown(targets, last)
    middle, found = len(targets) // 2, list[wire.Ping]()
    for half in (targets[:middle], targets[middle:]):
        late = asyncio.get_running_loop().time() > until
        found += _unknown(half, last) if late else await _by_halves(half, attempt, stop, ends, until, until)
    return tuple(found)


def _unknown(targets: Sequence[Target], error: Exception) -> tuple[wire.Ping, ...]:
    return tuple(
        wire.Ping(alias=one.alias, state=State.PROBE_FAILED, vendor=one.vendor, kind=type(error).__name__)
        for one in targets
    )
