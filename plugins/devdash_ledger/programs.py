"""Journals of ledger and hledger, read by these programs themselves. Runs in the worker only.

Either program ends at the first thing that it cannot read, and then there are no
figures at all: the answer has the error alone and is not complete. What they
write is taken in line by line or as sums, so that memory stays small.
"""

import os
import re
import shutil
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from devdash_ledger import complaints, fold, months, periodic
from devdash_ledger.assemble import Contents, assemble
from devdash_ledger.budgets import Plan
from devdash_ledger.elements import JournalError
from devdash_ledger.encoding import Kind
from devdash_ledger.journal import Format, LoadRequest
from devdash_ledger.kinds import kinds
from devdash_ledger.lasting import program_lasts
from devdash_ledger.prices import Price
from devdash_ledger.program import Quantity, Refused, bare, no_config, program_path, running, together
from devdash_ledger.scan import Scan
from devdash_ledger.sheet import Sheet

__all__ = ["Quantity", "Refused", "bare", "load", "no_config", "program_path", "running"]

_FIELDS = (
    r'%(format_date(date, "%Y-%m-%d"))\t%(quantity(scrub(amount)))\t%(commodity(scrub(amount)))\t%(account)\n'
)
_PRICE = (
    r'%(format_date(date, "%Y-%m-%d"))\t%(quantity(display_amount))\t%(commodity(display_amount))'
    r"\t%(account)\n"
)
_MAX_DIGITS = 12
_DAY = len("2026-11-20")
_LAST = re.compile(rb"Last (?:transaction|txn) *: *(\d{4}-\d\d-\d\d)\b")
"""In what `hledger stats` says, in 1.25 and in newer ones."""
_USUAL = 0.95
"""Share of the postings that the usual decimals of a commodity can hold."""


def load(request: LoadRequest, found: Scan) -> Sheet:
    """The journal as its program reads it.

    Raises:
        Unavailable: the program is not installed.
    """
    errors = [*found.circles, *(one.error for one in found.faults)]
    garbled, marked = found.told(Kind.GARBLED), found.told(Kind.MARKED)
    until = months.parse(request.last_month)
    contents: Contents | None = None
    if not found.circles and not found.told(Kind.FOREIGN):  # on either, ledger crashes or goes astray
        try:
            contents = _READERS[request.language](request, found)
            contents = msgspec.structs.replace(contents, errors=tuple(errors), complete=not marked)
            return assemble(request, contents, until)
        except Refused as refused:
            told = complaints.read(refused.words, request.file)
            # hledger says of a garbled file that it is one, and not where
            errors += [error for error in told if error.line or not garbled]
    return assemble(request, _contents(request, found, (), (), lambda _: 2, tuple(errors)), until)


def _contents(
    request: LoadRequest,
    found: Scan,
    bookings: Iterator[fold.Booking] | tuple[()],
    prices: Sequence[Price],
    digits: Callable[[str], int],
    errors: tuple[JournalError, ...] = (),
    plans: Sequence[Plan] = (),
    days: Iterable[str] = (),
) -> Contents:
    return Contents(
        title="",
        operating=(),
        bookings=bookings,
        prices=prices,
        plans=plans,
        kind_of=kinds(request.roots, found.kinds),
        digits=digits,
        files=found.files or (request.file,),
        watched=(),
        patterns=found.patterns,
        errors=errors,
        complete=not errors,
        lasting=not found.code and program_lasts(found.files),
        readers=_readers(request.language),
        days=_newest(days, f"{request.last_month}-01"),
    )


def _plans(
    request: LoadRequest, found: Scan, ask: Callable[[int], Iterable[periodic.Due]]
) -> tuple[Plan, ...]:
    """The budgets, where the journal's text has any: asking for them reads the journal once more."""
    if not periodic.has_rules(found.files):
        return ()
    last = months.parse(request.last_month)
    return periodic.plans(ask(last), last, kinds(request.roots, found.kinds))


def _readers(name: str) -> tuple[str, ...]:
    path = shutil.which(name)
    return (os.path.realpath(path),) if path is not None else ()


def _newest(days: Iterable[str], since: str) -> tuple[str, ...]:
    """See `Sheet.days`."""
    ordered = sorted(days)
    return tuple(ordered[max(0, bisect_left(ordered, since) - 1) :])


