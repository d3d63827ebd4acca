"""Short blocking functions in threads that can never hold up the loop or the exit.

Executor threads are joined at exit, so one that hangs would keep devdash from
quitting. These are daemon threads, one for each call at a time. A thread cannot be killed; so
the ones left behind by a caller that gave up are counted, and beyond a few of
them nothing more is started.
"""

import asyncio
import contextlib
import contextvars
import functools
from collections.abc import Callable
from typing import NoReturn, ParamSpec, TypeVar

from devdash.contract.errors import PaneError
from devdash.workers.crew import Crew

P = ParamSpec("P")
T = TypeVar("T")

MAX_RUNNING = 8
"""Threads at a time; further calls wait their turn."""

MAX_STUCK = 4
"""Threads that nobody waits for any more, at which new calls are refused."""

PATIENCE = 0.5
"""Seconds that such threads are given before that: most end by themselves, just after their caller went."""


class DaemonThreads:
    """Runs functions in daemon threads for one pane."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(MAX_RUNNING)
        self._stuck: list[str] = []
        self._crew = Crew()
        self._ended = asyncio.Event()

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `function`, run in a thread with the caller's context variables.

        Raises:
            PaneError: too many earlier calls still hang; one of them is named.
            RuntimeError: the function ended with an exception that cannot cross
                threads, such as SystemExit.
        """
        await self._admission()
        await self._slots.acquire()
        loop = asyncio.get_running_loop()
        name = getattr(function, "__qualname__", type(function).__name__)
        done: asyncio.Future[T] = loop.create_future()
        context = contextvars.copy_context()

        def bound() -> T:
            return context.run(function, *args, **kwargs)

        left = ended = False

        def settle(outcome: Callable[[], T]) -> None:
            nonlocal ended
            ended = True
            self._slots.release()
            if left:
                self._stuck.remove(name)
                self._ended.set()
            elif not done.cancelled():  # it ended between the cancelling and the turn of who waited
                _settle(done, outcome)

        def tell(outcome: Callable[[], T]) -> None:
            # No loop any more: no caller either.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(settle, outcome)

        try:
            self._crew.do(f"devdash-{name}", functools.partial(_outcome, name, bound), tell)
        except RuntimeError as error:
            self._slots.release()
            raise PaneError(f"the system gives no thread for {name}") from error
        try:
            return await done
        except asyncio.CancelledError:
            if done.cancelled():
                left = not ended
                if left:
                    self._stuck.append(name)
            else:
                done.exception()  # it came in the same moment; seen, so that nothing complains
            raise

    async def _admission(self) -> None:
        """Wait, a moment at most, until few enough threads are left behind; else refuse."""
        if len(self._stuck) < MAX_STUCK:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while len(self._stuck) >= MAX_STUCK:
                    self._ended.clear()
                    await self._ended.wait()
        if len(self._stuck) >= MAX_STUCK:
            raise PaneError(
                f"{len(self._stuck)} threads still hang, such as {self._stuck[0]}; no more are started",
                "Look for a disk or device that does not answer; devdash can be quit at any time.",
            )


def _outcome(name: str, bound: Callable[[], T]) -> Callable[[], T]:
    """Runs `bound`; a function that returns its result, or raises what it raised, on the caller's side."""
    try:
        result = bound()
    except (StopIteration, SystemExit, KeyboardInterrupt) as raised:
        # On the loop these would mean something else: the last two would end it.
        return functools.partial(_raise, RuntimeError(f"{name} raised {type(raised).__name__}"))
    except BaseException as raised:  # noqa: BLE001  # whatever it is, it belongs to the caller
        return functools.partial(_raise, raised)
    return lambda: result


def _settle(done: "asyncio.Future[T]", outcome: Callable[[], T]) -> None:
    try:
        done.set_result(outcome())
    except BaseException as error:  # noqa: BLE001  # handed to the caller
        done.set_exception(error)


def _raise(error: BaseException) -> NoReturn:
    raise error
