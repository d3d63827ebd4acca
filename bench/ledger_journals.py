"""One household's journal in three languages: what is measured with, and what readers are compared on.

Salaries in several parts, purchases, cards, foreign currencies, fund shares, prices, budgets and balance
assertions, in the proportions of a journal that is kept for ten years. All three languages mean the same
cells; the same seed gives the same text.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

import msgspec

LAST = date(2023, 12, 31)
YEARS = 10
SALARY, CHECKING, CASH, CARD = "Income:Salary", "Assets:Bank:Checking", "Assets:Cash", "Liabilities:Card"
SWISS, BROKER, FUND = "Assets:Bank:Swiss", "Assets:Broker:Cash", "Assets:Broker:Fund"
GAINS = ("Income:Interest", "Income:Gifts")
GROUPS = {
    "Food": ("Groceries", "Restaurant", "Bakery", "Coffee"),
    "Home": ("Rent", "Power", "Water", "Phone", "Furniture", "Repairs"),
    "Travel": ("Train", "Hotel", "Taxi", "Fuel"),
    "Health": ("Pharmacy", "Doctor", "Sport"),
    "Leisure": ("Books", "Cinema", "Concerts", "Games"),
}
TAX, SOCIAL, BOOKS = "Expenses:Tax:Income", "Expenses:Tax:Social", "Expenses:Leisure:Books"
EXPENSES = tuple(f"Expenses:{group}:{name}" for group, names in GROUPS.items() for name in names)
PAYS = (CHECKING, CASH, CARD)
ACCOUNTS = (SALARY, *PAYS, SWISS, BROKER, FUND, *GAINS, TAX, SOCIAL, *EXPENSES)
BUDGETS = {"Expenses:Food": "600.00", "Expenses:Home:Rent": "900.00", "Expenses:Leisure": "150.00"}
PAYEES = ("Corner Shop", "Bäckerei König", "Railway", "Power & Light", "Cinema 7", "Dr. Ada", "Book House")
PAIRS = {("CHF", "EUR"): (90, 110, 2), ("USD", "EUR"): (80, 100, 2), ("WRLD", "USD"): (500, 1200, 1)}
"""Pairs of currencies; their rate lies between two numbers with so many decimals."""

Rates = Mapping[tuple[str, str], Decimal]


class Leg(msgspec.Struct, frozen=True):
    """A posting; `rate` is what one unit was paid with, for shares as their cost."""

    account: str
    number: Decimal
    currency: str = "EUR"
    rate: tuple[Decimal, str] | None = None


class Entry(msgspec.Struct, frozen=True):
    """A transaction."""

    day: date
    payee: str
    narration: str
    legs: tuple[Leg, ...]


def journals(transactions: int, *, last: date = LAST, seed: int = 4) -> dict[str, str]:
    """The journal by its language, "beancount", "ledger" and "hledger". Its last transaction is of `last`."""
    chance = random.Random(seed)  # no secret
    first = date(last.year - YEARS, last.month, 1)
    rates = {
        month: {pair: _between(chance, *bounds) for pair, bounds in PAIRS.items()}
        for month in _months(first, last)
    }
    dated: defaultdict[date, list[Entry]] = defaultdict(list)
    for entry in _entries(chance, transactions, rates, first, last):
        dated[entry.day.replace(day=1)].append(entry)
    texts = {
        "beancount": _beans_head(first),
        "ledger": _plain_head("Monthly"),
        "hledger": _plain_head("monthly"),
    }
    held = Decimal(0)
    for month, pairs in rates.items():
        plain = [*_plain_prices(month, pairs), *_plain_balance(month, held)]
        texts["beancount"] += [*_beans_prices(month, pairs), f"{month} balance {CHECKING}  {held} EUR"]
        for entry in dated[month]:
            held += sum(leg.number for leg in entry.legs if leg.account == CHECKING)
            texts["beancount"] += _beans(entry)
            plain += _plain(entry)
        texts["ledger"] += plain
        texts["hledger"] += plain
    return {language: "\n".join(lines) + "\n" for language, lines in texts.items()}


def one_more(language: str, day: date, number: str) -> str:
    """A transaction to append: books for `number` euros."""
    amount = Decimal(number)
    entry = Entry(day, "Book House", "One more", (Leg(BOOKS, amount), Leg(CASH, -amount)))
    return "\n".join((_beans if language == "beancount" else _plain)(entry)) + "\n"


def _months(first: date, last: date) -> Iterator[date]:
    for index in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield date(index // 12, index % 12 + 1, 1)


def _between(chance: random.Random, low: int, high: int, places: int = 2) -> Decimal:
    return Decimal(chance.randint(low, high)).scaleb(-places)


def _entries(
    chance: random.Random, count: int, rates: Mapping[date, Rates], first: date, last: date
) -> Iterator[Entry]:
    for number in range(count):
        day = first + timedelta(days=(number + 1) * (last - first).days // count)
        legs = tuple(_legs(chance, number, rates[day.replace(day=1)]))
        yield Entry(day, chance.choice(PAYEES), f"Nr. {number}", legs)


def _legs(chance: random.Random, number: int, rates: Rates) -> Iterator[Leg]:
    amount, target = _between(chance, 100, 12_000), chance.choice(EXPENSES)
    match number % 40:
        case 0:
            gross, tax, social = 40 * amount, 9 * amount, 4 * amount
            yield from (Leg(SALARY, -gross), Leg(TAX, tax), Leg(SOCIAL, social))
            yield Leg(CHECKING, gross - tax - social)
        case 1:
            rate, shares = rates["WRLD", "USD"], _between(chance, 1, 90, 1)
            yield Leg(FUND, shares, "WRLD", (rate, "USD"))
            yield Leg(BROKER, -shares * rate, "USD")
        case 2:
            rate, whole = rates["USD", "EUR"], _between(chance, 10, 900, 0)
            yield from (Leg(BROKER, whole, "USD", (rate, "EUR")), Leg(CHECKING, -whole * rate))
        case 3:
            rate, whole = rates["CHF", "EUR"], _between(chance, 10, 900, 0)
            yield from (Leg(SWISS, whole, "CHF", (rate, "EUR")), Leg(CHECKING, -whole * rate))
        case 4 | 5:
            yield from (Leg(target, amount, "CHF"), Leg(SWISS, -amount, "CHF"))
        case 6:
            yield from (Leg(CHECKING, amount), Leg(chance.choice(GAINS), -amount))
        case 7:
            yield from (Leg(CARD, amount), Leg(CHECKING, -amount))
        case 8 | 9 | 10:
            other = _between(chance, 100, 5_000)
            yield from (Leg(target, amount), Leg(chance.choice(EXPENSES), other))
            yield Leg(chance.choice(PAYS), -amount - other)
        case _:
            yield from (Leg(target, amount), Leg(chance.choice(PAYS), -amount))


def _beans_head(first: date) -> list[str]:
    lines = ['option "title" "Household"', 'option "operating_currency" "EUR"']
    lines += [f"{first} open {account}" for account in ACCOUNTS]
    return lines + [
        f'{first} custom "budget" {account} "monthly" {due} EUR' for account, due in BUDGETS.items()
    ]


def _beans_prices(day: date, pairs: Rates) -> list[str]:
    return [f"{day} price {base} {rate} {quote}" for (base, quote), rate in pairs.items()]


def _beans(entry: Entry) -> list[str]:
    lines = [f'{entry.day} * "{entry.payee}" "{entry.narration}"']
    for leg in entry.legs:
        paid = f" {leg.rate[0]} {leg.rate[1]}" if leg.rate is not None else ""
        if paid:
            paid = f" {{{paid[1:]}}}" if leg.account == FUND else f" @{paid}"
        lines.append(f"  {leg.account}  {leg.number} {leg.currency}{paid}")
    return [*lines, ""]


def _plain_head(period: str) -> list[str]:
    plans = [f"  {account}  {due} EUR" for account, due in BUDGETS.items()]
    return [f"~ {period}", *plans, f"  {CHECKING}", ""]


def _plain_prices(day: date, pairs: Rates) -> list[str]:
    return [f"P {day} {base} {rate} {quote}" for (base, quote), rate in pairs.items()]


def _plain_balance(day: date, held: Decimal) -> list[str]:
    return [f"{day} * Balance", f"  {CHECKING}  0.00 EUR = {held} EUR", ""]


def _plain(entry: Entry) -> list[str]:
    lines = [f"{entry.day} * {entry.payee} | {entry.narration}"]
    for leg in entry.legs:
        paid = f" @ {leg.rate[0]} {leg.rate[1]}" if leg.rate is not None else ""
        lines.append(f"  {leg.account}  {leg.number} {leg.currency}{paid}")
    return [*lines, ""]
