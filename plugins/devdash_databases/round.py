"""One asking of all aliases, told as it comes: who has answered does not wait for who has not.

The whole round goes on beside the readings. A reading waits for it a little; then it tells what is known,
and the pane wakes, for a next reading, with every further answer.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from devdash.api import PaneContext

PATIENCE_S = 0.5
"""Seconds that a reading waits for all when some have answered: more than those take that are well."""

OLD_S = 2.0
"""A round that ended so long ago is no news: nobody came for it."""

Told = Callable[[], None]


class Round:
    """Asks at once.

    Args:
        context: wakes the pane, and tells the time.
        asks: what each does; it is given what to call with each answer that it has noted.
    """

    def __init__(
        self, context: PaneContext, asks: Iterable[Callable[[Told], Coroutine[Any, Any, None]]]
    ) -> None:
        self._context = context
        self._news = asyncio.Event()
        self._is_awaited = False
        self._ended: float | None = None
        self._whole = asyncio.create_task(self._ask(asks))
        self._whole.add_done_callback(self._end)

    @property
    def is_old(self) -> bool:
        """Whether it ended long ago."""
        return self._ended is not None and self._context.monotonic() - self._ended > OLD_S

    async def wait(self) -> bool:
        """Whether all have answered: waits for that, or a little, and at least until one has.

        Raises:
            Exception: what an asking raised.
        """
        if self._context.stays:
            await asyncio.wait((self._whole,), timeout=PATIENCE_S)
            news = asyncio.ensure_future(self._news.wait())
            try:
                await asyncio.wait((self._whole, news), return_when=asyncio.FIRST_COMPLETED)
            finally:
                news.cancel()
        else:
            await asyncio.wait((self._whole,))
        if self._whole.done():
            self._whole.result()
            return True
        self._is_awaited = True
        return False

    def cancel(self) -> None:
        """Wait for none of them any more."""
        self._whole.cancel()

    async def _ask(self, asks: Iterable[Callable[[Told], Coroutine[Any, Any, None]]]) -> None:
        tasks = [asyncio.create_task(ask(self._tell)) for ask in asks]
        try:
            await asyncio.gather(*tasks)
        finally:  # when one has failed
            for task in tasks:
                task.cancel()

    def _tell(self) -> None:
        self._news.set()
        self._wake()

    def _end(self, whole: asyncio.Task[None]) -> None:
        self._ended = self._context.monotonic()
        if not whole.cancelled():
            self._wake()

    def _wake(self) -> None:
        """Once for each report that did not tell all: what comes until it is read is told with it."""
        if self._is_awaited:
            self._is_awaited = False
            self._context.wake()
