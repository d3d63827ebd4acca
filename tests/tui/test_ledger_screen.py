"""The ledger pane under its keys: statements, converted, by year, earlier, folded, filtered."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from panes import Registry, settings_for

from devdash.engine.snapshot import Phase
from devdash.tui.grid import PaneGrid
from devdash_ledger.config import LedgerConfig
from devdash_ledger.pane import LedgerPane

Perform = Callable[..., Any]
Look = Callable[[Any], None]

HOUSEHOLD = Path(__file__).parents[2] / "examples" / "household.beancount"
NARROW, WIDE = (80, 24), (120, 50)

STATES = {
    "accounts": ((), WIDE),
    "income-statement": (("v",), NARROW),
    "income-statement-wide": (("v",), WIDE),
    "balance-sheet": (("v", "v"), NARROW),
    "cash-flow": (("v", "v", "v", "L"), NARROW),
    "converted": (("c",), NARROW),
    "converted-wide": (("c",), WIDE),
    "years": (("y", "c"), NARROW),
    "running-totals": (("T", "v"), NARROW),
    "earlier": (("left_square_bracket",) * 3, NARROW),
    "folded": (("L",), (80, 18)),
}


async def read(s: Any) -> None:
    """The pane has been read, and is not being read again: a real reading takes real time."""
    await s.clock.advance(1)
    while (snapshot := s.app.engine.snapshot("ledger")).phase is not Phase.FRESH or snapshot.reading:
        await asyncio.sleep(0.01)
    await s.drawn()


async def press(s: Any, key: str) -> None:
    """A key that changes how the journal is looked at has been obeyed."""
    before = s.app.engine.snapshot("ledger").report
    await s.press(key)
    while s.app.engine.snapshot("ledger").report is before:
        await s.clock.advance(0.01)
        await asyncio.sleep(0.01)
    await read(s)


def of_ledger(**config: Any) -> tuple[Registry, Any]:
    registry = Registry(ledger=LedgerPane)
    return registry, settings_for(registry, LedgerConfig(file=HOUSEHOLD, **config))


@pytest.mark.parametrize("state", STATES)
async def test_state(stage: Perform, look: Look, state: str) -> None:
    keys, size = STATES[state]
    registry, settings = of_ledger()
    async with stage(registry, settings=settings, size=size, read=False) as s:
        s.app.engine.refresh()
        await read(s)
        for key in keys:
            await press(s, key)
        look(s.app)


async def test_a_filter_finds_what_is_folded(stage: Perform, look: Look) -> None:
    """Everything is folded; the filter opens what it finds, and the cursor goes there."""
    registry, settings = of_ledger()
    async with stage(registry, settings=settings, size=NARROW, read=False) as s:
        s.app.engine.refresh()
        await read(s)
        await press(s, "L")
        assert "Coffee" not in s.text
        await s.press("slash", *"coffee", "enter")
        look(s.app)


async def test_the_cursor_stays_on_its_account(stage: Perform) -> None:
    """What is looked at changes; the row that keys act on does not, as long as it is there."""
    registry, settings = of_ledger()
    async with stage(registry, settings=settings, size=WIDE, read=False) as s:
        s.app.engine.refresh()
        await read(s)
        view = s.app.query_one(PaneGrid).view
        view.select("Expenses:Food EUR")
        for key in ("left_square_bracket", "v", "y"):
            await press(s, key)
            assert view.item == "Expenses:Food EUR"
        await press(s, "f")
        assert view.item == "Expenses:Food EUR" and "▸ Food" in s.text and "Groceries" not in s.text


async def test_keys_in_quick_succession_all_count(stage: Perform) -> None:
    """A key that is held down, or typed ahead, is never refused as already under way."""
    registry, settings = of_ledger()
    async with stage(registry, settings=settings, size=NARROW, read=False) as s:
        s.app.engine.refresh()
        await read(s)
        before = s.app.engine.snapshot("ledger").report
        await s.press(*["left_square_bracket"] * 5, "v", "v")
        while "up to Jun 2026" not in s.text:
            await s.clock.advance(0.01)
            await asyncio.sleep(0.01)
            await s.drawn()
        assert "Balance sheet" in s.text and "under way" not in s.text
        assert s.app.engine.snapshot("ledger").report is not before
