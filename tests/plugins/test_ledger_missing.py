"""No entry is lost for good: what another program saves over later is said, and one key adds it again."""

import datetime
import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ledger_journals import SHOP, MakeContext, pane, write

from devdash.api import ActionRequest, Level, Notice, PaneError, Report
from devdash.engine.boundary import admit_report
from devdash.engine.offers import admit_actions
from devdash_ledger import amend, restoring, scribe
from devdash_ledger.amend_orders import Mark, Restore, Seek
from devdash_ledger.append import Notebook
from devdash_ledger.entry import Flag
from devdash_ledger.missing import WATCHED_NS
from devdash_ledger.missing_desk import LEAVE, RESTORE
from devdash_ledger.orders import Draft, DraftLeg, JournalRef, TakeBack, Write
from devdash_ledger.pane import LedgerPane
from devdash_ledger.places import Spot
from devdash_ledger.style import Syntax
from devdash_ledger.target import WriteConfig

DAY = datetime.date(2026, 11, 22)


def reference(file: Path, config: WriteConfig | None = None) -> JournalRef:
    """The journal `file`, its notes where `pane` keeps them."""
    return JournalRef(
        str(file), Syntax.BEANCOUNT, str(file.parent / "state" / "ledger"), config or WriteConfig()
    )


def add(file: Path, payee: str = "Bakery", amount: str = "4", config: WriteConfig | None = None) -> str:
    """An entry, written; its text."""
    legs = (DraftLeg("Expenses:Food", amount), DraftLeg("Assets:Cash"))
    draft = Draft(DAY, payee, "Bread", legs)
    return scribe.write(Write(reference(file, config), (draft,), write=True)).text


def gone(file: Path) -> list[str]:
    """What is missing."""
    return [one.text for one in restoring.seek(Seek(reference(file), time.time_ns())).entries]


def notices(report: Report) -> list[str]:
    """What is said above all."""
    return [block.text for block in report.blocks if isinstance(block, Notice)]


async def seen(ledger: LedgerPane) -> Report:
    """One reading."""
    return admit_report("ledger", await ledger.read(), ledger.actions())


async def test_what_a_program_saves_over_later_is_said_and_added_again(
    context: MakeContext, tmp_path: Path
) -> None:
    """A program of its own had read the file, and saves it when the entry has long been there."""
    file = write(tmp_path, SHOP)
    program = (
        "import pathlib, sys\n"
        "file = pathlib.Path(sys.argv[1]); had = file.read_text(); print(flush=True); sys.stdin.readline()\n"
        "file.write_text(had + '; mine\\n')"
    )
    argv = [sys.executable, "-c", program, str(file)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as editor:
        assert editor.stdout is not None
        editor.stdout.readline()
        text = add(file)
        ledger = pane(context, file)
        admit_actions("ledger", ledger.actions())
        assert notices(await seen(ledger)) == []
        editor.communicate("now\n", timeout=30)
    assert file.read_text() == f"{SHOP}; mine\n"
    report = await seen(ledger)
    (said,) = notices(report)
    assert said.startswith("What was added at ") and 'main.beancount: 2026-11-22 * "Bakery" "Bread"' in said
    assert report.level is Level.ATTENTION and report.first == ("restore", "leave-out")
    assert [one.action for one in report.attention if one.key == "missing"] == ["restore"]
    again = ActionRequest(RESTORE.name)
    asked = await ledger.confirmation(RESTORE, again)
    assert asked is not None and [getattr(one, "text", "") for one in asked.blocks] == text.split("\n")
    done = await ledger.act(again)
    assert done.message == 'Added to main.beancount again: 2026-11-22 * "Bakery" "Bread"'
    assert file.read_text() == f"{SHOP}; mine\n\n{text}\n"
    assert notices(await seen(ledger)) == []
    scribe.undo(TakeBack(reference(file), write=True))
    assert notices(await seen(ledger)) == [] and file.read_text() == f"{SHOP}; mine\n"


async def test_what_was_taken_out_on_purpose_is_left_out(context: MakeContext, tmp_path: Path) -> None:
    """After a question; it is said no more, also by a pane that begins anew."""
    file = write(tmp_path, SHOP)
    add(file)
    file.write_text(SHOP)
    ledger = pane(context, file)
    assert len(notices(await seen(ledger))) == 1
    assert await ledger.confirmation(LEAVE, ActionRequest(LEAVE.name)) is not None
    await ledger.act(ActionRequest(LEAVE.name))
    assert notices(await seen(ledger)) == [] and file.read_text() == SHOP
    assert notices(await seen(pane(context, file))) == []
    with pytest.raises(PaneError, match="no entry is missing"):
        await ledger.confirmation(RESTORE, ActionRequest(RESTORE.name))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"Bakery" "Bread"', '"Bakery" "Rolls"'),
        ("4.00 EUR\n  Assets:Cash     -4.00", "4.50 EUR\n  Assets:Cash     -4.50"),
        ("    4.00", " 4.00"),
        ("\n", "\r\n"),
        ("2026-10-05", "2026-10-06"),
        ("2026-11-22 *", "2026-11-22 !"),
    ],
    ids=["its words", "its amounts", "aligned", "line ends", "another entry", "its state"],
)
def test_what_a_person_corrects_is_not_missing(tmp_path: Path, old: str, new: str) -> None:
    """Also where other entries were moved, so that it stands elsewhere."""
    file = write(tmp_path, SHOP)
    add(file)
    text = f"; moved\n{file.read_text()}"
    assert old in text
    file.write_bytes(text.replace(old, new).encode())
    assert gone(file) == []


