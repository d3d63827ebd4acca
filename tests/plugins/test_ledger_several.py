"""Several journals in one pane, and code that asks before it runs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from ledger_journals import SHOP, MakeContext, cells, facts, pane, write

from devdash.api import ActionRequest, Level, OpenEditor, PaneError, Table, Unavailable
from devdash.engine.boundary import admit_report
from devdash_ledger import several, stamps
from devdash_ledger.config import LedgerConfig, Trust
from devdash_ledger.facts import LedgerFacts
from devdash_ledger.pane import LedgerPane

WORK = "2026-11-02 * Start\n  Assets:Bank   10 CHF\n  Equity:Start\n"
BROKEN = WORK + "2026-11-03 * x\n  Assets:Bank   10 CHF\n  Equity:Start   1 CHF\n"


def both(context: MakeContext, tmp_path: Path, second: str = "work.dat") -> LedgerPane:
    """A pane on a journal of beancount and one of ledger."""
    return pane(context, None, months=1, files=(tmp_path / "main.beancount", tmp_path / second))


async def test_each_journal_is_read_by_its_own_reader(
    needs: Callable[[str], str], context: MakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows and facts say whose they are; the net worth adds up what is of one currency, and no more."""
    needs("ledger")
    monkeypatch.setattr(stamps, "SLACK_NS", -(10**18))  # the files are fresh, and yet they are trusted
    home, work = write(tmp_path, SHOP), write(tmp_path, WORK, "work.dat")
    ledger = both(context, tmp_path)
    report = admit_report("ledger", await ledger.read(), ledger.actions())
    assert report.summary == "net worth 96.00 EUR + 10 CHF"
    found = report.facts
    assert isinstance(found, LedgerFacts)
    assert found.files == (str(home), str(work))
    assert {(cell.account, cell.journal) for cell in found.cells} == {
        ("Assets:Cash", str(home)),
        ("Equity:Start", str(home)),
        ("Assets:Bank", str(work)),
        ("Equity:Start", str(work)),
    }
    assert [(month.journal, month.net_worth) for month in found.worth] == [
        (str(home), "96.00"),
        (str(work), "10"),
    ]
    keys = [row.key for block in report.blocks if isinstance(block, Table) for row in block.rows]
    assert {"main.beancount/Assets:Cash EUR", "work.dat/Assets:Bank CHF"} <= set(keys)
    assert await ledger.read() is await ledger.read()


async def test_one_that_fails_hides_none(
    needs: Callable[[str], str], context: MakeContext, tmp_path: Path
) -> None:
    """A journal that is gone is said by name beside the other's figures; with none left it is a state."""
    needs("ledger")
    write(tmp_path, SHOP)
    ledger = both(context, tmp_path)
    report = admit_report("ledger", await ledger.read(), ledger.actions())
    assert report.level is Level.ATTENTION and report.summary == "net worth 96.00 EUR · work.dat not read"
    assert "work.dat: there is no journal at" in str(report.blocks[0])
    work = write(tmp_path, WORK, "work.dat")
    assert (await facts(ledger)).complete
    work.unlink()
    report = await ledger.read()
    assert "The figures are those of 12:00." in str(report.blocks[0])
    assert report.summary.startswith("net worth 96.00 EUR + 10 CHF")
    with pytest.raises(Unavailable, match="there is no journal"):
        await pane(context, None, files=(tmp_path / "a.dat", tmp_path / "b.dat")).read()


async def test_errors_are_found_in_their_journal(
    needs: Callable[[str], str], context: MakeContext, tmp_path: Path
) -> None:
    """The row of an error opens the journal that it is in; without a row, the first with an error."""
    needs("ledger")
    write(tmp_path, SHOP)
    work = write(tmp_path, BROKEN, "work.dat")
    ledger = both(context, tmp_path)
    report = admit_report("ledger", await ledger.read(), ledger.actions())
    [attention] = report.attention
    assert attention.item == "work.dat/error:work.dat:4"
    for item in (None, attention.item):
        outcome = await ledger.act(ActionRequest("edit", item))
        assert outcome.effects == (OpenEditor(str(work), 4),)


async def test_errors_of_all_journals_are_one_thing_to_do(
    needs: Callable[[str], str], context: MakeContext, tmp_path: Path
) -> None:
    """One entry, as there is one alert; it names the first, and leads there."""
    needs("ledger")
    write(tmp_path, SHOP + '2026-11-03 * "Typo"\n  Expenses:Food  3.00 EUR\n')
    write(tmp_path, BROKEN, "work.dat")
    ledger = both(context, tmp_path)
    report = admit_report("ledger", await ledger.read(), ledger.actions())
    [attention] = report.attention
    assert attention.key == "errors" and attention.item is not None
    assert attention.item.startswith("main.beancount/error:main.beancount:")
    assert attention.text.endswith(" · 1 more error")


