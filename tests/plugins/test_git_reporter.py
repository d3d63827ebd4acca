"""The report of many repositories is made in pieces, and made again only where something is different."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from devdash.engine.context import Context
from devdash_git.observation import Observation
from devdash_git.problems import AccessProblem
from devdash_git.report import report
from devdash_git.reporter import TURN_S, Reporter
from devdash_git.states import Access
from devdash_git.targets import Target

Make = Callable[..., Context]

NOW = datetime(2026, 11, 22, 11, 0, 5, tzinfo=UTC)


def unseen(number: int, what: str = "There is no such folder.") -> Observation:
    problem = AccessProblem(Access.MISSING, what)
    return Observation(target=Target(f"r{number}", Path(f"/r{number}")), access=problem.access, message=what)


async def test_it_is_the_report_that_would_be_made_at_once(context: Make) -> None:
    seen = tuple(map(unseen, range(50)))
    assert await Reporter(context()).report(seen, (), NOW, day_over=False) == report(seen, (), NOW)


async def test_nothing_different_is_the_same_object(context: Make) -> None:
    made = Reporter(context())
    seen = tuple(map(unseen, range(5)))
    first = await made.report(seen, (), NOW, day_over=False)
    assert await made.report(seen, (), NOW + timedelta(seconds=50), day_over=False) is first
    assert (
        await made.report(tuple(map(unseen, range(5))), (), NOW + timedelta(hours=1), day_over=False) is first
    )
    assert await made.report(seen, (), NOW, day_over=True) is not first


async def test_what_is_different_is_told(context: Make) -> None:
    made = Reporter(context())
    seen = tuple(map(unseen, range(5)))
    await made.report(seen, (), NOW, day_over=False)
    changed = (*seen[:4], unseen(4, "It is a file."))
    assert await made.report(changed, (), NOW, day_over=False) == report(changed, (), NOW)
    assert await made.report(seen[1:], (), NOW, day_over=False) == report(seen[1:], (), NOW)


async def test_the_loop_has_its_turn_in_between(context: Make) -> None:
    """With a clock on which each look takes a whole turn: after each repository."""
    ticks = iter(range(10_000))
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    await Reporter(context(monotonic=lambda: next(ticks) * TURN_S * 2)).report(
        tuple(map(unseen, range(40))), (), NOW, day_over=False
    )
    task.cancel()
    assert turns >= 40
