"""Prices, and amounts converted with them: pure, the same for every kind of journal.

A price holds from its day on, until the next one. Prices of a pair are used in both
directions. Where a pair has none, the shortest chain of pairs is taken (shares priced
in dollars, dollars in euros), of equal ones the first by name.
"""

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import msgspec

from devdash_ledger.amounts import EXACT

_PLACES = Decimal("0.00000001")
"""Converted amounts are rounded to these decimals when they are written; sums are made before."""


class Price(msgspec.Struct, frozen=True, gc=False):
    """From `day` on, one `base` is worth `rate` of `quote`."""

    day: date
    base: str
    quote: str
    rate: Decimal


class PriceBook:
    """The prices of one journal; of several on one day the last one counts."""

    def __init__(self, prices: Iterable[Price]) -> None:
        dated: defaultdict[tuple[str, str], dict[date, Decimal]] = defaultdict(dict)
        for price in prices:
            if price.rate > 0 and price.base != price.quote:
                dated[price.base, price.quote][price.day] = price.rate
        both: defaultdict[tuple[str, str], dict[date, Decimal]] = defaultdict(dict)
        for (base, quote), rates in dated.items():
            both[base, quote].update(rates)
            for day, rate in rates.items():
                if day not in dated.get((quote, base), {}):  # written out beats turned round
                    both[quote, base][day] = 1 / rate
        self._series = {pair: sorted(rates.items()) for pair, rates in both.items()}
        self._next: defaultdict[str, list[str]] = defaultdict(list)
        for base, quote in sorted(self._series):
            self._next[base].append(quote)
        self._known: dict[tuple[str, str, date], Decimal | None] = {}

    def convert(self, amount: Decimal, base: str, quote: str, day: date) -> Decimal | None:
        """`amount` of `base` in `quote` at the last prices up to `day`, inclusive; None: there is none."""
        if base == quote:
            return amount
        asked = (base, quote, day)
        if asked not in self._known:
            self._known[asked] = self._chain(base, quote, day)
        rate = self._known[asked]
        return None if rate is None else EXACT.multiply(amount, rate)

    def _chain(self, base: str, quote: str, day: date) -> Decimal | None:
        reached = {base: Decimal(1)}
        waiting = deque([base])
        while waiting:
            here = waiting.popleft()
            for there in self._next.get(here, ()):
                rate = self._at(here, there, day)
                if rate is None or there in reached:
                    continue
                reached[there] = EXACT.multiply(reached[here], rate)
                if there == quote:
                    return reached[there]
                waiting.append(there)
        return None

    def _at(self, base: str, quote: str, day: date) -> Decimal | None:
        series = self._series[base, quote]
        place = bisect_right(series, day, key=lambda dated: dated[0])
        return series[place - 1][1] if place else None


def written(amount: Decimal) -> str:
    """A converted amount as text, with at most eight decimals."""
    exponent = amount.as_tuple().exponent
    is_long = isinstance(exponent, int) and exponent < -8
    return format(EXACT.quantize(amount, _PLACES) if is_long else amount, "f")
