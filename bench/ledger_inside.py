"""Measures, from inside, how long the ledger pane takes to its figures: cold, warm, and after an append.

python -m bench.ledger_inside FILE FOLDER APPENDS

Entries in beancount's syntax are appended to FILE. FOLDER, which should be empty, becomes the pane's state
and cache.
"""

import asyncio
import sys
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import msgspec

from bench.ledger_journals import BOOKS, CASH, LAST, one_more
from devdash.api import Duration
from devdash.engine.context import Context
from devdash_ledger.config import LedgerConfig
from devdash_ledger.facts import LedgerFacts
from devdash_ledger.pane import LedgerPane

WARM_STARTS = 5
LIMIT_S = 600.0
REST_S = 2.2
"""Beyond this age a file's times are trusted; it is the coarsest tick of a file system."""


class Times(msgspec.Struct, frozen=True):
    """Seconds, in the order in which they were measured.

    Attributes:
        cold: from the first question to the report, without any cache.
        warm: the same for panes that find what the first one left behind.
        appended: from a written entry to a report that has it.
    """

    cold: float
    warm: tuple[float, ...]
    appended: tuple[float, ...]


async def measure(file: Path, folder: Path, appends: int) -> Times:
    """One pane after the other, each as a start of devdash makes it, with the modules imported."""
    await _start(_small(file), folder / "small")
    await asyncio.sleep(REST_S)
    cold, shown = await _start(file, folder)
    warm: list[float] = []
    for _ in range(WARM_STARTS):
        took, again = await _start(file, folder)
        assert again == shown, "a warm start tells the same"
        warm.append(took)
    return Times(cold, tuple(warm), tuple(await _appends(file, folder, appends)))


def _small(beside: Path) -> Path:
    """A journal of one entry in the same language."""
    language = {".ledger": "ledger", ".hledger": "hledger"}.get(beside.suffix, "beancount")
    opened = f"{LAST} open {BOOKS}\n{LAST} open {CASH}\n\n" if language == "beancount" else ""
    file = beside.with_name(f"small-{beside.name}")
    file.write_text(opened + one_more(language, LAST, "1.00"), "utf-8")
    return file


async def _start(file: Path, folder: Path) -> tuple[float, Decimal]:
    context = _context(file, folder, asyncio.Event())
    began = time.perf_counter()
    pane = LedgerPane(_config(file), context)
    try:
        books = await _books(pane)
        return time.perf_counter() - began, books
    finally:
        await pane.stop()
        await context.close()


async def _appends(file: Path, folder: Path, count: int) -> list[float]:
    """Each append to a pane at rest: what an earlier one started is over."""
    woken = asyncio.Event()
    context = _context(file, folder, woken)
    times: list[float] = []
    pane = LedgerPane(_config(file), context)
    try:
        wanted = await _books(pane)
        for number in range(count):
            await _rest(pane, woken, wanted)
            amount = Decimal(number + 1) / 100
            wanted += amount
            with file.open("a", encoding="utf-8") as stream:
                stream.write("\n" + one_more("beancount", LAST, f"{amount:.2f}"))
            began = time.perf_counter()
            async with asyncio.timeout(LIMIT_S):
                while await _books(pane) != wanted:  # noqa: ASYNC110  # each reading is the question
                    await asyncio.sleep(0)
            times.append(time.perf_counter() - began)
        await _rest(pane, woken, wanted)
    finally:
        await pane.stop()
        await context.close()
    return times


async def _rest(pane: LedgerPane, woken: asyncio.Event, wanted: Decimal) -> None:
    """Read as often as the pane asks for it, until it asks no more; the figures stay the same."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            woken.clear()
            await asyncio.sleep(REST_S)
            began = time.perf_counter()
            assert await _books(pane) == wanted, "the whole journal says what its tail said"
            if not woken.is_set() and time.perf_counter() - began < REST_S / 100:
                return


async def _books(pane: LedgerPane) -> Decimal:
    """What the last month's books cost."""
    facts = (await pane.read()).facts
    assert isinstance(facts, LedgerFacts)
    month = facts.months[-1]
    [cell] = [
        one for one in facts.cells if one.account == BOOKS and one.month == month and one.currency == "EUR"
    ]
    return Decimal(cell.amount)


def _config(file: Path) -> LedgerConfig:
    return LedgerConfig(file=file, timeout=Duration(LIMIT_S))


def _context(file: Path, folder: Path, woken: asyncio.Event) -> Context:
    noon = datetime(LAST.year, LAST.month, LAST.day, 12, tzinfo=UTC)
    return Context(
        name="ledger",
        folder=file.parent,
        state_dir=folder / "state",
        cache_dir=folder / "cache",
        now=lambda: noon,
        monotonic=time.monotonic,
        on_wake=woken.set,
        on_progress=lambda text: None,
    )


if __name__ == "__main__":
    times = asyncio.run(measure(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
    print(msgspec.json.encode(times).decode())
