"""From a `Sheet` to the journal of some months: folds and converts, without the journal's files. Pure.

It runs in the dashboard's process, in a thread, and takes milliseconds.
"""

from collections.abc import Mapping

from devdash_ledger import fold, months
from devdash_ledger.assemble import main_currency
from devdash_ledger.budgets import Budgets
from devdash_ledger.journal import AccountType, CurrencyUse, Journal, Window
from devdash_ledger.prices import PriceBook
from devdash_ledger.sheet import Sheet, Use
from devdash_ledger.worth import rates, series, valued, worth

MOST_MONTHS = 1200
"""Of a window without a count: a date such as 0202-01-01 is a slip, and no reason to fold 22,000 months."""


class Unfolding:
    """One sheet, with what all of its windows have in common."""

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
        if before is not None and before.sheet.prices is sheet.prices:
            self._prices = before._prices
        else:
            self._prices = PriceBook(sheet.prices)
        self._budgets = Budgets(sheet.plans, self._moves)

    def journal(self, window: Window, currency: str | None, rollover: bool = False) -> Journal:
        """The journal of the months `window`, converted to `currency`; None: to the journal's own.

        The main currency is the same for every window. `rollover`: see `BudgetConfig`.
        """
        sheet = self.sheet
        last = months.parse(window.last)
        shown = fold.window(self._first(last), last, window.count)[-MOST_MONTHS:]
        used = _used(sheet, max(last, sheet.last))
        main = main_currency(currency, sheet.operating, used)
        folded = fold.fold(self._moves, shown, self._types.__getitem__)
        found = valued(folded, shown, main, self._prices)
        return Journal(
            title=sheet.title,
            operating=sheet.operating,
            currencies=used,
            files=sheet.files,
            watched=sheet.watched,
            patterns=sheet.patterns,
            months=tuple(months.text_of(month) for month in shown),
            series=series(found),
            budgets=self._budgets.rows(shown, rollover=rollover),
            errors=sheet.errors,
            error_count=sheet.error_count,
            complete=sheet.complete,
            currency=main,
            worth=worth(found, shown, main),
            days=sheet.days,
            rates=rates(used, shown, main, self._prices),
        )

    def _first(self, last: int) -> int | None:
        starts = (one.months[0] for one in self.sheet.moves if one.months and one.months[0] <= last)
        return min(starts, default=None)


def _used(sheet: Sheet, last: int) -> tuple[CurrencyUse, ...]:
    counts = ((one, _count(one, last)) for one in sheet.uses)
    return tuple(CurrencyUse(one.name, one.digits, count) for one, count in counts if count)


def _count(use: Use, last: int) -> int:
    return sum(count for month, count in zip(use.months, use.postings, strict=True) if month <= last)
