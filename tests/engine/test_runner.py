"""One pane's life: its pace, its pauses, its freshness. All on a clock that the test turns."""

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import Any

from manual_clock import ManualClock
from panes import Registry, Scripted, engine_for, good, hang, scripted, settings_for

from devdash.api import Duration, PaneConfig, PaneError, Report
from devdash.engine.engine import Engine
from devdash.engine.snapshot import Phase, Snapshot

EVERY_10 = PaneConfig(interval=Duration(10), timeout=Duration(2))


def one(tmp_path: Path, script: Any, clock: ManualClock, config: PaneConfig = EVERY_10) -> Engine:
    registry = Registry(only=scripted(script))
    return engine_for(tmp_path, registry, settings_for(registry, config), clock=clock)


def pane_of(engine: Engine) -> Scripted:
    pane = engine._members["only"].runner.pane
    assert isinstance(pane, Scripted)
    return pane


async def test_it_is_read_at_once_and_then_every_interval(tmp_path: Path) -> None:
    clock = ManualClock()
    async with one(tmp_path, lambda pane: good(), clock) as engine:
        engine.start()
        await clock.advance(1)
        assert pane_of(engine).reads == 1
        await clock.advance(30)
        assert pane_of(engine).reads == 4


async def test_readings_of_a_pane_never_overlap(tmp_path: Path) -> None:
    clock = ManualClock()
    running = 0

    async def slow(pane: Scripted) -> Report:
        nonlocal running
        running += 1
        assert running == 1
        await clock.wait(asyncio.Event(), 1.5)
        running -= 1
        return good()

    async with one(tmp_path, slow, clock) as engine:
        engine.start()
        for _ in range(30):
            engine.refresh()
            await clock.advance(0.4)
        assert engine.snapshot("only").failure is None


async def test_many_wishes_during_a_reading_are_one_further_reading(tmp_path: Path) -> None:
    clock = ManualClock()
    gate = asyncio.Event()

    async def wait(pane: Scripted) -> Report:
        await gate.wait()
        return good()

    async with one(tmp_path, wait, clock) as engine:
        engine.start()
        await clock.advance(0.1)
        for _ in range(50):
            engine.refresh()
        gate.set()
        await clock.advance(0.5)
        assert pane_of(engine).reads == 2


async def test_a_pane_that_wakes_itself_without_end_is_read_once_a_second_at_most(tmp_path: Path) -> None:
    clock = ManualClock()

    def flood(pane: Scripted) -> Report:
        pane.context.wake()
        return good()

    async with one(tmp_path, flood, clock) as engine:
        engine.start()
        await clock.advance(30)
        assert 25 <= pane_of(engine).reads <= 32  # the first was due, and asked for the second


async def test_what_changes_under_somebodys_hands_is_read_in_bunches_while_nobody_sees_it(
    tmp_path: Path,
) -> None:
    """A file that is saved each second would have the watch work each second; a look shows it at once."""
    clock = ManualClock()
    async with one(tmp_path, lambda pane: good(), clock, PaneConfig(interval=Duration(600))) as engine:
        engine.start()
        engine.show(())
        await clock.advance(1)
        runner = engine._members["only"].runner
        for _ in range(60):
            runner.notice()
            await clock.advance(1)
        assert pane_of(engine).reads == 1 + 4
        runner.notice()
        engine.show(("only",))
        await clock.advance(1)
        assert pane_of(engine).reads == 1 + 4 + 1
        for _ in range(3):
            runner.notice()
            await clock.advance(1)
        assert pane_of(engine).reads == 1 + 4 + 1 + 3


async def test_a_pane_is_told_whether_somebody_asked_for_the_reading(tmp_path: Path) -> None:
    clock = ManualClock()
    asked: list[bool] = []

    def tell(pane: Scripted) -> Report:
        asked.append(pane.context.asked)
        return good()

    async with one(tmp_path, tell, clock) as engine:
        engine.start()
        await clock.advance(1)
        engine.refresh()
        await clock.advance(1)
        pane_of(engine).context.wake()
        await clock.advance(1)
        assert asked == [False, True, False]


