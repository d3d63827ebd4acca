"""What the worker makes of a file that is damaged, newer, locked, full, or somebody else's."""

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from store_rig import FAULTY, Worker, number

from devdash.contract.errors import WorkerFailed
from devdash.history.wire import APPLICATION_ID, Opened, State

NOW = 1_790_000_000.0

Start = Callable[..., Worker]


class Nothing(msgspec.Struct):
    """No arguments."""


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another process writes to the database and does not end."""
    code = (
        "import sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('BEGIN EXCLUSIVE')\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    argv = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.communicate()


def failure(worker: Worker) -> WorkerFailed:
    """What storing one more sample fails with."""
    with pytest.raises(WorkerFailed) as told:
        worker.ingest([number(NOW - 1, 1.0)])
    return told.value


def asides(folder: Path) -> list[str]:
    """The files that were set aside."""
    return sorted(path.name for path in folder.glob("*.corrupt-*"))


def test_an_empty_file_of_ours_is_taken_over(start: Start, tmp_path: Path) -> None:
    """The databases pane may have made it, marked and empty; an empty file without a mark is nobody's."""
    for name, number_ in (("marked", APPLICATION_ID), ("plain", 0)):
        connection = sqlite3.connect(tmp_path / name)
        connection.execute(f"PRAGMA application_id = {number_}")
        connection.close()
        assert start().open(tmp_path / name).state is State.READY
        connection = sqlite3.connect(tmp_path / name)
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        connection.close()


@pytest.mark.parametrize("number_", [0, 0x1234])
def test_somebody_else_s_file_is_left_alone(start: Start, tmp_path: Path, number_: int) -> None:
    """With a table in it, or with another program's mark: refused, and not one byte is changed."""
    file = tmp_path / "theirs.sqlite3"
    connection = sqlite3.connect(file)
    connection.execute(f"PRAGMA application_id = {number_}")
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    before = file.read_bytes()
    worker = start()
    opened = worker.open(file)
    assert (opened.state, bool(opened.message), bool(opened.hint)) == (State.FOREIGN, True, True)
    assert file.read_bytes() == before
    assert not asides(tmp_path)
    assert failure(worker).failure == State.NOT_OPEN


def test_a_file_that_is_no_database_is_set_aside(start: Start, tmp_path: Path) -> None:
    """With what belongs to it; a new one begins, and the answer says where the old one is."""
    worker = start()
    for name in ("", "-wal", "-shm"):
        Path(f"{worker.file}{name}").write_bytes(b"nothing that SQLite knows" * 50)
    opened = worker.open()
    (aside,) = [name for name in asides(tmp_path) if not name.endswith(("-wal", "-shm"))]
    assert opened.state is State.SET_ASIDE
    assert aside in opened.message
    assert set(asides(tmp_path)) == {aside, f"{aside}-wal", f"{aside}-shm"}
    assert worker.ingest([number(NOW, 1.0)]).samples == 1


def test_damage_that_open_cannot_see_is_set_aside_when_it_is_met(start: Start, tmp_path: Path) -> None:
    """A page in the middle is junk: whoever asks is told once, and the next question is served."""
    worker = start()
    worker.open()
    worker.ingest([number(NOW + i, float(i)) for i in range(3000)])
    worker.end()
    connection = sqlite3.connect(worker.file)
    root, size = connection.execute(
        "SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_master"
        " WHERE name = 'analytics_sample'"
    ).fetchone()
    connection.close()
    with worker.file.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xaa" * size)
    again = start()
    assert again.open().state is State.READY
    told = failure(again)
    assert told.failure == State.SET_ASIDE
    assert asides(tmp_path)[0] in told.message
    assert again.ingest([number(NOW, 1.0)]).samples == 1
    assert again.infos()[0].count == 1


def test_two_processes_notice_that_the_file_was_replaced(start: Start, tmp_path: Path) -> None:
    """One that had the old file open must not go on storing into what was set aside."""
    one, two = start(), start()
    one.open(), two.open()
    two.ingest([number(NOW, 1.0)])
    one.file.rename(tmp_path / "moved-by-somebody")
    assert two.ingest([number(NOW + 1, 2.0)]).samples == 1
    assert [info.count for info in two.infos()] == [1]
    assert [info.count for info in one.infos()] == [1]


def test_a_newer_history_is_refused(start: Start) -> None:
    """Nothing of it is read, written or set aside."""
    worker = start(module=str(FAULTY))
    worker.open()
    worker.call("ruin_newest_migration", Nothing(), None)
    older = start()
    opened = older.open()
    assert opened.state is State.NEWER
    assert "newer devdash" in opened.message
    assert failure(older).failure == State.NOT_OPEN
    assert not asides(older.folder)


def test_a_locked_file_is_told_and_served_later(start: Start) -> None:
    """Somebody holds it for longer than a statement waits; when it is free again all is well."""
    worker = start(options={"timeout": 0.2})
    worker.open()
    with held(worker.file):
        assert failure(worker).failure == State.LOCKED
        assert worker.infos() == (), "who only reads need not wait"
        late = start(options={"timeout": 0.2})
        assert late.open().state in (State.READY, State.LOCKED)
    assert worker.ingest([number(NOW, 1.0)]).samples == 1


def test_a_full_disk_takes_all_or_nothing(start: Start) -> None:
    """SQLite says that there is no room; what was stored before is still told."""
    worker = start(options={"init_command": "PRAGMA max_page_count=200"})
    assert worker.open().state is State.READY
    worker.ingest([number(NOW, 1.0)])
    with pytest.raises(WorkerFailed) as told:
        worker.ingest([number(NOW + i, 1.0) for i in range(20_000)])
    assert told.value.failure == State.FULL
    assert worker.infos()[0].count == 1


def test_a_file_for_which_there_is_no_room_is_told_when_it_is_made(start: Start) -> None:
    """The disk was full before there was a history: that is no bug of the worker's."""
    worker = start()
    resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (1024, 1024))
    opened = worker.open()
    assert (opened.state, bool(opened.message), bool(opened.hint)) == (State.FAILED, True, True)
    assert start().open().state is State.READY, "what was begun is taken over once there is room"


def test_a_history_that_cannot_be_written_says_so(start: Start) -> None:
    """SQLite refuses to write; questions are still answered."""
    start().open()
    worker = start(options={"init_command": "PRAGMA query_only=ON"})
    assert worker.open().state is State.READY
    assert failure(worker).failure == State.READ_ONLY
    assert worker.infos() == ()


@pytest.mark.parametrize("place", ["a file where a folder should be", "a folder where the file should be"])
def test_a_place_that_cannot_be_used_is_told(start: Start, tmp_path: Path, place: str) -> None:
    """Wherever the file should be something else is."""
    file = tmp_path / "place" / "devdash.sqlite3"
    if place.startswith("a folder"):
        file.mkdir(parents=True)
    else:
        file.parent.write_text("in the way")
    opened = start().open(file)
    assert opened.state in (State.CANNOT_OPEN, State.FAILED)
    assert opened.message


def test_a_driver_that_is_missing_is_told(start: Start) -> None:
    """So is a backend that does not exist; and no other database is opened in this life."""
    worker = start()
    request = worker.request()
    strange = msgspec.structs.replace(request.databases["default"], ENGINE="no_such_backend")
    asked = msgspec.structs.replace(request, databases={"default": strange})
    assert worker.call("open", asked, Opened).state is State.DRIVER_MISSING
    assert failure(worker).failure == State.NOT_OPEN
