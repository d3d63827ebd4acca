"""The rounds through all repositories: who is asked anew, and who is taken as he was.

A round begins with a glance at the key paths of every repository. git is asked where something looks
different, where it is long ago, and where nothing is known. How long is long depends on what asking costs:
no repository costs more than a twentieth of the time, and neither do all of them together.

Where something looks different somebody waits to see it. So it comes first, and beside it no more is asked
where it is merely long ago than takes no longer than that.
"""

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path

import msgspec

from devdash.api import PaneContext
from devdash_git.config import GitConfig
from devdash_git.discover import MAX_FOUND
from devdash_git.families import related
from devdash_git.glance import Glance
from devdash_git.lookout import Lookout
from devdash_git.observation import Observation
from devdash_git.observe import Observer
from devdash_git.patience import Patience
from devdash_git.problems import AccessProblem
from devdash_git.states import Access
from devdash_git.targets import Target

SHARE = 20.0
"""The wait for the next status is at least this many times what the last one took."""

SOONEST_S, LATEST_S = 10.0, 300.0

ARRIVED_S, RESTED_S = 2.0, 60.0
"""How old a status may be of the one that somebody looks at: when they come to it, and while they stay."""

BESIDE_S = 0.03
"""What the last statuses took, together, of those that are merely due and asked beside what is different."""

RETRY_S = 30.0
"""Until one that could not be read is tried again."""

Seeing = Callable[[], Awaitable[dict[Target, Observation]]]
Work = Callable[[], Awaitable[None]]


class Known(msgspec.Struct, frozen=True):
    """What was seen of a repository.

    Attributes:
        seen: that.
        at: when, on the clock that never goes back.
        lookout: tells whether it looks as it did then; None when it could not be read.
        spread: what its wait is more than the shortest one.
    """

    seen: Observation
    at: float
    lookout: Lookout | None
    spread: float


def due_after(shortest_s: float, spread: float) -> float:
    """Seconds from a status to the next, when nothing looks different in between.

    Args:
        shortest_s: see `shortest`.
        spread: see `spread_of`.
    """
    return min(shortest_s * spread, LATEST_S)


def shortest(all_s: float) -> float:
    """The shortest wait of all; `all_s` is what the last status of each took, together."""
    return max(SHARE * all_s, SOONEST_S)


@lru_cache(maxsize=2 * MAX_FOUND)
def spread_of(path: Path) -> float:
    """How many times the shortest wait the one of a repository is: half of it is spread by the path, so
    that all do not come at once."""
    return 1 + 0.5 * (zlib.crc32(str(path).encode("utf-8", "surrogateescape")) % 1000) / 1000


