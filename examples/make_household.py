"""Writes household.beancount: two years of an invented household, the same on every run.

    python examples/make_household.py [FILE]

Every name in it is made up.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from household_book import CARD, CASH, CHECKING, FIRST, SAVINGS, Book, Dice, Leg, money, months, workday

TARGET = Path(__file__).with_name("household.beancount")
BROKER, FUND, DEBT = "Assets:Broker:Cash", "Assets:Broker:World", "Liabilities:Furniture"

HEADER = """\
;; The Linden household. Written by make_household.py: change that, not this file.

option "title" "Linden household"
option "operating_currency" "EUR"

2024-01-01 commodity EUR
  name: "Euro"
2024-01-01 commodity CHF
  name: "Swiss franc"
2024-01-01 commodity GBP
  name: "Pound sterling"
2024-01-01 commodity WRLD
  name: "World index fund"


;; Accounts

2024-12-01 open Assets:Bank:Checking                EUR
2024-12-01 open Assets:Bank:Savings                 EUR
2024-12-01 open Assets:Cash                         EUR,CHF,GBP
2024-12-01 open Assets:Deposits:Flat                EUR
2024-12-01 open Assets:Broker:Cash                  EUR
2024-12-01 open Assets:Broker:World                 WRLD "FIFO"
2024-12-01 open Liabilities:CreditCard              EUR
2024-12-01 open Liabilities:Furniture               EUR
2024-12-01 open Equity:Opening-Balances

2024-12-01 open Income:Salary                       EUR
2024-12-01 open Income:Bonus                        EUR
2024-12-01 open Income:Interest                     EUR
2024-12-01 open Income:Dividends                    EUR
2024-12-01 open Income:Gains                        EUR
2024-12-01 open Income:Refunds                      EUR

2024-12-01 open Expenses:Taxes:Income               EUR
2024-12-01 open Expenses:Taxes:Pension              EUR
2024-12-01 open Expenses:Taxes:Health               EUR
2024-12-01 open Expenses:Home:Rent                  EUR
2024-12-01 open Expenses:Home:Electricity           EUR
2024-12-01 open Expenses:Home:Internet              EUR
2024-12-01 open Expenses:Home:Furniture             EUR
2024-12-01 open Expenses:Food:Groceries
2024-12-01 open Expenses:Food:Restaurants
2024-12-01 open Expenses:Food:Coffee
2024-12-01 open Expenses:Transport:Transit
2024-12-01 open Expenses:Transport:Train            EUR
2024-12-01 open Expenses:Transport:Bicycle          EUR
2024-12-01 open Expenses:Travel:Lodging
2024-12-01 open Expenses:Travel:Outings
2024-12-01 open Expenses:Health:Pharmacy            EUR
2024-12-01 open Expenses:Health:Dentist             EUR
2024-12-01 open Expenses:Leisure:Books              EUR
2024-12-01 open Expenses:Leisure:Cinema             EUR
2024-12-01 open Expenses:Leisure:Climbing           EUR
2024-12-01 open Expenses:Phone                      EUR
2024-12-01 open Expenses:Insurance                  EUR
2024-12-01 open Expenses:Clothing                   EUR
2024-12-01 open Expenses:Gifts                      EUR
2024-12-01 open Expenses:Fees                       EUR
2024-12-01 open Expenses:Unrecorded                 EUR


;; Budgets

