"""Budgets of ledger and hledger: their periodic transactions (`~ Monthly`), as these programs book them.

Neither the text nor the periods are read here: each program is asked for the transactions that it makes
of its own rules, with their dates, accounts (aliases, `apply account`) and amounts. What it books in a
month is the month's budget; rules by the quarter and the year that begin with one keep their period.
Runs in the worker only.
"""

import re
from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec

from devdash_ledger import months
from devdash_ledger.amounts import EXACT
from devdash_ledger.budgets import Plan, length
from devdash_ledger.elements import Every
from devdash_ledger.journal import AccountType
from devdash_ledger.program import Quantity, bare, running

_FIELDS = (
    r'%(format_date(date, "%Y-%m-%d"))\t%(quantity(scrub(amount)))\t%(commodity(scrub(amount)))'
    r"\t%(beg_line)\t%(filename)\t%(account)\n"
)
_MADE = "xact.beg_line == 0"
"""What ledger makes of a rule stands nowhere in the journal; its postings stand in the rule."""
_GENERATED = ("_generated-transaction", "generated-transaction")
_YEARLY = re.compile(r"\b(?:yearly|every\s+year|annually)\b", re.IGNORECASE)
_QUARTERLY = re.compile(r"\b(?:quarterly|every\s+quarter)\b", re.IGNORECASE)

_GOALS = (AccountType.INCOME,)
_PLANNED = (AccountType.INCOME, AccountType.EXPENSES)
"""The other half of a rule, such as the bank account, is no budget."""

KindOf = Callable[[str], AccountType]


class Due(msgspec.Struct, frozen=True):
    """One posting that a program made of a rule.

    Attributes:
        month: the index of the month in which it is booked.
        rule: the period of the rule, as it is written there.
    """

    month: int
    account: str
    currency: str
    number: Decimal
    rule: str


def has_rules(files: Iterable[str]) -> bool:
    """Whether any of the journal's `files` has a line that begins with ~; one that is gone has none."""
    return any(text.startswith(b"~") or b"\n~" in text for text in map(_text, files))


def plans(dues: Iterable[Due], last: int, kind_of: KindOf) -> tuple[Plan, ...]:
    """The budgets that the postings `dues` up to the month `last` make: those of one month added up."""
    sums: defaultdict[tuple[str, str, Every], defaultdict[int, Decimal]] = defaultdict(
        lambda: defaultdict(Decimal)
    )
    for due in dues:
        if due.month <= last and kind_of(due.account) in _PLANNED:
            by_month = sums[due.account, due.currency, _every(due)]
            by_month[due.month] = EXACT.add(by_month[due.month], due.number)
    found: list[Plan] = []
    for (account, currency, every), by_month in sorted(sums.items()):
        goal = kind_of(account) in _GOALS
        found += _runs(Plan(account, currency, 0, None, every, goal), by_month, last)
    return tuple(found)


def _runs(plan: Plan, by_month: Mapping[int, Decimal], last: int) -> Iterator[Plan]:
    """A plan for each month with another number than the one before; none where there is no number."""
    number: Decimal | None = None
    for month in range(min(by_month), last + 1, length(plan.every)):
        if by_month.get(month) != number:
            number = by_month.get(month)
            yield msgspec.structs.replace(plan, start=month, number=number)


def _every(due: Due) -> Every:
    if _YEARLY.search(due.rule) and due.month % 12 == 0:
        return Every.YEAR
    if _QUARTERLY.search(due.rule) and due.month % 3 == 0:
        return Every.QUARTER
    return Every.MONTH


def ledger_dues(base: Sequence[str], last: int) -> tuple[Due, ...]:
    """What ledger books as budget from the first posting that one is about until the month `last`.

    Where no posting is about any it books what begins with its end, so that is asked for then.

    Raises:
        Refused: it did not read the journal.
    """
    year, month = last // 12, last % 12 + 1
    found = _ledger_dues(base, f"{months.text_of(last + 1)}-01")
    return found or _ledger_dues(base, date(year, month, monthrange(year, month)[1]).isoformat())


def _ledger_dues(base: Sequence[str], end: str) -> tuple[Due, ...]:
    argv = [*base, "csv", "--budget", "-e", end, "--display", _MADE, "--csv-format", _FIELDS]
    rules = _Rules()
    found: list[Due] = []
    with running(argv) as lines:
        for line in lines:
            day, number, commodity, place, file, account = (
                line.decode("utf-8", "replace").rstrip("\n").split("\t", 5)
            )
            # ledger books a budget with its sign turned round, as what is still to come.
            planned = Decimal(number).copy_negate()
            rule = rules.at(file, int(place))
            found.append(Due(months.parse(day[:7]), account, bare(commodity), planned, rule))
    return tuple(found)


class _Rules:
    """The periods of rules, looked up in the journal's text by the places of their postings."""

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._known: dict[tuple[str, int], str] = {}

    def at(self, file: str, line: int) -> str:
        """The period of the rule whose posting stands in that line, from 1; empty where there is none."""
        if (file, line) not in self._known:
            if file not in self._texts:
                self._texts[file] = _text(file).decode("utf-8", "replace").split("\n")
            above = reversed(self._texts[file][:line])
            rule = next((text[1:].strip() for text in above if text.startswith("~")), "")
            self._known[file, line] = rule
        return self._known[file, line]


def _text(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError:
        return b""


class _Amount(msgspec.Struct, frozen=True):
    commodity: str = msgspec.field(name="acommodity")
    quantity: Quantity = msgspec.field(name="aquantity")


class _Posting(msgspec.Struct, frozen=True):
    account: str = msgspec.field(name="paccount")
    amounts: tuple[_Amount, ...] = msgspec.field(name="pamount")


class _Transaction(msgspec.Struct, frozen=True):
    day: str = msgspec.field(name="tdate")
    postings: tuple[_Posting, ...] = msgspec.field(name="tpostings")
    tags: tuple[tuple[str, str], ...] = msgspec.field(name="ttags")


def hledger_dues(base: Sequence[str], first: int, last: int) -> tuple[Due, ...]:
    """What hledger makes of the rules from the year of the month `first` until the month `last`.

    Raises:
        Refused: it did not read the journal.
    """
    begin, end = f"{first // 12:04d}-01-01", f"{months.text_of(last + 1)}-01"
    # The journal's assertions hold without the plans, and have been checked without them.
    argv = [*base, "print", "-I", f"--forecast={begin}..{end}", f"tag:{_GENERATED[0]}", "-O", "json"]
    with running(argv) as lines:
        answer = b"".join(lines)
    return tuple(
        Due(months.parse(made.day[:7]), posting.account, amount.commodity, amount.quantity.decimal(), rule)
        for made in msgspec.json.decode(answer, type=tuple[_Transaction, ...])
        for rule in (next((text for name, text in made.tags if name in _GENERATED), ""),)
        for posting in made.postings
        for amount in posting.amounts
    )
