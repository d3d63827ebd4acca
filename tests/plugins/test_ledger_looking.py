"""How a journal is looked at: statements, currencies, years, moving through time, folding; and what stays."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ledger_journals import EXAMPLE, SHOP, MakeContext, facts, pane, real, write
from syrupy.assertion import SnapshotAssertion

from devdash.api import ActionRequest, Outcome, PaneError, Report, Table
from devdash.engine.boundary import admit_report
from devdash.engine.offers import admit_actions
from devdash.policy import Policy, Role
from devdash.render.blocks import lay_out
from devdash.render.rows import filter_rows
from devdash.workers.host import WorkerProcess
from devdash_ledger import stamps
from devdash_ledger.pane import LedgerPane

WORK = "2026-11-02 * Start\n  assets:bank   10 CHF\n  equity:start\n"

STATES = {
    "income": ("view",),
    "balance": ("view", "view"),
    "cash flow": ("view", "view", "view"),
    "converted": ("convert",),
    "income converted": ("convert", "view"),
    "balance converted": ("convert", "view", "view"),
    "cash flow converted": ("convert", "view", "view", "view"),
    "years": ("years",),
    "years converted": ("years", "convert"),
    "income by year": ("years", "view"),
    "running": ("running", "view"),
    "earlier": ("earlier",) * 14,
    "folded": ("fold-all",),
}


async def press(ledger: LedgerPane, *names: str, item: str | None = None) -> Report:
    """The report after these actions."""
    await ledger.read()
    for name in names:
        outcome = await ledger.act(ActionRequest(name, item))
        assert outcome == Outcome(message="", reread=outcome.reread)
        await ledger.read()
    return admit_report("ledger", await ledger.read(), ledger.actions())


def table(report: Report) -> Table:
    """The table of accounts."""
    return next(block for block in report.blocks if isinstance(block, Table))


def labels(report: Report) -> list[str]:
    """The first cells of what is drawn of the table of accounts."""
    lines = lay_out((table(report),), 200)
    keys = {row.key: row.cells[0].text for row in table(report).rows}
    return [keys[line.item] for line in lines if line.item is not None]


@pytest.mark.parametrize("state", STATES)
async def test_every_state_looks(state: str, context: MakeContext, snapshot: SnapshotAssertion) -> None:
    """The household in a terminal of 80 columns."""
    report = await press(pane(context, EXAMPLE), *STATES[state])
    own = [block for block in report.blocks if not getattr(block, "heading", "").startswith("Budgets")]
    assert "\n".join(line.text.rstrip() for line in lay_out(own, 80)) == snapshot


OVER = """
2026-01-01 custom "budget" Expenses:Food "monthly" 1.00 EUR
2026-11-01 * "Cakes"
  Expenses:Food    4.00 EUR
  Assets:Cash     -4.00 EUR
"""


@pytest.mark.parametrize("state", ["", *STATES])
async def test_what_needs_a_hand_does_in_every_state(
    state: str, context: MakeContext, tmp_path: Path
) -> None:
    """Also where its row is not looked at: then it is about the pane, and no row that is not there."""
    ledger = pane(context, write(tmp_path, SHOP + OVER), floors={"Assets:Cash": "500 EUR"})
    report = await press(ledger, *STATES.get(state, ()))
    items = {one.key: one.item for one in report.attention}
    assert set(items) == {"budget:Expenses:Food EUR:budget-over", "Assets:Cash EUR:floor"}
    if not state:
        assert set(items.values()) == {"budget:Expenses:Food EUR", "Assets:Cash EUR"}


JOURNALS = {
    "beancount-example.beancount": "2015-06-15",
    "fava-errors.beancount": "2020-01-10",
    "ledger-drewr3.dat": "2011-03-10",
    "ledger-sample.dat": "2004-06-01",
    "hledger-sample.journal": "2008-12-31",
}


@pytest.mark.parametrize("name", JOURNALS)
async def test_numbers_are_never_cut(name: str, context: MakeContext, needs: Callable[[str], str]) -> None:
    """In every state, on real journals, at any width: whole columns go, and what is shown is shown whole."""
    if not name.endswith(".beancount"):
        needs("hledger" if name.endswith(".journal") else "ledger")
    for actions in STATES.values():
        report = await press(pane(context, real(name), JOURNALS[name]), *actions)
        rows = {row.key: row for row in table(report).rows}
        for width in (200, 120, 80, 60, 40):
            for line in lay_out((table(report),), width):
                assert line.width <= width
                if line.item is not None:
                    whole = {cell.text for cell in rows[line.item].cells}
                    shown = re.split(r"\s{2,}", line.text.strip())[1:]
                    assert {text for text in shown if re.fullmatch(r"[−\d. ]+", text)} <= whole


async def test_what_is_known_stays_while_looking_around(context: MakeContext) -> None:
    """Facts, summary, level and what needs a hand are about the current months, whatever is looked at."""
    before = await press(pane(context, EXAMPLE))
    for actions in STATES.values():
        after = await press(pane(context, EXAMPLE), *actions)
        assert (after.facts, after.summary, after.level) == (before.facts, before.summary, before.level)
        assert after.attention == before.attention and after.blocks != before.blocks


async def test_looking_reads_no_file(
    context: MakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every state is made of what was read once; the journal is loaded by the first reading alone."""
    asked: list[str] = []
    call = WorkerProcess.call

    async def counted(self: WorkerProcess, name: str, *rest: Any, **more: Any) -> Any:
        asked.append(name)
        return await call(self, name, *rest, **more)

    monkeypatch.setattr(WorkerProcess, "call", counted)
    monkeypatch.setattr(stamps, "SLACK_NS", -(10**18))  # the file is fresh, and yet it is trusted
    ledger = pane(context, write(tmp_path, EXAMPLE.read_text(encoding="utf-8")))
    await ledger.read()
    before = list(asked)
    for actions in STATES.values():
        await press(ledger, *actions)
    assert before and asked == before