2025-01-01 custom "budget" Expenses:Food            "monthly"  460.00 EUR
2025-01-01 custom "budget" Expenses:Leisure         "monthly"   90.00 EUR
2025-01-01 custom "budget" Expenses:Clothing        "monthly"   60.00 EUR
2026-01-01 custom "budget" Expenses:Food            "monthly"  490.00 EUR
2026-01-01 custom "budget" Expenses:Leisure         "monthly"  110.00 EUR
"""

GROCERS = ("Markthalle Nord", "Bioladen Kastanie", "Supermarkt Hafenstrasse", "Bäckerei Lorenz")
TABLES = ("Trattoria da Nino", "Zum Anker", "Pho Hanoi", "Kantine 12", "Cafe Meridian")
TREATS = (
    ("Buchhandlung Seitenweise | Two novels", "Leisure:Books", 18, 38),
    ("Buchhandlung Seitenweise | Maps", "Leisure:Books", 9, 22),
    ("Kino am Park | Cinema", "Leisure:Cinema", 11, 26),
    ("Kleiderkammer | Clothes", "Clothing", 25, 95),
    ("Apotheke am Markt | Pharmacy", "Health:Pharmacy", 6, 24),
    ("Blumen Petersen | Flowers", "Gifts", 15, 45),
    ("Radhaus | Bicycle repair", "Transport:Bicycle", 9, 60),
)


@dataclass(frozen=True)
class Trip:
    """A journey paid for in another money, `rate` EUR apiece; `dear` scales what things cost there."""

    tag: str
    currency: str
    rate: Decimal
    days: Sequence[date]
    cash: Decimal
    lodging: Decimal
    inn: str
    table: str
    outing: str
    dear: float


def stay(first: date, days: int) -> tuple[date, ...]:
    """That many days from `first`."""
    return tuple(first + timedelta(days=day) for day in range(days))


ALPS = Trip(
    *("#alps-2025", "CHF", Decimal("1.0642"), stay(date(2025, 8, 9), 12), money(90), money(1188)),
    *("Pension Edelweiss | Twelve nights", "Berghaus | Supper", "Bergbahn | Cable car", 1.6),
)
LONDON = Trip(
    *("#london-2026", "GBP", Decimal("1.1587"), stay(date(2026, 5, 14), 4), money(40), money(384)),
    *("Guesthouse Camden | Three nights", "The Grapes | Supper", "Gallery | Tickets", 1.0),
)
AWAY = frozenset((*ALPS.days, *LONDON.days))


def begin(book: Book) -> None:
    """What was there on the first day. The purse is counted a day later."""
    start = {CHECKING: "2640.18", SAVINGS: "6200.00", "Assets:Deposits:Flat": "1740.00", CARD: "-214.35"}
    equity = "Equity:Opening-Balances"
    for account, amount in start.items():
        book.move(FIRST, "Opening balance", money(amount), equity, account)
    book.recount(FIRST + timedelta(days=1), CASH, equity, money(85))
    book.add(FIRST, 'event "address" "Lindenallee 7"')


def earn(book: Book, first: date) -> None:
    """Salary with its deductions; a bonus each November; a rise in January 2026; a tax refund in June."""
    salary = money(4180 if first.year < 2026 else 4340)
    bonus = money(salary / 2) if first.month == 11 else money(0)
    gross = salary + bonus
    tax, pension, health = (money(gross * Decimal(rate)) for rate in ("0.161", "0.106", "0.0965"))
    legs = [Leg("Income:Salary", -salary), *([Leg("Income:Bonus", -bonus)] if bonus else [])]
    legs += [Leg("Expenses:Taxes:Income", tax), Leg("Expenses:Taxes:Pension", pension)]
    legs += [Leg("Expenses:Taxes:Health", health), Leg(CHECKING, gross - tax - pension - health)]
    book.pay(workday(first.replace(day=27)), f"Werft & Partner | Salary {first:%m/%Y}", *legs)
    if first.month == 6:
        refund = money("412.60" if first.year == 2025 else "538.27")
        book.move(first.replace(day=18), "Finanzamt | Tax refund", refund, "Income:Refunds", CHECKING)


def dwell(book: Book, dice: Dice, first: date) -> None:
    """What is due every month or quarter, whatever happens."""
    rent = money(870 if first < date(2025, 10, 1) else 895)
    power = money(64 if first.year < 2026 else 71)
    due = [
        (1, "Verkehrsbetriebe | Monthly ticket", "Transport:Transit", money(63)),
        (2, "Hausverwaltung Ulmer | Rent", "Home:Rent", rent),
        (5, "Stadtwerke | Electricity", "Home:Electricity", power),
        (8, "Glasfaser Nord | Internet", "Home:Internet", money("39.95")),
        (12, "Funkwerk | Phone", "Phone", dice.euros(14, 19)),
    ]
    if first.month in (1, 7):
        due.append((15, "Hansa Versicherung | Liability and contents", "Insurance", money("118.40")))
    if first.month in (3, 9):
        due.append((10, "Kletterhalle | Ten visits", "Leisure:Climbing", money(105)))
    for day, whom, what, amount in due:
        book.spend(first.replace(day=day), whom, what, amount, CHECKING)


def eat(book: Book, dice: Dice, first: date) -> None:
    """Groceries every few days, a table out now and then, coffee."""
    day = first + timedelta(days=1)
    while day.month == first.month:
        if day not in AWAY:
            whom = f"{dice.one_of(GROCERS)} | Groceries"
            book.spend(day, whom, "Food:Groceries", dice.euros(16, 66), CHECKING)
        day = dice.day(day + timedelta(days=2), 4)
    for week in range(4):
        start = first + timedelta(days=7 * week)
        if dice.happens(0.55) and start not in AWAY:
            whom = f"{dice.one_of(TABLES)} | Dinner"
            book.spend(dice.day(start, 6), whom, "Food:Restaurants", dice.euros(17, 58), CARD)
        if dice.happens(0.8):
            whom = "Cafe Meridian | Coffee"
            book.spend(dice.day(start, 7), whom, "Food:Coffee", dice.euros(2.8, 7.5), CASH)


def live(book: Book, dice: Dice, first: date) -> None:
    """The card's bill, cash from the machine, small things by card, a train now and then."""
    bill = -book.balances[CARD, "EUR"]
    book.move(first.replace(day=4), "Hafenbank | Credit card bill", bill, CHECKING, CARD)
    book.move(first.replace(day=3), "Hafenbank | Cash", money(60), CHECKING, CASH)
    for whom, what, low, high in TREATS:
        if dice.happens(0.42):
            book.spend(dice.day(first, 27), whom, what, dice.euros(low, high), CARD)
    if dice.happens(0.5):
        whom = "Bahn | Visit to the parents"
        book.spend(dice.day(first, 26), whom, "Transport:Train", dice.euros(28, 74), CARD)
    if first.month == 12:
        book.spend(first.replace(day=14), "Spielzeugladen | Christmas", "Gifts", dice.euros(110, 190), CARD)


