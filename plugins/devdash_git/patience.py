"""Blocking looks at files that may lie on a drive that no longer answers.

A thread cannot be killed. So a look that takes too long is left alone, and nothing else is asked of the
same folder until it returns; and while one is out, other folders are first asked through a process,
which can be killed.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar

from devdash.api import PaneContext
from devdash_git.problems import timed_out

P = ParamSpec("P")
T = TypeVar("T")


STUCK_S = 2.0
"""A look that has not moved on for so long waits for a drive that does not answer."""


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

    async def each(self, looks: Sequence[tuple[Path, Callable[[], T]]], seconds: float) -> list[T | None]:
        """The results of `looks`, each at one folder, all in one thread: for many that are short.

        One that holds it up for `seconds`, or `STUCK_S`, is left alone: its result is None, and the others go
        on in another thread. A look must not raise.
        """
        answers: list[T | None] = []
        while len(answers) < len(looks):
            sweep = _Sweep([function for _, function in looks[len(answers) :]])
            task = asyncio.ensure_future(self._context.in_thread(sweep.run))
            reached = -1
            while not task.done() and reached != len(sweep.answers):
                reached = len(sweep.answers)
                await asyncio.wait({task}, timeout=min(STUCK_S, seconds))
            if task.done():
                task.result()
                return answers + sweep.answers
            task.add_done_callback(_look_away)
            self._out[looks[len(answers) + reached][0]] = task
            answers += [*sweep.answers[:reached], None]
        return answers

    def give_up(self) -> None:
        """Wait for none of them any more."""
        for task in self._out.values():
            task.cancel()


class _Sweep(Generic[T]):
    """One thread's looks; how far it is can be seen from outside."""

    def __init__(self, looks: Sequence[Callable[[], T]]) -> None:
        self._looks = looks
        self.answers: list[T | None] = []

    def run(self) -> None:
        for function in self._looks:
            self.answers.append(function())


def _look_away(task: "asyncio.Task[T]") -> None:
    """Take note of how a late look ended, so that asyncio does not complain that nobody did."""
    if not task.cancelled():
        task.exception()
