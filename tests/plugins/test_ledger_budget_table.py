"""The table of budgets as it is seen: over, reached, carried over, of a year, and without a share."""

from pathlib import Path

from ledger_journals import MakeContext, pane, write
from syrupy.assertion import SnapshotAssertion

from devdash.api import Level, Row, Table, Text
from devdash.engine.boundary import admit_report
from devdash.render.status import PaneStatus
from devdash.render.text import status_text
from devdash_ledger.budget_config import BudgetConfig

JOURNAL = """\
2026-01-01 open Assets:Cash
2026-01-01 open Expenses:Food
2026-01-01 open Expenses:Food:Out
2026-01-01 open Expenses:Books
2026-01-01 open Expenses:Rent
2026-01-01 open Expenses:Gifts
2026-01-01 open Expenses:Travel
2026-01-01 open Income:Job
2026-09-01 custom "budget" Expenses:Food "monthly" 400.00 EUR
2026-09-01 custom "budget" Expenses:Books "monthly" 30.00 EUR
2026-09-01 custom "budget" Expenses:Rent "monthly" 900.00 EUR
2026-09-01 custom "budget" Expenses:Gifts "monthly" 0 EUR
2026-09-01 custom "budget" Expenses:Travel "yearly" 1200.00 EUR
2026-09-01 custom "budget" Expenses:Travel "monthly" 20.00 CHF
2026-09-01 custom "budget" Income:Job "monthly" -2500.00 EUR
2026-09-10 * "x"
  Expenses:Food      450.00 EUR
  Expenses:Travel    700.00 EUR
  Expenses:Rent      900.00 EUR
  Assets:Cash
2026-10-10 * "x"
  Expenses:Food:Out  100.00 EUR
  Expenses:Rent      900.00 EUR
  Assets:Cash
2026-11-05 * "x"
  Expenses:Food:Out  310.10 EUR
  Expenses:Books      99.00 EUR
  Expenses:Rent      900.00 EUR
  Expenses:Gifts       1.00 EUR
  Income:Job       -2600.00 EUR
  Assets:Cash
"""


async def test_the_budgets_look(context: MakeContext, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """At three widths, with rollover and without: columns go, numbers are never cut."""
    file = write(tmp_path, JOURNAL)
    for rollover in (False, True):
        config = BudgetConfig(rollover=rollover, fixed=("Expenses:Rent",))
        report = admit_report("ledger", await pane(context, file, months=3, budgets=config).read())
        tables = [one for one in report.blocks if isinstance(one, Table) and "Budgets" in one.heading]
        status = PaneStatus(
            name="ledger", plugin="ledger", title="Ledger", level=Level.OK, summary="", report=report
        )
        for width in (120, 80, 40):
            lines = status_text([status], width).split("\n")
            begin = next(place for place, line in enumerate(lines) if "Budgets" in line)
            shown = "\n".join(lines[begin:])
            assert shown == snapshot(name=f"{'rollover, ' if rollover else ''}{width} columns")
            assert len(tables) == 1


async def test_enter_shows_the_months_before(context: MakeContext, tmp_path: Path) -> None:
    """The newest first, each with its own share; what it is about stands above."""
    report = await pane(context, write(tmp_path, JOURNAL), months=3).read()
    rows = {row.key: row for block in report.blocks if isinstance(block, Table) for row in block.rows}
    text, table = rows["budget:Expenses:Food EUR"].detail
    assert isinstance(text, Text) and text.text == "Expenses:Food · EUR"
    assert isinstance(table, Table)
    assert [told(row) for row in table.rows] == [
        ["Nov 2026", "78 %", "310.10", "400.00", "89.90"],
        ["Oct 2026", "25 %", "100.00", "400.00", "300.00"],
        ["Sep 2026", "112 %", "450.00", "400.00", "−50.00"],
    ]
    income = rows["budget:Income:Job EUR"].detail[0]
    assert isinstance(income, Text) and income.text.endswith("(to be reached)")


def told(row: Row) -> list[str]:
    """The texts of a row."""
    return [cell.text for cell in row.cells]
