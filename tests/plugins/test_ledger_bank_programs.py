"""Bank files for journals of ledger and hledger: the same review, and entries that the program reads back."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from ledger_journals import MakeContext, pane, write
from ledger_programs import read_by

from devdash.api import ActionRequest, Block, Confirmation, Outcome, PaneError, Table, Text, Value
from devdash_ledger.bank_booked import booked, loaded
from devdash_ledger.bank_config import Bank, Direction
from devdash_ledger.bank_match import Booked
from devdash_ledger.bank_rows import BankRow
from devdash_ledger.orders import JournalRef
from devdash_ledger.pane import LedgerPane
from devdash_ledger.style import Syntax

NAMES = {Syntax.LEDGER: "main.dat", Syntax.HLEDGER: "main.journal"}
PROGRAMS = pytest.mark.parametrize("syntax", NAMES, ids=str)

BANK = Bank(
    account="Assets:Giro Konto",
    currency="$",
    date="Date",
    date_format="%Y-%m-%d",
    decimal=".",
    amount="Amount",
    positive=Direction.IN,
    payee="Who",
    narration="For",
)

JOURNAL = """\
account Assets:Giro Konto
account Expenses:Food
account Expenses:Power

2026/10/05 * Rewe | food  ; a note
    Expenses:Food              $4.00
    Assets:Giro Konto

include more.txt

2026/11/02 * Rewe | entered by hand
    Expenses:Food              $7.00
    (Budget:Food)             $-7.00
    Assets:Giro Konto         $-7.00
"""
MORE = """\
2026/11/01 * (123) Stadtwerke
    Expenses:Power            $80.00
    Assets:Giro Konto
    Assets:Giro Konto:Saved     $1.00
"""

STATEMENT = """\
Date,Who,For,Amount
2026-11-03,REWE,Karte 4711,-7.00
2026-11-04,REWE,"; evil | note",-12.50
2026-11-05,Stadtwerke,"say ""hi""
    Assets:Evil  5",-80.00
