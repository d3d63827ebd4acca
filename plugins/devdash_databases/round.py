"""Asks several sources side by side, each at its own pace: who has answered does not wait for who has not.

A reading begins to ask those that are not being asked already, and waits for them a little; then it tells
what is known, and the pane wakes with every further answer, for a reading that tells the rest and begins
nothing.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from devdash.api import PaneContext

PATIENCE_S = 0.5
"""Seconds that a reading waits for all when some have answered: more than those take that are well."""

OLD_S = 2.0
"""What came so long ago is no news: nobody has come for it."""

Told = Callable[[], None]
Ask = Callable[[Told], Coroutine[Any, Any, None]]
"""Asks one source; it is given what to call with each answer that it has noted."""


class Rounds:
    """Asks at once.

    Args:
        context: wakes the pane, and tells the time.
    """

    def __init__(self, context: PaneContext) -> None:
        self._context = context
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._next: dict[str, Ask] = {}
        self._begun: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._is_awaited = False
        self._told: float | None = None

    @property
    def has_news(self) -> bool:
        """Whether the reading under way is there to tell the rest of the last."""
        return self._told is not None and self._context.monotonic() - self._told <= OLD_S

    def begin(self, source: str, ask: Ask) -> None:
        """Ask a source, unless it is being asked.

        When a person, or an action that has just ended, wants it to be asked, it is asked once more then: the
        asking under way began before.

        Raises:
            Exception: what the last asking raised.
        """
        self._collect(source)
        if source not in self._asking:
            self._start(source, ask)
        elif self._context.asked:
            self._next[source] = ask

    async def wait(self) -> bool:
        """Whether all that are being asked have answered: waits for that, or a little.

        It waits at least until one has answered of those that were begun since the last time.

        Raises:
            Exception: what an asking raised.
        """
        begun, self._begun = self._begun, set()
        self._told, self._is_awaited = None, False
        try:
            if not self._context.stays:
                await asyncio.wait(self._asking.values())
            elif begun:
                await self._wait_a_little(begun)
        except BaseException:
            self.cancel()
            raise
        for source in tuple(self._asking):
            self._collect(source)
        self._is_awaited = bool(self._asking)
        return not self._asking

    def cancel(self) -> None:
        """Wait for none of them any more."""
        self._next.clear()
        for task in self._asking.values():
            task.cancel()
        self._asking.clear()

    def _collect(self, source: str) -> None:
        """Forget its asking when that is over, and raise what it raised."""
        if source in self._asking and self._asking[source].done():
            self._next.pop(source, None)
            self._asking.pop(source).result()

    async def _wait_a_little(self, begun: set[asyncio.Task[None]]) -> None:
        await asyncio.wait(begun, timeout=PATIENCE_S)
        news = asyncio.ensure_future(self._news.wait())
        try:
            await asyncio.wait((*begun, news), return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()

    def _start(self, source: str, ask: Ask) -> None:
        self._news.clear()
        self._asking[source] = task = asyncio.create_task(self._ask(source, ask))
        self._begun.add(task)
        task.add_done_callback(self._end)

    async def _ask(self, source: str, ask: Ask) -> None:
        await ask(self._tell)
        while (again := self._next.pop(source, None)) is not None:
            await again(self._tell)

    def _end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            self._tell()

    def _tell(self) -> None:
        """Wake once for each report that did not tell all: what comes until it is read is told with it."""
        self._news.set()
        if self._is_awaited:
            self._is_awaited = False
            self._told = self._context.monotonic()
            self._context.wake(rest=True)
