"""Marking a transaction, and adding it once more: what was shown is what is changed, and nothing else is."""

import datetime
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from ledger_journals import SHOP, write
from test_ledger_append import NEW, add, ended, in_process, take_back
from test_ledger_scribe import PLAIN, reference

from devdash_ledger import amend
from devdash_ledger.amend_orders import Copy, Mark
from devdash_ledger.append import Changed
from devdash_ledger.check import Refused
from devdash_ledger.entry import Flag
from devdash_ledger.heads import NoHead, dated, flag_of, flagged
from devdash_ledger.passage import lines_of, passage
from devdash_ledger.places import Gone, Spot
from devdash_ledger.style import Syntax
from devdash_ledger.target import WriteConfig

DAY = datetime.date(2026, 11, 22)


def spot(file: Path, line: int) -> Spot:
    """A transaction as a sheet shows it now."""
    found = passage(lines_of(file.read_bytes()), line)
    assert found is not None
    return Spot(str(file), line, found.mark)


def order(file: Path, line: int, flag: Flag, syntax: Syntax = Syntax.BEANCOUNT) -> Mark:
    """Mark the transaction that stands there now."""
    return Mark(reference(file, syntax), spot(file, line), flag, write=True)


@pytest.mark.parametrize(
    ("syntax", "head", "cleared", "pending"),
    [
        (Syntax.BEANCOUNT, '2026-10-05 ! "A" "b"', '2026-10-05 * "A" "b"', None),
        (
            Syntax.BEANCOUNT,
            '2026-10-05 txn "b" #tag ; !',
            '2026-10-05 * "b" #tag ; !',
            '2026-10-05 ! "b" #tag ; !',
        ),
        (Syntax.BEANCOUNT, '2026/10/05  P"b"', '2026/10/05  *"b"', '2026/10/05  !"b"'),
        (Syntax.LEDGER, "2026/10/05 Bread", "2026/10/05 * Bread", "2026/10/05 ! Bread"),
        (Syntax.LEDGER, "2026/10/05=2026/10/09 (12) B", "2026/10/05=2026/10/09 * (12) B", None),
        (Syntax.LEDGER, "2026-10-05 *Bread ! x", None, "2026-10-05 !Bread ! x"),
        (Syntax.HLEDGER, "2026.1.5\t! Bread; *", "2026.1.5\t* Bread; *", None),
        (Syntax.HLEDGER, "10/5 Bread", "10/5 * Bread", "10/5 ! Bread"),
        (Syntax.HLEDGER, "2026-10-05", "2026-10-05 *", "2026-10-05 !"),
    ],
)
def test_only_the_state_of_a_head_changes(
    syntax: Syntax, head: str, cleared: str | None, pending: str | None
) -> None:
    """Replaced where one is, put in where none is."""
    if cleared is not None:
        assert flagged(head.encode(), Flag.CLEARED, syntax).decode() == cleared
        assert flag_of(cleared.encode(), syntax) == "*"
    if pending is not None:
        assert flagged(head.encode(), Flag.PENDING, syntax).decode() == pending
        assert flag_of(pending.encode(), syntax) == "!"


@pytest.mark.parametrize(
    "head",
    [
        "2026-10-05 open Assets:Cash",
        "2026-10-05 balance Assets:Cash 1 EUR",
        "2026-10-05 pad A B",
        "P 2026-1-1",
    ],
)
def test_what_is_no_transaction_is_refused(head: str) -> None:
    """Other directives begin with a date as well."""
    with pytest.raises(NoHead):
        flagged(head.encode(), Flag.CLEARED, Syntax.BEANCOUNT)


def test_the_date_of_a_copy_is_written_as_that_of_the_original() -> None:
    """Without ledger's second date."""
    assert dated(b'2026-10-05 * "x"', DAY, Syntax.BEANCOUNT) == b'2026-11-22 * "x"'
    assert dated(b"2026/1/5=2026/2/1 ! x", DAY, Syntax.LEDGER) == b"2026/11/22 ! x"
    assert dated(b"10.5 x", DAY, Syntax.HLEDGER) == b"2026.11.22 x"


