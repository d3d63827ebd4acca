"""One bank's table, `[panes.ledger.banks.NAME]`: how the columns of its CSV files are to be read.

What decides about money (date format, decimal sign, which way a positive amount goes) has no
default: a wrong default would read a file without complaint, and wrongly.
"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import chain

import msgspec

from devdash.api import ConfigProblem

Place = str | int
"""A column: its heading, or its position from 1."""

# beancount's grammar, docs "Beancount Language Syntax", Accounts
_ACCOUNT = re.compile(r"[^\W\d_][^\s;:\"]*(?::[^\s;:\"]+)+")
_CURRENCY = re.compile(r"[A-Z][A-Z0-9'._-]{0,22}[A-Z0-9]|[A-Z]")
# ledger and hledger: two spaces end a name, ";" begins a comment
_ANY_ACCOUNT = re.compile(r"[^\W\d_](?:[^\s;\"]| (?! ))*(?<![\s:])")
_ANY_CURRENCY = re.compile(r"[^\d\s;\"][^;\"\n]{0,30}")
_IMPORTER = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*:[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_DIRECTIVE = re.compile(r"%(.)")
_KNOWN = frozenset("YymdbBHMSf")


class Direction(StrEnum):
    """Which way the money of a positive amount went, seen from the account."""

    IN = "in"
    OUT = "out"


class Encoding(StrEnum):
    """How the file's letters are written."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    LATIN_1 = "latin-1"
    CP1252 = "cp1252"


