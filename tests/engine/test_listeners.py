"""Listeners of a pane: begun again when they end, interrupted when they block, gone with the pane."""

import asyncio
import itertools
import logging
import time
from pathlib import Path

import pytest
from manual_clock import ManualClock, settle
from panes import Registry, Scripted, engine_for, good

from devdash.contract.errors import PaneError
from devdash.engine.guard import StepGuard
from devdash.engine.listeners import FIRST_PAUSE_S, LONGEST_PAUSE_S, STEADY_S, Listeners


async def test_one_that_fails_is_begun_again_later_each_time() -> None:
    """A bus that is not there costs next to nothing."""
    clock, begun = ManualClock(), list[float]()

    async def work() -> None:
        begun.append(clock.monotonic())
        raise PaneError("there is no bus")

    listeners = Listeners(clock, StepGuard())
    listeners.add("pane: bus", work)
    await clock.advance(2000)
    pauses = [later - earlier for earlier, later in itertools.pairwise(begun)]
    assert pauses[:4] == [FIRST_PAUSE_S, 2 * FIRST_PAUSE_S, 4 * FIRST_PAUSE_S, 8 * FIRST_PAUSE_S]
    assert max(pauses) == LONGEST_PAUSE_S
    await listeners.close()


async def test_after_a_steady_time_the_pauses_begin_anew() -> None:
    """A bus that goes away once a week is heard again at once."""
    clock, begun = ManualClock(), list[float]()

    async def work() -> None:
        begun.append(clock.monotonic())
        if len(begun) > 3:
            await clock.wait(asyncio.Event(), STEADY_S)

    listeners = Listeners(clock, StepGuard())
    listeners.add("pane: bus", work)
    await clock.advance(1 + 2 + 4 + STEADY_S + FIRST_PAUSE_S)
    assert len(begun) == 5
    await listeners.close()


async def test_what_it_says_is_logged_once_and_a_bug_with_its_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An expected failure is information; an exception's own words may be a secret."""
    clock, errors = ManualClock(), iter([PaneError("no bus"), PaneError("no bus"), KeyError("hunter2")])

    async def work() -> None:
        raise next(errors)

    listeners = Listeners(clock, StepGuard())
    with caplog.at_level(logging.INFO, "devdash.engine"):
        listeners.add("pane: bus", work)
        await clock.advance(4)
    found = [(record.levelno, record.exc_info is not None) for record in caplog.records]
    assert found == [(logging.INFO, False), (logging.WARNING, True)]
    assert "hunter2" not in " ".join(record.getMessage() for record in caplog.records)
    await listeners.close()


async def test_one_that_blocks_the_loop_is_interrupted() -> None:
    """As a reading would be."""
    clock, began = ManualClock(), time.monotonic()

    async def work() -> None:
        time.sleep(30)

    with StepGuard() as guard:
        listeners = Listeners(clock, guard)
        listeners.add("pane: sleeper", work)
        await settle()
        assert time.monotonic() - began < 25
        await listeners.close()


async def test_nothing_goes_on_after_the_end_and_nothing_begins() -> None:
    """One that will not be cancelled does not hold up the end."""
    cancelled = 0

    async def stubborn() -> None:
        nonlocal cancelled
        while cancelled < 50:
            try:
                await asyncio.sleep(0.05)
            except asyncio.CancelledError:
                cancelled += 1

    listeners = Listeners(ManualClock(), StepGuard())
    listeners.add("pane: stubborn", stubborn)
    await settle()
    await listeners.close()
    with pytest.raises(PaneError):
        listeners.add("pane: late", stubborn)
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        while not task.done():
            task.cancel()
            await asyncio.sleep(0)


async def test_a_pane_hears_of_a_change_and_is_read_at_once(tmp_path: Path) -> None:
    """The way from a signal to a reading, and the end with the pane."""
    signals: asyncio.Queue[None] = asyncio.Queue()
    ended = asyncio.Event()

    class Listening(Scripted):
        async def start(self) -> None:
            self.context.task("signals", self.listen)

        async def listen(self) -> None:
            try:
                while True:
                    await signals.get()
                    self.context.wake()
            finally:
                ended.set()

        async def read(self):  # type: ignore[no-untyped-def]  # as its parent
            self.reads += 1
            return good(f"{self.reads} readings")

    clock = ManualClock()
    async with engine_for(tmp_path, Registry(listening=Listening), clock=clock) as engine:
        engine.start()
        await clock.advance(10)
        signals.put_nowait(None)
        await clock.advance(2)
        report = engine.snapshot("listening").report
        assert report is not None and report.summary == "2 readings"
        assert not ended.is_set()
    assert ended.is_set()
