"""The process that lists the transactions of a cell: the journal's own program reads it, as for the cells.

Only what is listed leaves the process. It counts what the cells count, so that the last balance
is the cell's amount: the same postings, days, quantities.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from devdash.api import Unavailable
from devdash_ledger import complaints, encoding, months, passage, programs, scan, worker
from devdash_ledger.errors import headline, place
from devdash_ledger.journal import Format
from devdash_ledger.register import Head, Move, Register, RegisterRequest, is_within, register_of
from devdash_ledger.trust import require

if TYPE_CHECKING:
    from beancount.core.data import Directives

_FIELDS = (
    r'%(format_date(date, "%Y-%m-%d"))\t%(quantity(scrub(amount)))\t%(commodity(scrub(amount)))\t'
    r'%(xact.id)\t%(xact.beg_line)\t%(xact.cleared ? "*" : (xact.pending ? "!" : ""))\t'
    r"%(account)\t%(xact.filename)\t%(payee)\n"
)
_PLAIN = re.compile(r"[\w :-]+")
"""Account names that mean themselves in a pattern, whichever way it is quoted on its way."""
_OWN_DATE = re.compile(rb";[^\r\n]*(?:\bdate2?:|\[=?\d)")
"""A comment of hledger that may give a posting a date of its own."""
_BEFORE, _LONG_AGO = Head(-1, "", "", "", 0), "0001-01-01"
_FLAGS = {"Cleared": "*", "Pending": "!"}


def register(**fields: object) -> object:
    """The transactions of a cell; see `RegisterRequest`. Returns a `Register` as plain values.

    Raises:
        Unavailable: the journal cannot be read, or would run code that may not run.
    """
    asked = msgspec.convert(fields, RegisterRequest, strict=False)
    found = scan.scan(asked.file, asked.language, wary=asked.trusted is not None)
    require(asked.file, found, asked.trusted)
    encoding.require(found.faults)
    if asked.language is Format.BEANCOUNT:
        answer = _beancount(asked)
    elif found.circles:  # ledger crashes on one
        raise Unavailable(headline(found.circles[0].message))
    else:
        answer = _by_program(asked, found.files)
    return msgspec.to_builtins(_marked(answer))


def _marked(answer: Register) -> Register:
    """With the marks of the texts as they are now; what has no text is at no place."""
    texts: dict[str, tuple[bytes, ...]] = {}

    def mark(file: str, line: int) -> str:
        if file not in texts:
            path = Path(file)
            texts[file] = passage.lines_of(path.read_bytes()) if path.is_file() else ()
        there = passage.passage(texts[file], line)
        return "" if there is None else there.mark

    return msgspec.structs.replace(
        answer,
        runnings=tuple(
            msgspec.structs.replace(
                running,
                entries=tuple(
                    msgspec.structs.replace(one, mark=mark(one.file, one.line) if one.file else "")
                    for one in running.entries
                ),
            )
            for running in answer.runnings
        ),
    )


@worker.without_gc()
def _beancount(asked: RegisterRequest) -> Register:
    try:
        entries, errors, _ = worker.load_uncached(asked.file)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Unavailable(f"{error.filename or asked.file} cannot be read: {reason}") from error
    complete = not any(type(error).__name__ in worker.UNREAD for error in errors)
    return msgspec.structs.replace(register_of(_bean_moves(entries, asked), asked), complete=complete)


def _bean_moves(entries: "Directives", asked: RegisterRequest) -> Iterator[Move]:
    """The postings that `beans.bookings` counts."""
    from beancount.core.amount import Amount
    from beancount.core.data import Transaction

    for number, entry in enumerate(entries):
        if not isinstance(entry, Transaction):
            continue
        if not any(is_within(posting.account, asked.account) for posting in entry.postings):
            continue
        file, line = str(entry.meta.get("filename", "")), int(entry.meta.get("lineno") or 0)
        has_place = Path(file).is_absolute() and line > 0
        text = " · ".join(part for part in (entry.payee, entry.narration) if part)
        head = Head(number, entry.flag or "", text, file if has_place else "", line if has_place else 0)
        for posting in entry.postings:
            if isinstance(posting.units, Amount) and isinstance(posting.units.number, Decimal):
                day = entry.date.isoformat()
                yield Move(head, day, posting.account, posting.units.currency, posting.units.number)


def _by_program(asked: RegisterRequest, files: Sequence[str]) -> Register:
    try:
        return register_of(
            _ledger_moves(asked) if asked.language is Format.LEDGER else _hledger_moves(asked, files), asked
        )
    except programs.Refused as refused:
        told = complaints.read(refused.words, asked.file)
        said = [f"{place(one, Path(asked.file).parent)}: {headline(one.message)}" for one in told[:1]]
        raise Unavailable(said[0] if said else "the journal cannot be read", "mend it (e)") from refused


def _ledger_moves(asked: RegisterRequest) -> Iterator[Move]:
    """The postings of the transactions that concern the account; ledger lists those of one together."""
    base = [programs.program_path("ledger"), "--args-only", "-f", asked.file]
    real = [] if asked.virtual else ["--real"]
    argv = [*base, "csv", "--amount", "scrub(amount)", *real, "--csv-format", _FIELDS]
    with programs.running(argv) as lines:
        for number, (_, group) in enumerate(groupby(map(_fields, lines), key=lambda one: one[:3])):
            postings = list(group)
            if any(is_within(one[6], asked.account) for one in postings):
                yield from _ledger_group(number, postings)


def _fields(line: bytes) -> tuple[str, ...]:
    """Number, line and file of the transaction; flag, text; day, account, commodity, quantity."""
    text = line.decode("utf-8", "replace").rstrip("\n")
    day, quantity, commodity, own, at, flag, account, file, payee = text.split("\t", 8)
    return own, at, file, flag, payee, day, account, commodity, quantity


def _ledger_group(number: int, postings: Sequence[tuple[str, ...]]) -> Iterator[Move]:
    _, at, file, flag, text, *_ = postings[0]
    head = Head(number, flag, text, file, int(at or 0))
    for *_, day, account, commodity, quantity in postings:
        yield Move(head, day, account, programs.bare(commodity), Decimal(quantity))


class _Amount(msgspec.Struct, frozen=True):
    commodity: str = msgspec.field(name="acommodity")
    quantity: programs.Quantity = msgspec.field(name="aquantity")


_Balance = tuple[tuple[tuple[str, str, int, tuple[_Amount, ...]], ...], tuple[_Amount, ...]]
"""hledger's JSON of a plain balance report: rows of name, short name, depth, amounts; and their total."""


