"""Enter on a cell: the transactions that its amount is made of, whichever program reads the journal."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_journals import EXAMPLE, SHOP, MakeContext, pane, real, write

from devdash.api import Notice, PaneError, Row, Table
from devdash_ledger import months, register_worker, worker
from devdash_ledger.book import Book
from devdash_ledger.config import LedgerConfig
from devdash_ledger.journal import Format, Journal, Window
from devdash_ledger.passage import lines_of, passage
from devdash_ledger.register import Head, Move, Register, RegisterRequest, register_of
from devdash_ledger.register_view import Address, address, cell


async def journal_of(context: MakeContext, file: Path, language: Format, last: str, count: int) -> Journal:
    """The journal as the pane gets it."""
    config = LedgerConfig(file=file, format=language)
    return (await Book(file, config, context(name="ledger")).read(Window(last, count))).journal


def listed(file: Path, language: Format, at: Address, *, virtual: bool = True) -> Register:
    """The register of a cell, as its worker tells it."""
    asked = RegisterRequest(
        str(file), language, at.account, at.currency, at.first, at.last, at.carried, virtual
    )
    return msgspec.convert(register_worker.register(**msgspec.to_builtins(asked)), Register)


def parents(journal: Journal) -> Iterator[str]:
    """Every account and every parent of one."""
    names = {one.account for one in journal.series}
    yield from sorted({":".join(n.split(":")[:k]) for n in names for k in range(1, n.count(":") + 2)})


def disagreeing(file: Path, language: Format, journal: Journal, every: int) -> list[str]:
    """Cells whose register ends with another amount, of every so many of the cells with a posting."""
    wrong = []
    for account in list(parents(journal))[::every]:
        for column in (journal.months[-1], journal.months[len(journal.months) // 2], "trend"):
            at = address(account, column, journal, journal.months[-1])
            assert at is not None
            shown = {name: amount for name, amount in (cell(at, journal) or {}).items() if amount}
            found = listed(file, language, at)
            ends = {one.currency: Decimal(one.closing) for one in found.runnings if Decimal(one.closing)}
            if ends != shown:
                wrong.append(f"{account} {column}: {ends} for {shown}")
            for running in found.runnings:
                balance = Decimal(running.opening)
                for one in running.entries:
                    balance += Decimal(one.change)
                    assert Decimal(one.balance) == balance
                    assert at.first <= one.day[:7] <= at.last
    return wrong


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal that is asked for a hundred cells is loaded by beancount once."""
    monkeypatch.setattr(worker, "load_uncached", cache(worker.load_uncached))


@pytest.mark.parametrize(
    ("name", "language", "last", "every"),
    [
        ("beancount-example.beancount", Format.BEANCOUNT, "2015-06", 3),
        ("fava-errors.beancount", Format.BEANCOUNT, "2020-01", 1),
        ("ledger-drewr3.dat", Format.LEDGER, "2011-12", 2),
        ("ledger-sample.dat", Format.LEDGER, "2004-06", 2),
        ("hledger-sample.journal", Format.HLEDGER, "2008-12", 3),
    ],
)
async def test_the_last_balance_is_the_cells_amount(
    once: None,
    context: MakeContext,
    needs: Callable[[str], str],
    name: str,
    language: Format,
    last: str,
    every: int,
) -> None:
    """On journals that nobody here wrote, for parents too, for a month and for all of them."""
    if language is not Format.BEANCOUNT:
        needs(str(language))
    journal = await journal_of(context, real(name), language, last, 8)
    assert journal.series
    assert disagreeing(real(name), language, journal, every) == []


async def test_the_example_agrees_as_well(once: None, context: MakeContext) -> None:
    """With pads, lots and plug-ins."""
    journal = await journal_of(context, EXAMPLE, Format.BEANCOUNT, "2026-11", 6)
    assert disagreeing(EXAMPLE, Format.BEANCOUNT, journal, 2) == []


