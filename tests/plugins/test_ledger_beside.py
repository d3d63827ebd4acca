"""What is looked at together with a journal's files: one turn of a thread, and never anything older."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from ledger_journals import SHOP, MakeContext, pane, write

from devdash.api import PaneError, Table
from devdash.engine.context import Context
from devdash_ledger import pane as panes
from devdash_ledger import stamps
from devdash_ledger.bank_shelf import Shelf
from devdash_ledger.beside import Beside
from devdash_ledger.book import Book
from devdash_ledger.config import LedgerConfig
from devdash_ledger.journal import Window
from devdash_ledger.looking import Looking, Scene
from devdash_ledger.pane import LedgerPane
from devdash_ledger.reading import Reading
from devdash_ledger.report import View
from devdash_ledger.sight import Sight

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


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What has been done in threads since it was cleared."""
    names: list[str] = []
    real = Context.in_thread

    async def in_thread(self: Context, function: Callable[..., object], *args: object) -> object:
        names.append(function.__qualname__)
        return await real(self, function, *args)

    monkeypatch.setattr(Context, "in_thread", in_thread)
    return names


def append(file: Path, number: int) -> None:
    with file.open("a", encoding="utf-8") as stream:
        stream.write(f'\n2026-11-03 * "x"\n  Expenses:Food  {number}.00 EUR\n  Assets:Cash\n')


async def test_a_start_an_append_and_an_unchanged_journal_are_one_turn_of_a_thread_each(
    context: MakeContext, tmp_path: Path, turns: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panes, "_LATER_S", 3600.0)
    file = write(tmp_path, SHOP)
    first = pane(context, file)
    await first.read()
    await first.stop()
    ledger = pane(context, file)
    for number in (0, 1, 0):
        if number:
            append(file, number)
        turns.clear()
        await ledger.read()
        assert len(turns) == 1, turns


def parts(seen: Sequence[Sight | None]) -> list[object]:
    """What is seen, without what only a function can tell."""
    return [(one.journal, one.looking, one.columns, one.before) for one in seen if one is not None]


@pytest.mark.parametrize("look", [Looking(), Looking(back=1), Looking(scene=Scene.INCOME, converted=True)])
async def test_what_is_drawn_in_that_turn_is_what_would_be_drawn_after_it(
    context: MakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, look: Looking
) -> None:
    file = write(tmp_path, SHOP)
    await pane(context, file).read()
    early, late = pane(context, file), pane(context, file)
    monkeypatch.setattr(late, "_draw", None)
    for step in range(3):
        for ledger in (early, late):
            ledger._look.looking = look
        assert await early.read() == await late.read()
        assert parts(early._look.seen) == parts(late._look.seen)
        append(file, step)
        look = Looking(back=step)


async def test_what_was_drawn_is_not_shown_when_a_person_has_turned_to_something_else(
    context: MakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, SHOP)
    ledger = pane(context, file)
    await ledger.read()
    real = LedgerPane._draw

    def draw(self: LedgerPane, view: View, found: Reading) -> None:
        real(self, view, found)
        self._look.looking = Looking(scene=Scene.INCOME)

    monkeypatch.setattr(LedgerPane, "_draw", draw)
    append(file, 7)
    [table, *_] = [one for one in (await ledger.read()).blocks if isinstance(one, Table)]
    assert table.heading == "Income statement" and "7.00" in str(table.rows)


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
