"""Short blocking functions in threads that can never hold up the loop or the exit.

Executor threads are joined at exit, so one that hangs would keep devdash from
quitting. These are daemon threads, one per call. A thread cannot be killed; so
the ones left behind by a caller that gave up are counted, and beyond a few of
them nothing more is started.
"""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from devdash.contract.errors import PaneError

P = ParamSpec("P")
T = TypeVar("T")

MAX_RUNNING = 8
"""Threads at a time; further calls wait their turn."""

MAX_STUCK = 4
"""Threads that nobody waits for any more, at which new calls are refused."""


class DaemonThreads:
    """Runs functions in daemon threads for one pane."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(MAX_RUNNING)
        self._stuck: list[str] = []

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `function`, run in a thread of its own with the caller's context variables.

        Raises:
            PaneError: too many earlier calls still hang; one of them is named.
            RuntimeError: the function ended with an exception that cannot cross
                threads, such as SystemExit.
        """
        if len(self._stuck) >= MAX_STUCK:
            raise PaneError(
                f"{len(self._stuck)} threads still hang, such as {self._stuck[0]}; no more are started",
                "Look for a disk or device that does not answer; devdash can be quit at any time.",
            )
        await self._slots.acquire()
        loop = asyncio.get_running_loop()
        name = getattr(function, "__qualname__", type(function).__name__)
        done: asyncio.Future[T] = loop.create_future()
        context = contextvars.copy_context()

        def settle(result: T | None, error: BaseException | None) -> None:
            self._slots.release()
            if done.cancelled():
                self._stuck.remove(name)
            elif error is not None:
                done.set_exception(error)
            else:
                done.set_result(result)  # type: ignore[arg-type]  # no error: it is a T, which may be None

        def work() -> None:
            result, error = None, None
            try:
                result = context.run(function, *args, **kwargs)
            except Exception as raised:  # noqa: BLE001  # whatever it is, it belongs to the caller
                error = raised
            except BaseException as raised:  # noqa: BLE001  # SystemExit would end the loop instead
                error = RuntimeError(f"{name} raised {type(raised).__name__}")
            if isinstance(error, StopIteration):
                error = RuntimeError(f"{name} raised StopIteration")
            try:
                loop.call_soon_threadsafe(settle, result, error)
            except RuntimeError:
                return  # the loop has ended, and with it the caller

        threading.Thread(target=work, name=f"devdash-{name}", daemon=True).start()
        try:
            return await done
        except asyncio.CancelledError:
            if done.cancelled():
                self._stuck.append(name)
            raise