def _ledger(request: LoadRequest, found: Scan) -> Contents:
    base = [program_path("ledger"), "--args-only", "-f", request.file]
    real = [] if request.virtual else ["--real"]
    used: defaultdict[str, Counter[int]] = defaultdict(Counter)
    days: dict[bytes, None] = {}

    def booked() -> tuple[fold.Booking, ...]:
        # All at once: only when the program has ended is it known that nothing is missing.
        with running([*base, "csv", "--amount", "scrub(amount)", *real, "--csv-format", _FIELDS]) as lines:
            return tuple(_ledger_booking(line, used, days) for line in lines)

    bookings, (told, plans) = together(
        found.files,
        booked,
        lambda: (
            _ledger_told(base, ()),
            _plans(request, found, lambda last: periodic.ledger_dues(base, last)),
        ),
    )
    prices = _ledger_prices(base, told, used)
    return _contents(
        request,
        found,
        iter(bookings),
        prices,
        lambda name: _usual(used[name]),
        plans=plans,
        days=map(bytes.decode, days),
    )


def _ledger_prices(base: Sequence[str], told: tuple[Price, ...], held: Iterable[str]) -> tuple[Price, ...]:
    """All prices. ledger has `told` those of the commodities that are `held`; the others are held for it."""
    known, asked = set(held), set[str]()
    while new := {price.quote for price in told} - {price.base for price in told} - known - asked:
        asked |= new
        told = _ledger_told(base, asked)
    return told


def _ledger_told(base: Sequence[str], asked: Iterable[str]) -> tuple[Price, ...]:
    """The prices of what is held, and of what is `asked` beside it."""
    held = "".join(f'  (x)  1 "{name}"\n' for name in sorted(asked))
    more = ["-f", "-"] if held else []
    argv = [*base, *more, "pricedb", "--pricedb-format", _PRICE]
    with running(argv, f"1970/01/01 x\n{held}" if held else "") as lines:
        return tuple(_ledger_price(line) for line in lines)


def _split(line: bytes) -> tuple[str, Decimal, str, str]:
    day, number, commodity, account = line.decode("utf-8", "replace").rstrip("\n").split("\t", 3)
    return day, Decimal(number), bare(commodity), account


def _ledger_booking(line: bytes, used: Mapping[str, Counter[int]], days: dict[bytes, None]) -> fold.Booking:
    day, number, commodity, account = _split(line)
    used[commodity][_fraction(number)] += 1
    days[line[:_DAY]] = None
    return int(day[:4]) * 12 + int(day[5:7]) - 1, account, commodity, number


def _ledger_price(line: bytes) -> Price:
    day, rate, quote, base = _split(line)
    return Price(date.fromisoformat(day), bare(base), quote, rate)