def test_it_may_be_moved_into_another_file_of_the_journal(tmp_path: Path) -> None:
    """Into one that is included; taken out of that as well, it is gone."""
    file = write(tmp_path, 'include "old.beancount"\n' + SHOP)
    before = file.read_text()
    other = write(tmp_path, "", "old.beancount")
    text = add(file)
    file.write_text(before)
    assert gone(file) == [text]
    other.write_text(f"{text}\n")
    assert gone(file) == []


def test_of_entries_that_are_alike_just_what_is_gone_is_missing(tmp_path: Path) -> None:
    """Two coffees a day, the same each day: an entry is not there because another one looks like it."""
    file = write(tmp_path, SHOP)
    first = add(file)
    one = file.read_text()
    assert add(file) == first
    both = file.read_text()
    assert gone(file) == []
    file.write_text(one)
    assert gone(file) == [first]
    file.write_text(SHOP)
    assert gone(file) == [first, first]
    file.write_text(both)
    other = add(file, amount="5")
    assert gone(file) == []
    file.write_text(both)
    assert gone(file) == [other]
    cake = add(file, payee="Butcher", amount="5")
    assert cake.split("\n")[1:] == other.split("\n")[1:]
    assert gone(file) == [other]


def test_what_devdash_changes_itself_is_not_missing(tmp_path: Path) -> None:
    """Marked pending, and taken back."""
    file = write(tmp_path, SHOP)
    add(file)
    line = file.read_text().split("\n").index('2026-11-22 * "Bakery" "Bread"') + 1
    amend.mark(Mark(reference(file), Spot(str(file), line), Flag.PENDING, write=True))
    assert gone(file) == [] and '2026-11-22 ! "Bakery"' in file.read_text()
    scribe.undo(TakeBack(reference(file), write=True))
    assert gone(file) == [] and file.read_text() == SHOP


def test_it_is_looked_for_a_week(tmp_path: Path) -> None:
    """What is taken out later was not saved over."""
    file = write(tmp_path, SHOP)
    add(file)
    file.write_text(SHOP)
    (note,) = Notebook(tmp_path / "state" / "ledger", file).notes()
    assert restoring.seek(Seek(reference(file), note.at + WATCHED_NS)).entries
    assert not restoring.seek(Seek(reference(file), note.at + WATCHED_NS + 1)).entries


def test_what_the_journal_no_longer_takes_is_refused(tmp_path: Path) -> None:
    """The whole journal is checked with it, as with any entry; nothing is written, and it stays missing."""
    file = write(tmp_path, SHOP)
    text = add(file)
    closed = SHOP + "\n2026-11-01 close Expenses:Food\n"
    file.write_text(closed)
    with pytest.raises(PaneError, match="not opened Expenses:Food"):
        restoring.restore(Restore(reference(file), time.time_ns(), write=True))
    assert file.read_text() == closed and gone(file) == [text]


def test_the_commands(home: Path, tmp_path: Path) -> None:
    """They come without a reading before."""
    file = write(tmp_path, SHOP)
    config = tmp_path / "devdash.toml"
    config.write_text(f"[panes.ledger]\nfile = {json.dumps(str(file))}\n")

    def devdash(*arguments: str) -> "subprocess.CompletedProcess[str]":
        argv = [sys.executable, "-m", "devdash", "--config", str(config), *arguments]
        return subprocess.run(argv, capture_output=True, text=True, env=os.environ.copy(), timeout=50)

    entry = {"payee": "Bakery", "account": "Expenses:Food", "amount": "4", "from": "Assets:Cash"}
    sets = [part for name, value in entry.items() for part in ("--set", f"{name}={value}")]
    assert devdash("run", "ledger", "add", *sets, "--yes").returncode == 0
    written = file.read_text()
    file.write_text(SHOP)
    assert "is no longer in main.beancount" in devdash("status").stdout
    done = devdash("run", "ledger", "restore", "--yes")
    assert done.returncode == 0 and "again" in done.stdout, done.stderr
    assert file.read_text() == written
    file.write_text(SHOP)
    assert devdash("run", "ledger", "leave-out", "--yes").returncode == 0
    assert file.read_text() == SHOP and "no longer in" not in devdash("status").stdout


def test_an_entry_taken_out_is_not_said_to_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk fails right after: the words say what the file holds, and it can be brought back."""
    file = write(tmp_path, SHOP)
    text = add(file)

    def fails(handle: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fails)
        with pytest.raises(PaneError, match=r"is taken out of .*, but the disk has not confirmed it"):
            scribe.undo(TakeBack(reference(file), write=True))
    assert file.read_text() == SHOP and gone(file) == [text]
    restoring.restore(Restore(reference(file), time.time_ns(), write=True))
    assert file.read_text() == f"{SHOP}\n{text}\n"
