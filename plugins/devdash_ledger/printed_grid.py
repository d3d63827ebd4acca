"""What each account held and moved, month by month, in the currencies that a report uses. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise

import msgspec

from devdash_ledger import months
from devdash_ledger.amounts import EXACT
from devdash_ledger.journal import AccountType, Journal, Series
from devdash_ledger.prices import written
from devdash_ledger.printed import ZERO, Amounts, add
from devdash_ledger.printed_period import Period

_Rates = tuple[Decimal | None, ...]


class Held(msgspec.Struct, frozen=True):
    """One account in one currency.

    Attributes:
        balances: at the end of the month before the period, and of each month of it, at the prices
            of that day; zeros for income and expenses.
        flows: what was moved in each month, at the prices of the month's last day.
    """

    account: str
    type: AccountType
    currency: str
    balances: Amounts
    flows: Amounts


class Grid(msgspec.Struct, frozen=True):
    """A journal over a period.

    Attributes:
        period: the months.
        currency: the main one.
        rows: by account and currency, each once.
        is_converted: everything is in `currency`, but what is in one of `apart`.
        apart: currencies that lacked a price in a month in which there was some; as they are.
    """

    period: Period
    currency: str
    rows: tuple[Held, ...]
    is_converted: bool
    apart: tuple[str, ...]


def grid_of(journal: Journal, period: Period, *, converted: bool) -> Grid:
    """The figures of `period`. The journal holds its months, and the one before.

    Converted amounts are rounded to eight decimals each, and added up after that, so that whatever is
    printed adds up to the last digit.
    """
    start = period.first - 1 - months.parse(journal.months[0])
    cut = slice(start, start + period.count + 1)
    raw = [_held(one, cut) for one in journal.series]
    raw = [one for one in raw if any(one.balances) or any(one.flows)]
    if not (converted and journal.currency):
        return Grid(period, journal.currency, tuple(raw), is_converted=False, apart=())
    rates = {one.currency: tuple(map(_rate, one.by_month[cut])) for one in journal.rates}
    rates[journal.currency] = (Decimal(1),) * (period.count + 1)
    apart = {one.currency for one in raw if not _has_price(one, rates.get(one.currency))}
    found: dict[tuple[str, str], Held] = {}
    for one in raw:
        row = one if one.currency in apart else _converted(one, rates, journal.currency)
        key = row.account, row.currency
        found[key] = row if key not in found else _sum(found[key], row)
    return Grid(
        period, journal.currency, tuple(found.values()), is_converted=True, apart=tuple(sorted(apart))
    )


def _held(series: Series, cut: slice) -> Held:
    amounts = tuple(map(Decimal, series.amounts[cut]))
    if not series.type.is_balance:
        return Held(series.account, series.type, series.currency, (ZERO,) * len(amounts), amounts[1:])
    flows = tuple(EXACT.subtract(b, a) for a, b in pairwise(amounts))
    return Held(series.account, series.type, series.currency, amounts, flows)


def _rate(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _has_price(row: Held, rates: _Rates | None) -> bool:
    """Whether there is a price for all that `row` held or moved."""
    if rates is None:
        return False
    dated = zip(row.balances, (ZERO, *row.flows), rates, strict=True)
    return all(rate is not None for balance, flow, rate in dated if balance or flow)


def _converted(row: Held, rates: Mapping[str, _Rates], currency: str) -> Held:
    own = rates[row.currency]
    return msgspec.structs.replace(
        row,
        currency=currency,
        balances=tuple(map(_times, row.balances, own)),
        flows=tuple(map(_times, row.flows, own[1:])),
    )


def _times(amount: Decimal, rate: Decimal | None) -> Decimal:
    """A rate is missing only where there is nothing to be converted."""
    if rate is None or rate == 1:
        return amount
    return Decimal(written(EXACT.multiply(amount, rate)))


def _sum(a: Held, b: Held) -> Held:
    return msgspec.structs.replace(
        a, balances=tuple(map(add, a.balances, b.balances)), flows=tuple(map(add, a.flows, b.flows))
    )