def save(book: Book, first: date, price: Decimal) -> None:
    """A standing order to savings and one into the fund; interest each quarter; distributions."""
    book.move(first.replace(day=28), "Standing order | Savings", money(450), CHECKING, SAVINGS)
    book.move(first.replace(day=6), "Standing order | Fund", money(250), CHECKING, BROKER)
    day, fee = first.replace(day=9), money("1.50")
    units = (Decimal("248.50") / price).quantize(Decimal("0.001"))
    bought = (Leg(FUND, units, "WRLD", f"{{{price} EUR}}"), Leg("Expenses:Fees", fee))
    book.quote(day, "WRLD", price)
    book.pay(day, "Depotbank | Savings plan", *bought, Leg(BROKER, -money(units * price) - fee))
    if first.month % 3 == 0:
        interest = money(book.balances[SAVINGS, "EUR"] * Decimal("0.0049"))
        book.move(first.replace(day=30), "Hafenbank | Interest", interest, "Income:Interest", SAVINGS)
    if first.month in (6, 12):
        paid = money(book.balances[FUND, "WRLD"] * Decimal("0.83"))
        book.move(first.replace(day=19), "Depotbank | Distribution", paid, "Income:Dividends", BROKER)


def compare(book: Book, dice: Dice, first: date) -> None:
    """Each quarter the book is compared with the bank's statements, and the purse is counted."""
    if first.month % 3 == 1:
        book.check(first, CHECKING)
        book.check(first, SAVINGS)
        book.recount(first, CASH, "Expenses:Unrecorded", dice.euros(18, 64))