ODD = """\
account assets:bank  ; type: A

= expenses:food
    (assets:envelope)  *-1

2026-01-03=2026-02-01 (12) Old bread | white  ; a note
    expenses:food      4.00 EUR
    assets:bank        10 X @ 0.10 EUR
    assets:bank:deep  -5.00 EUR

2026-02-02 ! late
    expenses:food      1.005 EUR
    [assets:goal]      1 EUR
    [assets:rest]     -1 EUR
    assets:bank
"""


@pytest.mark.parametrize("language", [Format.LEDGER, Format.HLEDGER])
@pytest.mark.parametrize("virtual", [True, False])
async def test_automated_and_virtual_postings_count_as_in_the_cells(
    context: MakeContext, needs: Callable[[str], str], tmp_path: Path, language: Format, virtual: bool
) -> None:
    """Also lots, dates for another purpose, and more decimals than are usual."""
    needs(str(language))
    text = (
        ODD
        if language is Format.HLEDGER
        else ODD.replace("*-1", "-1").replace("account assets:bank  ; type: A\n", "")
    )
    file = write(tmp_path, text, "a.journal")
    config = LedgerConfig(file=file, format=language, virtual=virtual)
    journal = (await Book(file, config, context(name="ledger")).read(Window("2026-02", 2))).journal
    assert journal.complete and ("assets:goal" in {one.account for one in journal.series}) is virtual
    for account in parents(journal):
        for month in journal.months:
            at = address(account, month, journal, "2026-02")
            assert at is not None
            found = listed(file, language, at, virtual=virtual)
            ends = {one.currency: Decimal(one.closing) for one in found.runnings if Decimal(one.closing)}
            assert ends == {name: amount for name, amount in (cell(at, journal) or {}).items() if amount}
    [food] = listed(file, language, Address("expenses:food", "EUR", "2026-01", "2026-02", False)).runnings
    assert [(one.day, one.flag, one.line) for one in food.entries] == [
        (
            "2026-01-03",
            "",
            text.split("\n").index("2026-01-03=2026-02-01 (12) Old bread | white  ; a note") + 1,
        ),
        ("2026-02-02", "!", text.split("\n").index("2026-02-02 ! late") + 1),
    ]
    assert "assets:bank" in food.entries[0].others


AMOUNTS = st.decimals(-1000, 1000, places=3)
ACCOUNTS = st.sampled_from(["A", "A:B", "A:B:C", "A:Bx", "D"])
MOVES = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 40), ACCOUNTS, st.sampled_from(["EUR", "USD"]), AMOUNTS)
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(MOVES, st.sampled_from(["A", "A:B", "D"]), st.booleans(), st.sampled_from([None, "EUR"]))
def test_a_register_carries_sums_and_leaves_nothing_out(
    postings: list[tuple[int, int, str, str, Decimal]], account: str, carried: bool, currency: str | None
) -> None:
    """On any postings in any order: the closing balance is their plain sum, and each row adds up."""
    start = months.parse("2026-01")
    moves = [
        Move(
            Head(number, "*", "x", "", 0),
            f"{months.text_of(start + day // 10)}-{day % 10 + 1:02d}",
            name,
            unit,
            amount,
        )
        for number, day, name, unit, amount in postings
    ]
    asked = RegisterRequest("", Format.LEDGER, account, currency, "2026-02", "2026-03", carried)
    found = register_of(iter(moves), asked)
    for running in found.runnings:
        own = [
            move
            for move in moves
            if (move.account == account or move.account.startswith(account + ":"))
            and move.currency == running.currency
            and (move.day[:7] >= "2026-02" or carried)
            and move.day[:7] <= "2026-03"
        ]
        assert Decimal(running.closing) == sum(move.number for move in own)
        last = running.entries[-1].balance if running.entries else running.opening
        assert Decimal(last) == Decimal(running.closing)
        days = [one.day for one in running.entries]
        assert days == sorted(days)
        assert len(running.entries) == len({(m.day, m.head.number) for m in own if m.day >= "2026-02"})


