"""Tells aliases that share a process apart when it ends for one of them: that one alone is not known then."""

from collections.abc import Awaitable, Callable, Sequence

from devdash.api import WorkerDied, WorkerError
from devdash_databases import wire
from devdash_databases.aliases import Target
from devdash_databases.states import State

Attempt = Callable[[tuple[Target, ...]], Awaitable[tuple[wire.Ping, ...]]]


async def ask(
    targets: tuple[Target, ...],
    attempt: Attempt,
    stop: Callable[[], Awaitable[None]],
    ends: Callable[[str], None],
    *,
    again: bool = True,
) -> tuple[wire.Ping, ...]:
    """The pings of `targets`; when the process ends, or falls silent as a whole, once more in a new one.

    When it ends then as well, they are asked by halves, until the one for which it ends is alone.

    Args:
        targets: who shares the process.
        attempt: asks some of them within one life of the process; raises `WorkerError` or `TimeoutError`.
        stop: ends the process, so that the next attempt has a new one.
        ends: is told the name of an alias for which the process ends.
        again: a process that ended before is worth a second attempt.
    """
    if not targets:
        return ()
    try:
        return await attempt(targets)
    except (WorkerError, TimeoutError) as error:
        await stop()
        last: Exception = error
    if again:
        try:
            return await attempt(targets)
        except (WorkerError, TimeoutError) as error:
            await stop()
            last = error
    if not isinstance(last, WorkerDied):
        return _unknown(targets, last)
    if len(targets) == 1:
        ends(targets[0].alias)
        return _unknown(targets, last)
    middle = len(targets) // 2
    first = await ask(targets[:middle], attempt, stop, ends, again=False)
    return (*first, *await ask(targets[middle:], attempt, stop, ends, again=False))


def _unknown(targets: Sequence[Target], error: Exception) -> tuple[wire.Ping, ...]:
    return tuple(
        wire.Ping(alias=one.alias, state=State.PROBE_FAILED, vendor=one.vendor, kind=type(error).__name__)
        for one in targets
    )
