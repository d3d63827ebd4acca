"""Noticing changes of files by what the file system says of them."""

import os
from pathlib import Path

import pytest

from devdash_ledger.stamps import SLACK_NS, Look, Stamp, look_at

SECOND = 10**9


def test_the_same_files_look_the_same(tmp_path: Path) -> None:
    """Reading a file is no change; a missing one is remembered as missing."""
    file = tmp_path / "a"
    file.write_text("x")
    paths = (str(file), str(tmp_path / "missing"))
    first = look_at(paths, ())
    file.read_text()
    assert look_at(reversed(paths), ()).stamps == first.stamps
    assert (first.exists(paths[0]), first.exists(paths[1])) == (True, False)


def test_a_restored_time_does_not_hide_an_edit(tmp_path: Path) -> None:
    """Content of the same size under the old time of content: the time of change tells."""
    file = tmp_path / "a"
    file.write_text("x")
    before = file.stat()
    first = look_at((str(file),), ())
    while file.stat().st_ctime_ns == before.st_ctime_ns:  # until the file system's clock ticks
        file.write_text("y")
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_mtime_ns == before.st_mtime_ns
    assert look_at((str(file),), ()).stamps != first.stamps


def test_a_file_in_place_of_another_is_another(tmp_path: Path) -> None:
    """Editors write a new file over the old one: the inode tells."""
    file, other = tmp_path / "a", tmp_path / "b"
    file.write_text("x")
    other.write_text("y")
    first = look_at((str(file),), ())
    other.replace(file)
    [old], [new] = first.stamps, look_at((str(file),), ()).stamps
    assert old.identity is not None and new.identity is not None
    assert old.identity[1] != new.identity[1]


def test_matches_of_patterns_belong_to_the_look(tmp_path: Path) -> None:
    """A file that comes to match a pattern, below folders too, changes the look."""
    pattern = str(tmp_path / "**" / "*.beancount")
    first = look_at((), (pattern,))
    deep = tmp_path / "2026"
    deep.mkdir()
    (deep / "note.txt").write_text("")
    assert look_at((), (pattern,)).stamps == first.stamps == ()
    (deep / "nov.beancount").write_text("")
    assert [stamp.path for stamp in look_at((), (pattern,)).stamps] == [str(deep / "nov.beancount")]


@pytest.mark.parametrize(
    ("changed_ns", "settled"),
    [
        (100 * SECOND - SLACK_NS - 1, True),
        (100 * SECOND - SLACK_NS, False),
        (100 * SECOND, False),
        (101 * SECOND + SLACK_NS, False),
        (101 * SECOND + SLACK_NS + 1, True),
        (0, True),
    ],
)
def test_a_look_too_close_to_a_change_is_not_trusted(changed_ns: int, settled: bool) -> None:
    """A change within the coarsest tick of the look could be followed by one that looks the same.

    A time in the distant future (a wrong clock) is trusted: it would never settle.
    """
    for times in ((changed_ns, 0), (0, changed_ns)):
        stamps = (Stamp("/a", None), Stamp("/b", (1, 2, 3, *times)))
        assert Look(100 * SECOND, 101 * SECOND, stamps).settled is settled


def test_stamps_from_before_a_load_are_kept() -> None:
    """What was looked at before the load stays; files known only since then are added; others go."""
    before = Look(1, 2, (Stamp("/a", (0, 0, 0, 5, 0)), Stamp("/gone", None)))
    after = Look(7, 8, (Stamp("/a", (0, 0, 0, 6, 0)), Stamp("/b", None)))
    assert before.completed_by(after) == Look(1, 8, (Stamp("/a", (0, 0, 0, 5, 0)), Stamp("/b", None)))
