"""A copy, and what is brought back, must be read where it is written, as what is typed must."""

import datetime
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from ledger_journals import write
from test_ledger_scribe import PLAIN, order, reference

from devdash_ledger import amend, restoring, scribe
from devdash_ledger.amend_orders import Copy, Restore
from devdash_ledger.check import Refused
from devdash_ledger.entry import Flag
from devdash_ledger.orders import JournalRef
from devdash_ledger.places import Spot
from devdash_ledger.style import Syntax

Needs = Callable[[str], str]
DAY = datetime.date(2026, 11, 23)
PROGRAMS = (Syntax.LEDGER, Syntax.HLEDGER)
OPEN = "\ncomment\nold things\n"


def copy(journal: JournalRef, line: int) -> str:
    """Add the transaction that stands there once more; its text."""
    return amend.copy(Copy(journal, Spot(journal.file, line), DAY, Flag.CLEARED, write=True)).text


@pytest.mark.parametrize("syntax", PROGRAMS)
def test_a_copy_that_would_stand_in_an_open_comment_is_refused(
    syntax: Syntax, needs: Needs, tmp_path: Path
) -> None:
    """No error tells of it; it would be read as nothing."""
    needs(str(syntax))
    file = write(tmp_path, PLAIN + OPEN, "main.journal")
    with pytest.raises(Refused, match="would not be read") as caught:
        copy(reference(file, syntax), 4)
    assert "close what is open there" in caught.value.hint
    assert file.read_text() == PLAIN + OPEN
    file.write_text(f"{PLAIN}{OPEN}end comment\n")
    assert copy(reference(file, syntax), 4) in file.read_text()


@pytest.mark.parametrize("syntax", PROGRAMS)
def test_what_is_brought_back_into_an_open_comment_is_refused(
    syntax: Syntax, needs: Needs, tmp_path: Path
) -> None:
    """Saved over by a program that left one; when it is closed, the entry comes back."""
    needs(str(syntax))
    file = write(tmp_path, PLAIN, "main.journal")
    journal = reference(file, syntax)
    added = scribe.write(order(file, journal=journal)).text
    file.write_text(PLAIN + OPEN)
    back = Restore(journal, time.time_ns(), write=True)
    with pytest.raises(Refused, match="would not be read"):
        restoring.restore(back)
    assert file.read_text() == PLAIN + OPEN
    file.write_text(f"{PLAIN}{OPEN}end comment\n")
    assert restoring.restore(back).text == added
    assert file.read_text().endswith(f"{added}\n")


@pytest.mark.parametrize("syntax", PROGRAMS)
@pytest.mark.parametrize(
    "entry",
    [
        "2026-10-05 Bread\n    Expenses:Food  4.00 EUR\n    Assets:Cash\n",
        "2026-10-05 *Bread\n    Expenses:Food  4.00 EUR\n    Assets:Cash\n",
        "2026/10/5=2026/10/7 ! (a (b) Bread ; fresh\n    ; note\n    Expenses:Food  4 EUR\n    Assets:Cash\n",
        "2026-10-05 * (12)\n    Expenses:Food  0\n    Assets:Cash\n",
        "2026-10-05 * Bread\n    Expenses:Food  4 EUR @ 2 USD\n    [Assets:Box]  1 EUR\n"
        "    [Assets:Cash]\n    Assets:Cash\n",
        "2026-10-05 * Bread\n    (Assets:Box)  1 EUR\n",
        "2026-10-05 * No postings\n",
        "2026-10-05\n    Expenses:Food  4 EUR\n    Assets:Cash\n",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_transaction_that_is_read_can_be_copied(
    syntax: Syntax, entry: str, end: str, needs: Needs, tmp_path: Path
) -> None:
    """With a code, a second date, comments, prices, virtual postings, no posting at all."""
    needs(str(syntax))
    file = tmp_path / "main.journal"
    before = f"{entry}\n{PLAIN}".replace("\n", end).encode()
    file.write_bytes(before)
    text = copy(reference(file, syntax), 1)
    rest = entry.partition("\n")[2].rstrip("\n")
    assert text.partition("\n")[2] == rest and text.startswith(("2026-11-23 *", "2026/11/23 *"))
    assert file.read_bytes() == before + f"\n{text}\n".replace("\n", end).encode()


@pytest.mark.parametrize("syntax", PROGRAMS)
def test_a_copy_may_rest_on_what_the_journal_declares(syntax: Syntax, needs: Needs, tmp_path: Path) -> None:
    """An account by another name, a balance asserted: its text alone would not say what it does there."""
    needs(str(syntax))
    till = "2026-10-06 * Till\n    Cash  -1 EUR = -5.00 EUR\n    Expenses:Food\n"
    text = f"alias Cash=Assets:Cash\n\n{PLAIN}\n{till}"
    file = write(tmp_path, text, "main.journal")
    with pytest.raises(Refused, match="new error"):
        copy(reference(file, syntax), 10)
    file.write_text(text.replace(" = -5.00 EUR", ""))
    assert copy(reference(file, syntax), 10).startswith("2026-11-23 * Till\n    Cash  -1 EUR\n")