async def test_failures_back_off_and_a_wish_tries_at_once(tmp_path: Path) -> None:
    clock = ManualClock()

    def fail(pane: Scripted) -> Report:
        raise PaneError("the world is gone", "look for it")

    async with one(tmp_path, fail, clock) as engine:
        engine.start()
        await clock.advance(1)
        snapshot = engine.snapshot("only")
        assert snapshot.phase is Phase.FAILED
        assert snapshot.failure is not None
        assert (snapshot.failure.message, snapshot.failure.hint) == ("the world is gone", "look for it")
        assert snapshot.next_elapsed is not None
        await clock.advance(3600)
        in_an_hour = pane_of(engine).reads
        assert 10 < in_an_hour < 25
        engine.refresh()
        await clock.advance(0.1)
        assert pane_of(engine).reads == in_an_hour + 1


async def test_the_last_good_report_stays_through_failures_and_is_stale(tmp_path: Path) -> None:
    clock = ManualClock()

    def once(pane: Scripted) -> Report:
        if pane.reads > 1:
            raise PaneError("gone")
        return good("the good one")

    async with one(tmp_path, once, clock) as engine:
        engine.start()
        await clock.advance(1)
        read_at = engine.snapshot("only").read_at
        await clock.advance(600)
        snapshot = engine.snapshot("only")
        assert snapshot.report is not None
        assert snapshot.report.summary == "the good one"
        assert snapshot.stale
        assert snapshot.read_at == read_at


async def test_a_reading_that_takes_too_long_fails_and_the_next_may_be_good(tmp_path: Path) -> None:
    clock = ManualClock()

    async def first_hangs(pane: Scripted) -> Report:
        return await hang(pane) if pane.reads == 1 else good()

    config = PaneConfig(interval=Duration(10), timeout=Duration(0.05))
    async with one(tmp_path, first_hangs, clock, config) as engine:
        engine.start()
        await clock.advance(0.1)
        await until(lambda: engine.snapshot("only").phase is Phase.FAILED)
        failure = engine.snapshot("only").failure
        assert failure is not None
        assert failure.kind == "timeout"
        engine.refresh()
        await until(lambda: engine.snapshot("only").phase is Phase.FRESH)


async def test_equal_content_keeps_the_report_object(tmp_path: Path) -> None:
    clock = ManualClock()
    async with one(tmp_path, lambda pane: good("same"), clock) as engine:
        engine.start()
        await clock.advance(1)
        first = engine.snapshot("only").report
        await clock.advance(30)
        assert pane_of(engine).reads > 2
        assert engine.snapshot("only").report is first


async def test_a_pause_ends_timed_readings_and_a_wish_ends_the_pause(tmp_path: Path) -> None:
    clock = ManualClock()
    async with one(tmp_path, lambda pane: good(), clock) as engine:
        engine.start()
        await clock.advance(1)
        assert engine.toggle_pause("only")
        assert engine.snapshot("only").phase is Phase.PAUSED
        await clock.advance(300)
        assert pane_of(engine).reads == 1
        assert engine.snapshot("only").next_elapsed is None
        engine.refresh(["only"])
        await clock.advance(1)
        assert pane_of(engine).reads == 2
        assert engine.snapshot("only").phase is Phase.FRESH


async def test_a_hidden_pane_is_read_less_often_and_at_once_when_it_is_shown_again(tmp_path: Path) -> None:
    clock = ManualClock()
    async with one(tmp_path, lambda pane: good(), clock) as engine:
        engine.start()
        await clock.advance(1)
        engine.show([])
        await clock.advance(101)
        assert pane_of(engine).reads <= 4
        await clock.advance(20)
        hidden = pane_of(engine).reads
        engine.show(["only"])
        await clock.advance(0.5)
        assert pane_of(engine).reads == hidden + 1


