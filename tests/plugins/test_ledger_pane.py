"""What the ledger pane says of journals as they are."""

import subprocess
import sys
from pathlib import Path

import pytest
from ledger_journals import EXAMPLE, SHOP, MakeContext, cells, facts, pane, real, write
from syrupy.assertion import SnapshotAssertion

from devdash.api import (
    ActionRequest,
    Level,
    OpenEditor,
    PaneError,
    Report,
    Table,
    Unavailable,
)
from devdash.engine.boundary import admit_report
from devdash.engine.offers import admit_actions, admit_rules
from devdash.render.status import PaneStatus
from devdash.render.text import status_text
from devdash_ledger.facts import LedgerFacts
from devdash_ledger.pane import LedgerConfig


def row_keys(report: Report) -> list[str]:
    """The keys of all rows, in order."""
    return [row.key for block in report.blocks if isinstance(block, Table) for row in block.rows]


async def test_the_household_looks(context: MakeContext, snapshot: SnapshotAssertion) -> None:
    """The example at three widths: older months go first, numbers are never cut."""
    report = admit_report("ledger", await pane(context, EXAMPLE).read())
    status = PaneStatus(
        name="ledger",
        plugin="ledger",
        title="Ledger",
        level=report.level,
        summary=report.summary,
        report=report,
    )
    for width in (120, 80, 40):
        assert status_text([status], width) == snapshot(name=f"{width} columns")


async def test_the_household_is_sound(context: MakeContext) -> None:
    """The example has no errors, money abroad, shares, budgets, and ends in the current month."""
    found = await facts(pane(context, EXAMPLE))
    assert found.errors == () and found.complete
    assert (found.title, found.currency) == ("Linden household", "EUR")
    assert found.months == ("2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11")
    assert {cell.currency for cell in found.cells} == {"EUR", "CHF", "GBP", "WRLD"}
    assert {budget.account for budget in found.budgets} == {
        "Expenses:Food",
        "Expenses:Leisure",
        "Expenses:Clothing",
    }


def test_the_household_is_what_its_script_writes(tmp_path: Path) -> None:
    """The example can be made again, to the letter."""
    target = tmp_path / "household.beancount"
    subprocess.run([sys.executable, EXAMPLE.with_name("make_household.py"), target], check=True)
    assert target.read_text(encoding="utf-8") == EXAMPLE.read_text(encoding="utf-8")


async def test_no_journal_set_is_calm(context: MakeContext) -> None:
    """Without `file` the pane says how to set it, and needs no hand; there is nothing to edit."""
    ledger = pane(context, None)
    report = admit_report("ledger", await ledger.read())
    assert report.level is Level.OK and report.facts is None
    assert "[panes.ledger]" in str(report.blocks)
    with pytest.raises(Unavailable):
        await ledger.act(ActionRequest("edit"))


async def test_a_relative_path_is_below_the_config_file(context: MakeContext, tmp_path: Path) -> None:
    """`file` is relative to the config file's folder, never to the current one."""
    write(tmp_path, SHOP)
    assert (await facts(pane(context, Path("x/../main.beancount")))).files == (
        str(tmp_path / "main.beancount"),
    )


async def test_months_run_to_the_current_one(context: MakeContext, tmp_path: Path) -> None:
    """A journal whose last entry is older still reaches to now; entries of later months do not count."""
    later = SHOP + '\n2026-12-24 * "Gift"\n  Expenses:Food  50.00 EUR\n  Assets:Cash\n'
    file = write(tmp_path, later)
    found = await facts(pane(context, file, months=2))
    assert found.months == ("2026-10", "2026-11")
    assert cells(found) == {
        ("Assets:Cash", "EUR", "2026-10"): "96.00",
        ("Assets:Cash", "EUR", "2026-11"): "96.00",
        ("Expenses:Food", "EUR", "2026-10"): "4.00",
        ("Expenses:Food", "EUR", "2026-11"): "0",
        ("Equity:Start", "EUR", "2026-10"): "-100.00",
        ("Equity:Start", "EUR", "2026-11"): "-100.00",
    }


