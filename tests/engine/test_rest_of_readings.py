"""A reading that is told in parts: the rest of it keeps nothing from its pace."""

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from manual_clock import ManualClock
from panes import Registry, Scripted, engine_for, good, scripted, settings_for

from devdash.api import Duration, PaneConfig, Report
from devdash.engine.engine import Engine

SELDOM = PaneConfig(interval=Duration(100))


def one(tmp_path: Path, script: Any, clock: ManualClock) -> Engine:
    registry = Registry(only=scripted(script))
    return engine_for(tmp_path, registry, settings_for(registry, SELDOM), clock=clock)


def pane_of(engine: Engine) -> Scripted:
    pane = engine._members["only"].runner.pane
    assert isinstance(pane, Scripted)
    return pane


@pytest.mark.parametrize("rest", [True, False])
async def test_the_rest_of_a_reading_puts_off_no_timed_one(tmp_path: Path, rest: bool) -> None:
    """What answers at once keeps its pace beside what is slow; after other news the next can wait."""
    clock = ManualClock()
    moments: list[float] = []

    def tell(pane: Scripted) -> Report:
        moments.append(clock.monotonic())
        return good()

    async with one(tmp_path, tell, clock) as engine:
        engine.start()
        await clock.advance(1)
        (began,) = moments
        for _ in range(2):
            await clock.advance(30)
            pane_of(engine).context.wake(rest=rest)
        await clock.advance(500)
        found = [round(moment - began) for moment in moments]
        assert found[1:3] == [31, 61]
        assert (found[3] <= 110) is rest, found
        assert all(80 <= then - before <= 120 for before, then in pairwise(found[3:]))


async def test_the_rest_of_a_reading_that_is_overdue_is_followed_by_the_timed_one_at_once(
    tmp_path: Path,
) -> None:
    """And when something else has changed as well, it is news."""
    clock = ManualClock()
    moments: list[float] = []
    gate = asyncio.Event()
    gate.set()

    async def tell(pane: Scripted) -> Report:
        moments.append(clock.monotonic())
        await gate.wait()
        return good()

    async with one(tmp_path, tell, clock) as engine:
        engine.start()
        await clock.advance(1)
        await clock.advance(50)
        gate.clear()
        pane_of(engine).context.wake(rest=True)
        await clock.advance(100)
        gate.set()
        await clock.advance(1)
        assert len(moments) == 3, "the timed one, which was due meanwhile"
        await clock.advance(50)
        pane_of(engine).context.wake(rest=True)
        pane_of(engine).context.wake()
        await clock.advance(60)
        assert len(moments) == 4, "news: the next is put off"
