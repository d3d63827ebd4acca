"""What a journal has booked on a bank's account, read by the program of its language. Runs in workers only.

Only what a person or a bank wrote counts: no virtual posting, none that a rule of the journal made.
"""

import os
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from devdash.api import Unavailable
from devdash_ledger import scan
from devdash_ledger.bank_match import Booked
from devdash_ledger.bank_rows import BankRow
from devdash_ledger.checking import admit
from devdash_ledger.complaints import read as read_complaints
from devdash_ledger.orders import JournalRef
from devdash_ledger.programs import Refused, bare, no_config, program_path, running
from devdash_ledger.style import Syntax

if TYPE_CHECKING:
    from beancount.core.data import Directives

HISTORY = timedelta(days=1100)
"""Before a row, from which accounts are suggested: three years."""
_APART = "\x1f"
_LEDGER_ROW = _APART.join(
    (
        "%(xact.id)",
        "%(account)",
        '%(format_date(date, "%Y-%m-%d"))',
        "%(quantity(scrub(amount)))",
        "%(commodity(scrub(amount)))",
        "%(payee)",
        '%(tag("import-id"))',
        "%(filename):%(xact.beg_line)\n",
    )
)
"""Parted by what no entry can hold."""


def booked(
    journal: JournalRef, account: str, entries: "Directives", rows: Sequence[BankRow]
) -> tuple[Booked, ...]:
    """The postings of `account` itself, without its sub-accounts.

    Args:
        entries: what `loaded` gave; of use for beancount alone.
        rows: what they are for. hledger is asked for nothing older than `HISTORY` before the
            first of them: it needs half a second and 15 MB for a thousand transactions.

    Raises:
        Unavailable: the journal cannot be read, or would run code that is not allowed.
    """
    if journal.syntax is Syntax.BEANCOUNT:
        return tuple(_of_beancount(entries, account))
    found = scan.scan(journal.file, journal.syntax)
    admit(journal, found)
    try:
        match journal.syntax:
            case Syntax.LEDGER:
                return tuple(_of_ledger(journal.file, account))
            case Syntax.HLEDGER:
                return tuple(_of_hledger(journal.file, account, min((row.date for row in rows), default="")))
    except Refused as refused:
        [first, *_] = read_complaints(refused.words, journal.file)
        raise Unavailable(
            f"the journal cannot be read: {Path(first.file).name}:{first.line}: {first.message}",
            "correct it first: rows cannot be compared with it",
        ) from refused


def loaded(journal: JournalRef) -> "Directives":
    """What a beancount journal holds; nothing of another one, whose program is asked for what is needed.

    Raises:
        Unavailable: as `booked`.
    """
    if not Path(journal.file).is_file():
        raise Unavailable(f"there is no journal at {journal.file}")
    if journal.syntax is not Syntax.BEANCOUNT:
        return []
    # As in the pane's own worker: beancount's load cache is neither used nor touched.
    os.environ["BEANCOUNT_LOAD_CACHE_FILENAME"] = str(Path(os.devnull) / "{filename}")
    found = scan.scan(journal.file, journal.syntax, wary=journal.trusted is not None)
    admit(journal, found)
    try:
        from beancount import loader
    except ModuleNotFoundError as error:
        raise Unavailable("beancount is not installed", 'pip install "devdash[ledger]"') from error
    loader.initialize(use_cache=False)
    try:
        return loader.load_file(journal.file)[0]
    except OSError as error:
        raise Unavailable(f"the journal cannot be read: {error.strerror or type(error).__name__}") from error