async def test_a_journal_without_recent_entries(context: MakeContext, tmp_path: Path) -> None:
    """An empty journal, and one whose entries all lie ahead, are calm."""
    report = await pane(context, write(tmp_path, "")).read()
    assert (report.level, report.summary) == (Level.OK, "no balances")
    report = await pane(context, write(tmp_path, SHOP), today="2020-01-01").read()
    assert isinstance(report.facts, LedgerFacts) and report.facts.cells == ()


async def test_a_net_worth_of_nothing_is_an_amount(context: MakeContext, tmp_path: Path) -> None:
    """Who owes as much as they have has balances; they are not said to have none."""
    owed = (
        '2026-11-02 open Liabilities:Card\n2026-11-02 * "x"\n  Liabilities:Card  -96.00 EUR\n  Equity:Start\n'
    )
    report = await pane(context, write(tmp_path, SHOP + owed)).read()
    assert report.summary == "net worth 0.00 EUR"


async def test_cells_are_converted_beside_their_amounts(context: MakeContext, tmp_path: Path) -> None:
    """With a price at hand, two currencies of an account still stay two amounts; the net worth is one."""
    file = write(
        tmp_path,
        SHOP + '2026-11-01 price CHF 1.10 EUR\n2026-11-02 * "x"\n  Assets:Cash  10 CHF @ 1.10 EUR\n'
        "  Assets:Cash  -11.00 EUR\n",
    )
    report = await pane(context, file, months=1).read()
    assert isinstance(report.facts, LedgerFacts)
    assert cells(report.facts)["Assets:Cash", "EUR", "2026-11"] == "85.00"
    assert cells(report.facts)["Assets:Cash", "CHF", "2026-11"] == "10"
    assert [cell.converted for cell in report.facts.cells if cell.currency == "CHF"] == ["11.00"]
    assert report.summary == "net worth 96.00 EUR"
    assert [key for key in row_keys(report) if key.startswith("Assets")] == [
        "Assets EUR",
        "Assets CHF",
        "Assets:Cash EUR",
        "Assets:Cash CHF",
    ]


UNBALANCED = SHOP + '\n2026-11-03 * "Typo"\n  Expenses:Food  3.00 EUR\n  Assets:Cash  -30.00 EUR\n'


async def test_an_unbalanced_transaction_is_flagged_with_its_place(
    context: MakeContext, tmp_path: Path
) -> None:
    """It needs a hand, names file and line, marks its accounts, and editing starts there."""
    file = write(tmp_path, UNBALANCED)
    ledger = pane(context, file)
    report = admit_report("ledger", await ledger.read(), ledger.actions())
    assert report.level is Level.ATTENTION
    assert report.summary == "net worth 66.00 EUR · 1 error"
    [attention] = report.attention
    assert attention.action == "edit" and attention.item == "error:main.beancount:13"
    assert attention.text.startswith("main.beancount:13: Transaction does not balance")
    rows = [row for block in report.blocks if isinstance(block, Table) for row in block.rows]
    assert {row.key for row in rows if row.level is Level.ATTENTION} == {
        "Assets EUR",
        "Assets:Cash EUR",
        "Expenses EUR",
        "Expenses:Food EUR",
        "error:main.beancount:13",
    }
    for item in (None, "error:main.beancount:13", "Assets:Cash EUR"):
        outcome = await ledger.act(ActionRequest("edit", item))
        assert outcome.effects == (OpenEditor(str(file), 13),)


async def test_editing_without_errors_opens_the_end(context: MakeContext, tmp_path: Path) -> None:
    """Without errors the editor opens where the next entry goes, be it before the first reading."""
    file = write(tmp_path, SHOP)
    outcome = await pane(context, file).act(ActionRequest("edit"))
    assert outcome.effects == (OpenEditor(str(file), len(SHOP.splitlines())),)


async def test_editing_an_error_that_is_gone(context: MakeContext, tmp_path: Path) -> None:
    """A row that is no longer there is said, not guessed."""
    with pytest.raises(PaneError, match="no longer"):
        await pane(context, write(tmp_path, SHOP)).act(ActionRequest("edit", "error:main.beancount:99"))


