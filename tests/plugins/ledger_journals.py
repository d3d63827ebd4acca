"""Journals for the tests of the ledger pane, and how they are read there."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from devdash.engine.context import Context
from devdash_ledger import worker
from devdash_ledger.facts import LedgerFacts
from devdash_ledger.journal import Format, Journal, Window
from devdash_ledger.pane import LedgerConfig, LedgerPane
from devdash_ledger.sheet import Sheet
from devdash_ledger.unfold import Unfolding

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "household.beancount"

MakeContext = Callable[..., Context]


def real(name: str) -> Path:
    """A journal that nobody on this project wrote; skips where the folder is absent."""
    path = ROOT.parent / "shared" / "data" / "ledgers" / name
    if not path.is_file():
        pytest.skip(f"real ledgers are not here: ../shared/data/ledgers/{name}")
    return path


def day(text: str) -> Callable[[], datetime]:
    """A clock that stands at noon of that day."""
    return lambda: datetime.fromisoformat(f"{text}T12:00").replace(tzinfo=UTC)


def pane(context: MakeContext, file: Path | None, today: str = "2026-11-22", **config: object) -> LedgerPane:
    """A pane on `file`, as of `today`."""
    return LedgerPane(LedgerConfig(file=file, **config), context(name="ledger", now=day(today)))


async def facts(ledger: LedgerPane) -> LedgerFacts:
    """The facts of one reading."""
    found = (await ledger.read()).facts
    assert isinstance(found, LedgerFacts)
    return found


def cells(found: LedgerFacts) -> dict[tuple[str, str, str], str]:
    """The amounts by (account, currency, month)."""
    return {(cell.account, cell.currency, cell.month): cell.amount for cell in found.cells}


def journal(
    file: Path,
    last: str,
    count: int,
    language: Format = Format.BEANCOUNT,
    currency: str | None = None,
    virtual: bool = True,
) -> Journal:
    """The last `count` months up to `last`, as the worker reads them and the pane folds them."""
    sheet = msgspec.convert(worker.load(str(file), last, language, virtual), Sheet)
    return Unfolding(sheet).journal(Window(last, count), currency)


SHOP = """\
2026-01-01 open Assets:Cash
2026-01-01 open Expenses:Food
2026-01-01 open Equity:Start

2026-01-02 * "Start"
  Assets:Cash    100.00 EUR
  Equity:Start  -100.00 EUR

2026-10-05 * "Bread"
  Expenses:Food    4.00 EUR
  Assets:Cash     -4.00 EUR
"""
"""A journal without errors, three accounts, lines 1 to 11."""


def write(folder: Path, text: str, name: str = "main.beancount") -> Path:
    """A file of a journal."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def plugin(folder: Path, body: str) -> Path:
    """A journal with a plug-in of its own."""
    code = (
        "import os, signal, sys, time\n__plugins__ = ['run']\n"
        f"def run(entries, options):\n    {body}\n    return entries, []\n"
    )
    write(folder, code, "shop_plugin.py")
    return write(folder, 'option "insert_pythonpath" "true"\nplugin "shop_plugin"\n' + SHOP, "main.beancount")