def _of_beancount(found: "Directives", account: str) -> Iterator[Booked]:
    """What an error left without an amount is none."""
    from beancount.core.amount import Amount
    from beancount.core.data import Transaction

    for entry in found:
        if not isinstance(entry, Transaction):
            continue
        for posting in entry.postings:
            units = posting.units
            if posting.account == account and isinstance(units, Amount) and units.number is not None:
                yield Booked(
                    date=entry.date.isoformat(),
                    amount=format(units.number, "f"),
                    currency=units.currency,
                    payee=entry.payee or "",
                    narration=entry.narration or "",
                    other=_other([one.account for one in entry.postings], account),
                    id=str(entry.meta.get("import-id") or ""),
                    place=f"{Path(str(entry.meta.get('filename', ''))).name}:{entry.meta.get('lineno', 0)}",
                )


def _other(accounts: Sequence[str], account: str) -> str:
    others = set(accounts) - {account}
    return others.pop() if len(others) == 1 else ""


def _of_ledger(file: str, account: str) -> Iterator[Booked]:
    argv = [program_path("ledger"), "--args-only", "-f", file, "csv", "--real", "--actual"]
    with running([*argv, "--csv-format", _LEDGER_ROW]) as lines:
        rows = [line.decode("utf-8", "replace").rstrip("\n").split(_APART) for line in lines]
    for _, group in groupby(rows, key=lambda row: row[0]):
        legs = list(group)
        other = _other([leg[1] for leg in legs], account)
        for _, name, day, number, commodity, said, mark, place in legs:
            if name == account:
                payee, narration = _parted(said)
                path, _, line = place.rpartition(":")
                yield Booked(
                    day, number, bare(commodity), payee, narration, other, mark, f"{Path(path).name}:{line}"
                )


def _parted(said: str) -> tuple[str, str]:
    """Payee and narration, as both programs write them in one."""
    payee, _, narration = said.partition("|")
    return payee.strip(), narration.strip()


class _Quantity(msgspec.Struct, frozen=True):
    mantissa: int = msgspec.field(name="decimalMantissa")
    places: int = msgspec.field(name="decimalPlaces")


class _Amount(msgspec.Struct, frozen=True):
    commodity: str = msgspec.field(name="acommodity")
    quantity: _Quantity = msgspec.field(name="aquantity")


class _Posting(msgspec.Struct, frozen=True):
    account: str = msgspec.field(name="paccount")
    amounts: tuple[_Amount, ...] = msgspec.field(name="pamount")
    kind: str = msgspec.field(name="ptype")


class _Place(msgspec.Struct, frozen=True):
    name: str = msgspec.field(name="sourceName")
    line: int = msgspec.field(name="sourceLine")


class _Transaction(msgspec.Struct, frozen=True):
    """hledger's JSON of one transaction, as far as it is needed."""

    day: str = msgspec.field(name="tdate")
    said: str = msgspec.field(name="tdescription")
    tags: tuple[tuple[str, str], ...] = msgspec.field(name="ttags")
    postings: tuple[_Posting, ...] = msgspec.field(name="tpostings")
    places: tuple[_Place, ...] = msgspec.field(name="tsourcepos")


def _of_hledger(file: str, account: str, first: str) -> Iterator[Booked]:
    """`first` is the day of the first row, ISO-8601; empty: there are no rows."""
    program = program_path("hledger")
    argv = [program, *no_config(program), "-f", file, "print", "--explicit", "-O", "json"]
    since = ["-b", (date.fromisoformat(first) - HISTORY).isoformat()] if first else []
    with running([*argv, *since, f"acct:^{re.escape(account)}$"]) as lines:
        answer = b"".join(lines)
    for one in msgspec.json.decode(answer, type=tuple[_Transaction, ...]):
        legs = [leg for leg in one.postings if leg.kind == "RegularPosting"]
        other = _other([leg.account for leg in legs], account)
        payee, narration = _parted(one.said)
        place = f"{Path(one.places[0].name).name}:{one.places[0].line}" if one.places else ""
        mark = dict(one.tags).get("import-id", "")
        for leg in legs:
            for amount in leg.amounts if leg.account == account else ():
                number = Decimal(amount.quantity.mantissa).scaleb(-amount.quantity.places)
                yield Booked(
                    one.day, format(number, "f"), amount.commodity, payee, narration, other, mark, place
                )
