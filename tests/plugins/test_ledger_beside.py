"""What is looked at together with a journal's files: one turn of a thread, and never anything older."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from ledger_journals import SHOP, MakeContext, pane, write

from devdash.api import PaneError
from devdash.engine.context import Context
from devdash_ledger import stamps
from devdash_ledger.bank_shelf import Shelf
from devdash_ledger.beside import Beside
from devdash_ledger.book import Book
from devdash_ledger.config import LedgerConfig
from devdash_ledger.journal import Window

NOW = Window("2026-11", 6)


@pytest.fixture(autouse=True)
def _trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that were written just now count as settled."""
    monkeypatch.setattr(stamps, "SLACK_NS", -(10**18))


async def now(look: Callable[[], str]) -> str:
    return f"asked: {look()}"


async def test_what_was_found_counts_once() -> None:
    one = Beside(lambda: "found")
    assert await one.result(now) == "asked: found"
    one.look()
    assert await one.result(now) == "found"
    assert await one.result(now) == "asked: found"
    one.look()
    one.forget()
    assert await one.result(now) == "asked: found"


async def test_a_look_that_fails_fails_for_whoever_asks_for_it_alone() -> None:
    def look() -> str:
        raise PaneError("it is damaged")

    one = Beside(look)
    one.look()
    with pytest.raises(PaneError, match="it is damaged"):
        await one.result(now)


async def test_what_was_found_before_a_load_is_not_taken_for_new(
    context: MakeContext, tmp_path: Path
) -> None:
    """A load takes seconds, in which it may have changed."""
    file = write(tmp_path, SHOP)
    book = Book(file, LedgerConfig(file=file), context(name="ledger"))
    one = Beside(lambda: "found")
    book.accompany(one)
    await book.read(NOW)
    assert await one.result(now) == "asked: found"
    await book.read(NOW)
    assert await one.result(now) == "found"
    await book.read(NOW)
    file.write_text(SHOP.replace("4.00", "5.00"), "utf-8")
    await book.read(NOW)
    assert await one.result(now) == "asked: found"


async def test_a_look_at_unchanged_files_waits_for_one_thread(
    context: MakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = pane(context, write(tmp_path, SHOP))
    await ledger.read()
    names: list[str] = []
    real = Context.in_thread

    async def in_thread(self: Context, function: Callable[..., object], *args: object) -> object:
        names.append(function.__qualname__)
        return await real(self, function, *args)

    monkeypatch.setattr(Context, "in_thread", in_thread)
    report = await ledger.read()
    assert len(names) == 1, names
    assert await ledger.read() == report


async def test_a_review_that_is_put_aside_while_the_journal_loads_is_shown(
    context: MakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, SHOP)
    ledger = pane(context, file)
    await ledger.read()
    shelf = Shelf(tmp_path / "state" / "ledger")
    real = Book._loaded
    loading = asyncio.Event()

    async def slow(self: Book, *given: object) -> object:
        shelf.file.parent.mkdir(parents=True, exist_ok=True)
        shelf.file.write_text("damaged", "utf-8")
        loading.set()
        return await real(self, *given)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(Book, "_loaded", slow)
    file.write_text(SHOP.replace("4.00", "5.00"), "utf-8")
    report = await ledger.read()
    assert loading.is_set() and "it is damaged" in str(report.blocks[0])