def rows_of(blocks: object) -> tuple[Row, ...]:
    """The rows of the only table."""
    assert isinstance(blocks, tuple)
    [table] = [block for block in blocks if isinstance(block, Table)]
    return table.rows


async def test_enter_on_a_cell_lists_its_transactions(context: MakeContext, tmp_path: Path) -> None:
    """The balance carried over, each transaction with its place and text, the last balance the cell's."""
    ledger = pane(context, write(tmp_path, SHOP), "2026-10-20")
    await ledger.read()
    opened = rows_of(await ledger.open("Assets EUR", "2026-10"))
    assert [[cell.text for cell in row.cells] for row in opened] == [
        ["", "", "before", "", "", "", "", "100.00"],
        ["2026-10-05", "*", "Bread", "Cash", "Expenses:Food", "main.beancount:9", "−4.00", "96.00"],
    ]
    assert opened[1].key.startswith("entry:main.beancount:9#")
    spent = rows_of(await ledger.open("Expenses:Food EUR", "2026"))
    assert [row.cells[-1].text for row in spent] == ["4.00"]
    assert rows_of(await ledger.open("Expenses:Food EUR", "trend"))[0].key == spent[0].key
    assert rows_of(await ledger.open("Expenses:Food EUR", "2026-09")) == ()
    assert await ledger.open("error:main.beancount:3", "2026-10") is None


async def test_a_journal_that_changed_meanwhile_is_said(context: MakeContext, tmp_path: Path) -> None:
    """The list is of the file as it is now, and does not end with the figure that stands above it."""
    file = write(tmp_path, SHOP)
    ledger = pane(context, file, "2026-10-20")
    await ledger.read()
    file.write_text(SHOP.replace("4.00", "5.00"))
    opened = await ledger.open("Assets:Cash EUR", "2026-10")
    assert opened is not None
    assert isinstance(opened[0], Notice) and "has changed" in opened[0].text


@pytest.mark.parametrize(
    ("name", "text"), [("a.dat", "2026-01-01 x\n  A  1 EUR\n"), ("a.journal", "2026 x\n")]
)
async def test_a_journal_that_cannot_be_read_now_says_where(
    context: MakeContext, needs: Callable[[str], str], tmp_path: Path, name: str, text: str
) -> None:
    """Not an empty list."""
    needs("ledger" if name == "a.dat" else "hledger")
    file = write(tmp_path, "2026-01-01 x\n  A  1 EUR\n  B\n", name)
    ledger = pane(context, file, "2026-01-20")
    await ledger.read()
    file.write_text(text)
    with pytest.raises(PaneError, match=r"^a\.\w+:\d"):
        await ledger.open("A EUR", "2026-01")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_passage_is_a_head_and_what_is_indented_below_it(end: str) -> None:
    """Its mark knows an edit in any of its lines, and no other; line ends are not its business."""
    text = "; a\n2026-01-01 * x\n  A  1 EUR\n\tB\n\n2026-01-02 y\n  A  2 EUR"
    lines = lines_of(text.replace("\n", end).encode())
    found = passage(lines, 2)
    assert found is not None and found.head == b"2026-01-01 * x"
    assert found.content == f"2026-01-01 * x{end}  A  1 EUR{end}\tB".encode()
    assert found.mark == getattr(passage(lines_of(text.encode()), 2), "mark", "")
    for other in (text.replace("1 EUR", "3 EUR"), text.replace("* x", "! x"), text.replace("\tB", "\tC")):
        assert getattr(passage(lines_of(other.encode()), 2), "mark", "") != found.mark
    assert getattr(passage(lines_of(text.replace("y", "z").encode()), 2), "mark", "") == found.mark
    last = passage(lines, 6)
    assert last is not None and last.content.endswith(b"2 EUR")
    assert [passage(lines, line) for line in (0, 1, 3, 5, 8)] == [None] * 5
