"""A pane that blocks the event loop is interrupted: a plug-in's mistake must not freeze the dashboard.

All panes share one loop, so a plug-in that calls `time.sleep` or computes for
long inside `async def read` would stop every key and every other pane. Each
step of a pane's coroutine therefore runs under an interval timer; when a step
holds the loop longer than the limit, the signal's handler raises `LoopBlocked` inside it.

Time that the thread spent waiting for a processor does not count: on a busy
machine a good pane is slow as well, and that is not its fault.

Only the main thread can be interrupted this way, and not on Windows; elsewhere
the guard does nothing. C code that never returns to the interpreter cannot be
interrupted by anything but the end of the process: that is what workers are for.
"""

import signal
import threading
import time
from collections.abc import Coroutine, Generator
from pathlib import Path
from types import FrameType, TracebackType, coroutine
from typing import Any, TypeVar

T = TypeVar("T")

STEP_LIMIT_S = 0.4
TICKS = 4
"""The timer rings so many times within the limit; the first one only starts the measurement."""

_FRAGILE = frozenset({"_weakrefset", "weakref", "asyncio"})
"""Modules in whose frames nothing is raised: there it would be swallowed, or leave the loop in disorder."""


class LoopBlocked(BaseException):
    """Raised inside a step that held the loop for too long.

    Not an `Exception`: a plug-in's own `except Exception` must not swallow it.
    """


class StepGuard:
    """Times each step of the coroutines that it drives.

    Use it as a context manager around the life of the loop: it owns SIGALRM meanwhile.
    """

    def __init__(self, limit_s: float = STEP_LIMIT_S) -> None:
        self._limit_s = limit_s
        self._tick_s = limit_s / TICKS
        self._armed = False
        self._held_since: float | None = None
        self._active = False
        self._previous: Any = None

    def __enter__(self) -> "StepGuard":
        if threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):
            self._previous = signal.signal(signal.SIGALRM, self._on_tick)
            self._active = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._active:
            self._active = False
            signal.setitimer(signal.ITIMER_REAL, 0.0)
            signal.signal(signal.SIGALRM, self._previous)

    def _on_tick(self, number: int, frame: FrameType | None) -> None:
        if not self._armed:
            return
        now = time.monotonic() - waited_for_processor()
        if self._held_since is None:
            self._held_since = now
            return
        held = now - self._held_since
        fragile = frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] in _FRAGILE
        if held > self._limit_s and (not fragile or held > 3 * self._limit_s):
            raise LoopBlocked

    @coroutine
    def drive(self, work: Coroutine[Any, Any, T]) -> Generator[Any, Any, T]:
        """Run `work` to its end, each step under the timer. Await it instead of `work`.

        Raises:
            LoopBlocked: a step held the loop for longer than the limit.
        """
        sent: Any = None
        thrown: BaseException | None = None
        while True:
            try:
                yielded = self._step(work, sent, thrown)
            except StopIteration as stop:
                result: T = stop.value
                return result
            except GeneratorExit as error:
                # Its own doing: when this is closed, the step is closed below, not stepped.
                raise RuntimeError("the step raised GeneratorExit") from error
            sent, thrown = None, None
            try:
                sent = yield yielded
            except GeneratorExit:
                work.close()
                raise
            except BaseException as error:  # noqa: BLE001 - handed on to the coroutine, as a bare await would
                thrown = error

    def _step(self, work: Coroutine[Any, Any, Any], sent: Any, thrown: BaseException | None) -> Any:
        if not self._active:
            return work.send(sent) if thrown is None else work.throw(thrown)
        self._held_since = None
        self._armed = True
        # Repeating, so that a step that catches the first interruption gets another.
        signal.setitimer(signal.ITIMER_REAL, self._tick_s, self._tick_s)
        try:
            return work.send(sent) if thrown is None else work.throw(thrown)
        finally:
            self._armed = False
            signal.setitimer(signal.ITIMER_REAL, 0.0)


def waited_for_processor() -> float:
    """Seconds that this thread was ready to run but had no processor; 0.0 where the system does not tell.

    Linux tells in the second field of schedstat, in nanoseconds (Documentation/scheduler/sched-stats.rst).
    """
    try:
        fields = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat").read_bytes().split()
        return int(fields[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0
