"""Bank files end to end: real files, a real journal, real workers; nothing is written unseen or twice."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from ledger_journals import MakeContext, pane, write

from devdash.api import (
    ActionRequest,
    AskNext,
    Confirmation,
    Level,
    Outcome,
    PaneError,
    Table,
    Text,
    Value,
)
from devdash.engine.boundary import admit_report
from devdash.engine.offers import admit_actions
from devdash_ledger.bank_config import Bank, Direction
from devdash_ledger.bank_desk import ACTIONS, BankDesk
from devdash_ledger.bank_tables import Tables
from devdash_ledger.book import Book
from devdash_ledger.config import LedgerConfig
from devdash_ledger.pane import LedgerPane
from devdash_ledger.target import WriteConfig
from devdash_ledger.writing import Writing

ACTION = {action.name: action for action in ACTIONS}

BANK = Bank(
    account="Assets:Giro",
    currency="EUR",
    date="Date",
    date_format="%Y-%m-%d",
    decimal=".",
    amount="Amount",
    positive=Direction.IN,
    payee="Who",
    narration="For",
)

JOURNAL = """\
2026-01-01 open Assets:Giro
2026-01-01 open Expenses:Food
2026-01-01 open Expenses:Power

2026-10-05 * "Rewe" "food"
  Expenses:Food    4.00 EUR
  Assets:Giro

2026-11-02 * "Rewe" "entered by hand"
  Expenses:Food    7.00 EUR
  Assets:Giro     -7.00 EUR
