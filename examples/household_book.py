"""The bookkeeping of make_household.py: postings, directives, balances, chance, time."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar

FIRST, LAST = date(2024, 12, 1), date(2026, 11, 20)

CHECKING, SAVINGS, CASH = "Assets:Bank:Checking", "Assets:Bank:Savings", "Assets:Cash"
CARD = "Liabilities:CreditCard"

T = TypeVar("T")


@dataclass(frozen=True)
class Leg:
    """One posting; `note` is what follows the amount: a cost or a price."""

    account: str
    number: Decimal | None = None
    currency: str = "EUR"
    note: str = ""

    def text(self) -> str:
        """The posting as a line, its number ending in column 55."""
        if self.number is None:
            return f"  {self.account}"
        return f"  {self.account:<38}{self.number:>15} {self.currency} {self.note}".rstrip()


@dataclass
class Book:
    """Directives by date, and the balances that they lead to. Nothing is booked after the last day."""

    lines: list[tuple[date, str]] = field(default_factory=list)
    balances: defaultdict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, day: date, text: str) -> None:
        """A directive other than a transaction; `text` lacks the date."""
        if day <= LAST:
            self.lines.append((day, f"{day} {text}"))

    def pay(self, day: date, whom: str, *legs: Leg, marks: str = "") -> None:
        """A transaction. `whom` is "payee | what for"; `marks` are its tags and links."""
        if day > LAST:
            return
        for leg in legs:
            if leg.number is not None:
                self.balances[leg.account, leg.currency] += leg.number
        head = " ".join([f"{day} *", *(f'"{part}"' for part in whom.split(" | ")), marks]).rstrip()
        self.lines.append((day, "\n".join([head, *(leg.text() for leg in legs)])))

    def spend(self, day: date, whom: str, what: str, amount: Decimal, source: str) -> None:
        """An expense in EUR from one account; `what` lacks the root of its account."""
        self.pay(day, whom, Leg(f"Expenses:{what}", amount), Leg(source, -amount))

    def move(self, day: date, whom: str, amount: Decimal, source: str, target: str, marks: str = "") -> None:
        """EUR from one own account to another."""
        self.pay(day, whom, Leg(target, amount), Leg(source, -amount), marks=marks)

    def check(self, day: date, account: str) -> None:
        """The bank's statement agrees with the book."""
        self.add(day, f"balance {account:<21}{self.balances[account, 'EUR']:>15} EUR")

    def recount(self, day: date, account: str, source: str, counted: Decimal) -> None:
        """What is found is taken as it is; the difference is padded from `source` the day before."""
        self.add(day - timedelta(days=1), f"pad {account} {source}")
        self.balances[account, "EUR"] = counted
        self.check(day, account)

    def quote(self, day: date, commodity: str, price: Decimal) -> None:
        """The price of `commodity` in EUR."""
        self.add(day, f"price {commodity:<25}{price:>13} EUR")

    def chapters(self) -> Iterator[str]:
        """The directives by date, under a heading for each month."""
        heading = ""
        for day, text in sorted(self.lines, key=lambda line: line[0]):
            if f"{day:%Y-%m}" != heading:
                heading = f"{day:%Y-%m}"
                yield f"\n\n;; {heading}\n"
            yield f"\n{text}\n"


class Dice:
    """Chance, the same on every run: only `Random.random` is used, whose sequence Python promises to keep."""

    def __init__(self, seed: int) -> None:
        self._next = Random(seed).random  # noqa: S311  # a story, not a secret

    def euros(self, low: float, high: float) -> Decimal:
        """An amount between the two, to the cent."""
        return money(low + self._next() * (high - low))

    def day(self, start: date, days: int) -> date:
        """One of the `days` days from `start`."""
        return start + timedelta(days=int(self._next() * days))

    def one_of(self, choices: Sequence[T]) -> T:
        """One of `choices`."""
        return choices[int(self._next() * len(choices))]

    def happens(self, chance: float) -> bool:
        """True in that share of cases."""
        return self._next() < chance


def money(value: float | str | Decimal) -> Decimal:
    """Rounded to the cent."""
    return Decimal(str(value)).quantize(Decimal("0.01"))


def months() -> Iterator[date]:
    """The first day of each month."""
    for index in range(FIRST.year * 12 + FIRST.month - 1, LAST.year * 12 + LAST.month):
        yield date(index // 12, index % 12 + 1, 1)


def workday(day: date) -> date:
    """`day`, or the Friday before it."""
    return day - timedelta(days=max(0, day.weekday() - 4))
