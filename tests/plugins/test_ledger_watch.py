"""A changed journal is noticed at once; a drive that hangs holds one thread, and says so."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from ledger_journals import SHOP, MakeContext, cells, facts, pane, write

from devdash.api import Unavailable
from devdash.engine import watching
from devdash_ledger import book, patience
from devdash_ledger.config import Watch

BOOKED = '\n2026-11-0{0} * "x"\n  Expenses:Food  {0}.00 EUR\n  Assets:Cash\n'
PATIENCE = 20.0


async def test_a_change_asks_for_a_reading(
    context: MakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the journal, of a file that comes to match an include, of one that was missing."""
    monkeypatch.setattr(watching, "USUAL", watching.Pace(begin=0.0, step=0.05, recheck=0.2))
    (tmp_path / "years").mkdir()
    file = write(tmp_path, SHOP + 'include "years/*.beancount"\ninclude "one.beancount"\n')
    woken = asyncio.Event()

    def make(**rest: object) -> object:
        return context(on_wake=woken.set, **rest)

    ledger = pane(make, file)  # type: ignore[arg-type]  # a context of its own
    await ledger.read()

    async def after(change: Callable[[], object]) -> str:
        woken.clear()
        change()
        async with asyncio.timeout(PATIENCE):
            await woken.wait()
        return cells(await facts(ledger))["Assets:Cash", "EUR", "2026-11"]

    async with asyncio.timeout(PATIENCE):
        await woken.wait()  # the watch stands
    assert await after(lambda: write(tmp_path, BOOKED.format(1), "years/a.beancount")) == "95.00"
    assert await after(lambda: write(tmp_path, BOOKED.format(2), "one.beancount")) == "93.00"
    assert await after(lambda: write(tmp_path, BOOKED.format(3), "one.beancount")) == "92.00"


async def test_polling_watches_nothing(context: MakeContext, tmp_path: Path) -> None:
    """`watch = "poll"` starts no watcher; a change is seen by the next reading."""
    before = threading.active_count()
    ledger = pane(context, write(tmp_path, SHOP), watch=Watch.POLL)
    await ledger.read()
    assert not any(one.name == "pane-watch" for one in threading.enumerate()[before:])
    write(tmp_path, SHOP + BOOKED.format(1))
    assert cells(await facts(ledger))["Assets:Cash", "EUR", "2026-11"] == "95.00"


async def test_a_drive_that_hangs_holds_one_thread_and_says_so(
    context: MakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often it is read; the other journal goes on; when the drive answers, so does the pane."""
    monkeypatch.setattr(book, "USUAL_S", 0.3)
    monkeypatch.setattr(patience, "AGAIN_S", 0.05)
    file, other = write(tmp_path, SHOP), write(tmp_path, SHOP, "other.beancount")
    ledger = pane(context, None, files=(file, other))
    whole = await facts(ledger)
    answers, hanging, real = threading.Event(), [], book.look_at

    def look_at(paths: tuple[str, ...], patterns: tuple[str, ...]) -> object:
        if str(file) in paths:
            hanging.append(threading.get_ident())
            answers.wait(PATIENCE)
        return real(paths, patterns)

    monkeypatch.setattr(book, "look_at", look_at)
    for _ in range(6):
        report = await ledger.read()
        assert f"the drive of {file} has not answered for" in str(report.blocks)
        assert report.facts is not None and len(set(hanging)) == 1
    assert cells(await facts(ledger)) == cells(whole)
    with pytest.raises(Unavailable, match="has not answered"):
        await ledger._books[0].read(ledger._window())
    answers.set()
    while "has not answered" in str((await ledger.read()).blocks):
        await asyncio.sleep(0.01)
    assert len(hanging) == 2


async def test_what_follows_a_quick_look_has_more_time_than_the_look(
    context: MakeContext, tmp_path: Path
) -> None:
    """A slow drive that answers is none that hangs: of what takes long, the look alone is given up early."""
    waiting = patience.Patience(str(tmp_path), context())
    answers, goes_on = threading.Event(), threading.Event()

    def slow(told: str) -> str:
        goes_on.set()
        answers.wait(PATIENCE)
        return told * 2

    asked = asyncio.create_task(waiting.ask_on(1.0, lambda: "a", PATIENCE, slow))
    while not goes_on.is_set():
        await asyncio.sleep(0.01)
    await asyncio.wait({asked}, timeout=1.2)
    assert not asked.done()
    answers.set()
    assert await asked == ("a", "aa")
    answers.clear()
    with pytest.raises(Unavailable, match="has not answered"):
        await waiting.ask_on(0.05, lambda: slow("b"), PATIENCE, slow)
    answers.set()


async def test_a_document_that_comes_or_goes_is_noticed(context: MakeContext, tmp_path: Path) -> None:
    """One that is missing is an error of the journal, and so is one of before its account was opened."""
    named = '2026-10-06 document Assets:Cash "receipts/bread [1].pdf"\n'
    file = write(tmp_path, f'option "documents" "docs"\n{SHOP}\n{named}')
    ledger = pane(context, file)

    async def wrong() -> list[str]:
        return [one.message for one in (await facts(ledger)).errors]

    root, missing = await wrong()
    assert "Document root" in root and "bread [1].pdf" in missing
    write(tmp_path / "receipts", "", "bread [1].pdf")
    (message,) = await wrong()
    assert "Document root" in message
    (tmp_path / "docs" / "Assets" / "Cash").mkdir(parents=True)
    assert await wrong() == []
    write(tmp_path / "docs" / "Assets" / "Cash", "", "2026-10-05.bread.pdf")
    assert await wrong() == []
    early = write(tmp_path / "docs" / "Assets" / "Cash", "", "2025-01-01.early.pdf")
    assert "inactive account" in (await wrong())[0]
    early.unlink()
    assert await wrong() == []
