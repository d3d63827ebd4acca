"""What was not told yet when a duty ends, changes over or fails: it is told later, and once."""

import threading
from collections.abc import Collection
from pathlib import Path
from typing import Never

import msgspec
import pytest
from duty_rig import LOW, TERMINAL_ONLY, Tank, rig, tank, tank_settings
from manual_clock import ManualClock
from panes import Registry

from devdash.alerts.model import AlertId, Moment, Terms, Verdict
from devdash.api import Report
from devdash.config.alerts import AlertsConfig, CommandChannel, TerminalChannel
from devdash.contract.levels import Level
from devdash.duty import outside, register
from devdash.duty.desk import Desk
from devdash.duty.model import Role
from devdash.duty.papers import Papers
from devdash.duty.seat import SILENT_S
from devdash.duty.wishes import Wish
from devdash.duty.writing import LAST_ALONE_S, Writer
from devdash.engine.snapshot import Snapshot
from devdash.notify.dispatcher import Dispatcher

NO_SUCH_PROGRAM = AlertsConfig(
    channels=("program",), channel={"program": CommandChannel(argv=("no such program",))}
)


async def test_what_no_channel_could_tell_is_told_by_whoever_comes_next(tmp_path: Path) -> None:
    """At login the desktop's notifications may not run yet; the watch may be restarted before they do."""
    kind, clock = tank(percent=10.0), ManualClock()
    deaf = tank_settings(Registry(tank=kind), NO_SUCH_PROGRAM)
    async with rig(tmp_path, kind, clock=clock, settings=deaf) as home:
        await home.pass_time(30)
        assert "program" in home.duty.troubles[0]
    async with rig(tmp_path, kind, clock=clock) as home:
        assert len(home.ears.heard) == 1
    async with rig(tmp_path, kind, clock=clock) as home:
        assert home.ears.heard == []


@pytest.mark.parametrize(("snooze_s", "left"), [(None, set()), (3600.0, set()), (0.0, {LOW})])
async def test_of_what_is_on_the_screen_only_what_is_not_silenced_meanwhile_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snooze_s: float | None, left: set[AlertId]
) -> None:
    """`devdash alerts ack` while nobody was on duty, or a kill between writing and taking away."""
    kept: list[set[AlertId]] = []
    whole = Dispatcher.take_over

    def take_over(self: Dispatcher, alerts: Collection[AlertId]) -> None:
        kept.append(set(alerts))
        whole(self, alerts)

    kind, clock = tank(percent=10.0), ManualClock()
    async with rig(tmp_path, kind, clock=clock) as home:
        assert len(home.ears.heard) == 1
    now = Moment(clock.now(), clock.monotonic())
    assert outside.ask(tmp_path / "state", Wish(clock.now(), (LOW,), snooze_s), now)
    monkeypatch.setattr(Dispatcher, "take_over", take_over)
    async with rig(tmp_path, kind, clock=clock):
        assert kept == [left]


async def test_what_waits_for_a_channel_that_is_configured_away_is_told_by_the_new_one(
    tmp_path: Path,
) -> None:
    """A wrong program in devdash.toml is mended because nothing was heard."""
    kind = tank(percent=10.0)
    registry = Registry(tank=kind)
    async with rig(tmp_path, kind, settings=tank_settings(registry, NO_SUCH_PROGRAM)) as home:
        await home.pass_time(30)
        assert home.ears.heard == []
        await home.engine.reload(tank_settings(registry))
        assert len(await home.pass_time(10)) == 1
        assert await home.pass_time(30) == []


async def test_a_changed_config_does_not_tell_again_what_was_told(tmp_path: Path) -> None:
    """Other channels are for what comes."""
    kind = tank(percent=10.0)
    registry = Registry(tank=kind)
    async with rig(tmp_path, kind) as home:
        assert len(home.ears.heard) == 1
        other = msgspec.structs.replace(TERMINAL_ONLY, channel={"terminal": TerminalChannel(bell=True)})
        await home.engine.reload(tank_settings(registry, other))
        assert await home.pass_time(30) == []


async def test_what_came_due_with_the_last_breath_is_told_by_whoever_comes_next(tmp_path: Path) -> None:
    """Nobody is told any more at the end, so nothing is written as told."""
    kind, clock = tank(percent=10.0), ManualClock()
    async with rig(tmp_path, kind, clock=clock) as home:
        assert len(home.ears.heard) == 1
        await home.pass_time(110)
        assert len(home.ears.heard) == 1
        clock.sleep_machine(20)
    async with rig(tmp_path, kind, clock=clock) as home:
        assert len(home.ears.heard) == 1
        assert await home.pass_time(100) == []