def test_names_are_as_long_as_it_takes() -> None:
    """Files of one name are told apart by their folders."""
    assert several.names(["/a/x/main.dat", "/a/y/main.dat", "/a/b.dat"]) == (
        "x/main.dat",
        "y/main.dat",
        "b.dat",
    )


def test_file_and_files_are_not_both() -> None:
    """Two ways to say it are one too many, and a name that tells no language asks for `format`."""
    config = LedgerConfig(file=Path("a.dat"), files=(Path("b.dat"),))
    assert [problem.key for problem in config.problems()] == ["files"]
    assert [problem.key for problem in LedgerConfig(files=(Path("b.txt"),)).problems()] == ["files"]


def spying(folder: Path, more: str = "") -> tuple[Path, Path]:
    """A journal whose plug-in leaves a mark when it is imported."""
    mark = folder / "ran"
    write(folder, f"open({str(mark)!r}, 'a').write('x')\n{more}\n__plugins__ = []\n", "spy.py")
    head = 'option "insert_pythonpath" "true"\nplugin "spy"\n'
    return write(folder, head + SHOP), mark


async def test_code_runs_only_when_it_was_shown_and_allowed(context: MakeContext, tmp_path: Path) -> None:
    """Nothing is loaded before; the question lists what runs; changed code asks anew; it is remembered."""
    file, mark = spying(tmp_path)
    ledger = pane(context, file, trust=Trust.ASK)
    with pytest.raises(Unavailable, match="would run code") as caught:
        await ledger.read()
    assert "trust" in caught.value.hint and not mark.exists()
    [action] = [one for one in ledger.actions() if one.name == "trust"]
    with pytest.raises(PaneError):
        await ledger.act(ActionRequest("trust"))  # nobody was asked
    question = await ledger.confirmation(action, ActionRequest("trust"))
    assert question is not None and question.danger
    assert 'plugin "spy"' in str(question.blocks) and "main.beancount:2" in str(question.blocks)
    assert not mark.exists()
    await ledger.act(ActionRequest("trust"))
    assert cells(await facts(ledger))["Assets:Cash", "EUR", "2026-11"] == "96.00" and mark.exists()
    assert (await facts(pane(context, file, trust=Trust.ASK))).complete
    spying(tmp_path, "# changed")
    with pytest.raises(Unavailable, match="would run code"):
        await pane(context, file, trust=Trust.ASK).read()


async def test_what_changes_after_it_was_shown_is_not_allowed(context: MakeContext, tmp_path: Path) -> None:
    """The answer is about the lines on the screen, not about what came later."""
    file, mark = spying(tmp_path)
    ledger = pane(context, file, trust=Trust.ASK)
    [action] = [one for one in ledger.actions() if one.name == "trust"]
    await ledger.confirmation(action, ActionRequest("trust"))
    file.write_text('plugin "other"\n' + file.read_text())
    await ledger.act(ActionRequest("trust"))
    with pytest.raises(Unavailable, match="2 lines that would run code"):
        await ledger.read()
    assert not mark.exists()


async def test_a_journal_without_code_is_not_asked_about(context: MakeContext, tmp_path: Path) -> None:
    """Asking is for what runs; and with trust = "yes" the action is not offered."""
    file = write(tmp_path, SHOP)
    ledger = pane(context, file, trust=Trust.ASK)
    assert (await facts(ledger)).complete
    [action] = [one for one in ledger.actions() if one.name == "trust"]
    with pytest.raises(PaneError, match="nothing waits"):
        await ledger.confirmation(action, ActionRequest("trust"))
    assert "trust" not in {one.name for one in pane(context, file).actions()}


@pytest.mark.parametrize("above", ["", "; a payee may be called anything\n"])
@pytest.mark.parametrize("line", ["python", "import os", "@import os", "--import os", "!python"])
async def test_ledgers_python_is_code(context: MakeContext, tmp_path: Path, line: str, above: str) -> None:
    """ledger's own ways to run Python ask as well, in any line, in an include too."""
    write(tmp_path, f"{above}{line}\n", "more.dat")
    ledger = pane(context, write(tmp_path, "include more.dat\n", "main.dat"), trust=Trust.ASK)
    with pytest.raises(Unavailable, match="would run code"):
        await ledger.read()


async def test_a_sum_of_journals_has_the_decimals_of_the_one_that_writes_most(
    context: MakeContext, tmp_path: Path
) -> None:
    """The journal that writes none may be the last."""
    file = write(tmp_path, SHOP.replace("4.00", "4.40"))
    whole = write(tmp_path, SHOP.replace(".00", ""), "whole.beancount")
    for files in ((file, whole), (whole, file)):
        report = await pane(context, None, files=files).read()
        assert report.summary == "net worth 191.60 EUR"
