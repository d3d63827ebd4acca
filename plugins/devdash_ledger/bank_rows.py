"""A bank's file read by its table: rows with a date and an amount, and what could not be read."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise

import msgspec

from devdash.api import PaneError
from devdash_ledger.bank_config import Bank, Direction, Place
from devdash_ledger.bank_text import Line, decode, lines
from devdash_ledger.bank_values import SIGNS, Money, day, money

MAX_TEXT = 300
"""Characters of payee and narration that are kept."""
MAX_COMPLAINTS = 50

_Cells = Callable[[str], str]
"""The text of the column that a setting names; empty when it names none."""


class BankRow(msgspec.Struct, frozen=True):
    """One movement on the account.

    Attributes:
        line: where it stands in the file, from 1.
        date: the booking date, ISO-8601.
        amount: a decimal as text; positive: it came in.
        currency: of the amount.
        payee: who it was; may be empty.
        narration: what it was for; may be empty.
        id: the same for the same movement in every export; see `identified`.
        twin: how many equal rows stand before it in the file.
    """

    line: int
    date: str
    amount: str
    currency: str
    payee: str
    narration: str
    id: str
    twin: int = 0

    @property
    def value(self) -> Decimal:
        """The amount as a number."""
        return Decimal(self.amount)


class Complaint(msgspec.Struct, frozen=True):
    """A row that could not be read.

    Attributes:
        line: where it stands, from 1.
        text: why, without what stands in it.
    """

    line: int
    text: str


class Statement(msgspec.Struct, frozen=True):
    """A bank's file.

    Attributes:
        rows: in the file's order.
        complaints: the first rows that could not be read.
        complaint_count: how many there are in all.
        balance: None: there is no balance column; else whether each balance is the
            one before it and the row's amount.
    """

    rows: tuple[BankRow, ...]
    complaints: tuple[Complaint, ...] = ()
    complaint_count: int = 0
    balance: bool | None = None


class _Unread(Exception):
    """Why a row cannot be read."""


class _Found(msgspec.Struct, frozen=True):
    row: BankRow
    balance: Decimal | None


def read(data: bytes, bank: Bank) -> Statement:
    """The movements of a file. Up to some seconds for the largest: run it in a worker or a thread.

    Raises:
        PaneError: it is no such file: too large, no text, a quote left open, a column missing.
    """
    found = list(lines(decode(data, bank.encoding), bank.delimiter, bank.skip))
    if not found:
        raise PaneError("the file has no rows", "look at skip and delimiter in the bank's table")
    heading = _heading(found.pop(0).cells) if bank.headings else ()
    columns = _columns(bank, heading, found)
    width = len(heading) if bank.headings else max(columns.values()) + 1
    rows: list[_Found] = []
    complaints: list[Complaint] = []
    for line in found:
        try:
            rows.append(_row(line, bank, columns, width))
        except _Unread as error:
            complaints.append(Complaint(line.number, str(error)))
    return Statement(
        rows=identified([one.row for one in rows], bank.account),
        complaints=tuple(complaints[:MAX_COMPLAINTS]),
        complaint_count=len(complaints),
        balance=_balanced(rows) if bank.balance is not None and not complaints else None,
    )


def _heading(cells: Sequence[str]) -> Sequence[str]:
    """Without the empty columns that a delimiter at the line's end makes."""
    last = max((at for at, cell in enumerate(cells) if cell.strip()), default=-1)
    return cells[: last + 1]


def _columns(bank: Bank, heading: Sequence[str], found: Sequence[Line]) -> dict[str, int]:
    names = [one.strip() for one in heading]
    width = max((len(line.cells) for line in found), default=len(names))
    return {key: _index(key, place, names, width) for key, place in bank.places()}


def _index(key: str, place: Place, names: Sequence[str], width: int) -> int:
    if isinstance(place, int):
        if place > (len(names) or width):
            raise PaneError(f"{key} = {place}: the file has {len(names) or width} columns")
        return place - 1
    count = names.count(place.strip())
    if count == 1:
        return names.index(place.strip())
    if count:
        raise PaneError(
            f'{key}: {count} columns are headed "{place}"',
            f"give its position instead, such as {key} = {names.index(place.strip()) + 1}",
        )
    shown = ", ".join(f'"{name}"' for name in names[:12])
    raise PaneError(f'{key}: no column is headed "{place}"', f"the headings are {shown}")


