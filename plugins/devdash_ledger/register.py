"""The register of a cell: the transactions that its amount is made of, with the balance after each. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import PurePath

import msgspec

from devdash_ledger import months
from devdash_ledger.amounts import EXACT
from devdash_ledger.journal import Format
from devdash_ledger.places import Spot, key_of

MOST = 1_000
"""Transactions that are listed, the newest; those before them are in the balance that is carried over."""


class RegisterRequest(msgspec.Struct, frozen=True):
    """The transactions of some accounts in some months.

    Attributes:
        file: the journal's absolute path.
        language: its language.
        account: the account; those below it count as well.
        currency: of the amounts; None: every one, each by itself.
        first: the first month, "YYYY-MM".
        last: the last one.
        carried: what was before the first month counts, as it does for Assets; else it begins with zero.
        virtual: count virtual postings (ledger, hledger).
        trusted: the mark of the code that may run (see `trust`); None: whatever there is.
    """

    file: str
    language: Format
    account: str
    currency: str | None
    first: str
    last: str
    carried: bool
    virtual: bool = True
    trusted: str | None = None


class Head(msgspec.Struct, frozen=True):
    """A transaction, apart from its postings.

    Attributes:
        number: tells it from the others; ascending in the order of one day.
        flag: "*", "!", another sign, or empty.
        text: payee and narration.
        file: where it stands; empty where it stands nowhere, such as what a plug-in made.
        line: of its first line, from 1; 0 without a file.
    """

    number: int
    flag: str
    text: str
    file: str
    line: int


class Move(msgspec.Struct, frozen=True):
    """A posting with an amount.

    Attributes:
        day: that counts for it, "YYYY-MM-DD".
    """

    head: Head
    day: str
    account: str
    currency: str
    number: Decimal


class Entry(msgspec.Struct, frozen=True):
    """A transaction as a cell's register lists it, in one currency.

    Attributes:
        day: "YYYY-MM-DD".
        flag, text, file, line: see `Head`.
        mark: of its text in the file (see `passage`); empty where it has no place.
        accounts: those of the cell that it moves.
        others: its other accounts.
        change: what the cell gains by it, a decimal.
        balance: after it.
    """

    day: str
    flag: str
    text: str
    file: str
    line: int
    mark: str
    accounts: tuple[str, ...]
    others: tuple[str, ...]
    change: str
    balance: str


class Running(msgspec.Struct, frozen=True):
    """The register in one currency.

    Attributes:
        currency: of its amounts.
        opening: the balance before the first of `entries`.
        entries: by day.
        left_out: how many of the months' transactions are only in `opening`.
        closing: the balance at the end: the cell's amount.
    """

    currency: str
    opening: str
    entries: tuple[Entry, ...]
    left_out: int
    closing: str


class Register(msgspec.Struct, frozen=True):
    """What a cell's amount is made of.

    Attributes:
        runnings: one for each currency, by name; one at least where a currency was asked for.
        complete: every file and every entry of the journal could be read.
    """

    runnings: tuple[Running, ...]
    complete: bool = True


class _Sum(msgspec.Struct):
    """What one transaction does on one day in one currency."""

    head: Head
    change: Decimal
    accounts: dict[str, None]


def is_within(account: str, above: str) -> bool:
    """Whether `account` is `above` or lies below it."""
    return account == above or account.startswith(above + ":")


def register_of(moves: Iterable[Move], asked: RegisterRequest) -> Register:
    """Fold the postings of a journal, in whatever order; marks are left empty."""
    first, last = months.parse(asked.first), months.parse(asked.last)
    before: defaultdict[str, Decimal] = defaultdict(Decimal)
    sums: defaultdict[str, dict[tuple[str, int], _Sum]] = defaultdict(dict)
    others: defaultdict[int, dict[str, None]] = defaultdict(dict)
    for move in moves:
        if not is_within(move.account, asked.account):
            others[move.head.number].setdefault(move.account)
            continue
        month = months.parse(move.day[:7])
        if asked.currency not in (None, move.currency) or month > last:
            continue
        if month < first:
            before[move.currency] = EXACT.add(before[move.currency], move.number)
            continue
        key = (move.day, move.head.number)
        found = sums[move.currency].setdefault(key, _Sum(move.head, Decimal(0), {}))
        found.change = EXACT.add(found.change, move.number)
        found.accounts.setdefault(move.account)
    carried = before if asked.carried else {}
    wanted = {asked.currency} if asked.currency is not None else {*sums, *(c for c in carried if carried[c])}
    return Register(
        tuple(
            _running(name, carried.get(name, Decimal(0)), sums.get(name, {}), others)
            for name in sorted(wanted)
        )
    )


def _running(
    currency: str,
    opening: Decimal,
    sums: Mapping[tuple[str, int], _Sum],
    others: Mapping[int, Mapping[str, None]],
) -> Running:
    ordered = sorted(sums.items(), key=lambda one: one[0])
    left_out = max(0, len(ordered) - MOST)
    balance = opening
    for _, one in ordered[:left_out]:
        balance = EXACT.add(balance, one.change)
    opening = balance
    entries: list[Entry] = []
    for (day, number), one in ordered[left_out:]:
        balance = EXACT.add(balance, one.change)
        head = one.head
        entries.append(
            Entry(
                day,
                head.flag,
                head.text,
                head.file,
                head.line,
                "",
                tuple(one.accounts),
                tuple(others.get(number, ())),
                format(one.change, "f"),
                format(balance, "f"),
            )
        )
    return Running(currency, format(opening, "f"), tuple(entries), left_out, format(balance, "f"))


class Keyed(msgspec.Struct, frozen=True):
    """An entry with the key of its row; keys are unique in a register."""

    key: str
    entry: Entry


def keyed(
    runnings: Sequence[Running], folder: PurePath, named: Callable[[str], str]
) -> tuple[tuple[Keyed, ...], ...]:
    """The entries of each currency with their keys; `folder` is the journal's, `named` makes keys its own.

    Where one transaction has several rows, those after the first end in "~2" and so on.
    """
    seen: Counter[str] = Counter()
    found: list[tuple[Keyed, ...]] = []
    for running in runnings:
        rows: list[Keyed] = []
        for entry in running.entries:
            key = key_of(Spot(entry.file, entry.line, entry.mark), folder)
            seen[key] += 1
            number = f"~{seen[key]}" if seen[key] > 1 else ""
            rows.append(Keyed(named(key + number), entry))
        found.append(tuple(rows))
    return tuple(found)