async def test_a_bug_about_one_pane_does_not_swallow_what_is_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the book counts as told is told, if a turn later."""
    clock, slept = ManualClock(), 0.0

    async def read(self: Tank) -> Report:
        clock.sleep_machine(slept)
        return await Tank.read(self)

    async with rig(tmp_path, tank(percent=10.0, read=read), clock=clock) as home:
        assert len(await home.pass_time(110)) == 0

        def fail(snapshot: Snapshot) -> Never:
            raise ZeroDivisionError

        monkeypatch.setattr("devdash.duty.duty.samples_of", fail)
        slept = 20.0
        assert len(await home.read()) == 1
        assert any("ZeroDivisionError" in sentence for sentence in home.duty.troubles)


async def test_two_configs_in_turn_keep_their_alerts_apart_and_both_remember(tmp_path: Path) -> None:
    """Two projects with a devdash.toml each, opened one after the other: nothing rings again for that."""
    kind, clock = tank(percent=10.0), ManualClock()
    here = tank_settings(Registry(tank=kind))
    there = msgspec.structs.replace(here, file=tmp_path / "there.toml")
    for settings in (here, there):
        async with rig(tmp_path, kind, clock=clock, settings=settings) as home:
            assert len(home.ears.heard) == 1
            home.duty.acknowledge([LOW])
    for settings in (here, there, here):
        async with rig(tmp_path, kind, clock=clock, settings=settings) as home:
            assert home.ears.heard == await home.pass_time(300) == []
            assert [alert.acknowledged for alert in home.duty.alerts] == [True]


async def test_who_is_well_keeps_the_seat_however_long_another_waits_for_it(tmp_path: Path) -> None:
    """Its signs of life are seen; only silence costs the seat."""
    kind, clock = tank(percent=10.0), ManualClock()
    async with rig(tmp_path, kind, clock=clock) as first, rig(tmp_path, kind, clock=clock) as second:
        for _ in range(8):
            await second.pass_time(SILENT_S / 4)
        assert [first.duty.role, second.duty.role] == [Role.ON_DUTY, Role.BESIDE]
        assert second.ears.heard == []


class Slow:
    """A disk that answers when the test says so."""

    def __init__(self) -> None:
        self.answer = threading.Event()
        self.began = threading.Event()

    def may(self) -> bool:
        self.began.set()
        return self.answer.wait(10)


async def test_after_a_late_writing_the_news_are_written_before_they_are_told(tmp_path: Path) -> None:
    """A kill after it must not let the next one tell again."""
    slow, desk = Slow(), Desk(tmp_path, "devdash", "", ManualClock(), 2.0)
    desk.tick()
    desk.papers = Papers(tmp_path, "", ManualClock(), slow.may)
    writer = Writer(desk)
    desk.observe("battery", verdict("first"))
    await writer.write(0.01)
    assert desk.papers.trouble == "the alerts cannot be kept: the disk does not answer"
    desk.observe("battery", verdict("second"))
    slow.answer.set()
    await writer.write(10)
    known = register.read(tmp_path)
    assert known is not None and [one.text for one in known.alerts] == ["second"]
    desk.stand_up()


async def test_at_the_end_a_busy_disk_is_waited_for(tmp_path: Path) -> None:
    """When a machine goes down its disk is busy; what was acknowledged last is not lost for half a second."""
    slow, desk = Slow(), Desk(tmp_path, "devdash watch", "", ManualClock(), 2.0)
    desk.tick()
    desk.papers = Papers(tmp_path, "", ManualClock(), slow.may)
    desk.observe("battery", verdict("last"))
    busy = threading.Timer(0.7, slow.answer.set)
    busy.start()
    await Writer(desk, last_s=LAST_ALONE_S).close()
    known = register.read(tmp_path)
    busy.join()
    assert known is not None and [one.text for one in known.alerts] == ["last"]
    desk.stand_up()


def verdict(text: str) -> tuple[Verdict, ...]:
    """A rule that holds."""
    terms = Terms(pane="battery", name="low", level=Level.CRITICAL)
    return (Verdict(terms, frozenset({""}), frozenset(), texts={"": text}),)