async def test_a_long_load_does_not_keep_the_view(
    context: MakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the journal is loaded anew, keys change how the old figures are looked at; the load goes on."""
    file = write(tmp_path, SHOP)
    ledger = pane(context, file)
    await ledger.read()
    gate, waiting = asyncio.Event(), asyncio.Event()
    call = WorkerProcess.call

    async def held(self: WorkerProcess, name: str, *rest: Any, **more: Any) -> Any:
        waiting.set()
        await gate.wait()
        return await call(self, name, *rest, **more)

    monkeypatch.setattr(WorkerProcess, "call", held)
    write(tmp_path, SHOP.replace("100.00", "900.00"))
    for actions, heading in ((("view",), "Income statement"), (("years",), "Income statement · by year")):
        reading = asyncio.create_task(ledger.read())
        await waiting.wait()
        for action in actions:
            await ledger.act(ActionRequest(action))
        report = await reading
        assert table(report).heading == heading and report.summary == "net worth 96.00 EUR"
    gate.set()
    report = await ledger.read()
    assert report.summary == "net worth 896.00 EUR"
    assert table(report).heading == "Income statement · by year"
    await ledger.stop()


async def test_a_reading_that_is_given_up_ends_its_load(
    context: MakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cancelled reading leaves nothing under way, and the next one reads anew."""
    ledger = pane(context, write(tmp_path, SHOP))
    gate, waiting, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
    call = WorkerProcess.call

    async def held(self: WorkerProcess, name: str, *rest: Any, **more: Any) -> Any:
        waiting.set()
        try:
            await gate.wait()
        except asyncio.CancelledError:
            ended.set()
            raise
        return await call(self, name, *rest, **more)

    monkeypatch.setattr(WorkerProcess, "call", held)
    reading = asyncio.create_task(ledger.read())
    await waiting.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert ended.is_set()
    gate.set()
    assert (await ledger.read()).summary == "net worth 96.00 EUR"


async def test_columns_move_as_far_as_there_is_anything(context: MakeContext, tmp_path: Path) -> None:
    """Back to the first month with an entry, on to the current one; a heading says up to when."""
    ledger = pane(context, write(tmp_path, SHOP), months=2)
    report = await press(ledger, *["earlier"] * 30)
    assert table(report).heading == "Accounts · up to Jan 2026"
    assert [one.title for one in table(report).columns][1:3] == ["Dec 2025", "Jan"]
    cells = {row.cells[0].text: row.cells[2].text for row in table(report).rows}
    assert cells["Assets:Cash"] == "100.00" if "Assets:Cash" in cells else cells["Assets"] == "100.00"
    report = await press(ledger, *["later"] * 30)
    assert table(report).heading == "" and [one.key for one in table(report).columns][1:3] == [
        "2026-10",
        "2026-11",
    ]


async def test_years_move_by_years(context: MakeContext) -> None:
    """The current year is marked as unfinished; those before are whole; months are where they were."""
    ledger = pane(context, EXAMPLE)
    report = await press(ledger, "earlier", "years")
    assert [one.title for one in table(report).columns if one.key][:3] == ["2024", "2025", "2026 so far"]
    report = await press(ledger, "earlier")
    assert [one.title for one in table(report).columns if one.key][:2] == ["2024", "2025"]
    report = await press(ledger, "later", "months")
    assert [one.key for one in table(report).columns if one.key][-2] == "2026-10"


async def test_an_account_is_folded_and_opened(context: MakeContext) -> None:
    """What is below is hidden until it is folded again, in other statements too; a filter finds it."""
    ledger = pane(context, EXAMPLE)
    report = await press(ledger, "fold", item="Expenses:Food EUR")
    assert "Food" in labels(report) and "Coffee" not in labels(report) and "Rent" in labels(report)
    found = filter_rows((table(report),), "coffee")
    assert [line.text.strip().split(" ")[0] for line in lay_out(found, 60)][1:] == [
        "Expenses",
        "Food",
        "Coffee",
    ]
    assert "Coffee" not in labels(await press(ledger, "view"))
    report = await press(ledger, "fold", item="Expenses:Food EUR")
    assert "Coffee" in labels(report)


async def test_all_is_folded_and_opened(context: MakeContext) -> None:
    """Only the roots are left, to be opened one by one; the same key opens everything again."""
    ledger = pane(context, EXAMPLE)
    whole = labels(await press(ledger))
    assert set(labels(await press(ledger, "fold-all"))) == {
        *("Assets", "Liabilities", "Income", "Expenses", "Equity")
    }
    report = await press(ledger, "fold", item="Expenses EUR")
    assert "Food" in labels(report) and "Coffee" not in labels(report)
    assert labels(await press(ledger, "fold-all")) == whole


@pytest.mark.parametrize("item", ["total:worth", "Expenses:Fees EUR"])
async def test_what_has_nothing_below_is_not_folded(item: str, context: MakeContext) -> None:
    """A line without accounts below it says so."""
    ledger = pane(context, EXAMPLE)
    await ledger.read()
    with pytest.raises(PaneError, match=r"fold|below"):
        await ledger.act(ActionRequest("fold", item))


async def test_several_journals_are_looked_at_alike(
    needs: Callable[[str], str], context: MakeContext, tmp_path: Path
) -> None:
    """One key for all; folding is each journal's own."""
    needs("ledger")
    home, work = write(tmp_path, SHOP), write(tmp_path, WORK, "work.dat")
    twin = write(tmp_path, SHOP.replace("Assets:Cash", "Assets:Cash:Coins"), "twin.beancount")
    ledger = pane(context, None, files=(home, work, twin))
    report = await press(ledger, "view", "view")
    headings = [block.heading for block in report.blocks if isinstance(block, Table)]
    assert headings == [
        f"{name} · Balance sheet" for name in ("main.beancount", "work.dat", "twin.beancount")
    ]
    report = await press(ledger, "fold", item="twin.beancount/Assets EUR")
    folded = {
        row.key for block in report.blocks if isinstance(block, Table) for row in block.rows if row.folded
    }
    assert folded == {"twin.beancount/Assets EUR"}
    assert (await facts(ledger)).months[-1] == "2026-11"


async def test_a_journal_without_cash_says_how_to_name_it(context: MakeContext, tmp_path: Path) -> None:
    """No account of a known name: the cash flow is empty, and the setting told; with it there are lines."""
    file = write(tmp_path, SHOP.replace("Assets:Cash", "Assets:Purse"))
    report = await press(pane(context, file), "view", "view", "view")
    assert not table(report).rows and "cash = [" in table(report).empty
    report = await press(pane(context, file, cash=("Assets:Purse",)), "view", "view", "view")
    assert next(row.key for row in table(report).rows) == "total:opening EUR"


def test_the_actions_are_admitted(context: MakeContext, tmp_path: Path) -> None:
    """Keys and names are no others' in the pane, nor the dashboard's own."""
    ledger = pane(context, tmp_path / "main.beancount")
    names = {action.name for action in admit_actions("ledger", ledger.actions())}
    assert {name for actions in STATES.values() for name in actions} <= names


async def test_looking_is_for_everybody_and_for_the_screen(context: MakeContext, tmp_path: Path) -> None:
    """A viewer, who changes nothing, may look; and no command says that it did what nobody sees."""
    ledger = pane(context, write(tmp_path, SHOP))
    desk = next(one for one in ledger.desks if any(action.name == "convert" for action in one.actions))
    viewer = Policy(Role.VIEWER)
    for action in desk.actions:
        assert action.screen and viewer.allows(action.permission), action.name
    assert not any(action.screen for action in ledger.actions() if action not in desk.actions)
