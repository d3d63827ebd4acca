"""What the months were worth in one currency: net worth, income, expenses, savings rate. Pure."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec

from devdash_ledger import months
from devdash_ledger.amounts import EXACT
from devdash_ledger.facts import Holding, WorthMonth
from devdash_ledger.journal import AccountType, CurrencyUse, Rates, Series
from devdash_ledger.prices import PriceBook, written


def last_day(month: int) -> date:
    """The last day of the month with that index."""
    year, number = month // 12, month % 12 + 1
    return date(year, number, monthrange(year, number)[1])


def converted(series: Sequence[Series], shown: range, currency: str, book: PriceBook) -> tuple[Series, ...]:
    """`series`, each amount also in `currency` at the prices of its month's last day."""
    if not currency:
        return tuple(series)
    days = [last_day(month) for month in shown]
    found: list[Series] = []
    for one in series:
        values = (
            book.convert(Decimal(amount), one.currency, currency, day)
            for amount, day in zip(one.amounts, days, strict=True)
        )
        texts = tuple(None if value is None else written(value) for value in values)
        found.append(msgspec.structs.replace(one, converted=texts))
    return tuple(found)


def rates(used: Sequence[CurrencyUse], shown: range, currency: str, book: PriceBook) -> tuple[Rates, ...]:
    """What one unit of each currency but `currency` is worth in it, at the end of each month of `shown`."""
    if not currency:
        return ()
    days = [last_day(month) for month in shown]
    one = Decimal(1)
    return tuple(
        Rates(use.name, tuple(_plain(book.convert(one, use.name, currency, day)) for day in days))
        for use in used
        if use.name != currency
    )


def _plain(rate: Decimal | None) -> str | None:
    return None if rate is None else format(rate, "f")


def worth(series: Sequence[Series], shown: range, currency: str, book: PriceBook) -> tuple[WorthMonth, ...]:
    """One entry for each month of `shown`; none where there is no currency to convert to.

    What has no price is never added, but named beside the sums.
    """
    if not currency:
        return ()
    return tuple(_month(series, place, month, currency, book) for place, month in enumerate(shown))


class _Sum:
    """A sum in one currency, and what could not be converted to it."""

    def __init__(self, currency: str, day: date, book: PriceBook) -> None:
        self.total = Decimal(0)
        self.apart: defaultdict[str, Decimal] = defaultdict(Decimal)
        self._currency, self._day, self._book = currency, day, book

    def add(self, amount: Decimal, currency: str) -> None:
        value = self._book.convert(amount, currency, self._currency, self._day)
        if value is None:
            self.apart[currency] = EXACT.add(self.apart[currency], amount)
        else:
            self.total = EXACT.add(self.total, value)

    def holdings(self) -> tuple[Holding, ...]:
        return tuple(
            Holding(name, format(amount, "f")) for name, amount in sorted(self.apart.items()) if amount
        )


def _month(series: Sequence[Series], place: int, month: int, currency: str, book: PriceBook) -> WorthMonth:
    day = last_day(month)
    net, income, expenses, flow = (_Sum(currency, day, book) for _ in range(4))
    for one in series:
        amount = Decimal(one.amounts[place])
        if one.type in (AccountType.ASSETS, AccountType.LIABILITIES):
            net.add(amount, one.currency)
        elif one.type is AccountType.INCOME:
            income.add(amount.copy_negate(), one.currency)
        elif one.type is AccountType.EXPENSES:
            expenses.add(amount, one.currency)
    for side in (income, expenses):
        for held in side.holdings():
            flow.add(Decimal(held.amount), held.currency)
    rate = (income.total - expenses.total) / income.total if income.total > 0 else None
    return WorthMonth(
        month=months.text_of(month),
        currency=currency,
        net_worth=written(net.total),
        unconverted=net.holdings(),
        income=written(income.total),
        expenses=written(expenses.total),
        savings_rate=None if rate is None else round(float(rate), 4),
        left_out=flow.holdings(),
    )
