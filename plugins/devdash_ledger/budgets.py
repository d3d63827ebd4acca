"""Budgets: what is planned for each whole month, quarter or year, beside what was booked. Pure.

Nothing is prorated by days: a budget holds from its own month on, for the whole of the period in which
that lies and of each one after it, until the next budget of the same account and currency.
"""

from bisect import bisect_right
from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import accumulate

import msgspec

from devdash_ledger import months
from devdash_ledger.amounts import EXACT
from devdash_ledger.elements import BudgetMonth, Every

MOST_MONTHS = 1200
"""So far back what is left is carried over; a date such as 0202-01-01 is a slip."""
_ZERO = Decimal(0)
_MOST_BEFORE = 11
"""Months of a period that may lie before the first one shown."""
_MONTHS = {Every.QUARTER: 3, Every.YEAR: 12}

Moves = Mapping[tuple[str, str], Mapping[int, Decimal]]
"""Account and currency → index of the month → what the account gained."""

_Key = tuple[str, str, Every]
"""Account, currency and period of a budget."""

_Chosen = Callable[[Mapping[int, Decimal]], Iterable[tuple[int, Decimal]]]


class Plan(msgspec.Struct, frozen=True):
    """A budget.

    Attributes:
        account: sub-accounts count as part of it.
        currency: of the number.
        start: index of the month from which on it holds.
        number: for each period; None: from here on there is none.
        every: the period.
        goal: it is to be reached (income, savings); else it is a limit.
    """

    account: str
    currency: str
    start: int
    number: Decimal | None
    every: Every = Every.MONTH
    goal: bool = False


def length(every: Every) -> int:
    """How many months a period has in which the budget is compared with what was booked."""
    return _MONTHS.get(every, 1)


class Budgets:
    """The budgets of one journal; what all of its windows have in common is summed up once."""

    def __init__(self, plans: Sequence[Plan], moves: Moves, before: "Budgets | None" = None) -> None:
        """`before`: of the same journal; what no changed account is about is taken from it."""
        dated: defaultdict[_Key, list[Plan]] = defaultdict(list)
        for plan in plans:
            dated[plan.account, plan.currency, plan.every].append(plan)
        self._plans = sorted(dated.items())
        self._moves, self._told = moves, plans
        self._last: tuple[range, Mapping[_Key, list[BudgetMonth]]] | None = None
        """The rows that were made last, without anything carried over."""
        if before is not None and before._last is not None and before._told is plans:
            shown, known = before._last
            changed = _changed(before._moves, moves)
            self._last = shown, {key: rows for key, rows in known.items() if key[:2] not in changed}

    def rows(self, shown: range, *, rollover: bool) -> tuple[BudgetMonth, ...]:
        """One row for each budget and month of `shown`; see `BudgetMonth`. Goals are not carried over."""
        if not self._plans:
            return ()
        rows = self._carried(shown) if rollover else self._plain(shown)
        return tuple([row for key, _ in self._plans for row in rows[key]])

    def _carried(self, shown: range) -> Mapping[_Key, list[BudgetMonth]]:
        """With what earlier months left."""
        actuals, first = self._of_all_months, self._first
        return {key: _Line(own, actuals[key[:2]], first).rows(shown) for key, own in self._plans}

    def _plain(self, shown: range) -> Mapping[_Key, list[BudgetMonth]]:
        """Each period for itself; as they were made before, where they were."""
        last = self._last
        rows = dict(last[1]) if last is not None and last[0] == shown else {}
        new = [(key, own) for key, own in self._plans if key not in rows]
        if new:
            needed = range(shown.start - _MOST_BEFORE, shown.stop)
            accounts = [key[:2] for key, _ in new]
            actuals = self._actuals(accounts, lambda by_month: _within(by_month, needed))
            rows.update((key, _Line(own, actuals[key[:2]], None).rows(shown)) for key, own in new)
            self._last = shown, rows
        return rows

    @cached_property
    def _of_all_months(self) -> Mapping[tuple[str, str], Mapping[int, Decimal]]:
        return self._actuals([key[:2] for key, _ in self._plans], lambda by_month: by_month.items())

    @cached_property
    def _first(self) -> int | None:
        """The first month with a posting."""
        return min((month for by_month in self._moves.values() for month in by_month), default=None)

    def _actuals(
        self, accounts: Iterable[tuple[str, str]], chosen: _Chosen
    ) -> Mapping[tuple[str, str], Mapping[int, Decimal]]:
        """What each of `accounts`, by currency, gained in the months `chosen`, sub-accounts counted in."""
        found: dict[tuple[str, str], defaultdict[int, Decimal]] = {
            place: defaultdict(Decimal) for place in accounts
        }
        for (account, currency), by_month in self._moves.items():
            parts = account.split(":")
            for depth in range(1, len(parts) + 1):
                total = found.get((":".join(parts[:depth]), currency))
                if total is not None:
                    for month, change in chosen(by_month):
                        total[month] = EXACT.add(total[month], change)
        return found


