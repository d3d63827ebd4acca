"""Blocking looks at files that may lie on a drive that no longer answers.

A thread cannot be killed. So a look that takes too long is left alone, and nothing else is asked of the
same folder until it returns; and while one is out, other folders are first asked through a process,
which can be killed.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from devdash.api import PaneContext
from devdash_git.problems import timed_out

P = ParamSpec("P")
T = TypeVar("T")


class Patience:
    """Runs functions about folders in threads, each within a time."""

    def __init__(self, context: PaneContext) -> None:
        self._context = context
        self._out: dict[Path, asyncio.Task[Any]] = {}

    @property
    def strained(self) -> bool:
        """Whether a look has not come back."""
        self._out = {folder: task for folder, task in self._out.items() if not task.done()}
        return bool(self._out)

    async def call(
        self, folder: Path, timeout: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The result of `function`, which looks at `folder` only.

        Raises:
            AccessProblem: TIMEOUT, or whatever `function` raises.
        """
        if self.strained and folder in self._out:
            raise timed_out(timeout)
        task = asyncio.ensure_future(self._context.in_thread(function, *args, **kwargs))
        done, _ = await asyncio.wait({task}, timeout=timeout)
        if not done:
            task.add_done_callback(_look_away)
            self._out[folder] = task
            raise timed_out(timeout)
        return task.result()

    def leave(self, folder: Path, look: "asyncio.Task[None]") -> None:
        """Take note of a look at `folder` that does not come back."""
        look.add_done_callback(_look_away)
        self._out[folder] = look

    def give_up(self) -> None:
        """Wait for none of them any more."""
        for task in self._out.values():
            task.cancel()


def _look_away(task: "asyncio.Task[T]") -> None:
    """Take note of how a late look ended, so that asyncio does not complain that nobody did."""
    if not task.cancelled():
        task.exception()
