"""Journals that are no plain UTF-8: the pane says what they are, and nothing is written into them wrongly."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from ledger_journals import SHOP, write
from test_ledger_scribe import DAY, PLAIN, order, reference

from devdash.api import PaneError
from devdash_ledger import amend, scribe, worker
from devdash_ledger.amend_orders import Copy, Mark
from devdash_ledger.check import Refused
from devdash_ledger.encoding import MARK, wide
from devdash_ledger.entry import Flag
from devdash_ledger.places import Spot
from devdash_ledger.sheet import Sheet
from devdash_ledger.style import Syntax

Needs = Callable[[str], str]
ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32")
ALL = (Syntax.BEANCOUNT, Syntax.LEDGER, Syntax.HLEDGER)


def journal(folder: Path, syntax: Syntax, encoding: str = "utf-8", mark: bytes = b"") -> Path:
    """A journal as an editor saved it; of beancount whatever its name says."""
    file = folder / ("main.beancount" if syntax is Syntax.BEANCOUNT else "main.journal")
    text = SHOP if syntax is Syntax.BEANCOUNT else PLAIN
    file.write_bytes(mark + text.encode(encoding))
    return file


def load(file: Path, syntax: Syntax) -> Sheet:
    """As the pane's worker does."""
    return msgspec.convert(worker.load(str(file), "2026-11", syntax), Sheet)


def have(needs: Needs, syntax: Syntax) -> None:
    """Skip without the program."""
    if syntax is not Syntax.BEANCOUNT:
        needs(str(syntax))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_encodings_of_several_bytes_are_known_with_and_without_their_mark(encoding: str) -> None:
    """And UTF-8 is none of them, nor a file of two bytes, nor one of zeros."""
    assert wide(SHOP.encode(encoding)) == ("UTF-32" if encoding == "utf-32" else "UTF-16")
    assert not any(map(wide, (SHOP.encode(), MARK + SHOP.encode(), b"", b"\n", b"a\0", bytes(8), b"\0\0ab")))


@pytest.mark.parametrize("syntax", ALL)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_journal_in_utf_16_is_one_error_that_names_it(
    needs: Needs, tmp_path: Path, syntax: Syntax, encoding: str
) -> None:
    """Not an error for each sign; with what to do; and the figures lack something."""
    have(needs, syntax)
    file = journal(tmp_path, syntax, encoding)
    sheet = load(file, syntax)
    [error] = sheet.errors
    assert (error.file, error.line, sheet.complete, sheet.files) == (str(file), 1, False, (str(file),))
    name = "UTF-32" if encoding == "utf-32" else "UTF-16"
    assert f"written in {name}" in error.message and f"iconv -f {name} -t UTF-8" in error.message


@pytest.mark.parametrize("syntax", ALL)
def test_an_include_in_utf_16_is_named(needs: Needs, tmp_path: Path, syntax: Syntax) -> None:
    """By its own file; both files are watched."""
    have(needs, syntax)
    part = journal(tmp_path, syntax, "utf-16")
    quoted = f'"{part.name}"' if syntax is Syntax.BEANCOUNT else part.name
    main = write(tmp_path, f"include {quoted}\n", "all.journal")
    sheet = load(main, syntax)
    assert [error.file for error in sheet.errors] == [str(part)] and set(sheet.files) == {
        str(main),
        str(part),
    }


@pytest.mark.parametrize("syntax", ALL)
def test_a_byte_order_mark_that_costs_a_line_is_said(needs: Needs, tmp_path: Path, syntax: Syntax) -> None:
    """Of beancount and ledger, which do not know it; hledger does, and there all is well."""
    have(needs, syntax)
    file = journal(tmp_path, syntax, mark=MARK)
    sheet = load(file, syntax)
    if syntax is Syntax.HLEDGER:
        assert sheet.complete and not sheet.errors and sheet.moves
        return
    said = [error for error in sheet.errors if error.line == 1]
    assert len(said) == 1 and "byte-order mark" in said[0].message and "UTF-8 without one" in said[0].message
    assert not sheet.complete