def _changed(before: Moves, now: Moves) -> set[tuple[str, str]]:
    """The accounts, by currency, that moved otherwise, themselves or one below them."""
    places = before.keys() | now.keys()
    return {
        (above, currency)
        for account, currency in places
        if before.get((account, currency)) is not now.get((account, currency))
        for above in accumulate(account.split(":"), "{}:{}".format)
    }


def _within(by_month: Mapping[int, Decimal], needed: range) -> Iterator[tuple[int, Decimal]]:
    return ((month, by_month[month]) for month in needed if month in by_month)


class _Line:
    """The budgets of one account, currency and kind of period.

    Args:
        first: since when what is left is carried over; None: it is not.
    """

    def __init__(self, plans: Sequence[Plan], actuals: Mapping[int, Decimal], first: int | None) -> None:
        self._step = length(plans[0].every)
        self._plans = sorted(plans, key=lambda plan: plan.start)
        self._actuals = actuals
        is_carried = first is not None and not plans[0].goal
        self._first = self._begin(max(first or 0, self._plans[0].start)) if is_carried else None

    def rows(self, shown: range) -> list[BudgetMonth]:
        found: list[BudgetMonth] = []
        for month, carried in zip(shown, self._carried(shown), strict=True):
            plan, begin = self._due(month), self._begin(month)
            if plan is not None and plan.number is not None:
                row = _row(plan, month, _amount(plan, plan.number, begin), self._actual(begin, month))
                found.append(msgspec.structs.replace(row, carried=carried))
        return found

    def _carried(self, shown: range) -> Iterator[str]:
        """For each month what the periods before its own left."""
        if self._first is None:
            yield from [""] * len(shown)
            return
        carried, begun = _ZERO, max(self._first, self._begin(shown.start) - MOST_MONTHS)
        for month in shown:
            while begun < self._begin(month):
                carried = EXACT.add(carried, self._left(begun))
                begun += self._step
            yield format(carried, "f")

    def _begin(self, month: int) -> int:
        return month - month % self._step

    def _due(self, month: int) -> Plan | None:
        place = bisect_right(self._plans, month, key=lambda plan: plan.start)
        return self._plans[place - 1] if place else None

    def _actual(self, begin: int, end: int) -> Decimal:
        total = _ZERO
        for month in range(begin, end + 1):
            total = EXACT.add(total, self._actuals.get(month, _ZERO))
        return total

    def _left(self, begin: int) -> Decimal:
        plan = self._due(begin + self._step - 1)
        if plan is None or plan.number is None:
            return _ZERO
        actual = self._actual(begin, begin + self._step - 1)
        return EXACT.subtract(_amount(plan, plan.number, begin), actual)


def _row(plan: Plan, month: int, budget: Decimal, actual: Decimal) -> BudgetMonth:
    return BudgetMonth(
        plan.account,
        months.text_of(month),
        plan.currency,
        format(budget, "f"),
        format(actual, "f"),
        every=Every.MONTH if length(plan.every) == 1 else plan.every,
        goal=plan.goal,
    )


def _amount(plan: Plan, number: Decimal, month: int) -> Decimal:
    """The budget of the period that begins with `month`. A week belongs to the month of its Monday."""
    if plan.every not in (Every.DAY, Every.WEEK):
        return number
    weekday, days = monthrange(month // 12, month % 12 + 1)
    if plan.every is Every.DAY:
        return EXACT.multiply(number, Decimal(days))
    first_monday = (7 - weekday) % 7
    return EXACT.multiply(number, Decimal((days - first_monday + 6) // 7))


def begin_of(every: Every, day: date) -> date:
    """The first day of the period in which `day` lies."""
    index = months.index_of(day)
    index -= index % length(every)
    return date(index // 12, index % 12 + 1, 1)


def days_of(every: Every, day: date) -> tuple[int, int]:
    """How many days of the period in which `day` lies have begun, and how many it has."""
    begin = begin_of(every, day)
    last = months.index_of(begin) + length(every) - 1
    end = date(last // 12, last % 12 + 1, monthrange(last // 12, last % 12 + 1)[1])
    return (day - begin).days + 1, (end - begin).days + 1
