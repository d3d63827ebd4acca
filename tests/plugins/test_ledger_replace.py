"""Rewriting a file of a journal: killed, full, beside an editor or two journals, it is the old or the new."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_journals import SHOP, write
from test_ledger_amend import DAY, spot
from test_ledger_append import NEW, add, ended, in_process, take_back
from test_ledger_scribe import order as entry_order
from test_ledger_scribe import reference

from devdash.api import Unavailable, exchanged
from devdash_ledger import amend, scribe
from devdash_ledger import replace as replacing
from devdash_ledger.amend_orders import Copy, Mark
from devdash_ledger.append import Changed, Note, Notebook, Undoable, read
from devdash_ledger.entry import Flag
from devdash_ledger.lock import Busy, locked
from devdash_ledger.orders import TakeBack
from devdash_ledger.replace import Edit, replace, shifted
from devdash_ledger.target import WriteConfig


@given(st.binary(max_size=40), st.data())
def test_a_note_names_the_same_text_after_an_edit_beside_it(content: bytes, data: st.DataObject) -> None:
    """Whatever is edited, a note is of its own text, or of none: undo compares it with the file's end."""
    text = "ab\ncd"
    note = Note("/x", len(content), text, done=True)
    whole = content + text.encode()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    edit = Edit(start, end, data.draw(st.sampled_from([b"", b"*", b"! ", b"\n"])))
    [moved] = shifted([note], "/x", edit)
    if end <= len(content) or len(content) <= start < len(whole):
        assert edit.applied(whole)[moved.offset :] == moved.content
    assert shifted([note], "/y", edit) == [note]


STEPS = ("open", "write", "fsync", "rename", "replace", "unlink", "close", "mkdir", "fchmod", "fstat")


def put_in(file: Path, state: Path) -> None:
    """A state for the transaction of the journal, without the check."""
    with locked(file, 30):
        base = read(file)
        place = base.content.index(b"2026-10-05") + len("2026-10-05")
        replace(base, Edit(place, place, b" !"), Notebook(state, file))


def killed_before(deadly: int, file: Path, state: Path) -> bool:
    """Whether a process of its own was killed before that system call; False: it came to its end."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    count = 0

    def deadlier(call: Callable[..., object], name: str) -> Callable[..., object]:
        def step(*arguments: object, **options: object) -> object:
            nonlocal count
            count += 1
            if count == deadly:
                if name == "write":
                    call(arguments[0], memoryview(arguments[1])[: len(arguments[1]) // 2])  # type: ignore[arg-type, call-overload]  # what is written
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **options)

        return step

    for name in STEPS:
        setattr(os, name, deadlier(getattr(os, name), name))
    try:
        put_in(file, state)
    finally:
        os._exit(0)


def kill_everywhere(folder: Path) -> None:
    """Run in a process of its own, which forks for each step."""
    file, state = write(folder, SHOP), folder / "state"
    changed = SHOP.replace("2026-10-05", "2026-10-05 !")
    outcomes: set[str] = set()
    for deadly in range(1, 200):
        for old in (*state.glob("*"), *folder.glob(".*")):
            old.unlink()
        file.write_text(SHOP)
        add(file, state)
        was_killed = killed_before(deadly, file, state)
        after = file.read_text()
        assert after in (f"{SHOP}\n{NEW}", f"{changed}\n{NEW}"), f"step {deadly}"
        if not was_killed:
            break
        outcomes.add("new" if "!" in after else "old")
        if deadly % 2:
            try:
                take_back(file, state)
                assert file.read_text() == after.removesuffix(f"\n{NEW}")
            except Undoable:
                assert file.read_text() == after
        else:  # the next writer finds neither a lock nor a new file in its way
            with locked(file, 30):
                replace(read(file), Edit(0, 0, b"; x\n"), Notebook(state, file))
            assert file.read_text() == f"; x\n{after}"
    assert not was_killed and "!" in after, "the write never came to its end"
    assert outcomes == {"old", "new"}
    assert sorted(folder.iterdir()) == [file, state]


def test_killed_at_every_step_the_file_is_the_old_or_the_new_one(tmp_path: Path) -> None:
    """SIGKILL before each system call in turn, and in the middle of a write; undo takes nothing else."""
    code = "from test_ledger_replace import kill_everywhere\nkill_everywhere(Path(sys.argv[1]))\n"
    ended(in_process(code, tmp_path))


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """And no half of a new one beside it."""
    file = write(tmp_path, SHOP + "; long\n" * 200)
    before = file.read_bytes()
    code = """
