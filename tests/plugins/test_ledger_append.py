"""The ledger never loses an entry: writers at once, kills, editors, full disks, files of every kind."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from ledger_journals import SHOP, write

from devdash.api import Unavailable
from devdash_ledger import append as appending
from devdash_ledger.append import (
    Changed,
    Note,
    Notebook,
    Undoable,
    addition,
    append,
    editors_at,
    read,
    settle,
    undo,
)
from devdash_ledger.lock import Busy, lock_file, locked

NEW = '2026-11-22 * "New"\n  Expenses:Food    1.00 EUR\n  Assets:Cash     -1.00 EUR\n'


def add(file: Path, state: Path, text: str = NEW) -> bytes:
    """One step as a devdash takes it, without the check; what was added."""
    notebook = Notebook(state, file)
    with locked(file, 30):
        settle(notebook)
        base = read(file)
        added = addition(base, text)
        append(base, added, notebook)
    return added


def take_back(file: Path, state: Path) -> None:
    """One undo as a devdash does it."""
    with locked(file, 30):
        undo(Notebook(state, file))


def in_process(code: str, *arguments: object) -> "subprocess.Popen[str]":
    """Another devdash: a process of its own that runs `code` with this module's helpers."""
    head = "import sys\nfrom pathlib import Path\nfrom test_ledger_append import *\n"
    path = os.pathsep.join(sys.path)
    return subprocess.Popen(
        [sys.executable, "-c", head + code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: "subprocess.Popen[str]") -> str:
    """Its output, once it ended well."""
    out, err = process.communicate(timeout=50)
    assert process.returncode == 0, err
    return out


def test_eight_processes_with_fifty_entries_each_lose_none(tmp_path: Path) -> None:
    """400 of 400, each whole, and each undoable note is of the newest."""
    file = write(tmp_path, SHOP)
    code = (
        "for number in range(50):\n"
        "    add(Path(sys.argv[1]), Path(sys.argv[2]), NEW.replace('New', f'New {sys.argv[3]}-{number}'))\n"
    )
    writers = [in_process(code, file, tmp_path / "state", number) for number in range(8)]
    for one in writers:
        ended(one)
    text = file.read_text()
    missing = [
        name
        for name in (f"New {writer}-{number}" for writer in range(8) for number in range(50))
        if text.count(NEW.replace("New", name)) != 1
    ]
    assert not missing
    assert len(text) == len(SHOP) + sum(
        len(NEW.replace("New", f"New {writer}-{number}")) + 1 for writer in range(8) for number in range(50)
    )
    assert not lock_file(file).exists()


@pytest.mark.parametrize("torn", [False, True], ids=["whole", "torn"])
def test_killed_at_every_step_the_file_is_the_old_or_the_new_one(tmp_path: Path, torn: bool) -> None:
    """SIGKILL before each system call of a write in turn; also in the middle of the one write."""
    code = """
import os, signal, fcntl
file, state, deadly, torn = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "True"
count = 0
def deadlier(call, name):
    def step(*arguments, **options):
        global count
        count += 1
        if count == deadly:
            if torn and name == "write":
                call(arguments[0], arguments[1][: len(arguments[1]) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **options)
    return step
for name in ("open", "write", "fsync", "rename", "replace", "unlink", "close", "mkdir"):
    setattr(os, name, deadlier(getattr(os, name), name))
fcntl.flock = deadlier(fcntl.flock, "flock")
add(file, state)
"""
    file, state = write(tmp_path, SHOP), tmp_path / "state"
    outcomes: set[str] = set()
    for deadly in range(1, 60):
        file.write_text(SHOP)
        for note in state.glob("*"):
            note.unlink()
        killed = in_process(code, file, state, deadly, torn)
        killed.communicate(timeout=50)
        if killed.returncode == 0:
            break
        assert killed.returncode == -signal.SIGKILL
        after = file.read_text()
        if not torn:
            assert after in (SHOP, f"{SHOP}\n{NEW}"), f"step {deadly}"
        outcomes.add("old" if after == SHOP else "new" if after == f"{SHOP}\n{NEW}" else "torn")
        was_new = after == f"{SHOP}\n{NEW}"
        add(file, state, NEW.replace("New", "Next"))  # at once: no lock is left
        kept = f"{SHOP}\n{NEW}" if was_new else SHOP
        assert file.read_text() == f"{kept}\n{NEW.replace('New', 'Next')}", f"step {deadly}"
    else:
        pytest.fail("the write never came to its end")
    assert outcomes == ({"old", "new", "torn"} if torn else {"old", "new"})


def test_a_person_who_shortens_the_last_entry_keeps_that(tmp_path: Path) -> None:
    """What looks torn, but was written whole, is the person's own edit: the next entry leaves it alone."""
    file, state = write(tmp_path, SHOP), tmp_path / "state"
    add(file, state)
    shorter = file.read_text().removesuffix("  Assets:Cash     -1.00 EUR\n")
    file.write_text(shorter)
    add(file, state)
    assert file.read_text() == f"{shorter}\n{NEW}"


def test_an_editor_that_saves_between_check_and_write_wins(tmp_path: Path) -> None:
    """The file that was checked is no longer there: nothing is written, nor when only its content differs."""
    file, notebook = write(tmp_path, SHOP), Notebook(tmp_path / "state", tmp_path / "main.beancount")
    base = read(file)
    saved = write(tmp_path, SHOP.replace("Bread", "Cakes"), "saved")
    saved.rename(file)
    with pytest.raises(Changed):
        append(base, addition(base, NEW), notebook)
    assert file.read_text() == SHOP.replace("Bread", "Cakes")
    base = read(file)
    file.write_text(SHOP)  # in place, of the same size
    with pytest.raises(Changed):
        append(base, addition(base, NEW), notebook)
    assert file.read_text() == SHOP
    assert notebook.notes() == []


def test_an_editor_that_saves_within_the_write_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bytes went into the file that was replaced: that is no success, and the next try brings them in."""
    file, notebook = write(tmp_path, SHOP), Notebook(tmp_path / "state", tmp_path / "main.beancount")
    base = read(file)
    real = os.write

    def saved_meanwhile(handle: int, data: bytes) -> int:
        write(tmp_path, SHOP + "; edited\n", "saved").rename(file)
        return real(handle, data)

    monkeypatch.setattr(appending.os, "write", saved_meanwhile)
    with pytest.raises(Changed, match="replaced"):
        append(base, addition(base, NEW), notebook)
    monkeypatch.undo()
    add(file, tmp_path / "state")
    assert file.read_text() == f"{SHOP}; edited\n\n{NEW}"


def test_an_editor_that_had_read_the_entry_does_not_get_it_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It saved a file of its own just after the write, with the entry in it: that is a success."""
    file, notebook = write(tmp_path, SHOP), Notebook(tmp_path / "state", tmp_path / "main.beancount")
    base = read(file)
    real = os.fsync

    def saved_meanwhile(handle: int) -> None:
        real(handle)
        if file.samefile(f"/proc/self/fd/{handle}"):
            write(tmp_path, "; edited\n" + file.read_text(), "saved").rename(file)

    monkeypatch.setattr(os, "fsync", saved_meanwhile)
    append(base, addition(base, NEW), notebook)
    assert file.read_text() == f"; edited\n{SHOP}\n{NEW}"


def test_what_is_missing_of_an_entry_long_after_the_write_was_taken_out(tmp_path: Path) -> None:
    """The writer was killed before it could note that all was there; later a person shortened it."""
    file, state = write(tmp_path, SHOP), tmp_path / "state"
    add(file, state)
    notebook = Notebook(state, file)
    notebook.keep([msgspec.structs.replace(note, done=False) for note in notebook.notes()])
    shorter = file.read_text().removesuffix("  Assets:Cash     -1.00 EUR\n")
    file.write_text(shorter)
    os.utime(file, ns=(0, notebook.kept_ns + 61_000_000_000))
    add(file, state)
    assert file.read_text() == f"{shorter}\n{NEW}"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """It could come in the place of a file; nobody may ever write into it."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unavailable, match="no plain file"):
        read(tmp_path / "pipe")


@pytest.mark.parametrize("room", [0, 1, 40])
def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, room: int) -> None:
    """No room for any of it, for its first byte, for its half: said, and nothing of it stays."""
    file = write(tmp_path, SHOP + "; long\n" * 200)  # longer than the note for undo
    before = file.read_bytes()
    code = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
file, state, room = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size + room,) * 2)
try:
    add(file, state)
except Unavailable as error:
    print(error.message)
"""
    assert "nothing was written" in ended(in_process(code, file, tmp_path / "state", room))
    assert file.read_bytes() == before
    add(file, tmp_path / "state")
    assert file.read_bytes() == before + f"\n{NEW}".encode()


def test_no_room_for_the_note_means_nothing_is_written(tmp_path: Path) -> None:
    """What could not be taken back, or settled after a kill, is not begun."""
    file = write(tmp_path, SHOP)
    (tmp_path / "state").write_text("a file where a folder must be")
    with pytest.raises(Unavailable, match="nothing was written"):
        add(file, tmp_path / "state")
    assert file.read_text() == SHOP


def test_a_read_only_file_is_said() -> None:
    """Tried as somebody whom permissions bind, in a folder where that person may write."""
    code = """
if os.getuid() == 0:
    os.setgid(65534); os.setuid(65534)
file, state = Path(sys.argv[1]), Path(sys.argv[2])
try:
    add(file, state)
except Unavailable as error:
    print(error.message)
"""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        file = write(folder, SHOP)
        file.chmod(0o444)
        assert "cannot be written: Permission denied" in ended(in_process(code, file, folder / "state"))
        assert file.read_text() == SHOP
        assert not lock_file(file).exists()


@pytest.mark.parametrize(
    ("before", "gap"),
    [
        ("", ""),
        ("\n", ""),
        (SHOP, "\n"),
        (SHOP + "\n", ""),
        (SHOP.rstrip("\n"), "\n\n"),
        (SHOP.replace("\n", "\r\n"), "\r\n"),
        (SHOP.replace("\n", "\r\n").rstrip("\r\n"), "\r\n\r\n"),
    ],
)
def test_an_entry_begins_after_one_blank_line_with_the_files_own_line_ends(
    tmp_path: Path, before: str, gap: str
) -> None:
    """Also where the last newline is missing; taking it back gives the same bytes as before."""
    file = tmp_path / "main.beancount"
    file.write_bytes(before.encode())
    add(file, tmp_path / "state")
    body = NEW.replace("\n", "\r\n") if "\r\n" in before else NEW
    assert file.read_bytes() == f"{before}{gap}{body}".encode()
    take_back(file, tmp_path / "state")
    assert file.read_bytes() == before.encode()


def test_undo_takes_back_one_after_the_other_also_after_a_restart(tmp_path: Path) -> None:
    """The notes are on disk: each undo is a process of its own here."""
    file = write(tmp_path, SHOP)
    for number in range(3):
        add(file, tmp_path / "state", NEW.replace("New", str(number)))
    for _ in range(3):
        ended(in_process("take_back(Path(sys.argv[1]), Path(sys.argv[2]))", file, tmp_path / "state"))
    assert file.read_text() == SHOP
    with pytest.raises(Undoable, match="no entry"):
        take_back(file, tmp_path / "state")


@pytest.mark.parametrize("edit", [lambda text: text + "; mine\n", lambda text: text.replace("1.00", "2.00")])
def test_undo_is_refused_when_the_end_changed(tmp_path: Path, edit: Callable[[str], str]) -> None:
    """Something after the entry, or another amount in it: the file stays as it is."""
    file = write(tmp_path, SHOP)
    add(file, tmp_path / "state")
    file.write_text(edit(file.read_text()))
    after = file.read_text()
    with pytest.raises(Undoable, match="no longer"):
        take_back(file, tmp_path / "state")
    assert file.read_text() == after


def test_an_undo_that_cannot_note_itself_has_taken_the_entry_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No room for the notes, or a kill before them: it is a success, and the entry before it comes next."""
    file, state = write(tmp_path, SHOP), tmp_path / "state"
    add(file, state)
    add(file, state)

    def full(self: Notebook, notes: object) -> None:
        raise Unavailable("no room")

    monkeypatch.setattr(Notebook, "keep", full)
    take_back(file, state)
    monkeypatch.undo()
    assert file.read_text() == f"{SHOP}\n{NEW}"
    take_back(file, state)
    assert file.read_text() == SHOP
    with pytest.raises(Undoable, match="no entry"):
        take_back(file, state)


def test_two_that_undo_at_once_take_back_one_each(tmp_path: Path) -> None:
    """Four entries, four undos at once: all gone, and nothing else."""
    file = write(tmp_path, SHOP)
    for number in range(4):
        add(file, tmp_path / "state", NEW.replace("New", str(number)))
    code = "take_back(Path(sys.argv[1]), Path(sys.argv[2]))"
    for one in [in_process(code, file, tmp_path / "state") for _ in range(4)]:
        ended(one)
    assert file.read_text() == SHOP


def test_a_new_file_is_made_and_taken_back(tmp_path: Path) -> None:
    """Where there was none before there is none after."""
    file = tmp_path / "2027.beancount"
    add(file, tmp_path / "state")
    assert file.read_text() == NEW
    take_back(file, tmp_path / "state")
    assert not file.exists()


def test_a_lock_that_is_held_is_waited_for_and_then_said(tmp_path: Path) -> None:
    """Another devdash that writes for too long."""
    file = write(tmp_path, SHOP)
    with locked(file, 1), pytest.raises(Busy), locked(file, 0):
        pytest.fail("two hold the lock")
    with locked(file, 0):
        assert lock_file(file).exists()


def test_notes_that_cannot_be_read_undo_nothing(tmp_path: Path) -> None:
    """Garbage in the state folder is not acted upon."""
    file, notebook = write(tmp_path, SHOP), Notebook(tmp_path / "state", tmp_path / "main.beancount")
    notebook.keep([Note(str(file), 3, "x", done=True)])
    [kept] = (tmp_path / "state").iterdir()
    kept.write_bytes(b'[{"path": 3}]')
    with pytest.raises(Undoable):
        undo(notebook)
    assert file.read_text() == SHOP


def test_open_editors_are_noticed(tmp_path: Path) -> None:
    """By Emacs' link that leads nowhere and by Vim's swap file."""
    file = write(tmp_path, SHOP)
    assert editors_at(file) == ""
    (tmp_path / ".main.beancount.swp").write_bytes(b"")
    assert editors_at(file) == "Vim"
    (tmp_path / ".#main.beancount").symlink_to("me@host.1:2")
    assert editors_at(file) == "Emacs"
