"""What becomes of the duty when its files are not what they should be, or others have been at them."""

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from duty_rig import LOW, rig, tank
from manual_clock import ManualClock
from test_register import alert, registered

from devdash.alerts.model import AlertId
from devdash.duty import register, wishes
from devdash.duty.desk import Desk
from devdash.duty.model import Role
from devdash.duty.seat import NAME, SILENT_S, Seat, holder_of
from devdash.duty.silence import Vigil
from devdash.duty.wishes import Wish


def spoil_with_pipe(path: Path) -> None:
    """Opening it for reading waits for ever."""
    os.mkfifo(path)


def spoil_with_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("spoil", [spoil_with_pipe, spoil_with_folder])
async def test_what_is_no_file_in_place_of_the_register_is_set_aside(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    """And never waited for: a pipe that nobody writes into would hold the loop for good."""
    (tmp_path / "state").mkdir()
    spoil(tmp_path / "state" / register.NAME)
    async with rig(tmp_path, tank(percent=10.0)) as home:
        assert len(home.ears.heard) == 1
        assert home.duty.troubles == ()
        known = register.read(tmp_path / "state")
        assert known is not None and [one.id for one in known.alerts] == [LOW]


def test_a_pipe_in_place_of_the_lock_is_told_and_not_waited_for(tmp_path: Path) -> None:
    """Neither by who wants the seat nor by who looks."""
    os.mkfifo(tmp_path / "duty.lock")
    assert holder_of(tmp_path) is None
    seat = Seat(tmp_path, "devdash", "")
    assert seat.take()
    assert seat.trouble is not None


@pytest.mark.parametrize("spoil", [spoil_with_pipe, spoil_with_folder])
async def test_what_is_no_file_among_the_wishes_costs_nothing(
    tmp_path: Path, spoil: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    """The others are fulfilled, and the log does not fill with it."""
    folder = tmp_path / "state" / wishes.FOLDER
    folder.mkdir(parents=True)
    spoil(folder / "0.json")
    async with rig(tmp_path, tank(percent=10.0)) as home:
        wishes.post(tmp_path / "state", Wish(home.clock.now(), (LOW,)))
        caplog.clear()
        await home.pass_time(60)
        assert [one.acknowledged for one in home.duty.alerts] == [True]
        assert caplog.records == []


@pytest.mark.parametrize("seconds", ["1e300", "-1e300", "9e15"])
async def test_a_wish_out_of_all_range_is_none(tmp_path: Path, seconds: str) -> None:
    """The wishes that came with it are fulfilled all the same."""
    async with rig(tmp_path, tank(percent=10.0)) as home:
        good = wishes.post(tmp_path / "state", Wish(home.clock.now(), (LOW,)))
        text = msgspec.json.encode(Wish(home.clock.now(), (LOW,), 7.5)).replace(b"7.5", seconds.encode())
        good.with_name("zzz.json").write_bytes(text)
        await home.pass_time(5)
        assert [one.acknowledged for one in home.duty.alerts] == [True]
        assert home.duty.troubles == ()
        assert list(good.parent.glob("*.json")) == []


async def test_when_the_state_folder_is_deleted_it_is_written_again(tmp_path: Path) -> None:
    """Whoever comes next must know what was told."""
    kind, clock = tank(percent=10.0), ManualClock()
    async with rig(tmp_path, kind, clock=clock) as home:
        home.duty.acknowledge([LOW])
        await home.pass_time(5)
        shutil.rmtree(tmp_path / "state")
        assert await home.pass_time(10) == []
        known = register.read(tmp_path / "state")
        assert known is not None and [one.acknowledged for one in known.alerts] == [True]
        assert holder_of(tmp_path / "state") is not None


async def test_without_a_seat_what_was_told_before_is_known_all_the_same(tmp_path: Path) -> None:
    """A full disk, a folder that cannot be written: neither told twice nor an acknowledgement lost."""
    kind, clock = tank(percent=10.0), ManualClock()
    async with rig(tmp_path, kind, clock=clock) as home:
        home.duty.acknowledge([LOW])
    lock = tmp_path / "state" / "duty.lock"
    lock.unlink()
    lock.mkdir()
    async with rig(tmp_path, kind, clock=clock) as home:
        assert home.ears.heard == []
        assert "cannot be kept" in home.duty.troubles[0]
        lock.rmdir()
        assert await home.pass_time(300) == []
        assert home.duty.troubles == ()
        known = register.read(tmp_path / "state")
        assert known is not None and [one.acknowledged for one in known.alerts] == [True]


async def test_who_wakes_and_finds_the_seat_free_again_learns_what_happened_meanwhile(tmp_path: Path) -> None:
    """Stopped, replaced by another that has ended since: its own book is old."""
    kind, clock, state = tank(percent=10.0), ManualClock(), tmp_path / "state"
    async with rig(tmp_path, kind, clock=clock) as home:
        known = register.read(state)
        assert known is not None and len(home.ears.heard) == 1
        other = Seat(state, "other", known.config)
        assert other.take_from_silent()
        seen = tuple(msgspec.structs.replace(one, acknowledged=True) for one in known.alerts)
        register.write(state, msgspec.structs.replace(known, alerts=seen))
        other.leave()
        assert await home.pass_time(300) == []
        assert [one.acknowledged for one in home.duty.alerts] == [True]


async def test_what_was_acknowledged_when_the_seat_was_lost_is_passed_on(tmp_path: Path) -> None:
    """Pressed just before: it was not written here, so it is a wish to who is on duty now."""
    desk = Desk(tmp_path, "devdash", "", ManualClock(), 2.0)
    desk.tick()
    assert desk.role is Role.ON_DUTY
    desk.acknowledge([LOW])
    other = Seat(tmp_path, "other", "")
    assert other.take_from_silent()
    desk.tick()
    assert desk.role is Role.BESIDE
    assert [wish.ids for _, wish in wishes.waiting(tmp_path) if wish is not None] == [(LOW,)]


def test_who_has_lost_the_seat_writes_no_more(tmp_path: Path) -> None:
    """Stopped in the middle of writing, awake when another is on duty: the other's file stays."""
    theirs = registered(alert(acknowledged=True))
    assert register.write(tmp_path, theirs) is not None
    assert register.write(tmp_path, registered(alert()), may=lambda: False) is None
    assert register.read(tmp_path) == theirs
    assert [entry.name for entry in tmp_path.iterdir()] == [register.NAME]


def test_two_writers_have_no_file_in_common(tmp_path: Path) -> None:
    """One that was stopped while it wrote must not write on into what another has put in place."""
    inodes: list[int] = []

    def between() -> bool:
        assert register.write(tmp_path, registered(alert("theirs"))) is not None
        inodes.append((tmp_path / register.NAME).stat().st_ino)
        return False

    register.write(tmp_path, registered(alert("ours")), may=between)
    assert (tmp_path / register.NAME).stat().st_ino == inodes[0]
    assert register.read(tmp_path) == registered(alert("theirs"))


def test_who_was_stopped_itself_does_not_take_others_for_silent(tmp_path: Path) -> None:
    """A machine that was frozen wakes all at once, and nobody could show any life."""
    seat, vigil = Seat(tmp_path, "devdash", ""), Vigil(tmp_path)
    assert seat.take()
    assert not vigil.is_silent(0.0)
    assert not vigil.is_silent(10 * SILENT_S)
    moment = 10 * SILENT_S
    while moment <= 11 * SILENT_S:
        assert not vigil.is_silent(moment)
        moment += 2.0
    assert vigil.is_silent(moment + 2.0)


def test_a_snooze_that_is_wished_for_by_its_end_of_time_is_none(tmp_path: Path) -> None:
    """A date near the end of the calendar cannot be moved on."""
    late = Wish(
        datetime(9999, 12, 31, tzinfo=UTC), (AlertId("tank", "low"),), timedelta(days=30).total_seconds()
    )
    path = wishes.post(tmp_path, late)
    assert list(wishes.waiting(tmp_path)) == [(path, None)]


async def test_a_wish_stays_until_its_effect_is_written(tmp_path: Path) -> None:
    """On a disk that cannot be written it outlives the process that has heard it."""
    state = tmp_path / "state"
    async with rig(tmp_path, tank(percent=10.0)) as home:
        (state / register.NAME).unlink()
        (state / register.NAME).mkdir()
        wish = wishes.post(state, Wish(home.clock.now(), (LOW,)))
        await home.pass_time(10)
        assert [one.acknowledged for one in home.duty.alerts] == [True]
        assert wish.exists() and "cannot be kept" in home.duty.troubles[0]
        (state / register.NAME).rmdir()
        await home.pass_time(10)
        known = register.read(state)
        assert known is not None and [one.acknowledged for one in known.alerts] == [True]
        assert not wish.exists() and home.duty.troubles == ()


async def test_after_a_suspend_who_is_on_duty_is_seen_to_live(tmp_path: Path) -> None:
    """`devdash watch status` in the morning: its last sign is of the evening."""
    async with rig(tmp_path, tank()) as home:
        lock = tmp_path / "state" / NAME
        os.utime(lock, (0, 0))
        home.clock.sleep_machine(8 * 3600)
        await home.pass_time(3)
        assert lock.stat().st_mtime > 0


def test_who_shows_what_another_knows_says_that_it_may_be_old(tmp_path: Path) -> None:
    """The one on duty cannot write: triage here is as it was, and the person has to know."""
    seat = Seat(tmp_path, "devdash watch", "")
    assert seat.take()
    desk = Desk(tmp_path, "devdash", "", ManualClock(), 2.0)
    desk.tick()
    assert (desk.role, desk.trouble) == (Role.BESIDE, "")
    seat.show_life(0.0, behind=True)
    desk.tick()
    assert "devdash watch cannot write down what it knows" in desk.trouble
    seat.show_life(0.0, behind=False)
    desk.tick()
    assert desk.trouble == ""
    seat.leave()
