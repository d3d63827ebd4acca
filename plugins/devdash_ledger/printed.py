"""A report on some months of a journal, as data that every format writes: `Statement`. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum

import msgspec

from devdash_ledger.amounts import EXACT
from devdash_ledger.journal import AccountType

Amounts = tuple[Decimal, ...]
ZERO = Decimal(0)


class Kind(StrEnum):
    """What is reported."""

    BALANCES = "balances"
    INCOME = "income"
    CASHFLOW = "cashflow"


class Head(msgspec.Struct, frozen=True):
    """A column.

    Attributes:
        key: "YYYY-MM", "opening", "change", "closing" or "total".
        may_go: it may be left out where room is short.
    """

    key: str
    may_go: bool = False


class Entry(msgspec.Struct, frozen=True):
    """One account in one currency, without its sub-accounts; an amount for each column."""

    account: str
    type: AccountType
    currency: str
    amounts: Amounts


class Total(msgspec.Struct, frozen=True):
    """A sum in one currency; an amount for each column."""

    currency: str
    amounts: Amounts


class Part(msgspec.Struct, frozen=True):
    """A section with its accounts, or a line that follows from the other parts.

    Attributes:
        key: stable, for programs.
        title: for people.
        totals: by currency, the main one first.
        entries: what the totals add up; none for a line.
        is_line: it follows from other parts.
    """

    key: str
    title: str
    totals: tuple[Total, ...]
    entries: tuple[Entry, ...] = ()
    is_line: bool = False


class Curve(msgspec.Struct, frozen=True):
    """One amount for each month of a chart."""

    title: str
    amounts: Amounts


class Chart(msgspec.Struct, frozen=True):
    """What is drawn: one curve, or two side by side.

    Attributes:
        title: what it shows.
        currency: of the amounts.
        months: "YYYY-MM", oldest first.
        apart: currencies that it leaves out.
    """

    title: str
    currency: str
    months: tuple[str, ...]
    curves: tuple[Curve, ...]
    apart: tuple[str, ...] = ()


class Statement(msgspec.Struct, frozen=True):
    """One report on one journal.

    Attributes:
        kind: what is reported.
        months: "YYYY-MM", oldest first.
        period: the same for people.
        is_open: the last month is not over.
        heads: the columns.
        parts: from top to bottom.
        currency: the journal's main currency; may be empty.
        is_converted: amounts are in the main currency, but those of `apart`.
        apart: currencies that had no price in one of the months, and stand in lines of their own.
        digits: how many decimals people are shown, by currency.
        chart: None where there is no main currency, or nothing in it.
    """

    kind: Kind
    months: tuple[str, ...]
    period: str
    is_open: bool
    heads: tuple[Head, ...]
    parts: tuple[Part, ...]
    currency: str
    is_converted: bool
    apart: tuple[str, ...]
    digits: Mapping[str, int]
    chart: Chart | None = None

    def part(self, key: str) -> Part:
        """The part with that key."""
        return next(part for part in self.parts if part.key == key)


class Covered(msgspec.Struct, frozen=True):
    """A statement and where it comes from.

    Attributes:
        name: the journal's, unlike the others'.
        file: its absolute path.
        title: its own; may be empty.
        as_of: when its figures were read, ISO-8601.
        error_count: complaints of its reader.
        warning: what may be wrong with the figures, a sentence; empty when nothing is.
    """

    name: str
    file: str
    title: str
    as_of: str
    error_count: int
    warning: str
    statement: Statement


def add(*amounts: Decimal) -> Decimal:
    """Their exact sum."""
    found = ZERO
    for amount in amounts:
        found = EXACT.add(found, amount)
    return found


def negative(amounts: Iterable[Decimal]) -> Amounts:
    """With the other sign."""
    return tuple(EXACT.minus(amount) for amount in amounts)


class Sums:
    """Amounts by currency and column, to be added up."""

    def __init__(self, main: str, width: int) -> None:
        self._main, self._width = main, width
        self._sums: defaultdict[str, Amounts] = defaultdict(lambda: (ZERO,) * width)

    def add(self, currency: str, amounts: Sequence[Decimal]) -> None:
        """Add one row."""
        self._sums[currency] = tuple(map(add, self._sums[currency], amounts))

    def plus(self, other: "Sums", sign: int = 1) -> "Sums":
        """The sum of both, or with `sign` -1 the difference."""
        found = Sums(self._main, self._width)
        for currency, amounts in self._sums.items():
            found.add(currency, amounts)
        for currency, amounts in other._sums.items():
            found.add(currency, amounts if sign > 0 else negative(amounts))
        return found

    @property
    def is_any(self) -> bool:
        """Whether one of them is not zero."""
        return any(any(amounts) for amounts in self._sums.values())

    def items(self) -> list[tuple[str, Amounts]]:
        """By currency: the main one first, be it zero, then those that are not zero."""
        names = sorted(name for name, amounts in self._sums.items() if any(amounts) and name != self._main)
        main = [self._main] if self._main or not names else []
        return [(name, self._sums.get(name, (ZERO,) * self._width)) for name in (*main, *names)]
