"""The seat: one process of a user is on duty, whatever becomes of the others."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from manual_clock import ManualClock

from devdash.duty.desk import Desk
from devdash.duty.locking import locked, spare_path
from devdash.duty.model import Role
from devdash.duty.seat import SILENT_S, Holder, Seat, holder_of
from devdash.duty.silence import Vigil

HOLD = """
import sys
from pathlib import Path
from devdash.duty.seat import Seat
seat = Seat(Path(sys.argv[1]), "other", "there.toml")
print("held" if seat.take() else "not", flush=True)
for line in sys.stdin:
    print("held" if seat.taken else "lost", flush=True)
"""


class Other:
    """Another process that has taken the seat, if it could."""

    def __init__(self, folder: Path) -> None:
        pipe = subprocess.PIPE
        argv = [sys.executable, "-c", HOLD, str(folder)]
        self.process = subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True, start_new_session=True)
        self.first = self._line()

    def ask(self) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self._line()

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Other]:
    one = Other(tmp_path)
    yield one
    one.end()


def test_of_two_processes_one_is_on_duty_and_the_other_knows_who(tmp_path: Path, other: Other) -> None:
    """A second devdash sees who tells already."""
    seat = Seat(tmp_path, "devdash", "mine.toml")
    assert (other.first, seat.take()) == ("held", False)
    holder = seat.holder()
    assert holder is not None
    assert (holder.pid, holder.what, holder.config) == (other.process.pid, "other", "there.toml")


def test_the_seat_of_a_process_that_was_killed_is_free(tmp_path: Path, other: Other) -> None:
    """kill -9 leaves nothing that anybody has to clear up."""
    other.process.send_signal(signal.SIGKILL)
    other.process.wait()
    seat = Seat(tmp_path, "devdash", "")
    assert holder_of(tmp_path) is None
    assert seat.take() and seat.taken


def test_looking_at_the_holder_neither_takes_nor_frees_the_seat(tmp_path: Path) -> None:
    """The holder may look at itself; a lock that went away with that would put two on duty."""
    seat = Seat(tmp_path, "devdash", "")
    assert seat.take()
    assert isinstance(seat.holder(), Holder)
    late = Other(tmp_path)
    try:
        assert late.first == "not"
    finally:
        late.end()
    assert seat.taken


def test_a_holder_that_is_stopped_loses_the_seat_and_knows_it_when_it_wakes(
    tmp_path: Path, other: Other
) -> None:
    """A dashboard in the background (Ctrl+Z) must not keep everybody silent, and must not tell again."""
    os.kill(other.process.pid, signal.SIGSTOP)
    seat = Seat(tmp_path, "devdash watch", "")
    assert not seat.take()
    assert seat.take_from_silent()
    os.kill(other.process.pid, signal.SIGCONT)
    assert other.ask() == "lost"
    assert seat.taken


def test_of_two_that_take_a_silent_seat_one_has_it(tmp_path: Path, other: Other) -> None:
    """Both may come to it in the same second."""
    first, second = Seat(tmp_path, "a", ""), Seat(tmp_path / ".", "b", "")
    assert first.take_from_silent()
    late = Other(tmp_path)
    try:
        assert late.first == "not"
    finally:
        late.end()
    first.leave()
    assert second.take()
    assert (first.taken, second.taken) == (False, True)


def test_who_leaves_the_seat_lets_another_have_it(tmp_path: Path) -> None:
    """The end of the dashboard is the beginning of the watch."""
    first, second = Seat(tmp_path, "devdash", ""), Seat(tmp_path, "devdash watch", "")
    assert first.take() and not second.take()
    first.leave()
    assert second.take()


def test_garbage_in_the_file_does_not_hide_that_it_is_locked(tmp_path: Path) -> None:
    """A file of an older form, or torn by a full disk: the lock decides, not the text."""
    seat = Seat(tmp_path, "devdash", "")
    assert seat.take()
    (tmp_path / "duty.lock").write_bytes(b"\xff{")
    assert holder_of(tmp_path) is None
    assert not Seat(tmp_path, "late", "").take()


def test_only_the_owner_can_read_the_seat(tmp_path: Path) -> None:
    """Paths of configs are nobody else's business."""
    assert Seat(tmp_path / "state", "devdash", "").take()
    assert (tmp_path / "state" / "duty.lock").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_a_link_in_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    """Nothing outside the folder is ever cut to length."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "duty.lock").symlink_to(victim)
    seat = Seat(tmp_path, "devdash", "")
    assert seat.take()
    assert seat.trouble is not None
    assert victim.read_text() == "precious"


def test_a_holder_is_silent_when_it_shows_no_sign_for_long(tmp_path: Path) -> None:
    """Counted on the onlooker's monotonic clock: a suspend adds nothing, one sign begins anew."""
    seat, vigil = Seat(tmp_path, "devdash", ""), Vigil(tmp_path)
    assert seat.take()
    for moment in range(0, int(SILENT_S) + 1, 2):
        assert not vigil.is_silent(moment)
    assert vigil.is_silent(SILENT_S + 1)
    os.utime(tmp_path / "duty.lock", (1, 1))
    assert not vigil.is_silent(SILENT_S + 2)