async def test_editing_a_row_that_never_was(context: MakeContext, tmp_path: Path) -> None:
    """A mistyped row is refused; it is no wish for the first error."""
    ledger = pane(context, write(tmp_path, UNBALANCED))
    await ledger.read()
    with pytest.raises(PaneError, match="there is no row Assets:Csh EUR"):
        await ledger.act(ActionRequest("edit", "Assets:Csh EUR"))


async def test_errors_are_one_thing_to_do(context: MakeContext, tmp_path: Path) -> None:
    """However many there are, they are one entry, and one with the alert, whose name is its key."""
    ledger = pane(context, write(tmp_path, UNBALANCED + '\n2026-11-04 * "Typo"\n  Expenses:Fod  3.00 EUR\n'))
    report = admit_report("ledger", await ledger.read(), ledger.actions())
    [attention] = report.attention
    assert attention.key in {rule.name for rule in ledger.rules()}
    assert attention.text.startswith("main.beancount:13: ")
    assert attention.text.endswith(f" · {len(report_errors(report)) - 1} more errors")


def report_errors(report: Report) -> set[str]:
    """The keys of the errors' rows."""
    return {key for key in row_keys(report) if key.startswith("error:")}


async def test_a_syntax_error_from_the_start_shows_what_there_is(
    context: MakeContext, tmp_path: Path
) -> None:
    """With nothing from before, the figures are shown with the warning that they lack something."""
    found = await facts(pane(context, write(tmp_path, SHOP + "\nthis is no directive\n")))
    assert not found.complete and cells(found)["Assets:Cash", "EUR", "2026-11"] == "96.00"
    assert {error.line for error in found.errors} == {13}


async def test_favas_errors_are_listed_with_their_lines(context: MakeContext) -> None:
    """On fava's own file of errors: every complaint of beancount, at its place."""
    file = real("fava-errors.beancount")
    found = await facts(pane(context, file, today="2020-02-01", months=0))
    assert [(error.file, error.line) for error in found.errors] == [
        (str(file), 11),
        (str(file), 16),
        (str(file), 16),
    ]
    assert "Not enough lots" in found.errors[0].message
    assert [error.message.split("'")[1] for error in found.errors[1:]] == ["Assets:Cash", "Expenses:Stuff"]
    assert found.months[0] == "2018-07"
    assert cells(found)["Assets:Cash", "USD", "2020-02"] == "-22.000"


async def test_beancounts_example_reads_without_errors(context: MakeContext) -> None:
    """On beancount's own example: no errors, nine commodities, those with a price converted."""
    report = admit_report(
        "ledger", await pane(context, real("beancount-example.beancount"), today="2015-12-31").read()
    )
    assert report.level is Level.OK
    found = report.facts
    assert isinstance(found, LedgerFacts)
    assert cells(found)["Assets:US:BofA:Checking", "USD", "2015-12"] == "3043.23"
    assert cells(found)["Assets:US:ETrade:VHT", "VHT", "2015-12"] == "185"
    assert report.summary == "net worth 135 884.74 USD + VACHR"


async def test_actions_and_rules_pass_the_boundary(context: MakeContext, tmp_path: Path) -> None:
    """What the pane offers is admitted; the rule fires with errors and is over without."""
    ledger = pane(context, write(tmp_path, UNBALANCED))
    admit_actions("ledger", ledger.actions())
    [rule, *_] = admit_rules("ledger", ledger.rules(), ledger.actions())
    wrong = await facts(ledger)
    assert (rule.enter(wrong), rule.clear(wrong)) == ({""}, set())
    write(tmp_path, SHOP)
    right = await facts(ledger)
    assert (rule.enter(right), rule.clear(right)) == (set(), {""})


@pytest.mark.parametrize("text", ["eur", "", "EUR CHF", "€"])
def test_a_currency_that_cannot_be_is_a_problem(text: str) -> None:
    """A currency that no journal could hold is said at once."""
    assert [problem.key for problem in LedgerConfig(currency=text).problems()] == ["currency"]
    assert list(LedgerConfig(currency="VANGUARD.IDX_1").problems()) == []