2026-11-06,REWE,,-7.00
"""


@pytest.fixture
def ledger(needs: Callable[[str], str], context: MakeContext, tmp_path: Path, syntax: Syntax) -> LedgerPane:
    """A pane on a journal of that language, with the bank "giro" and a statement s.csv."""
    needs(str(syntax))
    write(tmp_path, MORE, "more.txt")
    write(tmp_path, STATEMENT, "s.csv")
    file = write(tmp_path, JOURNAL, NAMES[syntax])
    return pane(context, file, banks={"giro": BANK})


def asked(tmp_path: Path, accept: str = "review") -> ActionRequest:
    """The request to import s.csv."""
    values = (Value("path", str(tmp_path / "s.csv")), Value("bank", ""), Value("accept", accept))
    return ActionRequest("import", None, values)


async def said_yes(one: LedgerPane, request: ActionRequest) -> tuple[Confirmation | None, Outcome]:
    """Ask, and do it."""
    action = next(action for action in one.actions() if action.name == request.action)
    return await one.confirmation(action, request), await one.act(request)


def listed(blocks: tuple[Block, ...]) -> list[tuple[str, str, str]]:
    """Amount, account and state of each row under review."""
    table = next(block for block in blocks if isinstance(block, Table) and block.heading.startswith("To rev"))
    return [(row.cells[1].text, row.cells[4].text, row.cells[5].text) for row in table.rows]


@PROGRAMS
def test_what_is_booked_is_what_was_written(
    needs: Callable[[str], str], tmp_path: Path, syntax: Syntax
) -> None:
    """Places through includes, payee and narration apart, the one other account, no virtual posting."""
    needs(str(syntax))
    write(tmp_path, MORE, "more.txt")
    file = write(tmp_path, f"= Assets:Giro\n    (Seen)  1\n\n{JOURNAL}", NAMES[syntax])
    journal = JournalRef(str(file), syntax, "")
    found = booked(journal, "Assets:Giro Konto", loaded(journal), ())
    name, saved = file.name, "Assets:Giro Konto:Saved"
    assert sorted(map(_plain, found), key=lambda one: one.date) == [
        Booked("2026-10-05", "-4", "$", "Rewe", "food", "Expenses:Food", "", f"{name}:8"),
        Booked("2026-11-01", "-81", "$", "Stadtwerke", "", "", "", "more.txt:1"),
        Booked("2026-11-02", "-7", "$", "Rewe", "entered by hand", "Expenses:Food", "", f"{name}:14"),
    ]
    assert len(booked(journal, saved, [], ())) == 1
    assert booked(journal, "Assets:Giro", [], ()) == ()


@PROGRAMS
def test_three_years_before_the_first_row_are_looked_at(
    needs: Callable[[str], str], tmp_path: Path, syntax: Syntax
) -> None:
    """What suggests an account may be that old; all that could be the row itself is newer."""
    needs(str(syntax))
    days = ("2019/01/05", "2024/01/05", "2026/10/05", "2026/12/24")
    text = "".join(f"{day} * Rewe\n    Expenses:Food  $4.00\n    Assets:Giro\n\n" for day in days)
    journal = JournalRef(str(write(tmp_path, text, NAMES[syntax])), syntax, "")
    row = BankRow(2, "2026-11-03", "-4.00", "$", "Rewe", "", "x")
    found = {one.date for one in booked(journal, "Assets:Giro", [], (row,))}
    assert found >= {"2024-01-05", "2026-10-05", "2026-12-24"}


@PROGRAMS
async def test_a_statement_is_reviewed_written_and_known_again(
    ledger: LedgerPane, tmp_path: Path, syntax: Syntax
) -> None:
    """What is shown is written, the program reads it as meant, the next import knows every row."""
    file = tmp_path / NAMES[syntax]
    _, outcome = await said_yes(ledger, asked(tmp_path))
    assert listed(outcome.blocks) == [
        ("-7.00 $", "Expenses:Food", f"duplicate of {file.name}:11"),
        ("-12.50 $", "Expenses:Food", ""),
        ("-80.00 $", "?", ""),
        ("-7.00 $", "Expenses:Food", ""),
    ]
    [table] = [block for block in outcome.blocks if isinstance(block, Table)]
    _, second, third, fourth = [row.key for row in table.rows]
    await ledger.act(ActionRequest("accept", second))
    changes = (Value("account", "Expenses:Power"), Value("payee", ""), Value("narration", ""))
    await ledger.act(ActionRequest("change", third, changes))
    await ledger.act(ActionRequest("accept", fourth))
    finish = ActionRequest("finish", None, (Value("open-new", "no"),))
    question, outcome = await said_yes(ledger, finish)
    assert question is not None and outcome.message == f"3 entries written into {file.name}"
    [shown] = [block.text for block in question.blocks if isinstance(block, Text)]
    written = file.read_text(encoding="utf-8")
    assert written == f"{JOURNAL}\n{shown}\n"
    read = [
        (said, [(account, amount) for account, amount, _ in legs])
        for _, _, said, legs in read_by(syntax, _without_marks(shown), tmp_path)
    ]
    giro = "Assets:Giro Konto"
    assert read == [
        ("REWE | , evil / note", [(giro, Decimal("-12.50")), ("Expenses:Food", Decimal("12.50"))]),
        (
            'Stadtwerke | say "hi" Assets:Evil 5',
            [(giro, Decimal("-80.00")), ("Expenses:Power", Decimal("80.00"))],
        ),
        ("REWE", [(giro, Decimal("-7.00")), ("Expenses:Food", Decimal("7.00"))]),
    ]
    question, outcome = await said_yes(ledger, asked(tmp_path, "all"))
    assert question is None and outcome.message == "s.csv: 4 in the journal already"
    assert file.read_text(encoding="utf-8") == written


@PROGRAMS
async def test_a_batch_is_taken_back_as_one(ledger: LedgerPane, tmp_path: Path, syntax: Syntax) -> None:
    """The undo shows and takes out all that was written at once; its rows are new again."""
    file = tmp_path / NAMES[syntax]
    _, outcome = await said_yes(ledger, asked(tmp_path, "suggested"))
    assert outcome.message.startswith("2 entries written")
    question, outcome = await said_yes(ledger, ActionRequest("undo"))
    assert outcome.message.endswith("REWE | , evil / note and 1 more")
    assert question is not None and "Karte" not in str(question.blocks)
    assert str(question.blocks).count("import-id") == 2
    assert file.read_text(encoding="utf-8") == JOURNAL
    _, outcome = await said_yes(ledger, asked(tmp_path))
    assert outcome.message == "s.csv: 3 open, 1 in the journal already"


@PROGRAMS
async def test_a_journal_that_is_wrong_is_said(ledger: LedgerPane, tmp_path: Path, syntax: Syntax) -> None:
    """Rows cannot be compared with what cannot be read: the place is told, and nothing is listed."""
    write(tmp_path, "2026/01/01 x\n    A:B  $1\n    A:C  $1\n", "more.txt")
    with pytest.raises(PaneError, match=r"more\.txt:1: "):
        await said_yes(ledger, asked(tmp_path))


def _plain(one: Booked) -> Booked:
    """The amount without the zeros that one program keeps and the other does not."""
    return msgspec.structs.replace(one, amount=f"{Decimal(one.amount).normalize():f}")


def _without_marks(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if "; import-id: " not in line) + "\n"