class _Posting(msgspec.Struct, frozen=True):
    account: str = msgspec.field(name="paccount")
    amounts: tuple[_Amount, ...] = msgspec.field(name="pamount")
    kind: str = msgspec.field(name="ptype")
    day: str | None = msgspec.field(name="pdate", default=None)


class _Position(msgspec.Struct, frozen=True):
    file: str = msgspec.field(name="sourceName")
    line: int = msgspec.field(name="sourceLine")


class _Transaction(msgspec.Struct, frozen=True):
    day: str = msgspec.field(name="tdate")
    text: str = msgspec.field(name="tdescription")
    status: str = msgspec.field(name="tstatus")
    number: int = msgspec.field(name="tindex")
    positions: tuple[_Position, ...] = msgspec.field(name="tsourcepos")
    postings: tuple[_Posting, ...] = msgspec.field(name="tpostings")


def _hledger_moves(asked: RegisterRequest, files: Sequence[str]) -> Iterator[Move]:
    """The postings of the transactions that concern the account.

    hledger is slow in writing JSON: what was before the first month comes as one sum. Its dates choose
    transactions, not postings, so where a posting may have a date of its own all are asked for.
    """
    program = programs.program_path("hledger")
    query = [f"acct:^{asked.account}(:|$)"] if _PLAIN.fullmatch(asked.account) else []
    base = [program, *programs.no_config(program), "-f", asked.file]
    span: list[str] = []
    if not any(_OWN_DATE.search(Path(file).read_bytes()) for file in files):
        first, end = f"{asked.first}-01", months.text_of(months.parse(asked.last) + 1) + "-01"
        span = ["-b", first, "-e", end]
        if asked.carried:
            yield from _hledger_opening(asked, [*base, "balance", "--flat", "-E", "-N", "-e", first, *query])
    with programs.running([*base, "print", "-x", "--auto", *span, "-O", "json", *query]) as lines:
        answer = b"".join(lines)
    for one in msgspec.json.decode(answer, type=tuple[_Transaction, ...]):
        spot = one.positions[0]
        head = Head(one.number, _FLAGS.get(one.status, ""), one.text, spot.file, spot.line)
        for posting in one.postings:
            if asked.virtual or posting.kind == "RegularPosting":
                for amount in posting.amounts:
                    day = posting.day or one.day
                    yield Move(head, day, posting.account, amount.commodity, amount.quantity.decimal())


def _hledger_opening(asked: RegisterRequest, argv: Sequence[str]) -> Iterator[Move]:
    """What the accounts had before the first month, as if it had been booked in one go."""
    real = [] if asked.virtual else ["--real"]
    with programs.running([*argv, "--auto", *real, "-O", "json"]) as lines:
        answer = b"".join(lines)
    rows, _ = msgspec.json.decode(answer, type=_Balance)
    for account, _, _, amounts in rows:
        for amount in amounts:
            yield Move(_BEFORE, _LONG_AGO, account, amount.commodity, amount.quantity.decimal())


CALLS: Mapping[str, object] = {"register": register}
