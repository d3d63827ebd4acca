"""What devdash keeps is whole whatever happens while it is written, and no litter is left for long."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from devdash.api import keep_file

FOREVER = """
import sys
from pathlib import Path
from devdash.api import keep_file
print("begins", flush=True)
while True:
    for sign in (b"a", b"b"):
        keep_file(Path(sys.argv[1]), sign * 300_000)
"""


def test_a_file_is_new_with_its_folder_and_its_owners_alone(tmp_path: Path) -> None:
    keep_file(tmp_path / "deep" / "kept.json", b"{}")
    assert (tmp_path / "deep" / "kept.json").read_bytes() == b"{}"
    assert (tmp_path / "deep").stat().st_mode & 0o077 == 0
    assert (tmp_path / "deep" / "kept.json").stat().st_mode & 0o077 == 0


def test_rights_are_those_that_are_asked_for_whatever_the_umask_says(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        keep_file(tmp_path / "kept", b"", mode=0o644)
    finally:
        os.umask(before)
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("round_", range(8))
def test_a_kill_leaves_the_old_file_or_the_new_one(tmp_path: Path, round_: int) -> None:
    """And what it leaves beside it goes with a later writing, once it is old."""
    kept = tmp_path / "kept"
    writer = subprocess.Popen([sys.executable, "-c", FOREVER, str(kept)], stdout=subprocess.PIPE)
    with writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        while not kept.exists():
            pass
        for _ in range(round_ * 20_000):
            pass
        writer.send_signal(signal.SIGKILL)
    assert kept.read_bytes() in (b"a" * 300_000, b"b" * 300_000)
    for left in tmp_path.glob(".kept.*"):
        os.utime(left, (0, 0))
    keep_file(kept, b"c")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_what_another_is_just_writing_is_left_alone(tmp_path: Path) -> None:
    beside = tmp_path / ".kept.abcdefgh.new"
    beside.touch()
    strange = tmp_path / ".other.abcdefgh.new"
    strange.touch()
    os.utime(strange, (0, 0))
    keep_file(tmp_path / "kept", b"")
    assert beside.exists()
    assert strange.exists(), "it belongs to another file"


def test_where_it_cannot_be_written_the_old_one_stays_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "kept" / "in the way").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        keep_file(tmp_path / "kept", b"")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
