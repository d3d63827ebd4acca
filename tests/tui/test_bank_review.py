"""A bank's file on the screen: imported, looked through row by row, written, taken back; all by keys."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from panes import Registry, settings_for
from steps import until

from devdash_ledger.bank_config import Bank, Direction
from devdash_ledger.pane import LedgerConfig, LedgerPane

Perform = Callable[..., Any]
Look = Callable[[Any], None]

JOURNAL = """\
2026-01-01 open Assets:Giro
2026-01-01 open Expenses:Food
2026-01-01 open Expenses:Power

2026-10-05 * "Rewe" "food"
  Expenses:Food    4.00 EUR
  Assets:Giro     -4.00 EUR

2026-11-02 * "Rewe" "entered by hand"
  Expenses:Food    7.00 EUR
  Assets:Giro     -7.00 EUR
"""
STATEMENT = """\
Date,Who,For,Amount
2026-11-03,REWE,Karte 4711,-7.00
2026-11-04,REWE,Karte 4711,-12.50
2026-11-05,Stadtwerke,Abschlag November,-80.00
2026-11-06,REWE,,-7.00
"""
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


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A journal, and beside it a statement s.csv."""
    (tmp_path / "s.csv").write_text(STATEMENT)
    file = tmp_path / "main.beancount"
    file.write_text(JOURNAL)
    return file


def world(journal: Path, banks: dict[str, Bank]) -> dict[str, Any]:
    """What `stage` needs for a pane on it; one month, so that the figures are few."""
    registry = Registry(ledger=LedgerPane)
    config = LedgerConfig(file=journal, months=1, banks=banks, bank_folder=journal.parent / "banks")
    return {"registry": registry, "settings": settings_for(registry, config)}


async def shown(s: Any, text: str) -> None:
    """Wait until the screen says it; the worker takes its time."""
    await until(lambda: text in s.text, lambda: s.pass_time(0.1))


async def imported(s: Any, journal: Path) -> None:
    """Import s.csv, and close the sheet that tells what came of it."""
    await shown(s, "net worth")
    await s.press("i")
    await s.paste(str(journal.parent / "s.csv"))
    await s.press("ctrl+s")
    await shown(s, "Esc close")
    await s.press("escape")
    await shown(s, "To review: s.csv")


def settled(s: Any) -> None:
    """No message of before lies over the picture."""
    s.app.clear_notifications()


async def test_a_statement_from_the_file_to_the_journal_and_back(
    stage: Perform, look: Look, journal: Path
) -> None:
    """Accept, change, skip, write what was shown, take it back: each by its key, on its row."""
    given = world(journal, {"giro": BANK})
    async with stage(given["registry"], settings=given["settings"], size=(100, 30)) as s:
        await imported(s, journal)
        await s.press("home", "j", "plus")
        await shown(s, "accepted")
        await s.press("j", "E")
        await shown(s, "Account")
        await s.press(*"Expenses:Power", "ctrl+s")
        await shown(s, "2 accepted")
        await s.press("j", "minus")
        await shown(s, "1 skipped")
        settled(s)
        await s.drawn()
        look(s.app)
        await s.press("F", "ctrl+s")
        await shown(s, "Write 2 entries into main.beancount?")
        assert journal.read_text() == JOURNAL
        look(s.app)
        await s.press("y")
        await shown(s, "2 entries written")
        await until(lambda: "To review" not in s.text, lambda: s.pass_time(0.1))
        written = journal.read_text()
        assert written.startswith(JOURNAL) and written.count("import-id") == 2 and '"Abschlag' in written
        await s.press("u")
        await shown(s, "Take this out of")
        await s.press("y")
        await shown(s, "Taken out of main.beancount")
        assert journal.read_text() == JOURNAL


async def test_the_state_of_a_row_is_told_on_a_small_screen(
    stage: Perform, look: Look, journal: Path
) -> None:
    """A duplicate must not look like a row to accept; Enter tells all of it, uncut."""
    given = world(journal, {"giro": BANK})
    async with stage(given["registry"], settings=given["settings"], size=(80, 24)) as s:
        await imported(s, journal)
        settled(s)
        await s.press("home")
        assert "duplicate" in s.text
        look(s.app)
        await s.press("enter")
        await shown(s, "The journal has the like at main.beancount:9.")


async def test_a_bank_that_is_new_is_guided_to_a_review(
    stage: Perform, look: Look, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form opens by itself, filled in; what is not told is asked; rows and table are shown."""
    monkeypatch.chdir(journal.parent)
    given = world(journal, {})
    async with stage(given["registry"], settings=given["settings"], size=(80, 24)) as s:
        await shown(s, "net worth")
        await s.press("i", *"s.csv", "tab", *"giro", "ctrl+s")
        await shown(s, "Amount ← -7.00, -12.50")
        settled(s)
        await s.drawn()
        look(s.app)
        await s.press("ctrl+s")
        await shown(s, "(--positive)")
        await s.press(*["tab"] * 5, *"%Y-%m-%d", "tab", "tab", "enter", "down", "enter")
        await s.press(*["tab"] * 5, *"For", "tab", "ctrl+s")
        await shown(s, "4 rows as they would be read")
        await s.press("y")
        await shown(s, "To review: s.csv (giro), 4 open")
        assert 'positive = "in"' in (journal.parent / "banks" / "giro.toml").read_text()


async def test_a_review_waits_for_the_next_start(stage: Perform, journal: Path) -> None:
    """What was decided is there again; an empty one is put away after a question."""
    given = world(journal, {"giro": msgspec.structs.replace(BANK, other="Expenses:Power")})
    async with stage(given["registry"], settings=given["settings"]) as s:
        await imported(s, journal)
        await s.press("home", "j", "plus")
        await shown(s, "1 accepted")
    async with stage(given["registry"], settings=given["settings"]) as s:
        await shown(s, "1 accepted")
        await s.press("home", "j", "minus")
        await shown(s, "1 skipped")
        await s.press("F", "ctrl+s")
        await shown(s, "Put the review away?")
        await s.press("y")
        await until(lambda: "To review" not in s.text, lambda: s.pass_time(0.1))
    assert journal.read_text() == JOURNAL