@pytest.mark.parametrize(
    ("first", "is_lost"),
    [
        ("P 2026/01/01 USD 2 EUR\n", True),
        ("alias Food=Expenses:Food\n", True),
        ("; a comment\n", False),
        ("* notes\n", False),
        ("include part.dat\n", False),
        ("; a comment\n  ; with more\n", True),
        ("\n", True),
    ],
)
def test_of_ledger_a_mark_is_said_where_it_leaves_out_a_line(
    needs: Needs, tmp_path: Path, first: str, is_lost: bool
) -> None:
    """It drops a price or an alias without a word, and the figures lack it. Of a comment nothing is lost."""
    needs("ledger")
    write(tmp_path, "", "part.dat")
    file = tmp_path / "a.dat"
    file.write_bytes(MARK + f"{first}\n{PLAIN}".encode())
    sheet = load(file, Syntax.LEDGER)
    assert any("byte-order mark" in error.message for error in sheet.errors) == is_lost
    assert sheet.complete == (not is_lost)


def test_bytes_of_another_encoding_are_said_in_the_same_words_of_beancount(tmp_path: Path) -> None:
    """Not as the exception of a programming language; at the place that beancount names."""
    file = tmp_path / "a.beancount"
    file.write_bytes(SHOP.replace("Bread", "Br\xf6d").encode("latin-1"))
    [error] = [one for one in load(file, Syntax.BEANCOUNT).errors if "UTF-8" in one.message]
    assert error.message.startswith("A byte here is no UTF-8") and error.line == 9


@pytest.mark.parametrize("syntax", ALL)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_nothing_is_written_into_a_journal_in_utf_16(
    needs: Needs, tmp_path: Path, syntax: Syntax, encoding: str
) -> None:
    """An entry, a copy, a mark: refused, with the cause; the bytes are as they were."""
    have(needs, syntax)
    file = journal(tmp_path, syntax, encoding)
    before, here = file.read_bytes(), reference(file, syntax)
    place = Spot(str(file), 9 if syntax is Syntax.BEANCOUNT else 4)
    steps: tuple[Callable[[], object], ...] = (
        lambda: scribe.write(order(file, journal=here)),
        lambda: amend.copy(Copy(here, place, DAY, Flag.CLEARED, write=True)),
        lambda: amend.mark(Mark(here, place, Flag.PENDING, write=True)),
    )
    for step in steps:
        with pytest.raises(PaneError, match="written in UTF-16"):
            step()
        assert file.read_bytes() == before


@pytest.mark.parametrize("syntax", [Syntax.LEDGER, Syntax.BEANCOUNT])
def test_letters_are_not_mixed_into_a_file_of_another_encoding(
    needs: Needs, tmp_path: Path, syntax: Syntax
) -> None:
    """ASCII is the same in both, and is written; other letters would be garbage for one of two readers."""
    have(needs, syntax)
    file = journal(tmp_path, syntax)
    file.write_bytes(b"; caf\xe9\n" + file.read_bytes())
    before, here = file.read_bytes(), reference(file, syntax)
    with pytest.raises(Refused, match="is no UTF-8"):
        scribe.write(order(file, journal=here, payee="Caf\u00e9"))
    assert file.read_bytes() == before
    scribe.write(order(file, journal=here))
    assert file.read_bytes().startswith(before) and b"Bakery" in file.read_bytes()


@pytest.mark.parametrize("syntax", ALL)
def test_a_byte_order_mark_stays_where_it_is(needs: Needs, tmp_path: Path, syntax: Syntax) -> None:
    """An entry is appended, and the file's begin is as it was."""
    have(needs, syntax)
    file = journal(tmp_path, syntax)
    text = file.read_bytes()
    before = MARK + b"; a comment\n" + text
    file.write_bytes(before)
    scribe.write(order(file, journal=reference(file, syntax), payee="B\u00e4cker"))
    assert file.read_bytes().startswith(before) and "B\u00e4cker" in file.read_text("utf-8")
