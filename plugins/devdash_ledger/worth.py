"""What the months were worth in one currency: net worth, income, expenses, savings rate. Pure."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType

import msgspec

from devdash_ledger import months
from devdash_ledger.amounts import EXACT
from devdash_ledger.elements import Holding, WorthMonth
from devdash_ledger.fold import Cells
from devdash_ledger.journal import AccountType, CurrencyUse, Rates, Series
from devdash_ledger.prices import PriceBook, written


def last_day(month: int) -> date:
    """The last day of the month with that index."""
    year, number = month // 12, month % 12 + 1
    return date(year, number, monthrange(year, number)[1])


class Valued(msgspec.Struct, frozen=True):
    """Cells, and what each amount is in the main currency at the prices of its month's last day.

    Attributes:
        values: None where there is no price; empty where there is no main currency.
    """

    cells: Cells
    values: tuple[Decimal | None, ...]


def valued(found: Sequence[Cells], shown: range, currency: str, book: PriceBook) -> tuple[Valued, ...]:
    """`found`, of the months `shown`, in `currency`."""
    if not currency:
        return tuple(Valued(one, ()) for one in found)
    one, days = Decimal(1), [last_day(month) for month in shown]
    prices = {
        name: [book.convert(one, name, currency, day) for day in days]
        for name in {cells.currency for cells in found} - {currency}
    }
    return tuple(Valued(cells, _values(cells, prices.get(cells.currency))) for cells in found)


def _values(cells: Cells, prices: Sequence[Decimal | None] | None) -> tuple[Decimal | None, ...]:
    """`prices`: of each month; None: it is the currency itself."""
    if prices is None:
        return cells.amounts
    return tuple(
        None if price is None else EXACT.multiply(amount, price)
        for amount, price in zip(cells.amounts, prices, strict=True)
    )


def series(found: Sequence[Valued]) -> tuple[Series, ...]:
    """`found`, written."""
    return tuple(map(_series, found))


def _series(one: Valued) -> Series:
    cells = one.cells
    amounts = tuple([format(amount, "f") for amount in cells.amounts])
    texts = tuple([None if value is None else written(value) for value in one.values])
    return Series(cells.account, cells.type, cells.currency, amounts, texts)


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


def worth(
    found: Sequence[Valued],
    shown: range,
    currency: str,
    known: Mapping[int, WorthMonth] = MappingProxyType({}),
) -> tuple[WorthMonth, ...]:
    """One entry for each month of `shown`; none where there is no `currency` to convert to.

    What has no price is never added, but named beside the sums.

    Args:
        known: by the place of the month, where `found` says the same as when that was made.
    """
    if not currency:
        return ()
    return tuple(
        known.get(place) or _month(found, place, month, currency) for place, month in enumerate(shown)
    )


def unlike(one: Valued | None, other: Valued | None, count: int) -> set[int]:
    """The places, of `count` months, in which two do not add the same to a month's worth."""
    return {place for place in range(count) if _told(one, place) != _told(other, place)}


def _told(one: Valued | None, place: int) -> tuple[object, ...]:
    """What decides its part in the worth of a month: as text, for 1 is not 1.00."""
    if one is None or not one.cells.amounts[place]:
        return ()
    values = one.values
    return (
        one.cells.type,
        one.cells.currency,
        str(one.cells.amounts[place]),
        str(values[place]) if values else "",
    )


class _Sum:
    """A sum in the main currency, and what could not be converted to it."""

    def __init__(self) -> None:
        self.total = Decimal(0)
        self.apart: defaultdict[str, Decimal] = defaultdict(Decimal)

    def add(self, amount: Decimal, currency: str, value: Decimal | None) -> None:
        """`value`: of the amount; None: there is no price."""
        if value is None:
            self.apart[currency] = EXACT.add(self.apart[currency], amount)
        else:
            self.total = EXACT.add(self.total, value)

    def holdings(self) -> tuple[Holding, ...]:
        return tuple(
            Holding(name, format(amount, "f")) for name, amount in sorted(self.apart.items()) if amount
        )


def _month(found: Sequence[Valued], place: int, month: int, currency: str) -> WorthMonth:
    net, income, expenses, flow = (_Sum() for _ in range(4))
    for one in found:
        cells, amount, value = one.cells, one.cells.amounts[place], one.values[place]
        if not amount:
            continue  # its decimals would be those of the sum, though it is in it or not by other months
        if cells.type in (AccountType.ASSETS, AccountType.LIABILITIES):
            net.add(amount, cells.currency, value)
        elif cells.type is AccountType.INCOME:
            income.add(amount.copy_negate(), cells.currency, None if value is None else value.copy_negate())
        elif cells.type is AccountType.EXPENSES:
            expenses.add(amount, cells.currency, value)
    for side in (income, expenses):
        for name, amount in side.apart.items():
            if amount:
                flow.add(amount, name, None)
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