"""

STATEMENT = """\
Date,Who,For,Amount
2026-11-03,REWE,Karte 4711,-7.00
2026-11-04,REWE,"=cmd|' /C calc'!A0",-12.50
2026-11-05,Stadtwerke,"say ""hi""
2026-11-06 open Assets:Evil",-80.00
2026-11-06,REWE,,-7.00
"""

MakeDesk = Callable[..., BankDesk]


@pytest.fixture
def desk(context: MakeContext, tmp_path: Path) -> MakeDesk:
    """A desk over `main.beancount`, with the bank "giro"."""
    journal = write(tmp_path, JOURNAL)
    (tmp_path / "s.csv").write_text(STATEMENT, encoding="utf-8")

    def make(banks: dict[str, Bank] | None = None) -> BankDesk:
        lent = context(name="ledger", folder=tmp_path)
        config = LedgerConfig(file=journal)
        writing = Writing(lent, config, [Book(journal, config, lent)], [journal.name])
        tables = Tables({"giro": BANK} if banks is None else banks, tmp_path / "banks", plain=True)
        return BankDesk(lent, tables, writing)

    return make


def asked(tmp_path: Path, accept: str = "review", bank: str = "") -> ActionRequest:
    """The request to import s.csv."""
    values = (Value("path", str(tmp_path / "s.csv")), Value("bank", bank), Value("accept", accept))
    return ActionRequest("import", None, values)


def finish() -> ActionRequest:
    """The request to write what is accepted."""
    return ActionRequest("finish", None, (Value("open-new", "no"),))


def states(blocks: tuple[object, ...]) -> list[tuple[str, str, str]]:
    """Amount, account and state of each row under review."""
    [table] = [block for block in blocks if isinstance(block, Table)]
    return [(row.cells[1].text, row.cells[4].text, row.cells[5].text) for row in table.rows]


async def keys(one: BankDesk) -> list[str]:
    """The keys of the rows under review."""
    return [row.key for block in await one.blocks() if isinstance(block, Table) for row in block.rows]


async def said_yes(one: BankDesk, request: ActionRequest) -> tuple[Confirmation | None, Outcome]:
    """Ask, and do it."""
    question = await one.confirmation(ACTION[request.action], request)
    return question, await one.act(request)


def test_the_actions_pass_the_boundary() -> None:
    """Names, keys, fields and permissions are such as the dashboard admits."""
    assert admit_actions("ledger", ACTIONS) == ACTIONS


async def test_a_statement_is_listed_first(desk: MakeDesk, tmp_path: Path) -> None:
    """One row is known though a day off; two are suggested, one has no account; nothing is written."""
    question, outcome = await said_yes(desk(), asked(tmp_path))
    assert question is None
    listed = [
        ("-7.00 EUR", "Expenses:Food", "duplicate of main.beancount:9"),
        ("-12.50 EUR", "Expenses:Food", ""),
        ("-80.00 EUR", "?", ""),
        ("-7.00 EUR", "Expenses:Food", ""),
    ]
    assert states(outcome.blocks) == listed
    assert states(await desk().blocks()) == listed
    assert (tmp_path / "main.beancount").read_text(encoding="utf-8") == JOURNAL


async def test_a_review_that_was_interrupted_is_finished(desk: MakeDesk, tmp_path: Path) -> None:
    """Each decision outlives the process; what is written is what was shown, and nothing else."""
    await said_yes(desk(), asked(tmp_path))
    _, second, third, fourth = await keys(desk())
    await desk().act(ActionRequest("accept", second))
    changes = (Value("account", "Expenses:Power"), Value("payee", ""), Value("narration", ""))
    await desk().act(ActionRequest("change", third, changes))
    await desk().act(ActionRequest("skip", fourth))
    question, outcome = await said_yes(desk(), finish())
    assert question is not None and question.question == "Write 2 entries into main.beancount?"
    [shown] = [block.text for block in question.blocks if isinstance(block, Text)]
    written = (tmp_path / "main.beancount").read_text(encoding="utf-8")
    assert written == f"{JOURNAL}\n{shown}\n"
    assert '2026-11-05 * "Stadtwerke" "say \\"hi\\" 2026-11-06 open Assets:Evil"' in shown
    assert outcome.level is Level.OK and await desk().blocks() == ()


async def test_the_same_file_again_is_known_whole(desk: MakeDesk, tmp_path: Path) -> None:
    """After all new rows are written, the next import of the file finds every row."""
    other = msgspec.structs.replace(BANK, other="Expenses:Power")
    question, outcome = await said_yes(desk({"giro": other}), asked(tmp_path, "all"))
    assert question is not None and outcome.message.startswith("3 entries written")
    written = (tmp_path / "main.beancount").read_text(encoding="utf-8")
    question, outcome = await said_yes(desk({"giro": other}), asked(tmp_path, "all"))
    assert question is None
    assert outcome.message == "s.csv: 4 in the journal already"
    assert (tmp_path / "main.beancount").read_text(encoding="utf-8") == written


async def test_suggested_rows_at_once_leave_the_others_to_review(desk: MakeDesk, tmp_path: Path) -> None:
    """What history knows is written; what it does not know waits."""
    _, outcome = await said_yes(desk(), asked(tmp_path, "suggested"))
    assert outcome.message == "2 entries written into main.beancount; 1 row left to review"
    assert states(await desk().blocks()) == [("-80.00 EUR", "?", "")]


async def test_what_was_written_meanwhile_is_not_written_twice(desk: MakeDesk, tmp_path: Path) -> None:
    """Two imports of one file, both asked before either wrote: the second is refused."""
    first, second = desk(), desk()
    request = asked(tmp_path, "suggested")
    await first.confirmation(ACTION[request.action], request)
    await second.confirmation(ACTION[request.action], request)
    await first.act(request)
    written = (tmp_path / "main.beancount").read_text(encoding="utf-8")
    with pytest.raises(PaneError, match="meanwhile"):
        await second.act(request)
    assert (tmp_path / "main.beancount").read_text(encoding="utf-8") == written


async def test_a_file_of_an_unknown_bank_leads_to_the_guide(desk: MakeDesk, tmp_path: Path) -> None:
    """What was said goes along; nothing is kept for review."""
    question, outcome = await said_yes(desk({}), asked(tmp_path, bank="new"))
    given = (Value("path", str(tmp_path / "s.csv")), Value("bank", "new"))
    assert question is None and outcome.effects == (AskNext("new-bank", given),)
    assert outcome.level is Level.ATTENTION and await desk().blocks() == ()
    (tmp_path / "s.csv").unlink()
    with pytest.raises(PaneError, match="No such file"):  # the form stays open
        await said_yes(desk({}), asked(tmp_path, bank="new"))


async def test_which_bank_it_is_is_said(desk: MakeDesk, tmp_path: Path) -> None:
    """Of several, a name is asked for; with one, it is said whose file it was taken for."""
    with pytest.raises(PaneError, match="which bank") as caught:
        await said_yes(desk({"giro": BANK, "card": BANK}), asked(tmp_path))
    assert caught.value.hint == "there are: giro, card"
    (tmp_path / "s.csv").write_text("Tag,Summe\n2026-01-01,1\n")
    with pytest.raises(PaneError, match="as a file of giro: date: no column") as caught:
        await said_yes(desk(), asked(tmp_path))
    assert "another bank" in caught.value.hint


async def test_a_review_with_decisions_is_not_thrown_away_unasked(desk: MakeDesk, tmp_path: Path) -> None:
    """A new import asks first; putting away a review asks first and then nothing is left."""
    await said_yes(desk(), asked(tmp_path))
    row = (await keys(desk()))[1]
    await desk().act(ActionRequest("accept", row))
    question = await desk().confirmation(ACTION["import"], asked(tmp_path))
    assert question is not None and "1 accepted row is thrown away" in question.question
    with pytest.raises(PaneError, match="another than"):
        await desk().act(finish())  # unasked
    await desk().act(ActionRequest("skip", row))
    question, outcome = await said_yes(desk(), finish())
    assert question is not None and "Put the review away" in question.question
    assert "nothing was written" in outcome.message and await desk().blocks() == ()


async def test_nothing_to_decide_leaves_no_review(desk: MakeDesk, tmp_path: Path) -> None:
    """Where every row carries its mark in the journal, no list stays behind."""
    (tmp_path / "s.csv").write_text("Date,Who,For,Amount\n2026-11-04,REWE,,-12.50\n", encoding="utf-8")
    await said_yes(desk(), asked(tmp_path, "all"))
    _, outcome = await said_yes(desk(), asked(tmp_path))
    assert outcome.message == "s.csv: 1 in the journal already"
    assert await desk().blocks() == ()


async def test_the_forms_are_completed(
    desk: MakeDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files by what was typed of their path, the newest first; banks; accounts of the journal."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    os.utime(tmp_path / "sub", (0, 0))
    (tmp_path / ".secret").touch()
    os.mkfifo(tmp_path / "spipe")
    one = desk()

    async def offered(action: str, name: str, text: str) -> tuple[str, ...]:
        field = next(field for field in ACTION[action].fields if field.name == name)
        return tuple(await one.complete(ACTION[action], field, text, ActionRequest(action)))

    assert await offered("import", "path", "S") == ("s.csv", "sub/")
    assert await offered("import", "path", f"{tmp_path}/s.") == (f"{tmp_path}/s.csv",)
    assert await offered("import", "path", "nowhere/x") == ()
    assert await offered("import", "bank", "gi") == ("giro",)
    await said_yes(one, asked(tmp_path))
    assert await offered("change", "account", "expow") == ("Expenses:Power",)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"Date,Who\n1,2\n", "no column is headed"), (b"\0", "NUL"), (b"", "no rows"), (None, "No such file")],
)
async def test_a_bad_file_is_refused_in_words(
    desk: MakeDesk, tmp_path: Path, content: bytes | None, message: str
) -> None:
    """The reason crosses the worker's pipe."""
    if content is None:
        (tmp_path / "s.csv").unlink()
    else:
        (tmp_path / "s.csv").write_bytes(content)
    with pytest.raises(PaneError, match=message):
        await said_yes(desk(), asked(tmp_path))


