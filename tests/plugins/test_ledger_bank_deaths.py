"""Importing a bank's file loses no row and takes none over twice: killed, on a full disk, beside others."""

import re
import threading
from collections import Counter
from pathlib import Path

import bank_deaths
import pytest
from bank_deaths import ROWS, STATEMENT
from beancount import loader
from ledger_journals import SHOP, write
from test_ledger_append import ended, in_process
from test_ledger_scribe import Formatter

from devdash_ledger import checking, scribe, staying
from devdash_ledger.check import Candidate, Refused, check_beancount

_ID = re.compile(r'import-id: "([^"]+)"')


def folder(tmp_path: Path) -> Path:
    """A journal and a statement."""
    write(tmp_path, SHOP)
    (tmp_path / "s.csv").write_text(STATEMENT)
    return tmp_path


def ids(place: Path) -> Counter[str]:
    """How often each row is in the journal."""
    return Counter(_ID.findall((place / "main.beancount").read_text()))


def require_all(place: Path) -> None:
    """Each row once, whole, and what was there before."""
    text = (place / "main.beancount").read_text()
    assert text.startswith(SHOP) and len(ids(place)) == ROWS and set(ids(place).values()) == {1}, text
    assert all(text.count(f'"Shop {day}"') == 1 for day in range(2, 9))
    assert loader.load_string(text)[1] == []


@pytest.mark.parametrize("torn", [False, True], ids=["whole", "torn"])
@pytest.mark.parametrize("reviewed", [False, True], ids=["at once", "reviewed"])
def test_killed_at_every_step_the_next_import_completes_it(
    tmp_path: Path, reviewed: bool, torn: bool
) -> None:
    """SIGKILL before each call of the system in turn, or in the middle of a write: none lost, none twice."""
    before: set[int] = set()
    for deadly in range(1, 400):
        place = tmp_path / str(deadly)
        place.mkdir()
        folder(place)
        was_killed = bank_deaths.dies(place, deadly, reviewed=reviewed, torn=torn)
        if not was_killed:
            require_all(place)
            break
        before.add(len(ids(place)))
        if not torn:
            assert len(ids(place)) in (0, ROWS)
        bank_deaths.run(place, reviewed=reviewed)
        require_all(place)
        bank_deaths.run(place, reviewed=reviewed)
        require_all(place)
    else:
        pytest.fail("the import never came to its end")
    assert {0, ROWS} <= before and (not torn or len(before) > 2)


@pytest.mark.parametrize("room", [0, 1, 400])
def test_a_full_disk_leaves_all_rows_to_the_next_time(tmp_path: Path, room: int) -> None:
    """The journal is as it was, the decisions are kept, and with room again all is written once."""
    place = folder(tmp_path)
    filled = SHOP + "; filled\n" * 20_000
    (place / "main.beancount").write_text(filled)
    code = """
import resource, bank_deaths
from devdash.api import PaneError
place, room = Path(sys.argv[1]), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, ((place / "main.beancount").stat().st_size + room,) * 2)
try:
    bank_deaths.run(place, reviewed=True)
except PaneError as error:
    print(error.message)
"""
    said = ended(in_process(code, place, room))
    assert "nothing was written to" in said or "cannot be written" in said
    assert (place / "main.beancount").read_text() == filled
    bank_deaths.run(place, reviewed=True)
    require_all(place)


@pytest.mark.parametrize("late", [0, 0.03])
def test_an_editor_that_saves_at_that_moment_takes_no_row_out(
    tmp_path: Path, late: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had read the journal before, and saves its own over the rows; they are written again."""
    place = folder(tmp_path)
    editor = Formatter(place / "main.beancount", late=late)
    monkeypatch.setattr(staying, "sleep", editor.saved)
    editor.start()
    bank_deaths.run(place, reviewed=False)
    editor.join()
    require_all(place)


def test_an_editor_that_saves_between_the_look_and_the_write_keeps_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows go behind what it saved, after all is checked with that."""
    place = folder(tmp_path)
    file = place / "main.beancount"
    real, saves = check_beancount, [SHOP + "; edited\n"] * 2

    def check(candidate: Candidate) -> None:
        real(candidate)
        if candidate.added and saves:
            saves.pop()
            write(tmp_path, SHOP + "; edited\n", "saved").replace(file)

    monkeypatch.setattr(checking, "check_beancount", check)
    bank_deaths.run(place, reviewed=True)
    require_all(place)
    assert file.read_text().startswith(SHOP + "; edited\n")


def test_two_that_import_one_file_at_once_write_each_row_once(tmp_path: Path) -> None:
    """Both had seen that the journal has none of them; the later one is refused."""
    place = folder(tmp_path)
    code = """
import bank_deaths
from devdash.api import PaneError
try:
    bank_deaths.run(Path(sys.argv[1]), reviewed=False)
    print("written")
except PaneError as error:
    print(error.message)
"""
    both = [in_process(code, place) for _ in range(2)]
    said = [ended(one) for one in both]
    require_all(place)
    assert "written\n" in said


def test_rows_that_another_devdash_wrote_after_the_last_look_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the last comparison and the writing; the journal is as the other left it."""
    place = folder(tmp_path)
    file = place / "main.beancount"
    real = scribe.CALLS["write"]
    late: list[str] = []

    def write_late(**fields: object) -> object:
        if fields["write"] and not late:
            late.append("")
            other = threading.Thread(target=bank_deaths.run, args=(place,), kwargs={"reviewed": False})
            other.start()
            other.join()
            late.append(file.read_text())
        return real(**fields)

    monkeypatch.setitem(scribe.CALLS, "write", write_late)
    with pytest.raises(Refused, match="has 7 of these rows by now"):
        bank_deaths.run(place, reviewed=False)
    assert file.read_text() == late[1]
    require_all(place)
