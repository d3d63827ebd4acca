"""From a `Sheet` to the journal of some months: folds and converts, without the journal's files. Pure.

It runs in the dashboard's process, in a thread, and takes milliseconds; after an append a fraction of one,
since what no new posting is about is taken from the fold before.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from devdash_ledger import fold, months
from devdash_ledger.assemble import main_currency
from devdash_ledger.budgets import Budgets
from devdash_ledger.elements import WorthMonth
from devdash_ledger.journal import AccountType, CurrencyUse, Journal, Rates, Series, Window
from devdash_ledger.prices import PriceBook
from devdash_ledger.sheet import Sheet, Use
from devdash_ledger.worth import Valued, rates, series, unlike, valued, worth

MOST_MONTHS = 1200
"""Of a window without a count: a date such as 0202-01-01 is a slip, and no reason to fold 22,000 months."""


class _Part(msgspec.Struct, frozen=True):
    """What an account in one currency has to say in a fold.

    Attributes:
        moves: what it was made of.
        valued, series: None where it is zero in all months.
    """

    moves: Mapping[int, Decimal]
    valued: Valued | None = None
    series: Series | None = None


_NOTHING = _Part({})


class _Fold(msgspec.Struct, frozen=True):
    """A fold of the months `shown`, converted to `main`."""

    shown: range
    main: str
    parts: Mapping[fold.Position, _Part] = {}
    worth: tuple[WorthMonth, ...] = ()
    rates: Mapping[str, Rates] = {}


class Unfolding:
    """One sheet, with what all of its windows have in common. Threads may use it at the same time."""

    def __init__(self, sheet: Sheet, before: "Unfolding | None" = None) -> None:
        """`before`: of the sheet that this one was made of; what is the same is taken from it."""
        self.sheet = sheet
        same = {} if before is None else {id(one): one for one in before.sheet.moves}
        self._moves: fold.MonthlyMoves = {
            (one.account, one.currency): before._moves[one.account, one.currency]
            if before is not None and id(one) in same
            else dict(zip(one.months, one.changes, strict=True))
            for one in sheet.moves
        }
        self._types: Mapping[str, AccountType] = {one.account: one.type for one in sheet.moves}
        self._prices: PriceBook
        self._last: _Fold | None = None
        """The newest one; all of it is at the prices of `_prices`."""
        if before is not None and before.sheet.prices is sheet.prices:
            self._prices, self._last = before._prices, before._last
        else:
            self._prices = PriceBook(sheet.prices)
        budgets = None if before is None else before._budgets
        self._budgets: Budgets = Budgets(sheet.plans, self._moves, budgets)

    def journal(self, window: Window, currency: str | None, rollover: bool = False) -> Journal:
        """The journal of the months `window`, converted to `currency`; None: to the journal's own.

        The main currency is the same for every window. `rollover`: see `BudgetConfig`.
        """
        sheet = self.sheet
        last = months.parse(window.last)
        shown = fold.window(self._first(last), last, window.count)[-MOST_MONTHS:]
        used = _used(sheet, max(last, sheet.last))
        main = main_currency(currency, sheet.operating, used)
        found = self._folded(shown, main, used)
        return Journal(
            title=sheet.title,
            operating=sheet.operating,
            currencies=used,
            files=sheet.files,
            watched=sheet.watched,
            patterns=sheet.patterns,
            months=tuple(months.text_of(month) for month in shown),
            series=tuple([one.series for one in found.parts.values() if one.series is not None]),
            budgets=self._budgets.rows(shown, rollover=rollover),
            errors=sheet.errors,
            error_count=sheet.error_count,
            complete=sheet.complete,
            currency=main,
            worth=found.worth,
            days=sheet.days,
            rates=tuple([found.rates[one.name] for one in used if one.name in found.rates]),
        )

    def _folded(self, shown: range, main: str, used: Sequence[CurrencyUse]) -> _Fold:
        """The months `shown`; what is as it was in the last fold is taken from that."""
        last = self._last
        if last is None or (last.shown, last.main) != (shown, main):
            last = _Fold(shown, main)
        parts = self._parts(last)
        changed = _changed(last.parts, parts, len(shown)) if last.worth else ()
        same = {place: one for place, one in enumerate(last.worth) if place not in changed}
        found = [one.valued for one in parts.values() if one.valued is not None]
        new = [one for one in used if one.name not in last.rates]
        by_currency = {one.currency: one for one in rates(new, shown, main, self._prices)}
        self._last = _Fold(shown, main, parts, worth(found, shown, main, same), {**last.rates, **by_currency})
        return self._last

    def _parts(self, last: _Fold) -> Mapping[fold.Position, _Part]:
        """By type, account and currency, as in the sheet."""
        known = {
            place: part
            for place, part in last.parts.items()
            if part.moves is self._moves.get(place)  # never written to
        }
        new = {place: moves for place, moves in self._moves.items() if place not in known}
        folded = fold.fold(new, last.shown, self._types.__getitem__)
        found = valued(folded, last.shown, last.main, self._prices)
        made = {
            (text.account, text.currency): _Part(new[text.account, text.currency], one, text)
            for one, text in zip(found, series(found), strict=True)
        }
        return {
            place: known.get(place) or made.get(place) or _Part(moves) for place, moves in self._moves.items()
        }

    def _first(self, last: int) -> int | None:
        starts = (one.months[0] for one in self.sheet.moves if one.months and one.months[0] <= last)
        return min(starts, default=None)


def _used(sheet: Sheet, last: int) -> tuple[CurrencyUse, ...]:
    counts = ((one, _count(one, last)) for one in sheet.uses)
    return tuple(CurrencyUse(one.name, one.digits, count) for one, count in counts if count)


def _count(use: Use, last: int) -> int:
    return sum(use.postings[: bisect_right(use.months, last)])


def _changed(
    before: Mapping[fold.Position, _Part], now: Mapping[fold.Position, _Part], count: int
) -> set[int]:
    """The places, of `count` months, in which something else is held or moved."""
    found: set[int] = set()
    for place in before.keys() | now.keys():
        one, other = before.get(place, _NOTHING), now.get(place, _NOTHING)
        if one is not other:
            found |= unlike(one.valued, other.valued, count)
    return found
