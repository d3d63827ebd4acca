"""Asking a drive that may hang: one thread at a time waits for it, however often it is asked."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import ParamSpec, TypeVar

from devdash.api import Mounts, PaneContext, Unavailable
from devdash_ledger import drives

P = ParamSpec("P")
T = TypeVar("T")
U = TypeVar("U")

USUAL_S = 5.0
"""Seconds that a look may take."""
AGAIN_S = 0.2
"""Seconds to wait for one that hangs already: nothing else of the pane shall wait for it."""

_KNOCK = ("sh", "-c", 'for one; do if [ -f "$one" ]; then head -c 1 "$one"; fi; done >/dev/null', "sh")
"""Opens each file, which no cache of attributes answers; no pipes, which would wait for somebody else."""
_LONG_S = 3600.0
"""A program that hangs in a drive cannot be ended either, so there is one of them."""


class Patience:
    """Runs what touches the files of one journal. A system call that hangs cannot be ended, only left alone.

    Args:
        name: the journal's absolute path.
    """

    def __init__(self, name: str, context: PaneContext) -> None:
        self._name, self._context = name, context
        self._under_way: asyncio.Task[object] | None = None
        self._since = 0.0
        self._turn = asyncio.Lock()
        self._mounts = Mounts()
        self._kinds: Mapping[str, str] = {}
        self._points: Collection[str] = ()
        self.paths: Collection[str] = (name,)
        """Absolute; what is touched."""
        self.foreign: Mapping[str, str] = {}
        """Those of them that lie on a drive which may hang, and its mount point; as of the last question."""

    async def ask(self, patience_s: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `function`, run in a thread; waits `patience_s` seconds for it.

        Raises:
            Unavailable: the drive does not answer, now or since an earlier call.
        """
        async with self._turn:
            if self._under_way is not None:
                await self._wait(self._under_way, AGAIN_S)
            await self._knock(patience_s)
            task: asyncio.Task[T] = asyncio.create_task(self._context.in_thread(function, *args, **kwargs))
            self._under_way = task
            await self._wait(task, patience_s)
            return task.result()

    async def ask_on(
        self, first_s: float, first: Callable[[], T], then_s: float, then: Callable[[T], U]
    ) -> tuple[T, U]:
        """The result of `first`, and what `then` makes of it, in one turn of a thread.

        Waits `first_s` seconds for `first`, and `then_s` more for the rest.

        Raises:
            Unavailable: as `ask`.
        """
        is_first_over = False

        def both() -> tuple[T, U]:
            nonlocal is_first_over
            found = first()
            is_first_over = True
            return found, then(found)

        async with self._turn:
            if self._under_way is not None:
                await self._wait(self._under_way, AGAIN_S)
            await self._knock(first_s)
            task: asyncio.Task[tuple[T, U]] = asyncio.create_task(self._context.in_thread(both))
            self._under_way = task
            await asyncio.wait({task}, timeout=first_s)
            await self._wait(task, then_s if is_first_over else 0.0)
            return task.result()

    async def _knock(self, patience_s: float) -> None:
        """Let a program touch the drives first that may hang: unlike a thread, it keeps nobody from ending.

        Raises:
            Unavailable: one does not answer.
        """
        self._since = self._context.monotonic()
        points = self._dangers()
        self.foreign = await self._context.in_thread(drives.foreign, self.paths, points) if points else {}
        places: dict[str, str] = {}
        for path, point in self.foreign.items():
            places.setdefault(point, path)
        if not places:
            return
        argv = (*_KNOCK, *places.values())
        task = asyncio.create_task(self._context.run(argv, timeout=_LONG_S))
        self._under_way = task
        await self._wait(task, patience_s)

    def _dangers(self) -> Collection[str]:
        """Where drives are mounted that may hang."""
        kinds = self._mounts.kinds()
        if kinds is not self._kinds:
            self._kinds, self._points = kinds, drives.points(kinds)
        return self._points

    async def _wait(self, task: "asyncio.Task[object]", patience_s: float) -> None:
        if not task.done():  # to wait for one that is takes a turn of the loop
            await asyncio.wait({task}, timeout=patience_s)
        if not task.done():
            waited = self._context.monotonic() - self._since
            raise Unavailable(
                f"the drive of {self._name} has not answered for {waited:.0f} s",
                "it is read as soon as it answers; look at the drive or the network",
            )
        self._under_way = None
        if not task.cancelled():
            task.exception()  # seen, even if nobody waits for it any more

    def close(self) -> None:
        """Wait no more; what is left of it counts as a thread that hangs."""
        if self._under_way is not None:
            self._under_way.cancel()