def test_a_transaction_is_marked_and_nothing_else_changes(tmp_path: Path) -> None:
    """Byte for byte; the file keeps its mode; looking writes nothing."""
    file = write(tmp_path, SHOP)
    file.chmod(0o640)
    looked = amend.mark(Mark(reference(file), Spot(str(file), 9), Flag.PENDING))
    assert looked.text.splitlines()[0] == '2026-10-05 ! "Bread"' and file.read_text() == SHOP
    done = amend.mark(order(file, 9, Flag.PENDING))
    assert (done.line, done.target, done.mark) == (9, str(file), looked.mark)
    assert file.read_text() == SHOP.replace('05 * "Bread"', '05 ! "Bread"')
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(one.name for one in tmp_path.iterdir()) == ["main.beancount"]
    with pytest.raises(Refused, match=r"main\.beancount:9 is pending already"):
        amend.mark(order(file, 9, Flag.PENDING))


@pytest.mark.parametrize("syntax", [Syntax.LEDGER, Syntax.HLEDGER])
def test_ledger_and_hledger_journals_are_marked_in_an_include_behind_a_link(
    syntax: Syntax, needs: Callable[[str], str], tmp_path: Path
) -> None:
    """The link stays one, line ends and a missing last newline too; the program says that it is marked."""
    program = needs(str(syntax))
    part = write(tmp_path, "", "real/part.journal")
    before = PLAIN.replace("2026-10-05 * ", "2026-10-05 ").replace("\n", "\r\n").rstrip().encode()
    part.write_bytes(before)
    link = tmp_path / "part.journal"
    link.symlink_to(part)
    main = write(tmp_path, "include part.journal\n", "main.journal")
    for flag, text in ((Flag.CLEARED, b"2026-10-05 * Bread"), (Flag.PENDING, b"2026-10-05 ! Bread")):
        amend.mark(Mark(reference(main, syntax), spot(link, 4), flag, write=True))
        assert part.read_bytes() == before.replace(b"2026-10-05 Bread", text)
        assert link.is_symlink()
        state = "--cleared" if flag is Flag.CLEARED else "--pending"
        listed = subprocess.run([program, "-f", main, "register", state], capture_output=True, check=True)
        assert b"Bread" in listed.stdout


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace('"Bread"', '"Cakes"'),
        lambda text: text.replace("-4.00", "-5.00").replace(" 4.00", " 5.00"),
        lambda text: "; a line more\n" + text,
        lambda text: text[: text.index("2026-10-05")],
    ],
)
def test_what_is_no_longer_what_was_shown_is_left_alone(tmp_path: Path, edit: Callable[[str], str]) -> None:
    """Another payee, another amount, moved by a line, taken out."""
    file = write(tmp_path, SHOP)
    asked = order(file, 9, Flag.PENDING)
    file.write_text(edit(SHOP))
    with pytest.raises(Gone):
        amend.mark(asked)
    with pytest.raises(Gone):
        amend.copy(Copy(asked.journal, asked.spot, DAY, Flag.CLEARED, write=True))
    assert file.read_text() == edit(SHOP)


def test_only_files_of_the_journal_are_touched(tmp_path: Path) -> None:
    """Not even looked at: the text of another file is not shown."""
    file, other = write(tmp_path, SHOP), write(tmp_path, SHOP, "other.beancount")
    for shown in (False, True):
        with pytest.raises(Gone, match="no part of the journal"):
            amend.mark(Mark(reference(file), spot(other, 9), Flag.PENDING, write=shown))
    assert other.read_text() == SHOP