def travel(book: Book, dice: Dice, trip: Trip) -> None:
    """A trip: foreign cash, lodging, meals and outings; the card is charged in EUR."""
    at = f"@ {trip.rate} EUR"

    def charge(day: date, whom: str, what: str, amount: Decimal) -> None:
        spent = Leg(f"Expenses:{what}", amount, trip.currency, at)
        book.pay(day, whom, spent, Leg(CARD, -money(amount * trip.rate)), marks=trip.tag)

    start, dear = trip.days[0], trip.dear
    book.quote(start, trip.currency, trip.rate)
    cash = (Leg(CASH, trip.cash, trip.currency, at), Leg(CHECKING, -money(trip.cash * trip.rate)))
    book.pay(start, "Hafenbank | Foreign cash", *cash, marks=trip.tag)
    for day in trip.days:
        charge(day, trip.table, "Food:Restaurants", dice.euros(16 * dear, 34 * dear))
        if dice.happens(0.5):
            charge(day, trip.outing, "Travel:Outings", dice.euros(12 * dear, 30 * dear))
        if dice.happens(0.7):
            sip = dice.euros(3.5, 8)
            spent = Leg("Expenses:Food:Coffee", sip, trip.currency)
            book.pay(day, "Kiosk | Coffee", spent, Leg(CASH, -sip, trip.currency), marks=trip.tag)
    charge(trip.days[-1], trip.inn, "Travel:Lodging", trip.lodging)


def happen_once(book: Book, first: date) -> None:
    """A desk on invoice, a crown, shares sold for a kitchen."""
    match first.year, first.month:
        case 2025, 3:
            desk, invoice = money(649), "^invoice-2025-113"
            legs = (Leg("Expenses:Home:Furniture", desk), Leg(DEBT, -desk))
            book.pay(first.replace(day=11), "Tischlerei Brandt | Desk, on invoice", *legs, marks=invoice)
            book.move(first.replace(day=25), "Tischlerei Brandt | Invoice", desk, CHECKING, DEBT, invoice)
            book.add(first.replace(day=25), f'note {DEBT} "Two years of warranty on the desk"')
        case 2026, 2:
            whom = "Praxis Dr. Weiss | Crown, own share"
            book.spend(first.replace(day=17), whom, "Health:Dentist", money("486.20"), CHECKING)
        case 2026, 7:
            sold = (Leg(FUND, Decimal("-9.000"), "WRLD", "{} @ 128.44 EUR"), Leg(BROKER, money("1155.96")))
            gains = Leg("Income:Gains")
            book.pay(first.replace(day=15), "Depotbank | Shares sold", *sold, gains, marks="#kitchen")
            book.move(first.replace(day=17), "Transfer | For the kitchen", money(1150), BROKER, SAVINGS)
        case 2026, 9:
            kitchen = (Leg("Expenses:Home:Furniture", money(3480)), Leg(SAVINGS, money(-3480)))
            book.pay(first.replace(day=22), "Tischlerei Brandt | Kitchen", *kitchen, marks="#kitchen")


def story() -> str:
    """The whole journal."""
    book, dice, price = Book(), Dice(20241201), Decimal("104.20")
    begin(book)
    for first in months():
        if first > FIRST:
            compare(book, dice, first)
        dwell(book, dice, first)
        live(book, dice, first)
        eat(book, dice, first)
        for trip in (ALPS, LONDON):
            if trip.days[0].replace(day=1) == first:
                travel(book, dice, trip)
        price = money(price * (1 + dice.euros(-3, 4.6) / 100))
        save(book, first, price)
        happen_once(book, first)
        earn(book, first)
    return HEADER + "".join(book.chapters())


if __name__ == "__main__":
    Path(sys.argv[1] if len(sys.argv) > 1 else TARGET).write_text(story(), encoding="utf-8")
