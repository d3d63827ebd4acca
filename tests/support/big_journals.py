"""One generated journal in three languages, the same for the same seed."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

FIRST = date(2019, 1, 1)
DAYS = 5 * 365
EXPENSES = tuple(f"Expenses:{group}:{name}" for group in ("Food", "Home", "Fun") for name in "ABCDEFGH")
ACCOUNTS = ("Assets:Bank", "Assets:Cash", "Assets:Fund", "Liabilities:Card", "Equity:Start", "Income:Job")


def journals(transactions: int, seed: int = 4) -> dict[str, str]:
    """The journal by its language: "beancount", "ledger", "hledger". Ends in December 2023."""
    chance = random.Random(seed)  # no secret
    beans = [f"2019-01-01 open {account}" for account in (*ACCOUNTS, *EXPENSES)]
    plain: list[str] = []
    for month in range(60):
        day = date(2019 + month // 12, month % 12 + 1, 15)
        for base, quote in (("CHF", "EUR"), ("WRLD", "CHF")):
            rate = f"{chance.uniform(0.5, 90):.4f}"
            beans.append(f"{day} price {base} {rate} {quote}")
            plain.append(f"P {day} {base} {rate} {quote}")
    for day, target, source, amount in _bookings(chance, transactions):
        legs = [f"  {target}  {amount}", f"  {source}  -{amount}"]
        beans += [f'{day} * "Payee"', *legs]
        plain += [f"{day} * Payee", *legs]
    text = "\n".join(plain) + "\n"
    return {"beancount": "\n".join(beans) + "\n", "ledger": text, "hledger": text}


def _bookings(chance: random.Random, count: int) -> Iterator[tuple[date, str, str, str]]:
    for number in range(count):
        day = FIRST + timedelta(days=number * DAYS // count)
        amount = f"{chance.randint(1, 99_999) / 100:.2f}"
        match number % 40:
            case 0:
                yield day, "Assets:Bank", "Income:Job", f"{amount} EUR"
            case 1:
                yield day, "Assets:Fund", "Equity:Start", f"{chance.randint(1, 9)}.5 WRLD"
            case 2:
                yield day, chance.choice(EXPENSES), "Liabilities:Card", f"{amount} CHF"
            case _:
                yield day, chance.choice(EXPENSES), chance.choice(ACCOUNTS[:2]), f"{amount} EUR"