def _fraction(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _usual(used: Counter[int]) -> int:
    """The decimals that nearly all amounts need; ledger leaves out zeros at their end, so one means two."""
    needed, seen = 0, 0
    for digits in sorted(used):
        if seen < _USUAL * used.total():
            needed = digits
        seen += used[digits]
    return 2 if needed == 1 else min(needed, _MAX_DIGITS)


class _Style(msgspec.Struct, frozen=True):
    mark: str | None = msgspec.field(name="asdecimalpoint", default=None)
    precision: int | None = msgspec.field(name="asprecision", default=None)


class _Amount(msgspec.Struct, frozen=True):
    commodity: str = msgspec.field(name="acommodity")
    quantity: Quantity = msgspec.field(name="aquantity")
    style: _Style = msgspec.field(name="astyle")


class _Row(msgspec.Struct, frozen=True):
    account: str = msgspec.field(name="prrName")
    amounts: tuple[tuple[_Amount, ...], ...] = msgspec.field(name="prrAmounts")


class _Balances(msgspec.Struct, frozen=True):
    """hledger's JSON of a balance report: one amount list for each row and period."""

    periods: tuple[tuple[str | None, str | None], ...] = msgspec.field(name="prDates")
    rows: tuple[_Row, ...] = msgspec.field(name="prRows")


def _hledger(request: LoadRequest, found: Scan) -> Contents:
    program = program_path("hledger")
    base = [program, *no_config(program), "-f", request.file]
    real = [] if request.virtual else ["--real"]
    end = months.text_of(months.parse(request.last_month) + 1) + "-01"
    report = ["balance", "-M", "--flat", "-E", "-N", "-e", end, "--auto", *real, "-O", "json"]
    answer, told = together(
        found.files, lambda: b"".join(_lines([*base, *report])), lambda: _lines([*base, "prices"])
    )
    balances = msgspec.json.decode(answer, type=_Balances)
    styles = {
        amount.commodity: amount.style for row in balances.rows for cell in row.amounts for amount in cell
    }
    prices = tuple(price for line in told if (price := _hledger_price(line, styles)) is not None)
    plans, days = together(
        found.files,
        lambda: _plans(request, found, lambda last: _hledger_dues(base, found, _first(balances, last), last)),
        lambda: _hledger_days(base, f"{request.last_month}-01", end) if request.days else (),
    )
    usual = {name: style.precision for name, style in styles.items()}
    return _contents(
        request,
        found,
        _hledger_bookings(balances),
        prices,
        lambda name: usual.get(name) or 0,
        plans=plans,
        days=days,
    )


def _hledger_dues(base: Sequence[str], found: Scan, first: int, last: int) -> tuple[periodic.Due, ...]:
    """See `periodic.hledger_dues`; where plans and bookings do not go together, of the plans alone.

    Among plans, a balance that is assigned (`Assets:Cash  = 5 EUR`) comes to another amount than was meant.
    """
    try:
        return periodic.hledger_dues(base, first, last)
    except Refused as refused:
        from devdash_ledger.copies import plans_alone

        *words, file = base
        with plans_alone(file, found.files) as plans:
            try:
                return periodic.hledger_dues([*words, plans], first, last)
            except Refused:
                raise refused from None  # it names places of the journal, not of the copy


def _first(balances: _Balances, last: int) -> int:
    starts = (months.parse(start[:7]) for start, _ in balances.periods if start is not None)
    return min(starts, default=last)


def _hledger_days(base: Sequence[str], since: str, end: str) -> tuple[str, ...]:
    """The days of the entries since that one, and of the newest before.

    hledger draws a line for each day, with marks where there are any; its time grows with the number
    of days times that of entries, so it is asked for one month only.
    """
    with running([*base, "activity", "-D", "-b", since, "-e", end]) as lines:
        days = [line[:_DAY].decode() for line in lines if line[_DAY:].strip()]
    with running([*base, "stats", "-e", since]) as lines:
        before = (_LAST.match(line) for line in lines)
        return (*(found[1].decode() for found in before if found is not None), *days)


def _lines(argv: Sequence[str]) -> tuple[bytes, ...]:
    with running(argv) as lines:
        return tuple(lines)


def _hledger_bookings(balances: _Balances) -> Iterator[fold.Booking]:
    starts = [months.parse(start[:7]) for start, _ in balances.periods if start is not None]
    for row in balances.rows:
        for month, cell in zip(starts, row.amounts, strict=False):
            for amount in cell:
                yield month, row.account, amount.commodity, amount.quantity.decimal()


_HLEDGER_PRICE = re.compile(
    r'^P (\d{4}-\d\d-\d\d) ("[^"]+"|\S+) (?:("[^"]+"|[^\d\s".,+-]+) ?)?([\d.,]+) ?("[^"]+"|\S+)?$'
)


def _hledger_price(line: bytes, styles: Mapping[str, _Style]) -> Price | None:
    found = _HLEDGER_PRICE.match(line.decode("utf-8", "replace").strip())
    if found is None:
        return None
    quote = bare(found[3] or found[5] or "")
    style = styles.get(quote)
    rate = _number(found[4], style.mark if style is not None else None)
    return Price(date.fromisoformat(found[1]), bare(found[2]), quote, rate)


def _number(text: str, mark: str | None) -> Decimal:
    """hledger writes a commodity's own decimal mark; where it is not known, the last mark is it."""
    marks = [char for char in text if char in ".,"]
    if mark is None and marks and marks.count(marks[-1]) == 1:
        mark = marks[-1]
    whole, _, rest = text.partition(mark) if mark else (text, "", "")
    return Decimal(f"{re.sub('[.,]', '', whole)}.{rest or '0'}")


_READERS = {Format.LEDGER: _ledger, Format.HLEDGER: _hledger}
