"""Cells and what opens of them: which transactions a cell is about, and how they are listed. Pure."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import PurePath

import msgspec

from devdash.api import Align, Block, Cell, Column, Level, Notice, Row, Table, Tone
from devdash_ledger import months
from devdash_ledger.amounts import EXACT, readable
from devdash_ledger.journal import Journal
from devdash_ledger.places import name_of
from devdash_ledger.register import Keyed, Register, Running, is_within, keyed

_MONTHS_OF_YEAR = 12
_WHERE, _OTHERS, _ACCOUNT = 3, 2, 1
"""What is left out first where room is short."""


class Address(msgspec.Struct, frozen=True):
    """What a cell is about.

    Attributes:
        account: the account; those below it count as well.
        currency: None: every one.
        first, last: the months, "YYYY-MM".
        carried: it is a balance: what was before the first month counts.
    """

    account: str
    currency: str | None
    first: str
    last: str
    carried: bool


def address(item: str, column: str, journal: Journal, current: str) -> Address | None:
    """The cell of the row `item` in `column`; None: it is no row of an account.

    A month is a month, "2026-01:2026-03" is several, a year its months up to `current`; any other
    column is about all months of `journal`.
    """
    found = _account(item, journal)
    if found is None:
        return None
    account, currency = found
    carried = all(one.type.is_balance for one in journal.series if is_within(one.account, account))
    first, last = _span(column, journal, current)
    return Address(account, currency, first, last, carried)


def _account(item: str, journal: Journal) -> tuple[str, str | None] | None:
    known: set[str] = set()
    for one in journal.series:
        parts = one.account.split(":")
        known.update(":".join(parts[:depth]) for depth in range(1, len(parts) + 1))
    for use in journal.currencies:
        account = item.removesuffix(f" {use.name}")
        if account != item and account in known:
            return account, use.name
    return (item, None) if item in known else None


def _span(column: str, journal: Journal, current: str) -> tuple[str, str]:
    if column.isdigit():
        last = months.text_of(int(column) * _MONTHS_OF_YEAR + _MONTHS_OF_YEAR - 1)
        return f"{int(column):04d}-01", min(last, current)
    first, _, last = column.partition(":")
    try:
        return months.text_of(months.parse(first)), months.text_of(months.parse(last or first))
    except ValueError:
        return journal.months[0], journal.months[-1]


def cell(found: Address, journal: Journal) -> dict[str, Decimal] | None:
    """What the figures have for a cell, by currency; None: they do not have all of its months."""
    if found.first not in journal.months or found.last not in journal.months:
        return None
    first, last = journal.months.index(found.first), journal.months.index(found.last)
    sums: dict[str, Decimal] = {}
    for one in journal.series:
        if is_within(one.account, found.account) and found.currency in (None, one.currency):
            for amount in one.amounts[last if found.carried else first : last + 1]:
                sums[one.currency] = EXACT.add(sums.get(one.currency, Decimal(0)), Decimal(amount))
    return sums


def blocks(
    found: Address,
    register: Register,
    journal: Journal,
    digits: Mapping[str, int],
    named: Callable[[str], str] = str,
) -> tuple[Block, ...]:
    """The transactions of a cell, a table for each currency; `named` makes keys of rows the journal's own."""
    files = {one.file for running in register.runnings for one in running.entries}
    folder = PurePath(journal.files[0]).parent
    names = {file: name_of(file, folder) for file in files}
    rows = keyed(register.runnings, folder, named)
    tables = [
        _table(found, running, own, names, digits.get(running.currency, 2))
        for running, own in zip(register.runnings, rows, strict=True)
    ]
    if not tables:
        tables = [_table(found, Running(found.currency or "", "0", (), 0, "0"), (), names, 2)]
    return (*_notices(found, register, journal), *tables)


def _notices(found: Address, register: Register, journal: Journal) -> tuple[Notice, ...]:
    if not register.complete:
        text = "Part of the journal cannot be read, and these transactions may lack something."
        return (Notice(Level.ATTENTION, text),)
    shown = cell(found, journal)
    sums = {one.currency: Decimal(one.closing) for one in register.runnings}
    if shown is None or all(sums.get(name, 0) == shown.get(name, 0) for name in {*sums, *shown}):
        return ()
    return (
        Notice(Level.ATTENTION, "The journal has changed since the figures were read.", "Read again (r)."),
    )


def _table(
    found: Address, running: Running, rows: Sequence[Keyed], names: Mapping[str, str], usual: int
) -> Table:
    amounts = [Decimal(text) for one in running.entries for text in (one.change, one.balance)]
    digits = max([usual, *(_fraction(one) for one in (*amounts, Decimal(running.opening)))])
    below = any(one.accounts != (found.account,) for one in running.entries)
    columns = (
        Column("Date"),
        Column(""),
        Column("Payee, narration", shrink=True),
        *((Column("Account", priority=_ACCOUNT, shrink=True, tail=True),) if below else ()),
        Column("With", priority=_OTHERS, shrink=True, tail=True),
        Column("Where", priority=_WHERE),
        Column("Amount", Align.RIGHT),
        Column("Balance", Align.RIGHT),
    )
    listed = [_row(found, one, names, digits, below=below) for one in rows]
    if found.carried or running.left_out:
        listed.insert(0, _opening(running, len(columns), digits))
    return Table(columns, tuple(listed), empty="No transactions.", heading=_heading(found, running))


def _heading(found: Address, running: Running) -> str:
    span = months.title(found.last)
    if found.first != found.last:
        span = f"{months.title(found.first)} – {span}"
    count = len(running.entries)
    rest = f" · the last {count} of {count + running.left_out}" if running.left_out else ""
    return " · ".join(part for part in (found.account, running.currency, span) if part) + rest


def _opening(running: Running, width: int, digits: int) -> Row:
    before = f"{running.left_out} before these" if running.left_out else "before"
    cells = [Cell() for _ in range(width)]
    cells[2] = Cell(before, Tone.DIM)
    cells[-1] = Cell(readable(Decimal(running.opening), digits), Tone.DIM)
    return Row(f"before:{running.currency}", tuple(cells))


def _row(found: Address, one: Keyed, names: Mapping[str, str], digits: int, *, below: bool) -> Row:
    entry = one.entry
    own = ", ".join(account.removeprefix(found.account + ":") for account in entry.accounts)
    where = f"{names[entry.file]}:{entry.line}" if entry.file else ""
    return Row(
        one.key,
        (
            Cell(entry.day),
            Cell(entry.flag, Tone.WARN if entry.flag == "!" else Tone.DIM),
            Cell(entry.text),
            *((Cell(own, Tone.DIM),) if below else ()),
            Cell(_first(entry.others), Tone.DIM),
            Cell(where, Tone.DIM),
            Cell(readable(Decimal(entry.change), digits)),
            Cell(readable(Decimal(entry.balance), digits)),
        ),
    )


def _first(accounts: Sequence[str]) -> str:
    """One account, and how many more there are."""
    more = f" +{len(accounts) - 1}" if len(accounts) > 1 else ""
    return f"{accounts[0]}{more}" if accounts else ""


def _fraction(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