def _row(line: Line, bank: Bank, columns: dict[str, int], width: int) -> _Found:
    cells = line.cells
    if len(cells) < width:
        raise _Unread(f"has {len(cells)} of {width} columns")
    if any(cell.strip() for cell in cells[width:]) and bank.headings:
        raise _Unread(f"has {len(cells)} columns instead of {width}")

    def cell(key: str) -> str:
        return cells[columns[key]] if key in columns else ""

    when = day(cell("date"), bank.date_format)
    if when is None:
        raise _Unread("has no date of the form in date_format")
    amount = _amount(cell, bank)
    beside, column = _commodity(amount.currency, bank), _commodity(cell("currency_column").strip(), bank)
    currency = column or beside or bank.currency
    if currency != bank.currency and not re.fullmatch(r"[A-Z][A-Z0-9'._-]{0,23}", currency):
        raise _Unread("has no currency in its column")
    if beside and beside != currency:
        raise _Unread("has two currencies")
    if not column and currency != bank.currency:
        raise _Unread(f"is in another currency than {bank.currency}")
    balance = _cell_money(cell("balance"), bank, "balance") if cell("balance").strip() else None
    row = BankRow(
        line=line.number,
        date=when.isoformat(),
        amount=format(amount.amount, "f"),
        currency=currency,
        payee=clean(cell("payee")),
        narration=clean(cell("narration")),
        id="",
    )
    return _Found(row, balance.amount if balance else None)


def _commodity(code: str, bank: Bank) -> str:
    """What the journal calls a currency of the file: a bank says EUR where a journal may write €."""
    return bank.currency if code and SIGNS.get(bank.currency) == code else code


def _amount(cell: _Cells, bank: Bank) -> Money:
    if bank.amount is None:
        return _halves(cell, bank)
    found = _cell_money(cell("amount"), bank, "amount")
    if bank.direction is None:
        return found if bank.positive is not Direction.OUT else Money(0 - found.amount, found.currency)
    word = cell("direction").strip()
    if word not in (*bank.incoming, *bank.outgoing):
        raise _Unread("has a word in direction that is neither in incoming nor in outgoing")
    if found.amount < 0:
        raise _Unread("has a minus beside a word for its direction")
    return found if word in bank.incoming else Money(0 - found.amount, found.currency)


def _halves(cell: _Cells, bank: Bank) -> Money:
    """One of debit and credit, the other being empty or zero."""
    sides = [
        _cell_money(cell(key), bank, key) if cell(key).strip() else Money(Decimal(0))
        for key in ("debit", "credit")
    ]
    if not cell("debit").strip() and not cell("credit").strip():
        raise _Unread("has neither debit nor credit")
    debit, credit = sides
    if debit.amount and credit.amount:
        raise _Unread("has both debit and credit")
    if debit.amount and (debit.amount < 0) is not bank.debit_minus:
        raise _Unread("has a minus in debit" if debit.amount < 0 else "has no minus in debit")
    if debit.amount:
        return Money(-abs(debit.amount), debit.currency)
    return credit


def _cell_money(text: str, bank: Bank, key: str) -> Money:
    found = money(text, bank.decimal, bank.thousands)
    if found is None:
        raise _Unread(f"has no amount of that form in {key}")
    return found


def clean(text: str) -> str:
    """One line of what can be printed, of `MAX_TEXT` characters at the most."""
    kept = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(kept.split())[:MAX_TEXT]


def identified(rows: Sequence[BankRow], account: str) -> tuple[BankRow, ...]:
    """Each row with its id: a digest of account, date, amount, currency and texts, and a count of equals.

    Banks give few usable ids; equal rows of a day (two coffees) are told apart by their order.
    """
    seen: Counter[str] = Counter()
    found: list[BankRow] = []
    for row in rows:
        amount = format(row.value.normalize(), "f")
        parts = (account, row.date, amount, row.currency, row.payee, row.narration)
        digest = hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:16]
        twin = seen[digest]
        seen[digest] += 1
        found.append(
            msgspec.structs.replace(row, id=digest if not twin else f"{digest}-{twin + 1}", twin=twin)
        )
    return tuple(found)


def _balanced(rows: Sequence[_Found]) -> bool:
    """Whether the balances follow from each other, oldest first or newest first."""
    steps = [(one.balance, one.row.value) for one in rows]
    return _runs(steps) or _runs(steps[::-1])


def _runs(steps: Sequence[tuple[Decimal | None, Decimal]]) -> bool:
    return all(
        before is not None and after is not None and before + amount == after
        for (before, _), (after, amount) in pairwise(steps)
    )