class Rounds:
    """Goes through the repositories.

    Args:
        config: the pane's table.
        context: threads and clocks.
        patience: holds the glances that do not come back.
        observer: asks git.

    Attributes:
        folders: where changes would be noticed; the same object while they are the same.
    """

    def __init__(
        self, config: GitConfig, context: PaneContext, patience: Patience, observer: Observer
    ) -> None:
        self._config = config
        self._context = context
        self._patience = patience
        self._observer = observer
        self._known: dict[Target, Known] = {}
        self._targets: Sequence[Target] | None = None
        self._rows: Sequence[Known | None] = ()
        self._found: tuple[Observation, ...] = ()
        self._dwelt: str | None = None
        self.folders: tuple[str, ...] = ()

    async def go(self, targets: Sequence[Target], seconds: float, *, anew: bool) -> tuple[Observation, ...]:
        """Observe `targets` within `seconds`; in their order, but for worktrees, see `families.related`.

        Args:
            anew: ask git about all of them, whatever they look like.

        Raises:
            Unavailable, ProgramMissing: git itself is not there.
        """
        end = self._context.monotonic() + seconds
        same = targets is self._targets
        if not same:
            self._known = {target: self._known[target] for target in targets if target in self._known}
            self._rows = [self._known.get(target) for target in targets]
        first, then = (targets, ()) if anew else await self._due(targets)
        asked = await self._ask(first, then, end - self._context.monotonic())
        if not asked and same:
            return self._found
        now = self._context.monotonic()
        for target, seen in asked.items():
            lookout = self._lookout(target, seen.glance)
            self._known[target] = Known(seen, now, lookout, spread_of(target.path))
        self.folders = self._folders()
        self._found = related([self._known[target].seen for target in targets])
        for seen in self._found:
            known = self._known[seen.target]
            if known.seen is not seen:
                self._known[seen.target] = msgspec.structs.replace(known, seen=seen)
        self._targets = targets
        self._rows = [self._known[target] for target in targets]
        return self._found

    def _lookout(self, target: Target, glance: Glance | None) -> Lookout | None:
        """The same while the glance is: it has looked already."""
        known = self._known.get(target)
        if known is not None and known.lookout is not None and known.lookout.glance is glance:
            return known.lookout
        return None if glance is None else Lookout(glance)

    def _folders(self) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for known in self._known.values():
            if known.seen.glance is not None:
                found |= dict.fromkeys(known.seen.glance.folders)
        return self.folders if tuple(found) == self.folders else tuple(found)

    async def _due(self, targets: Sequence[Target]) -> tuple[Sequence[Target], Sequence[Target]]:
        """Those that may not be taken as they were; one whose drive does not answer holds up none.

        First those that somebody may wait for: they are new, look different, or are looked at. Then those
        of which it is only long ago.
        """
        now = self._context.monotonic()
        shortest_s = shortest(sum(known.seen.took_s for known in self._rows if known is not None))
        dwelt = self._context.dwelt
        closer_s = RESTED_S if dwelt == self._dwelt else ARRIVED_S
        self._dwelt = dwelt
        first: list[Target] = []
        due: list[Target] = []
        waiting: list[tuple[Target, Lookout, bool]] = []
        for target, known in zip(targets, self._rows, strict=True):
            lookout = None if known is None else known.lookout
            looked_at = target.name == dwelt
            if known is None or (looked_at and now - known.at >= max(closer_s, SHARE * known.seen.took_s)):
                first.append(target)
            elif lookout is None:
                due += [target] if now - known.at >= RETRY_S else []
            else:
                old = now - known.at >= due_after(shortest_s, known.spread)
                waiting.append((target, lookout, old))
        looks = [(target.path, lookout.still) for target, lookout, _ in waiting]
        answers = await self._patience.each(looks, self._config.repo_timeout)
        for (target, _, old), still in zip(waiting, answers, strict=True):
            if not still:
                first.append(target)
            elif old:
                due.append(target)
        return first, self._beside(due) if first else due

    def _beside(self, due: Sequence[Target]) -> Sequence[Target]:
        """Of those that are due as many as take no longer than `BESIDE_S`, but one; longest ago first."""
        found: list[Target] = []
        all_s = 0.0
        for target in sorted(due, key=lambda target: self._known[target].at):
            all_s += self._known[target].seen.took_s
            if found and all_s > BESIDE_S:
                break
            found.append(target)
        return found

    async def _ask(
        self, first: Sequence[Target], then: Sequence[Target], seconds: float
    ) -> dict[Target, Observation]:
        """Ask git about `first`; beside that about `then`, one part after the other."""
        found: dict[Target, Observation] = {}
        work, more = self._work(first, found), self._work(then, found)

        async def in_turn() -> None:
            for one in more:
                await one()

        together = [*work, in_turn] if work and more else [*work, *more]
        tasks = [asyncio.ensure_future(one()) for one in together]
        if not tasks:
            return {}
        try:
            await asyncio.wait(tasks, timeout=max(seconds, 0))
        finally:
            late = [task for task in tasks if not task.done()]
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for task in tasks:
            if not task.cancelled():
                task.result()
        return {target: found.get(target) or _too_late(target) for target in (*first, *then)}

    def _work(self, targets: Sequence[Target], found: dict[Target, Observation]) -> list[Work]:
        """What asks git about `targets`; those that did not answer last time come last to their turn."""

        async def alone(target: Target) -> None:
            found[target] = await self._observer.observe(target)

        async def several(targets: Sequence[Target], seeing: Seeing) -> None:
            found.update(await seeing())
            await asyncio.gather(*(alone(target) for target in targets if target not in found))

        lanes = self._observer.lanes(self._before(targets))
        first = self._observer.first_lanes([target for target in targets if target not in self._known])
        joined = {seat.before.target for lane in lanes for seat in lane}.union(*first)
        left = sorted((one for one in targets if one not in joined), key=self._was_late)
        return [
            *(
                partial(several, [seat.before.target for seat in lane], partial(self._observer.again, lane))
                for lane in lanes
            ),
            *(partial(several, lane, partial(self._observer.together, lane)) for lane in first),
            *(partial(alone, target) for target in left),
        ]

    def _before(self, targets: Sequence[Target]) -> Iterator[tuple[Observation, Lookout]]:
        """What was seen of those that could be read."""
        for target in targets:
            known = self._known.get(target)
            if known is not None and known.lookout is not None:
                yield known.seen, known.lookout

    def _was_late(self, target: Target) -> bool:
        known = self._known.get(target)
        return known is not None and known.seen.access is Access.TIMEOUT


def _too_late(target: Target) -> Observation:
    problem = AccessProblem(
        Access.TIMEOUT,
        "The reading ended before its turn came.",
        "timeout gives a reading more time; repositories on drives that hang take it from the others.",
    )
    return Observation(target=target, access=problem.access, message=problem.message, hint=problem.hint)