class Bank(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one bank writes its CSV files.

    Attributes:
        account: the journal's account that the file is a statement of.
        currency: of the amounts, where the file does not say.
        date: the column of the booking date.
        date_format: as `datetime.strptime` has it; of %Y %y %m %d %b %B %H %M %S %f.
        importer: "module:attribute", an importer of beangulp that reads the file instead of all this.
        amount: the column of the signed amount; else `debit` and `credit`.
        positive: which way a positive amount went; needed with `amount` (without `direction`).
        debit: the column of what went out; a minus in it is refused unless `debit_minus`.
        credit: the column of what came in; a minus in it means it went out.
        debit_minus: amounts in `debit` carry their minus themselves.
        direction: a column that says in words which way `amount` went.
        incoming: the words in `direction` for what came in.
        outgoing: the words in `direction` for what went out.
        decimal: the sign before the decimals, "." or ",".
        thousands: the sign between groups of three digits; empty: there is none.
        payee: the column of who it was.
        narration: the column of what it was for.
        balance: the column of the balance after the row; checked when named.
        currency_column: the column of the currency.
        delimiter: the sign between columns.
        skip: lines before the heading (or before the first row, without headings).
        headings: there is a line of headings.
        encoding: found out when absent: UTF-8 or UTF-16 by its mark, else UTF-8, else Windows-1252.
        window: days that a posting in the journal may lie beside a row and still be the same.
        predict: ask smart_importer, which must be installed, where history suggests no account (beancount).
        other: the account for rows for which history suggests none; empty: such rows wait for a person.
    """

    account: str = ""
    currency: str = ""
    date: Place = ""
    date_format: str = ""
    decimal: str = ""
    importer: str = ""
    amount: Place | None = None
    positive: Direction | None = None
    debit: Place | None = None
    credit: Place | None = None
    debit_minus: bool = False
    direction: Place | None = None
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    thousands: str = ""
    payee: Place | None = None
    narration: Place | None = None
    balance: Place | None = None
    currency_column: Place | None = None
    delimiter: str = ","
    skip: int = 0
    headings: bool = True
    encoding: Encoding | None = None
    window: int = 3
    predict: bool = False
    other: str = ""

    def places(self) -> Iterator[tuple[str, Place]]:
        """The settings that name a column, and the column."""
        named: tuple[tuple[str, Place | None], ...] = (
            ("date", self.date),
            ("amount", self.amount),
            ("debit", self.debit),
            ("credit", self.credit),
            ("direction", self.direction),
            ("payee", self.payee),
            ("narration", self.narration),
            ("balance", self.balance),
            ("currency_column", self.currency_column),
        )
        yield from ((key, place) for key, place in named if place is not None)


_NONE = Bank()


def bank_problems(bank: Bank, at: str, *, plain: bool = True) -> Iterable[ConfigProblem]:
    """What is wrong with a bank's table beyond types.

    Args:
        at: its dotted key.
        plain: every journal is of beancount; the others call accounts and commodities nearly anything.
    """
    if bank.importer:
        yield from (ConfigProblem(f"{at}.{key}", message) for key, message in _importer(bank, plain=plain))
        return
    found = (_names(bank, plain=plain), _texts(bank), _signs(bank), _amounts(bank), _columns(bank))
    for key, message in chain.from_iterable(found):
        yield ConfigProblem(f"{at}.{key}", message)


def _importer(bank: Bank, *, plain: bool) -> Iterator[tuple[str, str]]:
    """The importer says the account and all about columns; what is left is a person's to say."""
    if not _IMPORTER.fullmatch(bank.importer):
        yield "importer", 'must be "module:attribute", such as "importers.giro:Importer"'
    for key in (
        name for name in bank.__struct_fields__ if name not in ("importer", "other", "predict", "window")
    ):
        if getattr(bank, key) != getattr(_NONE, key):
            yield key, "is the importer's to say; leave it out"
    yield from _other(bank, _ACCOUNT if plain else _ANY_ACCOUNT)
    yield from _window(bank)


def _other(bank: Bank, account: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    if bank.other and not account.fullmatch(bank.other):
        yield "other", 'must be an account of the journal, such as "Expenses:Unknown"'


def _window(bank: Bank) -> Iterator[tuple[str, str]]:
    if not 0 <= bank.window <= 31:
        yield "window", "must be 0 to 31 days"


def _names(bank: Bank, *, plain: bool) -> Iterator[tuple[str, str]]:
    account, currency = (_ACCOUNT, _CURRENCY) if plain else (_ANY_ACCOUNT, _ANY_CURRENCY)
    if not account.fullmatch(bank.account):
        yield "account", 'must be an account of the journal, such as "Assets:Bank:Checking"'
    yield from _other(bank, account)
    if not currency.fullmatch(bank.currency):
        yield "currency", 'must be a currency as the journal writes it, such as "EUR"'


def _texts(bank: Bank) -> Iterator[tuple[str, str]]:
    if not bank.date:
        yield "date", "is needed: the column of the booking date"
    used = _DIRECTIVE.findall(bank.date_format)
    if not set(used) <= _KNOWN:
        yield "date_format", "knows %Y %y %m %d %b %B %H %M %S %f, and no other"
    elif len({"Y", "y"} & set(used)) != 1 or "d" not in used or len({"m", "b", "B"} & set(used)) != 1:
        yield "date_format", 'must have one year, one month and one day, such as "%d.%m.%Y"'
    elif len(used) != len(set(used)):
        yield "date_format", "must not have a part twice"


def _signs(bank: Bank) -> Iterator[tuple[str, str]]:
    if bank.decimal not in (".", ","):
        yield "decimal", 'must be "." or ","'
    if bank.thousands not in ("", ".", ",", " ", "'"):
        yield "thousands", 'must be "", ".", ",", " " or "\'"'
    elif bank.thousands == bank.decimal:
        yield "thousands", "must be another sign than decimal"
    if len(bank.delimiter) != 1 or bank.delimiter in '"\r\n\0 ' or bank.delimiter.isalnum():
        yield "delimiter", 'must be one sign, such as "," ";" or "\\t"'
    if bank.skip < 0:
        yield "skip", "must be 0 or more"
    yield from _window(bank)


def _amounts(bank: Bank) -> Iterator[tuple[str, str]]:
    halves = bank.debit is not None or bank.credit is not None
    if (bank.amount is not None) is halves:
        yield "amount", "needs either amount, or debit and credit"
    elif halves and (bank.debit is None or bank.credit is None):
        yield "debit", "needs both, debit and credit"
    if bank.direction is not None:
        if bank.amount is None:
            yield "direction", "goes with amount only"
        if not bank.incoming or not bank.outgoing or set(bank.incoming) & set(bank.outgoing):
            yield "direction", 'needs incoming = ["…"] and outgoing = ["…"], the words in that column'
    elif bank.amount is not None and bank.positive is None:
        yield "positive", '"in": a positive amount is money that came in; "out": that went out'


def _columns(bank: Bank) -> Iterator[tuple[str, str]]:
    seen: dict[Place, str] = {}
    for key, place in bank.places():
        if isinstance(place, int) and place < 1:
            yield key, "counts columns from 1"
        elif isinstance(place, str) and not bank.headings:
            yield key, "is a position from 1 where the file has no headings"
        elif place in seen and {key, seen[place]} != {"payee", "narration"}:
            yield key, f"is the same column as {seen[place]}"
        seen.setdefault(place, key)