def test_a_sign_of_life_is_given_once_a_minute(tmp_path: Path) -> None:
    """Often enough for others, seldom enough for a disk that wants to sleep."""
    seat, file = Seat(tmp_path, "devdash", ""), tmp_path / "duty.lock"
    assert seat.take()
    seat.show_life(0.0)
    os.utime(file, (1, 1))
    seat.show_life(59.0)
    assert file.stat().st_mtime == 1
    seat.show_life(60.0)
    assert file.stat().st_mtime > 1


@pytest.fixture
def nowhere(tmp_path: Path) -> Path:
    """A state folder in which nobody can write, whoever runs the tests: it is a file."""
    (tmp_path / "file").touch()
    return tmp_path / "file" / "devdash"


def test_where_the_state_folder_cannot_be_written_one_is_on_duty_all_the_same(nowhere: Path) -> None:
    """And the other knows who, and why nothing is kept; the seat is free when that one dies."""
    seat, other = Seat(nowhere, "devdash", ""), Other(nowhere)
    try:
        assert other.first == "held"
        assert not seat.take()
        assert seat.trouble is not None
        holder = seat.holder()
        assert holder is not None
        assert (holder.pid, holder.what) == (other.process.pid, "other")
    finally:
        other.end()
    assert seat.take()
    assert seat.taken


def test_when_the_folder_is_mended_the_seat_stays_with_who_has_it(nowhere: Path) -> None:
    """Who finds the folder as it should be must not overlook the one who had to make do without."""
    other = Other(nowhere)
    try:
        nowhere.parent.unlink()
        nowhere.mkdir(parents=True)
        late = Seat(nowhere, "devdash", "")
        assert not late.take()
        assert late.trouble is None
        assert other.ask() == "held"
    finally:
        other.end()
    assert late.take()
    assert (nowhere / "duty.lock").exists()


def test_who_made_do_without_the_folder_moves_into_it_when_it_is_mended(nowhere: Path) -> None:
    """Others find the seat where they look first, and the spare file is free for the next time."""
    seat = Seat(nowhere, "devdash", "")
    assert seat.take()
    assert seat.trouble is not None
    nowhere.parent.unlink()
    assert seat.take()
    assert seat.trouble is None
    spare = spare_path(nowhere)
    assert spare is not None
    descriptor = locked(spare)
    assert descriptor is not None
    os.close(descriptor)
    assert not Seat(nowhere, "other", "").take()


def test_a_folder_that_others_may_write_in_holds_no_seat(
    nowhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else another user of the machine could keep this one's alerts from being told."""
    run = tmp_path / "run"
    run.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(run))
    (run / "devdash").mkdir()
    (run / "devdash").chmod(0o777)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    found = spare_path(nowhere)
    assert found is not None
    assert found.is_relative_to(tmp_path / "temporary")
    assert found.parent.stat().st_mode & 0o077 == 0


def test_without_any_place_to_lock_it_is_said(
    nowhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alerts are told nevertheless: twice is better than never, and who is told learns why."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(nowhere))
    monkeypatch.setattr(tempfile, "tempdir", str(nowhere))
    with pytest.raises(OSError):
        Seat(nowhere, "devdash", "").take()
    desk = Desk(nowhere, "devdash", "", ManualClock(), 2.0)
    desk.tick()
    assert desk.role is Role.ON_DUTY
    assert desk.trouble.endswith("should another devdash run, both tell")
