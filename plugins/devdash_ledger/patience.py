"""Asking a drive that may hang: one thread at a time waits for it, however often it is asked."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from devdash.api import PaneContext, Unavailable

P = ParamSpec("P")
T = TypeVar("T")

USUAL_S = 5.0
"""Seconds that a look may take."""
AGAIN_S = 0.2
"""Seconds to wait for one that hangs already: nothing else of the pane shall wait for it."""


class Patience:
    """Runs what touches the files of one journal. A system call that hangs cannot be ended, only left alone.

    Args:
        name: the journal, for the sentence.
    """

    def __init__(self, name: str, context: PaneContext) -> None:
        self._name, self._context = name, context
        self._under_way: asyncio.Task[object] | None = None
        self._since = 0.0
        self._turn = asyncio.Lock()

    async def ask(self, patience_s: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `function`, run in a thread; waits `patience_s` seconds for it.

        Raises:
            Unavailable: the drive does not answer, now or since an earlier call.
        """
        async with self._turn:
            if self._under_way is not None:
                await self._wait(self._under_way, AGAIN_S)
            self._since = self._context.monotonic()
            task: asyncio.Task[T] = asyncio.create_task(self._context.in_thread(function, *args, **kwargs))
            self._under_way = task
            await self._wait(task, patience_s)
            return task.result()

    async def _wait(self, task: "asyncio.Task[object]", patience_s: float) -> None:
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