async def test_an_account_that_is_not_opened_is_refused(desk: MakeDesk, tmp_path: Path) -> None:
    """Without the wish to open it nothing is written; the review stays."""
    await said_yes(desk(), asked(tmp_path))
    row = (await keys(desk()))[2]
    changes = (Value("account", "Expenses:Powr"), Value("payee", ""), Value("narration", ""))
    await desk().act(ActionRequest("change", row, changes))
    with pytest.raises(PaneError, match="Expenses:Powr"):
        await desk().confirmation(ACTION["finish"], finish())
    assert (tmp_path / "main.beancount").read_text(encoding="utf-8") == JOURNAL
    assert len(states(await desk().blocks())) == 4


async def test_rows_of_two_years_are_written_file_by_file(context: MakeContext, tmp_path: Path) -> None:
    """Each file by itself, after its own question; what is not written yet stays accepted."""
    main = write(tmp_path, JOURNAL + 'include "2025.bean"\ninclude "2026.bean"\n')
    old, new = write(tmp_path, "", "2025.bean"), write(tmp_path, "", "2026.bean")
    rows = "2026-01-02,REWE,new,-1.00\n2025-12-30,REWE,old,-2.00\n2025-12-31,REWE,old,-3.00\n"
    (tmp_path / "s.csv").write_text(f"Date,Who,For,Amount\n{rows}")
    opened = main.read_text().replace("2026-01-01 open", "2025-01-01 open")
    main.write_text(opened)

    def make() -> LedgerPane:
        return pane(context, main, banks={"giro": BANK}, write=WriteConfig(file="{year}.bean"))

    ledger = make()
    [importing, finishing] = [one for one in ledger.actions() if one.name in ("import", "finish")]
    question = await ledger.confirmation(importing, asked(tmp_path, "all"))
    assert question is not None
    assert question.question.startswith("Write 2 entries into 2025.bean? 1 accepted row goes into 2026.bean;")
    outcome = await ledger.act(asked(tmp_path, "all"))
    assert outcome.level is Level.ATTENTION and "1 accepted row goes into 2026.bean" in outcome.message
    assert old.read_text().count("REWE") == 2 and new.read_text() == ""
    ledger = make()  # also after a restart
    question = await ledger.confirmation(finishing, finish())
    assert question is not None and question.question == "Write 1 entry into 2026.bean?"
    await ledger.act(finish())
    assert new.read_text().count("REWE") == 1 and main.read_text() == opened
    assert not any("review" in str(block) for block in (await ledger.read()).blocks)


async def test_the_pane_shows_the_review_first(desk: MakeDesk, context: MakeContext, tmp_path: Path) -> None:
    """The list stands above the accounts, as admitted as they are; without a review nothing is added."""
    ledger = pane(context, tmp_path / "main.beancount", banks={"giro": BANK})
    before = admit_report("ledger", await ledger.read(), ledger.actions())
    await ledger.act(asked(tmp_path))
    report = admit_report("ledger", await ledger.read(), ledger.actions())
    assert len(report.blocks) == len(before.blocks) + 1
    assert isinstance(report.blocks[0], Table) and "s.csv (giro)" in report.blocks[0].heading
    accept = next(action for action in ledger.actions() if action.name == "import")
    question = await ledger.confirmation(accept, asked(tmp_path, "suggested"))
    assert question is not None and question.question.startswith("Write 2 entries")


def test_a_bank_that_cannot_be_is_a_problem_of_the_settings() -> None:
    """The problem names the bank's table."""
    wrong = msgspec.structs.replace(BANK, decimal=";")
    assert [one.key for one in LedgerConfig(banks={"giro": wrong}).problems()] == ["banks.giro.decimal"]
