"""The spool's files: whole lines, for their owner only, within bounds, whatever was there before."""

import errno
import os
import resource
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from history_rig import alert, sample
from hypothesis import given
from hypothesis import strategies as st

from devdash.history.lines import lines_of, read_lines, sound
from devdash.history.spool import Bounds, Spool
from devdash.history.wire import TEXT_LIMIT, AlertRecord, Record, SampleRecord


def waiting(spool: Spool) -> list[Record | None]:
    """All that is handed over, in order; None for a spoilt line."""
    return [record for path in spool.hand_over() for record in read_lines(path.read_bytes().split(b"\n"))]


def uids(records: list[Record | None]) -> list[str]:
    """Those of the alerts."""
    return [record.uid for record in records if isinstance(record, AlertRecord)]


def test_what_is_appended_is_handed_over_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    """Folder 0700, files 0600; events and samples come back as they went in."""
    spool = Spool(tmp_path / "history")
    records: list[Record] = [alert("a"), sample(1.0), alert("b", "ü\u202e\n"), sample(2.5, -0.1)]
    spool.append(records)
    assert (spool.folder.stat().st_mode & 0o777) == 0o700
    handed = spool.hand_over()
    assert {path.stat().st_mode & 0o777 for path in spool.folder.iterdir()} == {0o600}
    assert sorted(map(str, waiting(spool))) == sorted(map(str, records))
    assert spool.hand_over() == handed
    for path in handed:
        spool.remove(path)
    assert (spool.hand_over(), spool.size) == ((), 0)


def test_a_torn_last_line_spoils_no_neighbour(tmp_path: Path) -> None:
    """Whoever appends next ends it first; it alone is lost, at every place where it can be torn."""
    whole = lines_of([alert("torn")])
    for kept in range(1, len(whole)):
        spool = Spool(tmp_path / str(kept))
        spool.append([alert("before")])
        with (spool.folder / "events.jsonl").open("ab") as stream:
            stream.write(whole[:kept])
        spool.append([alert("after")])
        # Without its newline alone it is whole.
        middle = ["torn"] if kept == len(whole) - 1 else []
        assert uids(waiting(spool)) == ["before", *middle, "after"]


@pytest.mark.parametrize(
    "junk", [b"\0" * 4096, b"\xff\xfe\n{}\n[]\nnull\n", b'{"type":"sample","at":1e999}', b"\n\n"]
)
def test_garbage_in_the_spool_costs_itself_alone(tmp_path: Path, junk: bytes) -> None:
    """Blocks of zeros after a loss of power, other bytes, JSON that is no record."""
    spool = Spool(tmp_path / "history")
    spool.append([alert("before")])
    with (spool.folder / "events.jsonl").open("ab") as stream:
        stream.write(junk)
    spool.append([alert("after")])
    found = waiting(spool)
    assert uids(found) == ["before", "after"]
    assert all(record is None for record in found if not isinstance(record, AlertRecord))


texts = st.text(st.characters(codec=None), max_size=40)
numbers = st.floats(allow_nan=True)


@given(uid=texts, text=texts, at=numbers, value=numbers)
def test_any_text_and_number_can_be_kept_and_read_again(uid: str, text: str, at: float, value: float) -> None:
    """Lone surrogates, NUL, newlines; numbers that are none are left out."""
    records = [sound(alert(uid, text, at)), sound(SampleRecord(at, "p", "s", text, value))]
    fitting = [record for record in records if record is not None]
    assert list(read_lines(lines_of(fitting).split(b"\n"))) == fitting
    assert all("\0" not in str(record) for record in fitting)


def test_a_text_of_a_megabyte_is_cut() -> None:
    """No line is so long that it fills the spool alone."""
    cut = sound(alert("a", "x" * 1_000_000))
    assert isinstance(cut, AlertRecord)
    assert len(cut.text) == TEXT_LIMIT


def test_beyond_the_bounds_the_oldest_samples_go_first_and_events_last(tmp_path: Path) -> None:
    """What is given up is told, and what is newest stays."""
    spool = Spool(tmp_path / "history", Bounds(file=2_000, total=20_000))
    spool.append([alert("first")])
    lost = 0
    for number in range(600):
        lost += spool.append([sample(float(number))]).files
    assert lost > 0
    assert spool.size <= 20_000
    found = waiting(spool)
    kept = [record.at for record in found if isinstance(record, SampleRecord)]
    assert kept == [float(number) for number in range(600 - len(kept), 600)]
    assert uids(found) == ["first"]

    for number in range(600):
        spool.append([alert(f"{number:04}")])
    assert spool.size <= 20_000
    found = waiting(spool)
    assert not [record for record in found if isinstance(record, SampleRecord)]
    assert uids(found)[-1] == "0599"


