"""Containment: one pane's steps run so that nothing they do reaches beyond that pane.

A step may raise anything, never end, hold the loop, exit, or refuse to be
cancelled; the caller gets an exception of the expected kind within the timeout.
"""

import asyncio
import inspect
import logging
import traceback
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from devdash.contract.errors import DevdashError, PaneError
from devdash.engine.guard import LoopBlocked, StepGuard
from devdash.engine.snapshot import Failure

log = logging.getLogger("devdash.engine")

CANCEL_GRACE_S = 0.25
"""How long a cancelled step may take to end before it is left behind."""

MOST_WORDS = 4_000
"""Characters of a failure's message that are kept: it is a sentence, and drawn again at every failure."""

BUG_HINT = "this is a bug in the plug-in; the log tells more"

P = ParamSpec("P")
T = TypeVar("T")


class Overrun(PaneError):
    """A step took longer than its timeout, or an earlier one still has not ended."""

    kind = "timeout"


class LoopHeld(PaneError):
    """A step held the event loop and was interrupted."""

    kind = "blocked"


class PluginExit(PaneError):
    """A step called sys.exit(), was cancelled by the plug-in itself, or raised what ends more than a step."""

    kind = "bug"


class Containment:
    """Runs the steps of one pane.

    A step that ignores its cancellation is left behind; while it lives, further
    steps of the pane are refused, so that two never run over each other.
    """

    def __init__(self, guard: StepGuard) -> None:
        self._guard = guard
        self._stuck: asyncio.Task[Any] | None = None

    async def run(
        self,
        timeout_s: float | None,
        step: Callable[P, Coroutine[Any, Any, T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Call `step` and await it.

        Args:
            timeout_s: seconds; None for no limit.

        Raises:
            Overrun: it took longer, or an earlier step is stuck.
            LoopHeld: it held the loop.
            PluginExit: it tried to end the program.
            Exception: whatever else it raised.
        """
        if self._stuck is not None and not self._stuck.done():
            raise Overrun("an earlier reading was cancelled but has not ended", BUG_HINT)
        self._stuck = None
        task = asyncio.create_task(self._guarded(_called(step, *args, **kwargs)))
        try:
            await asyncio.wait({task}, timeout=timeout_s)
        except asyncio.CancelledError:
            await self._abandon(task)
            raise
        if not task.done():
            await self._abandon(task)
            raise Overrun(f"took longer than {timeout_s:g} s", "raise its 'timeout' if it needs more")
        if task.cancelled():
            raise PluginExit("the pane cancelled its own reading", BUG_HINT)
        return task.result()

    async def _guarded(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return await self._guard.drive(work)
        except LoopBlocked as error:
            raise _held(error) from error
        except BaseExceptionGroup as error:
            if isinstance(error, Exception):
                raise
            # What was raised in the body of a task group comes wrapped.
            inside = error.subgroup(LoopBlocked)
            if inside is not None:
                raise _held(_leaf(inside)) from error
            raise PluginExit(f"raised {type(error).__name__} at {where(error)}", BUG_HINT) from error
        except SystemExit as error:
            # A task that raises SystemExit would end the loop itself.
            raise PluginExit(f"called sys.exit() at {where(error)}", BUG_HINT) from error

    async def _abandon(self, task: asyncio.Task[Any]) -> None:
        task.cancel()
        await asyncio.wait({task}, timeout=CANCEL_GRACE_S)
        if not task.done():
            self._stuck = task
            log.warning("a step was cancelled but goes on: %s", task.get_coro())
        task.add_done_callback(_take_note)


async def _called(step: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """Calls `step` inside the guarded task, so that even a plain function is timed."""
    work: object = step(*args, **kwargs)
    if not inspect.isawaitable(work):
        name = getattr(step, "__name__", "a step")
        raise PluginExit(f"{name}() is not an async function", BUG_HINT)
    result: T = await work
    return result


def _held(error: BaseException) -> LoopHeld:
    return LoopHeld(
        f"held up the whole dashboard at {where(error)} and was interrupted",
        "a plug-in must not block: use context.in_thread, context.run or a worker",
    )


def _leaf(error: BaseException) -> BaseException:
    """The first exception that is no group."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _take_note(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.debug("a cancelled step ended with %s", type(error).__name__)


def where(error: BaseException) -> str:
    """The place that raised: the last frame outside devdash's own engine, as "file.py:31"."""
    frames = traceback.extract_tb(error.__traceback__)
    own = str(Path(__file__).parent)
    outside = [frame for frame in frames if not frame.filename.startswith(own)]
    chosen = outside or list(frames)
    return f"{Path(chosen[-1].filename).name}:{chosen[-1].lineno}" if chosen else "an unknown place"


def failure_of(error: BaseException, count: int) -> Failure:
    """What a person is told about `error`.

    The text of an unexpected exception may hold anything, a password too: only
    its type and place are shown. So it is for a `DevdashError` whose words are none.
    """
    if isinstance(error, DevdashError):
        words = [getattr(error, name, None) for name in ("kind", "message", "hint")]
        if all(isinstance(word, str) for word in words):
            kind, message, hint = (str(word)[:MOST_WORDS] for word in words)
            return Failure(kind, message, hint, count)
    message = f"failed with {type(error).__name__} at {where(error)}"
    return Failure("bug", message, BUG_HINT, count)