def test_a_mark_that_the_journal_does_not_bear_is_refused(tmp_path: Path) -> None:
    """The whole journal is read with it in place: here a plug-in of the journal's forbids it."""
    code = (
        "import collections\n__plugins__ = ['run']\nE = collections.namedtuple('E', 'source message entry')\n"
        "def run(entries, options):\n"
        "    wrong = [e for e in entries if getattr(e, 'flag', '') == '!']\n"
        "    return entries, [E(e.meta, 'nothing may be pending', e) for e in wrong]\n"
    )
    write(tmp_path, code, "strict_plugin.py")
    text = 'option "insert_pythonpath" "true"\nplugin "strict_plugin"\n' + SHOP
    file = write(tmp_path, text)
    with pytest.raises(Refused, match="nothing may be pending"):
        amend.mark(order(file, 11, Flag.PENDING))
    assert file.read_text() == text


def test_undo_takes_back_the_entry_that_was_added_whatever_was_marked_since(tmp_path: Path) -> None:
    """A mark before it moves it, a mark in it changes it: undo gives the file without the entry."""
    text = SHOP.replace("2026-10-05 * ", "2026-10-05 txn ")
    file = write(tmp_path, text)
    add(file, tmp_path / "state")
    add(file, tmp_path / "state", NEW.replace("New", "Newer"))
    amend.mark(order(file, 9, Flag.CLEARED))  # two bytes shorter
    amend.mark(order(file, 13, Flag.PENDING))
    amend.mark(order(file, 17, Flag.PENDING))
    take_back(file, tmp_path / "state")
    assert file.read_text() == f"{SHOP}\n{NEW}".replace('22 * "New"', '22 ! "New"')
    take_back(file, tmp_path / "state")
    assert file.read_text() == SHOP


def test_a_chosen_transaction_is_added_once_more_as_it_stands(tmp_path: Path) -> None:
    """With its tags, metadata, prices and comments; shown first, into the file for its date, taken back."""
    body = (
        '#tag ; why\n  note: "x"\n  Expenses:Food    4.00 USD @ 1.10 EUR ; dear\n  Assets:Cash     -4.40 EUR'
    )
    text = SHOP + f'\n2026-10-06 ! "Shop" {body}\n'
    file = write(tmp_path, 'include "20*.beancount"\n' + text)
    journal = reference(file, config=WriteConfig(file="{year}.beancount"))
    asked = Copy(journal, spot(file, 14), DAY, Flag.CLEARED)
    shown = amend.copy(asked)
    assert shown.text == f'2026-11-22 * "Shop" {body}'
    done = amend.copy(Copy(journal, asked.spot, DAY, Flag.CLEARED, write=True, expected=shown.text))
    assert (tmp_path / "2026.beancount").read_text() == shown.text + "\n" and done.line == 1
    with pytest.raises(Changed):
        amend.copy(Copy(journal, asked.spot, DAY, Flag.PENDING, write=True, expected=shown.text))
    take_back(file, tmp_path / "state")
    assert not re.search("Shop", "".join(one.read_text() for one in tmp_path.glob("2026*")))


def test_two_that_mark_at_once_both_do(tmp_path: Path) -> None:
    """One after the other, under the lock: no mark is lost."""
    entries = "".join(
        f'\n2026-10-{day:02d} ! "x{day}"\n  Assets:Cash  1 EUR\n  Equity:Start\n' for day in range(6, 18)
    )
    file = write(tmp_path, SHOP + entries)
    code = """
from test_ledger_amend import *
file = Path(sys.argv[1])
for number, line in enumerate(file.read_text().splitlines(), 1):
    if f'! "x' in line and number % 8 == int(sys.argv[2]):
        amend.mark(order(file, number, Flag.CLEARED))
"""
    rest = {number % 8 for number, line in enumerate(file.read_text().splitlines(), 1) if '! "x' in line}
    for one in [in_process(code, file, part) for part in rest]:
        ended(one)
    assert file.read_text() == SHOP + entries.replace("!", "*")