def test_threads_that_append_and_hand_over_at_once_lose_nothing(tmp_path: Path) -> None:
    """As several processes do: each has a spool of its own on the same folder."""
    taken: list[Record | None] = []

    def write(name: str) -> None:
        spool = Spool(tmp_path / "history")
        for number in range(40):
            spool.append([alert(f"{name}{number:02}")])

    writers = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for writer in writers:
        writer.start()
    reader = Spool(tmp_path / "history")
    while any(writer.is_alive() for writer in writers) or reader.size:
        for path in reader.hand_over():
            taken += read_lines(path.read_bytes().splitlines())
            reader.remove(path)
    assert sorted(uids(taken)) == sorted(f"{name}{number:02}" for name in "abcd" for number in range(40))
    assert None not in taken


def test_only_one_may_hand_over_at_a_time(tmp_path: Path) -> None:
    """The right is free again when it is released, and when its holder is gone."""
    spool = Spool(tmp_path / "history")
    claim = spool.claim()
    assert claim is not None
    assert Spool(tmp_path / "history").claim() is None
    claim.release()
    again = spool.claim()
    assert again is not None
    again.release()


def test_events_are_forced_to_the_disk_and_samples_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loss of power may cost samples; forcing each would cost a laptop its battery."""
    forced: list[str] = []
    true_fsync = os.fsync

    def fsync(descriptor: int) -> None:
        forced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        true_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    spool = Spool(tmp_path / "history")
    spool.append([sample(1.0)])
    assert forced == []
    spool.append([sample(2.0), alert("a")])
    assert forced == ["events.jsonl", "history"]
    spool.append([alert("b")])
    assert forced[2:] == ["events.jsonl"]


def test_a_turn_is_taken_once_by_all_processes_together(tmp_path: Path) -> None:
    """Until its time is over, or the clock has been set back beyond it."""
    spool = Spool(tmp_path / "history")
    spool.append([sample(1.0)])
    assert spool.take_turn(3600)
    assert not Spool(tmp_path / "history").take_turn(3600)
    (stamp,) = spool.folder.glob("housekept")
    for moment in (stamp.stat().st_mtime - 3601, stamp.stat().st_mtime + 7200):
        os.utime(stamp, (moment, moment))
        assert spool.take_turn(3600)


def test_the_spool_knows_how_long_its_oldest_record_waits(tmp_path: Path) -> None:
    """Of both sorts; what a hand-over left, and what cannot be read, is as old as can be."""
    spool = Spool(tmp_path / "history")
    assert spool.oldest() is None
    spool.append([sample(30.0)])
    spool.append([alert("a", at=40.0), sample(10.0)])
    assert spool.oldest() == 30.0, "the first that was written"
    spool.append([alert("b", at=20.0)])
    (spool.folder / "samples.jsonl").unlink()
    assert spool.oldest() == 40.0
    (spool.folder / "samples.jsonl").write_bytes(b"\ngarbage\n")
    assert spool.oldest() == 0.0
    (spool.folder / "samples.jsonl").unlink()
    (sealed,) = spool.hand_over()
    assert spool.oldest() == 0.0
    spool.refuse(sealed)
    assert spool.oldest() is None, "nobody will take it"


def test_where_the_folder_cannot_be_made_it_is_an_os_error(tmp_path: Path) -> None:
    """Which the pen makes a state of."""
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(OSError, match=r"exists|directory"):
        Spool(tmp_path / "state" / "history").append([alert("a")])


def test_a_symbolic_link_in_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    """Nobody can have devdash write somewhere else."""
    spool = Spool(tmp_path / "history")
    spool.append([sample(1.0)])
    (tmp_path / "victim").touch()
    (spool.folder / "events.jsonl").symlink_to(tmp_path / "victim")
    with pytest.raises(OSError) as caught:
        spool.append([alert("a")])
    assert caught.value.errno == errno.ELOOP
    assert (tmp_path / "victim").read_bytes() == b""


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file of this process may grow beyond 4 KiB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("small_files")
def test_a_write_that_stops_half_way_leaves_nothing_torn(tmp_path: Path) -> None:
    """The lines that did go in are taken back, and what was there before stays whole."""
    spool = Spool(tmp_path / "history")
    spool.append([alert("before")])
    before = (spool.folder / "events.jsonl").read_bytes()
    with pytest.raises(OSError, match="large"):
        spool.append([alert(f"many{number}", "x" * 200) for number in range(100)])
    assert (spool.folder / "events.jsonl").read_bytes() == before
    spool.append([alert("after")])
    assert uids(waiting(spool)) == ["before", "after"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount; RLIMIT_FSIZE stands for it above")
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "devdash-test", str(disk)],
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip("this machine lets nobody mount")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_on_a_full_disk_samples_give_way_to_events(small_disk: Path) -> None:
    """Samples fail when the disk is full; an event takes the room of the oldest ones; later all goes on."""
    spool = Spool(small_disk / "history", Bounds(file=16_384))
    with pytest.raises(OSError, match="space"):
        for number in range(10_000):
            spool.append([sample(float(number))])
    free = shutil.disk_usage(small_disk).free
    (small_disk / "filler").write_bytes(b"x" * free)
    lost = spool.append([alert("important")])
    assert lost.files >= 1
    assert uids(waiting(spool)) == ["important"]
    (small_disk / "filler").unlink()
    spool.append([sample(-1.0)])
    assert sample(-1.0) in waiting(spool)
