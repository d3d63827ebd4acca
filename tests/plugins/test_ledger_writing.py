"""Writing into one of several journals, and into one whose code was allowed."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from ledger_banks import BANK
from ledger_journals import SHOP, MakeContext, pane, write
from test_ledger_several import WORK, spying

from devdash.api import ActionRequest, PaneError, Unavailable, Value
from devdash.engine.offers import admit_actions
from devdash_ledger.config import LedgerConfig, Trust
from devdash_ledger.pane import LedgerPane
from devdash_ledger.target import JournalWrite, WriteConfig

BREAD = {
    "date": "2026-11-22",
    "payee": "Bakery",
    "account": "Expenses:Food",
    "amount": "4",
    "state": "cleared",
}
STATEMENT = "Date,Who,Amount\n2026-11-03,REWE,-7.00\n"


def request(ledger: LedgerPane, name: str, item: str | None = None, **given: str) -> ActionRequest:
    """What a form of that action sends."""
    [action] = [one for one in ledger.actions() if one.name == name]
    values = {"from": "Assets:Cash", "open-new": "no", **given}
    return ActionRequest(
        name, item, tuple(Value(one.name, values.get(one.name, one.default)) for one in action.fields)
    )


async def said_yes(ledger: LedgerPane, asked: ActionRequest) -> str:
    """Ask, and do it; the question and what it shows."""
    [action] = [one for one in ledger.actions() if one.name == asked.action]
    question = await ledger.confirmation(action, asked)
    await ledger.act(asked)
    return str(question)


@pytest.fixture
def both(needs: Callable[[str], str], context: MakeContext, tmp_path: Path) -> LedgerPane:
    """A pane on a journal of beancount, main.beancount, and one of ledger, work.dat."""
    needs("ledger")
    files = (write(tmp_path, SHOP), write(tmp_path, WORK, "work.dat"))
    write(tmp_path, STATEMENT, "s.csv")
    work = msgspec.structs.replace(BANK, account="Assets:Bank", currency="CHF", other="Equity:Start")
    return pane(context, None, files=files, banks={"home": BANK, "work": work})


async def test_an_entry_goes_into_the_journal_that_was_chosen(both: LedgerPane, tmp_path: Path) -> None:
    """In its own language, checked and completed from its own accounts; the other is untouched."""
    admit_actions("ledger", both.actions())
    first = {
        one.name: one.fields[0].name for one in both.actions() if one.name in ("add", "import", "new-bank")
    }
    assert first == {"add": "journal", "import": "path", "new-bank": "path"}  # `import statement.csv`
    main, work = tmp_path / "main.beancount", tmp_path / "work.dat"
    more = {**BREAD, "account": "Equity:Start", "from": "Assets:Bank", "journal": "work.dat"}
    asked = request(both, "add", **more)
    [add] = [one for one in both.actions() if one.name == "add"]
    account = next(one for one in add.fields if one.name == "account")
    assert set(await both.complete(add, account, "", asked)) == {"Assets:Bank", "Equity:Start"}
    assert str(work) in await said_yes(both, asked)
    assert main.read_text() == SHOP
    assert work.read_text().startswith(f"{WORK}\n2026-11-22 * Bakery\n") and "4 CHF" in work.read_text()
    await said_yes(both, request(both, "add", **BREAD))  # the first, when nothing is chosen
    assert '2026-11-22 * "Bakery"' not in work.read_text() and "Bakery" in main.read_text()
    await said_yes(both, request(both, "undo", journal="work.dat"))
    assert work.read_text() == WORK and "Bakery" in main.read_text()
    await said_yes(both, request(both, "undo", journal="main.beancount"))
    assert main.read_text() == SHOP


async def test_where_entries_go_may_be_otherwise_for_each_journal(
    needs: Callable[[str], str], context: MakeContext, tmp_path: Path
) -> None:
    """Its own file and comma; what it does not say is as for all."""
    needs("ledger")
    files = (
        write(tmp_path, SHOP + 'include "new.bean"\n'),
        write(tmp_path, WORK + "include 2026.dat\n", "work.dat"),
    )
    write(tmp_path, "", "new.bean")
    write(tmp_path, "", "2026.dat")
    own = JournalWrite(files[1], file="{year}.dat", decimal_comma=True)
    ledger = pane(context, None, files=files, write=WriteConfig(file="new.bean", journals=(own,)))
    other = {**BREAD, "account": "Equity:Start", "from": "Assets:Bank", "amount": "4,50 CHF"}
    await said_yes(ledger, request(ledger, "add", journal="work.dat", **other))
    await said_yes(ledger, request(ledger, "add", **BREAD))
    assert "4,50 CHF" in (tmp_path / "2026.dat").read_text()
    assert '"Bakery"' in (tmp_path / "new.bean").read_text()


def test_settings_for_a_journal_that_is_none_are_a_mistake(tmp_path: Path) -> None:
    """They would change nothing, and nobody would notice."""
    wrong = JournalWrite(tmp_path / "wrok.dat", file="{yaer}.dat")
    config = LedgerConfig(files=(tmp_path / "work.dat",), write=WriteConfig(journals=(wrong,)))
    found = [(one.key, one.message) for one in config.problems()]
    assert found == [
        ("write.journals.file", "only {year} and {month} can stand in braces"),
        ("write.journals", "wrok.dat is no journal of this pane; there are: work.dat"),
    ]


async def test_undo_begins_with_the_journal_that_was_written_last(both: LedgerPane, tmp_path: Path) -> None:
    """One after the other, newest first, whatever journal it is in; then there is none left."""
    main, work = tmp_path / "main.beancount", tmp_path / "work.dat"
    other = {**BREAD, "account": "Equity:Start", "from": "Assets:Bank", "journal": "work.dat"}
    for more in (other, BREAD, other):
        await said_yes(both, request(both, "add", **more))
    once = work.read_text()
    await said_yes(both, request(both, "undo"))
    assert work.read_text() != once and "Bakery" in work.read_text() and "Bakery" in main.read_text()
    await said_yes(both, request(both, "undo"))
    assert "Bakery" in work.read_text() and main.read_text() == SHOP
    await said_yes(both, request(both, "undo"))
    assert work.read_text() == WORK
    with pytest.raises(PaneError, match="no entry to take back"):
        await said_yes(both, request(both, "undo"))


async def test_a_bank_file_is_held_against_the_journal_that_was_chosen(
    both: LedgerPane, tmp_path: Path
) -> None:
    """Its review is finished there too, also when the pane has been made anew."""
    asked = request(both, "import", path=str(tmp_path / "s.csv"), bank="work", journal="work.dat")
    await said_yes(both, asked)
    assert "s.csv (work, work.dat), 1 open" in str((await both.read()).blocks[0])
    [row] = [row.key for block in (await both.read()).blocks[:1] for row in getattr(block, "rows", ())]
    await both.act(request(both, "accept", row))
    assert "work.dat" in await said_yes(both, request(both, "finish"))
    assert (tmp_path / "main.beancount").read_text() == SHOP
    assert "import-id" in (tmp_path / "work.dat").read_text()


async def test_a_review_of_a_journal_that_is_gone_from_the_settings_is_said(
    both: LedgerPane, context: MakeContext, tmp_path: Path
) -> None:
    """Nothing is written anywhere else."""
    await said_yes(
        both, request(both, "import", path=str(tmp_path / "s.csv"), bank="work", journal="work.dat")
    )
    alone = pane(context, None, files=(tmp_path / "main.beancount", tmp_path / "other.dat"))
    only = pane(context, tmp_path / "main.beancount")
    assert "s.csv (work, work.dat)" in str((await only.read()).blocks[0])
    with pytest.raises(PaneError, match="no journal of this pane"):
        await said_yes(alone, request(alone, "finish"))


async def test_code_is_run_by_a_check_only_when_it_was_allowed(context: MakeContext, tmp_path: Path) -> None:
    """Neither an entry nor a bank file loads the journal before; once allowed, both are written."""
    file, ran = spying(tmp_path)
    write(tmp_path, STATEMENT, "s.csv")
    ledger = pane(context, file, trust=Trust.ASK, banks={"home": BANK})
    entry = request(ledger, "add", **BREAD)
    statement = request(ledger, "import", path=str(tmp_path / "s.csv"), accept="all")
    for asked in (entry, statement):
        with pytest.raises(PaneError, match="would run code") as caught:
            await said_yes(ledger, asked)
        assert "trust" in caught.value.hint and not ran.exists()
    await said_yes(ledger, ActionRequest("trust"))
    await said_yes(ledger, entry)
    await said_yes(ledger, statement)
    assert ran.exists()
    text = file.read_text()
    assert '"Bakery"' in text and '"REWE"' in text


@pytest.mark.parametrize("change", ["# other", "journal"])
async def test_code_that_changed_since_it_was_allowed_is_not_run_by_a_check(
    context: MakeContext, tmp_path: Path, change: str
) -> None:
    """Neither other code of the same plug-in nor another plug-in of the journal; nothing is written."""
    file, ran = spying(tmp_path)
    ledger = pane(context, file, trust=Trust.ASK)
    await said_yes(ledger, ActionRequest("trust"))
    if change == "journal":
        file.write_text('plugin "beancount.plugins.auto"\n' + file.read_text())
    else:
        spying(tmp_path, change)
    before = file.read_text()
    with pytest.raises(PaneError, match="would run code"):
        await said_yes(ledger, request(ledger, "add", **BREAD))
    assert not ran.exists() and file.read_text() == before


async def test_without_a_journal_nothing_is_offered(context: MakeContext) -> None:
    """There is nothing to write to."""
    names = {one.name for one in pane(context, None).actions()}
    assert "add" not in names and "import" not in names
    with pytest.raises(Unavailable):
        await pane(context, None).act(ActionRequest("edit"))


async def test_a_transaction_is_named_by_its_place_alone_where_that_tells_whose_it_is(
    both: LedgerPane, tmp_path: Path
) -> None:
    """A file of one journal; what is none says how to name one."""
    for item, flag in (("main.beancount:9", "pending"), ("main.beancount/main.beancount:9", "clear")):
        await said_yes(both, request(both, flag, item))
        sign = "!" if flag == "pending" else "*"
        assert f'2026-10-05 {sign} "Bread"' in (tmp_path / "main.beancount").read_text()
    await said_yes(both, request(both, "pending", "work.dat:1"))
    assert (tmp_path / "work.dat").read_text() == WORK.replace("*", "!")
    with pytest.raises(PaneError, match="is no transaction") as caught:
        await said_yes(both, request(both, "pending", "other.dat:1"))
    assert "JOURNAL/FILE:LINE; there are: main.beancount, work.dat" in caught.value.hint
