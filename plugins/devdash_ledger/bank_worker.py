"""The worker for bank files: reads a statement and the journal's postings of its account.

A process of its own, because a large file is seconds of work, and because reading the journal needs
beancount, which stays out of the process that draws.
"""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from devdash.api import Unavailable
from devdash_ledger import bank_review, bank_text
from devdash_ledger.bank_guess import guess
from devdash_ledger.bank_match import Booked, match
from devdash_ledger.bank_orders import Again, Begin, Begun, Guessed, Look
from devdash_ledger.bank_review import Review
from devdash_ledger.bank_rows import read
from devdash_ledger.bank_suggest import History
from devdash_ledger.bank_toml import toml

if TYPE_CHECKING:
    from beancount.core.data import Directives, Transaction

A = TypeVar("A", bound=msgspec.Struct)


def begin(order: Begin) -> Begun:
    """The rows of a file, each with what the journal has of it and the account that history suggests.

    Raises:
        PaneError: the file or the journal cannot be read, and why.
    """
    bank = order.bank
    statement = read(_content(Path(order.file)), bank)
    booked = tuple(_booked(order.journal, bank.account))
    review = bank_review.begin(
        order.name,
        bank.account,
        Path(order.file).name,
        statement.rows,
        match(statement.rows, booked, bank.window),
        History(booked).suggest,
        bank.other,
    )
    return Begun(review, statement.complaints, statement.complaint_count, statement.balance)


def again(order: Again) -> Review:
    """The review against the journal as it is now.

    Raises:
        PaneError: the journal cannot be read.
    """
    booked = tuple(_booked(order.journal, order.review.account))
    rows = [item.row for item in order.review.items]
    return bank_review.rematched(order.review, match(rows, booked, order.window))


def look(order: Look) -> Guessed:
    """The table that a file suggests.

    Raises:
        PaneError: the file cannot be read, or says too little.
    """
    found = guess(_content(Path(order.file)), order.account, order.currency)
    text = toml(found, order.pane, order.name)
    return Guessed(text, len(found.questions), found.headings, found.rows, found.rest)


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


def _booked(journal: str, account: str) -> Iterator[Booked]:
    """The postings of `account`. What an error left without an amount is none."""
    from beancount.core.amount import Amount
    from beancount.core.data import Transaction

    for entry in _entries(journal):
        if not isinstance(entry, Transaction):
            continue
        for posting in entry.postings:
            if (
                posting.account == account
                and isinstance(posting.units, Amount)
                and posting.units.number is not None
            ):
                yield Booked(
                    date=entry.date.isoformat(),
                    amount=format(posting.units.number, "f"),
                    currency=posting.units.currency,
                    payee=entry.payee or "",
                    narration=entry.narration or "",
                    other=_other(entry, account),
                    id=str(entry.meta.get("import-id") or ""),
                    place=f"{Path(str(entry.meta.get('filename', ''))).name}:{entry.meta.get('lineno', 0)}",
                )


def _other(entry: "Transaction", account: str) -> str:
    others = {posting.account for posting in entry.postings} - {account}
    return others.pop() if len(others) == 1 else ""


def _entries(journal: str) -> "Directives":
    # As in the pane's own worker: beancount's load cache is neither used nor touched.
    os.environ["BEANCOUNT_LOAD_CACHE_FILENAME"] = str(Path(os.devnull) / "{filename}")
    try:
        from beancount import loader
    except ModuleNotFoundError as error:
        raise Unavailable("beancount is not installed", 'pip install "devdash[ledger]"') from error
    loader.initialize(use_cache=False)
    if not Path(journal).is_file():
        raise Unavailable(f"there is no journal at {journal}")
    try:
        return loader.load_file(journal)[0]
    except OSError as error:
        raise Unavailable(f"the journal cannot be read: {error.strerror or type(error).__name__}") from error


def _served(call: Callable[[A], msgspec.Struct], order: type[A]) -> Callable[..., object]:
    """`call` with plain values in and out, as the pipe carries them."""

    def serve(**fields: object) -> object:
        return msgspec.to_builtins(call(msgspec.convert(fields, order)))

    return serve


CALLS = {"begin": _served(begin, Begin), "again": _served(again, Again), "look": _served(look, Look)}
