"""The guide for a bank that is new: it shows, proposes, asks, tries, and keeps what was shown."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from bank_files import Imagined, imagined
from hypothesis import given, settings
from ledger_journals import SHOP, MakeContext, pane, write

from devdash.api import Action, ActionRequest, Confirmation, Outcome, PaneError, Table, Text, Value
from devdash.engine.offers import admit_actions
from devdash_ledger import bank_look, bank_mapping
from devdash_ledger.bank_config import Bank
from devdash_ledger.bank_guess import guess
from devdash_ledger.bank_rows import read
from devdash_ledger.bank_tables import Tables
from devdash_ledger.bank_toml import toml
from devdash_ledger.pane import LedgerPane

JOURNAL = (
    SHOP
    + """
2026-01-01 open Liabilities:Card
2026-11-20 * "Rewe" "food"
  Expenses:Food    4.00 EUR
  Liabilities:Card
"""
)
STATEMENT = """\
Booked;Value;Who;Amount;Fee
03/11/2026;04/11/2026;REWE;7,00;0,10
04/11/2026;05/11/2026;Shop;12,50;0,10
"""


@pytest.fixture
def ledger(context: MakeContext, tmp_path: Path) -> LedgerPane:
    """A pane on a journal with two accounts of one's own; beside it a bank's file."""
    write(tmp_path, STATEMENT, "card-2026.csv")
    return pane(context, write(tmp_path, JOURNAL))


def new_bank(ledger: LedgerPane) -> Action:
    """The guide's action."""
    return next(one for one in ledger.actions() if one.name == "new-bank")


def draft(ledger: LedgerPane, file: Path, **said: str) -> ActionRequest:
    """What is said, and nothing else."""
    answers = {
        "path": str(file),
        "bank": "card",
        **{name.replace("_", "-"): one for name, one in said.items()},
    }
    fields = new_bank(ledger).fields
    return ActionRequest(
        "new-bank", None, tuple(Value(one.name, answers.get(one.name, one.default)) for one in fields)
    )


def values(shown: Sequence[Value]) -> dict[str, str]:
    """By name."""
    return {one.name: one.value for one in shown}


async def said_yes(ledger: LedgerPane, request: ActionRequest) -> tuple[Confirmation | None, Outcome]:
    """Ask, and do it."""
    question = await ledger.confirmation(new_bank(ledger), request)
    return question, await ledger.act(request)


ANSWERS = {
    "account": "Liabilities:Card",
    "currency": "EUR",
    "date": "Booked",
    "date_format": "%d/%m/%Y",
    "positive": "out",
    "payee": "Who",
}


async def test_a_form_shows_what_the_file_says_and_leaves_open_what_it_does_not(
    ledger: LedgerPane, tmp_path: Path
) -> None:
    """Columns with samples; what the file does not tell is left open."""
    admit_actions("ledger", ledger.actions())
    action, file = new_bank(ledger), tmp_path / "card-2026.csv"
    shown = values(await ledger.fill(action, draft(ledger, file, bank=""), None))
    assert shown["bank"] == "card"
    assert shown["amount"] == "Amount ← 7,00, 12,50" and shown["numbers"] == "1.234,56"
    assert (shown["account"], shown["date"], shown["positive"], shown["debit"]) == ("", "", "?", "-")
    offers = {
        one.name: await ledger.complete(action, one, "", draft(ledger, file))
        for one in action.fields
        if one.completes
    }
    assert set(offers["account"]) == {"Assets:Cash", "Liabilities:Card"}
    assert offers["date"] == ("Booked ← 03/11/2026, 04/11/2026", "Value ← 04/11/2026, 05/11/2026")
    assert "%d/%m/%Y ← 04/11/2026 is 2026-11-04" in offers["date-format"]
    assert "%m/%d/%Y ← 04/11/2026 is 2026-04-11" in offers["date-format"]


async def test_what_is_open_is_asked_and_nothing_is_written(ledger: LedgerPane, tmp_path: Path) -> None:
    """Each question, with the field that answers it."""
    with pytest.raises(PaneError) as caught:
        await said_yes(ledger, draft(ledger, tmp_path / "card-2026.csv"))
    for named in ("--account", "--date", "--date-format", "--positive"):
        assert named in caught.value.message
    assert not (tmp_path / "banks").exists()


async def test_the_table_is_tried_shown_and_kept_and_the_review_begins(
    ledger: LedgerPane, context: MakeContext, tmp_path: Path
) -> None:
    """What is written is what was shown; the next import finds it without being told."""
    file = tmp_path / "card-2026.csv"
    question, outcome = await said_yes(ledger, draft(ledger, file, **ANSWERS))
    kept = tmp_path / "banks" / "card.toml"
    assert question is not None and "Write banks/card.toml" in question.question
    rows = next(block for block in question.blocks if isinstance(block, Table)).rows
    assert [[cell.text for cell in row.cells[:3]] for row in rows] == [
        ["2026-11-03", "-7.00 EUR", "out"],
        ["2026-11-04", "-12.50 EUR", "out"],
    ]
    assert Text(kept.read_text()) in question.blocks
    assert "banks/card.toml written" in outcome.message and "2 open" in outcome.message
    assert "card-2026.csv (card)" in str((await ledger.read()).blocks[0])
    again = pane(context, tmp_path / "main.beancount")
    asked = ActionRequest(
        "import", None, (Value("path", str(file)), Value("bank", ""), Value("accept", "review"))
    )
    assert "2 open" in (await again.act(asked)).message


