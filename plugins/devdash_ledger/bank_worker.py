"""The worker for bank files: reads a statement and the journal's postings of its account.

A process of its own, because a large file is seconds of work, and because reading the journal needs
beancount, ledger or hledger, which stay out of the process that draws.
"""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from devdash.api import Unavailable
from devdash_ledger import bank_look, bank_review, bank_text
from devdash_ledger.bank_booked import booked, loaded
from devdash_ledger.bank_guess import USUAL, guess
from devdash_ledger.bank_import import Extracted, extracted
from devdash_ledger.bank_match import Likeness, match
from devdash_ledger.bank_orders import Again, Begin, Begun, Guessed, Look, Tried, Try
from devdash_ledger.bank_predict import predicted
from devdash_ledger.bank_review import Review
from devdash_ledger.bank_rows import read
from devdash_ledger.bank_suggest import Elsewhere, History
from devdash_ledger.journal import AccountType
from devdash_ledger.kinds import kinds
from devdash_ledger.scribe import currencies, index, mended

MAX_ACCOUNTS = 4
"""Accounts that a new bank's file may be a statement of: the most used."""
MAX_CURRENCIES = 8
MAX_TRIED = 8
"""Rows that are shown before a table is kept."""
_STATED = (AccountType.ASSETS, AccountType.LIABILITIES)

A = TypeVar("A", bound=msgspec.Struct)


def begin(order: Begin) -> Begun:
    """The rows of a file, each with what the journal has of it and the account that history suggests.

    Raises:
        PaneError: the file or the journal cannot be read, and why.
    """
    bank = order.bank
    content = _content(Path(order.file))
    mended(order.journal)
    entries = loaded(order.journal)
    if bank.importer:
        found = extracted(bank.importer, order.folder, order.file, entries)
    else:
        found = Extracted(bank.account, read(content, bank), {})
    rows, account = found.statement.rows, found.account
    known = booked(order.journal, account, entries, rows)
    history = History(known)
    suggested = {row.id: found.others.get(row.id) or history.suggest(row) for row in rows}
    if not all(suggested.values()):
        elsewhere = Elsewhere(index(order.journal).habits, kinds({}, {}))
        suggested = {row.id: suggested[row.id] or elsewhere.suggest(row) for row in rows}
    matches = match(rows, known, bank.window)
    new = [row for row, one in zip(rows, matches, strict=True) if one.likeness is Likeness.NEW]
    unknown = [row for row in new if bank.predict and not suggested[row.id]]
    review = bank_review.begin(
        order.name,
        account,
        Path(order.file).name,
        rows,
        matches,
        lambda row: suggested[row.id],
        predicted(unknown, account, entries),
        bank.other,
    )
    review = msgspec.structs.replace(review, journal=order.journal.file)
    told = found.statement
    return Begun(review, told.complaints, told.complaint_count, told.balance)


def again(order: Again) -> Review:
    """The review against the journal as it is now.

    Raises:
        PaneError: the journal cannot be read.
    """
    mended(order.journal)
    rows = [item.row for item in order.review.items]
    known = booked(order.journal, order.review.account, loaded(order.journal), rows)
    return bank_review.rematched(order.review, match(rows, known, order.window))


def look(order: Look) -> Guessed:
    """The table that a file suggests, and what there is to choose from.

    Raises:
        PaneError: the file cannot be read, or says too little; or there is no such column.
    """
    content = _content(Path(order.file))
    kind_of = kinds({}, {})
    # Only its text is looked at, so this runs nothing of the journal's.
    known = index(order.journal).accounts
    own = [one for one in known if kind_of(one) in _STATED]
    account, *others = [order.account] if order.account else own[:MAX_ACCOUNTS] or ["Assets:Bank:Checking"]
    usual = currencies(order.journal)[:MAX_CURRENCIES] or USUAL
    found = guess(content, account, order.currency, others, order.told, usual)
    return bank_look.guessed(found, own, known)


def attempt(order: Try) -> Tried:
    """The first rows of a file as a table reads them.

    Raises:
        PaneError: the file cannot be read so.
    """
    found = read(_content(Path(order.file)), order.bank)
    rows, complaints = found.rows[:MAX_TRIED], found.complaints[:MAX_TRIED]
    return Tried(rows, len(found.rows), complaints, found.complaint_count, found.balance)


def _content(path: Path) -> bytes:
    """The bytes of a plain file; no more than a statement can have.

    Raises:
        Unavailable: it is no plain file, or cannot be read.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Unavailable(f"{path} cannot be read: it is no plain file")
            return file.read(bank_text.MAX_BYTES + 1)
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror or type(error).__name__}") from error


def _served(call: Callable[[A], msgspec.Struct], order: type[A]) -> Callable[..., object]:
    """`call` with plain values in and out, as the pipe carries them."""

    def serve(**fields: object) -> object:
        return msgspec.to_builtins(call(msgspec.convert(fields, order)))

    return serve


CALLS = {
    "begin": _served(begin, Begin),
    "again": _served(again, Again),
    "look": _served(look, Look),
    "try": _served(attempt, Try),
}