async def test_data_that_are_not_renewed_in_time_are_late(tmp_path: Path) -> None:
    clock = ManualClock()
    gate = asyncio.Event()

    async def then_slow(pane: Scripted) -> Report:
        if pane.reads > 1:
            await gate.wait()
        return good()

    config = PaneConfig(interval=Duration(10), timeout=Duration(5))
    async with one(tmp_path, then_slow, clock, config) as engine:
        engine.start()
        await clock.advance(1)
        assert engine.snapshot("only").phase is Phase.FRESH
        await clock.advance(40)
        snapshot = engine.snapshot("only")
        assert snapshot.phase is Phase.LATE
        assert snapshot.reading
        gate.set()
        await clock.advance(0.5)
        assert engine.snapshot("only").phase is Phase.FRESH


async def test_after_a_suspend_data_are_late_until_each_pane_is_read_in_its_turn(tmp_path: Path) -> None:
    clock = ManualClock()
    moments: list[tuple[str, float]] = []

    def note(pane: Scripted) -> Report:
        moments.append((pane.context.name, clock.monotonic()))
        return good()

    registry = Registry(a=scripted(note), b=scripted(note), c=scripted(note))
    settings = settings_for(registry, PaneConfig(interval=Duration(3600)))
    async with engine_for(tmp_path, registry, settings, clock=clock) as engine:
        engine.start()
        await clock.advance(5)
        moments.clear()
        late: set[str] = set()
        engine.subscribe(lambda snapshot: late.add(snapshot.name) if snapshot.phase is Phase.LATE else None)
        clock.sleep_machine(8 * 3600)
        await clock.advance(7)
        assert late == {"a", "b", "c"}
        assert [name for name, _ in moments] == ["a", "b", "c"]
        gaps = [later - earlier for (_, earlier), (_, later) in pairwise(moments)]
        assert min(gaps) > 0.5
        assert {snapshot.phase for snapshot in engine.snapshots} == {Phase.FRESH}


async def test_start_and_stop_are_called_once_around_the_readings(tmp_path: Path) -> None:
    clock = ManualClock()
    async with one(tmp_path, lambda pane: good(), clock) as engine:
        engine.start()
        await clock.advance(11)
        pane = pane_of(engine)
    assert pane.events == ["start", "read", "read", "stop"]


async def test_a_failed_start_is_tried_again_before_any_reading(tmp_path: Path) -> None:
    clock = ManualClock()
    starts = 0

    async def start(self: Scripted) -> None:
        nonlocal starts
        starts += 1
        if starts < 3:
            raise PaneError("not yet")

    registry = Registry(only=scripted(lambda pane: good(), start=start))
    async with engine_for(tmp_path, registry, clock=clock) as engine:
        engine.start()
        await clock.advance(120)
        assert starts == 3
        assert engine.snapshot("only").phase is Phase.FRESH


async def test_every_change_is_published_and_nothing_else(tmp_path: Path) -> None:
    clock = ManualClock()
    seen: list[Snapshot] = []
    async with one(tmp_path, lambda pane: good(), clock) as engine:
        engine.subscribe(seen.append)
        engine.start()
        await clock.advance(60)
        assert all(before != after for before, after in pairwise(seen))
        assert seen[-1] == engine.snapshot("only")


async def until(condition: Any) -> None:
    """Wait for what happens in real time; the test's own time limit ends it."""
    while not condition():
        await asyncio.sleep(0.005)


async def test_a_start_that_failed_half_way_is_let_go_of_too(tmp_path: Path) -> None:
    async def start(self: Scripted) -> None:
        self.events.append("half")
        raise PaneError("the other half is missing")

    clock = ManualClock()
    registry = Registry(only=scripted(lambda pane: good(), start=start))
    async with engine_for(tmp_path, registry, clock=clock) as engine:
        engine.start()
        await clock.advance(1)
        pane = pane_of(engine)
    assert pane.events == ["half", "stop"]
