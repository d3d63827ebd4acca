"""`Schedule`: fetches by itself, now and then, where the person has asked for that.

Of several devdash of one person one fetches: who holds the lock looks up in the book what the others have
fetched, and finds nothing due. It never asks, as no fetch does; and it rests on battery, on a network that
is paid for by the amount, and where there is none.
"""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from devdash.api import Conditions, Report, Text, Tone
from devdash_git.desk import Means
from devdash_git.fetch import Fetched, Fetcher, overwrites
from devdash_git.observation import Observation
from devdash_git.problems import FetchFailure
from devdash_git.timetable import Passenger, due, passengers, wait_s

FIRST_S = 60.0
"""After the start: others have more urgent things to do then, and the network may not be there yet."""

TICK_S = 60.0

AT_ONCE = 2
"""Fewer than a person's own fetch: nobody waits for it."""

_SILENT = frozenset({FetchFailure.UNREACHABLE, FetchFailure.TIMEOUT})
_SILENT_BATCHES = 2
"""So many in a row without a word from anybody: there is no network."""


class Schedule:
    """Fetches what is due, every minute anew.

    Args:
        means: the pane's.
        fetcher: the one that the actions use.
    """

    def __init__(self, means: Means, fetcher: Fetcher) -> None:
        self._means = means
        self._fetcher = fetcher
        self._seen: tuple[Observation, ...] = ()
        self._tried: dict[Path, float] = {}
        self._silent = 0
        self._quiet_until = 0.0
        self._rest = ""

    @property
    def rest(self) -> str:
        """Why nothing is fetched just now; "": it is."""
        return self._rest

    def told(self, report: Report) -> Report:
        """`report`, which says at its end that the schedule rests, if it does."""
        if not self._rest:
            return report
        minutes = round(self._means.config.fetch_every / 60)
        often = f"{minutes} min" if minutes < 120 else f"{round(minutes / 60)} h"
        said = Text(f"Fetching every {often} rests: {self._rest}.", Tone.DIM)
        return replace(report, blocks=(*report.blocks, said))

    def note(self, observations: Sequence[Observation]) -> None:
        """What there is to be fetched, as of the last reading."""
        self._seen = tuple(observations)

    async def keep(self) -> None:
        """Go on until the pane stops."""
        await asyncio.sleep(FIRST_S)
        while True:
            await self.round()
            await asyncio.sleep(TICK_S)

    async def round(self) -> tuple[Fetched, ...]:
        """Fetch what is due, unless another devdash is at it or the machine had better rest."""
        context = self._means.context
        try:
            handle = await context.in_thread(_take, context.state_dir / "fetching.lock")
        except OSError as error:
            self._rest = f"the pane's state folder cannot be written ({error.strerror})"
            return ()
        if handle is None:
            return ()
        results: list[Fetched] = []
        try:
            await context.in_thread(self._means.book.load)
            while batch := await self._batch():
                results += await self._fetch(batch)
        finally:
            os.close(handle)
            if results:
                context.progress("")
                context.wake()
        return tuple(results)

    async def _batch(self) -> Sequence[Passenger]:
        """The next to be fetched; the conditions may have changed since the last ones."""
        context, every_s = self._means.context, float(self._means.config.fetch_every)
        now = context.monotonic()
        waiting = [
            one
            for one in due(passengers(self._seen, self._means.book), context.now(), every_s)
            if now - self._tried.get(one.repository, -every_s) >= every_s and await self._may(one)
        ]
        if not waiting:
            self._rest = ""
        elif now < self._quiet_until:
            self._rest = "no remote answers"
        else:
            self._rest = self._reason(await context.conditions())
        return () if self._rest else waiting[:AT_ONCE]

    async def _may(self, one: Passenger) -> bool:
        """Whether it would not be refused anyway: that is told when a person fetches."""
        identity = one.identity
        if any(overwrites(identity, remote) for remote in identity.settings.remotes):
            return False
        return not identity.programs.fetching or await self._means.observer.agrees(one.target, identity)

    def _reason(self, conditions: Conditions) -> str:
        config = self._means.config
        if conditions.on_battery and not config.fetch_on_battery:
            return "on battery"
        if conditions.metered and not config.fetch_on_metered:
            return "the network is metered"
        return "there is no network" if conditions.online is False else ""

    async def _fetch(self, batch: Sequence[Passenger]) -> Sequence[Fetched]:
        every_s = float(self._means.config.fetch_every)
        now = self._means.context.monotonic()
        self._tried.update((one.repository, now) for one in batch)
        results = await self._fetcher.fetch([one.target for one in batch])
        if all(result.failure in _SILENT for result in results):
            self._silent += 1
        else:
            self._silent = 0
        if self._silent >= _SILENT_BATCHES:
            rest_s = wait_s(self._silent - _SILENT_BATCHES, every_s)
            self._quiet_until = self._means.context.monotonic() + rest_s
        return results


def _take(path: Path) -> int | None:
    """The lock, until it is closed; None: another holds it. Blocks shortly.

    It is the kernel's, so that no kill leaves it behind.

    Raises:
        OSError: there is no place for it. Then nothing is fetched: nobody could know what others have.
    """
    import fcntl

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    except OSError:
        os.close(handle)
        raise
    return handle