import resource, signal
from devdash_ledger.replace import *
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
file = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size - 10,) * 2)
try:
    replace(read(file), Edit(0, 0, b"; x"), Notebook(Path(sys.argv[2]), file))
except Unavailable as error:
    print(error.message)
"""
    assert "nothing was written" in ended(in_process(code, file, tmp_path / "state"))
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_an_editor_that_saves_in_between_wins(tmp_path: Path) -> None:
    """In place, or with a file of its own."""
    file = write(tmp_path, SHOP)
    base = read(file)
    file.write_text(SHOP.replace("Bread", "Cakes"))
    with pytest.raises(Changed):
        replace(base, Edit(0, 0, b";"), Notebook(tmp_path / "state", file))
    base = read(file)
    write(tmp_path, SHOP, "saved").rename(file)
    with pytest.raises(Changed):
        replace(base, Edit(0, 0, b";"), Notebook(tmp_path / "state", file))
    assert file.read_text() == SHOP and list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("how", ["in place", "own file"])
def test_an_editor_that_saves_in_the_last_moment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """After the last look at the file and before it is replaced: its file comes back, and it is said."""
    file, notebook = write(tmp_path, SHOP), Notebook(tmp_path / "state", tmp_path / "main.beancount")
    add(file, tmp_path / "state")
    before, notes = file.read_text(), notebook.notes()
    saved = [f"{before}; saved\n"]

    def meanwhile(one: Path, other: Path) -> bool:
        if saved and how == "in place":
            file.write_text(saved.pop())
        elif saved:
            write(tmp_path, saved.pop(), "saved").rename(file)
        return exchanged(one, other)

    monkeypatch.setattr(replacing, "exchanged", meanwhile)
    with pytest.raises(Changed):
        replace(read(file), Edit(0, 0, b"; x\n"), notebook)
    assert file.read_text() == f"{before}; saved\n" and notebook.notes() == notes
    assert sorted(tmp_path.iterdir()) == [file, tmp_path / "state"]


def test_a_file_system_that_cannot_exchange_names_is_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one of the network: the file is renamed onto the old one."""
    file = write(tmp_path, SHOP)
    monkeypatch.setattr(replacing, "exchanged", lambda *files: False)
    replace(read(file), Edit(0, 0, b"; x\n"), Notebook(tmp_path / "state", file))
    assert file.read_text() == f"; x\n{SHOP}" and list(tmp_path.iterdir()) == [file]


def test_a_file_of_two_journals_has_one_writer_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever of them an entry is written or marked through, the file itself is locked as well."""
    part = write(tmp_path, SHOP, "part.beancount")
    file = write(tmp_path, 'include "part.beancount"\n')
    reference_of_both = reference(file, config=WriteConfig(file="part.beancount"))
    monkeypatch.setattr(amend, "PATIENCE_S", 0.0)
    monkeypatch.setattr(scribe, "PATIENCE_S", 0.0)
    marking = Mark(reference_of_both, spot(part, 9), Flag.PENDING, write=True)
    copying = Copy(reference_of_both, spot(part, 9), DAY, Flag.CLEARED, write=True)
    writing = entry_order(file, journal=reference_of_both)
    with locked(part, 0):
        steps: tuple[Callable[[], object], ...] = (
            lambda: amend.mark(marking),
            lambda: amend.copy(copying),
            lambda: scribe.write(writing),
        )
        for step in steps:
            with pytest.raises(Busy):
                step()
    assert part.read_text() == SHOP
    scribe.write(writing)
    with locked(part, 0), pytest.raises(Busy):
        scribe.undo(TakeBack(reference_of_both, write=True))
    scribe.undo(TakeBack(reference_of_both, write=True))
    assert part.read_text() == SHOP


def test_a_file_with_two_names_is_left_alone(tmp_path: Path) -> None:
    """A new file would take only one of them."""
    file = write(tmp_path, SHOP)
    os.link(file, tmp_path / "other")
    with pytest.raises(Unavailable, match="2 names"):
        replace(read(file), Edit(0, 0, b";"), Notebook(tmp_path / "state", file))
    assert file.read_text() == SHOP