async def test_a_table_is_never_written_over_another(
    ledger: LedgerPane, context: MakeContext, tmp_path: Path
) -> None:
    """Not over a file, not over one that came while the question was asked, not beside devdash.toml's own."""
    asked = draft(ledger, tmp_path / "card-2026.csv", **ANSWERS)
    await ledger.confirmation(new_bank(ledger), asked)
    other = write(tmp_path, "mine", "banks/card.toml")
    with pytest.raises(PaneError, match="there already"):
        await ledger.act(asked)
    with pytest.raises(PaneError, match="there already"):
        await said_yes(ledger, asked)
    assert other.read_text() == "mine" and [one.name for one in other.parent.iterdir()] == ["card.toml"]
    known = pane(context, tmp_path / "main.beancount", banks={"card": Bank(importer="my:Bank")})
    with pytest.raises(PaneError, match=r"devdash\.toml has a bank card"):
        await said_yes(known, asked)
    with pytest.raises(PaneError, match="cannot be called"):
        await said_yes(ledger, draft(ledger, tmp_path / "card-2026.csv", bank="../x", **ANSWERS))


async def test_where_it_cannot_be_written_it_says_so(ledger: LedgerPane, tmp_path: Path) -> None:
    """And nothing is listed as if it were kept."""
    write(tmp_path, "", "banks")  # a file where the folder should be
    with pytest.raises(PaneError, match="nothing was written"):
        await said_yes(ledger, draft(ledger, tmp_path / "card-2026.csv", **ANSWERS))
    assert not isinstance((await ledger.read()).blocks[0], Table) or "review" not in str(
        (await ledger.read()).blocks[0]
    )


async def test_an_account_that_the_journal_does_not_have_is_said(ledger: LedgerPane, tmp_path: Path) -> None:
    """Before each of its rows is refused."""
    with pytest.raises(PaneError, match="no account Liabilities:Crad") as caught:
        await said_yes(
            ledger, draft(ledger, tmp_path / "card-2026.csv", **{**ANSWERS, "account": "Liabilities:Crad"})
        )
    assert "Liabilities:Card" in caught.value.hint


async def test_what_was_proposed_is_proposed_anew_and_what_was_said_stays(
    ledger: LedgerPane, tmp_path: Path
) -> None:
    """Another column of amounts makes the old proposals void; a person's own answer stands."""
    action, file = new_bank(ledger), tmp_path / "card-2026.csv"
    first = values(await ledger.fill(action, draft(ledger, file), None))
    amount = next(one for one in action.fields if one.name == "amount")
    said = {name.replace("-", "_"): one for name, one in first.items() if name != "bank"}
    changed = draft(ledger, file, **{**said, "amount": "Fee", "account": "Assets:Cash"})
    second = values(await ledger.fill(action, changed, amount))
    assert second["amount"] == "Fee ← 0,10" and second["account"] == "Assets:Cash"
    third = draft(ledger, file, **{one.replace("-", "_"): two for one, two in second.items()})
    with pytest.raises(PaneError) as caught:
        await ledger.confirmation(action, third)
    assert "--account" not in caught.value.message and "--positive" in caught.value.message


async def test_a_table_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """The file, and what is wrong; the others are still known."""
    tables = Tables({}, tmp_path / "banks", plain=True)
    assert tables.names() == () and tables.find("giro") is None
    write(tmp_path, "date = ", "banks/giro.toml")
    write(tmp_path, "dtae = 1", "banks/card.toml")
    write(tmp_path, 'account = "Assets:Cash"', "banks/cash.toml")
    assert tables.names() == ("card", "cash", "giro")
    for name, wrong in (("giro", "Invalid value"), ("card", "dtae"), ("cash", "currency must be")):
        with pytest.raises(PaneError, match=wrong) as caught:
            tables.find(name)
        assert str(tables.file(name)) in caught.value.message


@settings(max_examples=80, deadline=None)
@given(imagined())
def test_a_form_that_is_sent_as_it_was_filled_in_is_the_guess(file: Imagined) -> None:
    """What is shown is what is meant; and the text of a table is that table."""
    try:
        found = bank_look.guessed(guess(file.data, "Assets:Bank", "EUR"), (), ())
    except PaneError:
        return
    known = bank_mapping.settled(found, {})
    shown = bank_mapping.values(found, known)
    again = bank_look.guessed(guess(file.data, "Assets:Bank", "EUR", (), bank_mapping.told(shown)), (), ())
    if not known.left:
        bank = bank_mapping.bank_of(bank_mapping.settled(again, shown), plain=True)
        assert bank == bank_mapping.bank_of(known, plain=True)
        assert tuple((row.date, row.value) for row in read(file.data, bank).rows) == file.truth
        assert msgspec.convert(tomllib.loads(toml(bank)), Bank) == bank
