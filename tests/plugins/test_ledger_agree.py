"""Three readers, one answer: on a large journal, beside beancount's own conversion; and programs hang."""

import asyncio
import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from ledger_journals import MakeContext, journal, pane, real, write

from bench.ledger_journals import journals
from devdash_ledger import months
from devdash_ledger.journal import Format, Journal
from devdash_ledger.prices import Price, PriceBook
from devdash_ledger.worth import last_day


def load(file: Path, language: Format, last: str, count: int) -> Journal:
    """The journal as the pane would get it, in euros."""
    return journal(file, last, count, language, "EUR")


@pytest.mark.timeout(240)  # of computing: on a machine that is busy with other things it takes long
def test_ten_thousand_transactions_are_the_same_in_three_languages(
    needs: Callable[[str], str], tmp_path: Path
) -> None:
    """Each cell, each converted cell and each month's worth, whichever program read them."""
    needs("ledger")
    needs("hledger")
    told = []
    for name, text in journals(10_000).items():
        read = load(write(tmp_path, text, f"j.{name}"), Format(name), "2023-12", 0)
        assert not read.errors and len(read.months) == 121
        cells = {
            (one.account, one.currency, month): (Decimal(amount), value and Decimal(value))
            for one in read.series
            for month, amount, value in zip(read.months, one.amounts, one.converted, strict=True)
        }
        worth = [(Decimal(one.net_worth), Decimal(one.income), one.savings_rate) for one in read.worth]
        told.append((cells, worth))
    assert len(told[0][0]) > 2_000
    assert told[0] == told[1] == told[2]


def test_converted_cells_are_beancounts_own() -> None:
    """On beancount's own example, where a pair has prices, each cell is what beancount converts it to."""
    from beancount import loader
    from beancount.core.amount import Amount
    from beancount.core.convert import convert_amount
    from beancount.core.prices import build_price_map

    file = real("beancount-example.beancount")
    prices = build_price_map(loader.load_file(str(file))[0])  # type: ignore[no-untyped-call]  # beancount has no types
    converted = journal(file, "2015-06", 12, currency="USD")
    compared = 0
    for one in converted.series:
        for month, amount, value in zip(converted.months, one.amounts, one.converted, strict=True):
            day = last_day(months.parse(month))
            own = convert_amount(Amount(Decimal(amount), one.currency), "USD", prices, day)  # type: ignore[no-untyped-call]
            if own.currency == "USD":
                assert value is not None and own.number is not None
                assert abs(Decimal(value) - own.number) < Decimal("1e-7")
                compared += one.currency != "USD"
            else:
                assert value is None
    assert compared > 30


def test_a_price_holds_from_its_day_on() -> None:
    """Inclusive, the last one of a day, turned round where need be, and none before the first."""
    book = PriceBook(
        [
            Price(date(2026, 1, 31), "CHF", "EUR", Decimal("1.1")),
            Price(date(2026, 2, 10), "CHF", "EUR", Decimal("1.2")),
            Price(date(2026, 2, 10), "CHF", "EUR", Decimal("1.25")),
        ]
    )
    ten = Decimal(10)
    assert book.convert(ten, "CHF", "EUR", date(2026, 1, 30)) is None
    assert book.convert(ten, "CHF", "EUR", date(2026, 1, 31)) == 11
    assert book.convert(ten, "CHF", "EUR", date(2026, 2, 9)) == 11
    assert book.convert(ten, "CHF", "EUR", date(2026, 2, 10)) == Decimal("12.5")
    assert book.convert(ten, "EUR", "CHF", date(2026, 3, 1)) == 8
    assert book.convert(ten, "USD", "EUR", date(2026, 3, 1)) is None


@pytest.mark.parametrize("name", ["ledger", "hledger"])
async def test_a_program_that_hangs_is_ended_with_all_it_started(
    context: MakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """With the reading end the program and its children; were one to live on, this would not end."""
    marks = tmp_path / "pids"
    marks.mkdir()
    program = write(tmp_path, f"#!/bin/sh\nsleep 600 &\ntouch {marks}/$$ {marks}/$!\nwait\n", f"bin/{name}")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    file = write(tmp_path, "2026-01-01 x\n  A  1 EUR\n  B\n", f"a.{name}")
    reading = asyncio.create_task(pane(context, file).read())
    while len(list(marks.iterdir())) < 2:
        assert not reading.done()
        await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    while any(alive(int(mark.name)) for mark in marks.iterdir()):
        await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
