"""A bank's file read by an importer of the person's own, as beangulp defines them. Runs in the worker only.

beangulp itself is not imported: what has `identify`, `account` and `extract` is an importer. It is code
that the settings name; it runs as the person, and only when a file of its bank is imported.
"""

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol, cast

import msgspec

from devdash.api import PaneError
from devdash_ledger.bank_rows import MAX_COMPLAINTS, BankRow, Complaint, Statement, clean, identified

if TYPE_CHECKING:
    from beancount.core.data import Directives, Posting, Transaction


class Importer(Protocol):
    """What beangulp calls so, as far as it is needed."""

    def identify(self, filepath: str, /) -> bool:
        """Whether it can read the file."""
        ...

    def account(self, filepath: str, /) -> str:
        """Whose statement the file is."""
        ...

    def extract(self, filepath: str, existing: "Directives", /) -> "Directives":
        """What it says."""
        ...


class Extracted(msgspec.Struct, frozen=True):
    """A file as an importer read it.

    Attributes:
        account: whose statement it is.
        statement: its rows.
        others: the account of the other posting by the row's id, where the importer gave one.
    """

    account: str
    statement: Statement
    others: Mapping[str, str]


class _Unfit(Exception):
    """Why a transaction is no row."""


def extracted(spec: str, folder: str, file: str, existing: "Directives") -> Extracted:
    """What the importer `spec` reads in `file`.

    Args:
        spec: "module:attribute", the attribute being an importer, a class or function that
            makes one, or a list of these.
        folder: where the module may lie, after all that is installed; empty: nowhere else.
        file: absolute.
        existing: the journal's entries; empty where it is not of beancount.

    Raises:
        PaneError: there is no such importer, none knows the file, or it says nothing of use.
    """
    importer = _that_knows(_importers(spec, folder), spec, file)
    account = str(importer.account(file) or "")
    if not account:
        raise PaneError(f"{spec} names no account for the file")
    return _rows(account, importer.extract(file, existing) or [])


def _importers(spec: str, folder: str) -> list[Importer]:
    name, _, attribute = spec.partition(":")
    if folder and folder not in sys.path:
        sys.path.append(folder)
    try:
        found: object = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            where = f"or lie in {folder}" if folder else 'and with trust = "ask" it must not lie beside it'
            raise PaneError(f"there is no module {name}", f"it must be installed, {where}") from error
        hint = f"install it, such as: pip install {error.name}"
        raise PaneError(f"{name} needs the module {error.name}", hint) from error
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise PaneError(f"{name} has no {attribute}", "correct importer in the bank's table")
        found = getattr(found, part)
    return [_made(one, spec) for one in (found if isinstance(found, list | tuple) else [found])]


def _made(found: object, spec: str) -> Importer:
    """An importer, where `found` is one or makes one."""
    if isinstance(found, type) or (callable(found) and not hasattr(found, "extract")):
        found = cast("Callable[[], object]", found)()
    if not all(callable(getattr(found, name, None)) for name in ("identify", "account", "extract")):
        raise PaneError(f"{spec} is no importer of beangulp", "it needs identify, account and extract")
    return cast("Importer", found)


def _that_knows(importers: Sequence[Importer], spec: str, file: str) -> Importer:
    found = [one for one in importers if one.identify(file)]
    if len(found) != 1:
        reason = f"{len(found)} importers of {spec} know" if found else f"{spec} does not know"
        raise PaneError(f"{reason} this file", "choose another file, or name one importer")
    return found[0]


def _rows(account: str, found: "Directives") -> Extracted:
    """The transactions, as rows; what is no row is told. Other directives, such as balances, are left out."""
    from beancount.core.data import Transaction

    rows: list[BankRow] = []
    others: list[str] = []
    complaints: list[Complaint] = []
    for number, one in enumerate(found, 1):
        if not isinstance(one, Transaction):
            continue
        line = one.meta.get("lineno") if one.meta else None
        line = line if isinstance(line, int) and line > 0 else number
        try:
            row, other = _row(one, account, line)
        except _Unfit as error:
            complaints.append(Complaint(line, str(error)))
            continue
        rows.append(row)
        others.append(other)
    known = identified(rows, account)
    return Extracted(
        account,
        Statement(known, tuple(complaints[:MAX_COMPLAINTS]), len(complaints)),
        {row.id: other for row, other in zip(known, others, strict=True) if other},
    )


def _row(one: "Transaction", account: str, line: int) -> tuple[BankRow, str]:
    """A row, and the other account when the importer gave it.

    Raises:
        _Unfit: it has more in it than a row can hold.
    """
    own = [leg for leg in one.postings if leg.account == account]
    rest = [leg for leg in one.postings if leg.account != account]
    if len(own) != 1 or len(rest) > 1:
        raise _Unfit(f"has {len(one.postings)} postings, {len(own)} of them on {account}")
    if any(leg.cost is not None or leg.price is not None for leg in one.postings):
        raise _Unfit("has a cost or a price")
    amount, currency = _units(own[0])
    if rest and rest[0].units is not None and _units(rest[0]) != (-amount, currency):
        raise _Unfit("does not balance")
    row = BankRow(
        line=line,
        date=one.date.isoformat(),
        amount=format(amount, "f"),
        currency=currency,
        payee=clean(one.payee or ""),
        narration=clean(one.narration or ""),
        id="",
    )
    return row, rest[0].account if rest else ""


def _units(leg: "Posting") -> tuple[Decimal, str]:
    from beancount.core.amount import Amount

    units = leg.units
    if not isinstance(units, Amount) or not isinstance(units.number, Decimal) or not units.number.is_finite():
        raise _Unfit("has a posting without an amount")
    return units.number, units.currency
