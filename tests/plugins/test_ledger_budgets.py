"""What a budget comes to: whole periods, whole names, what is carried over, where a pace leads."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_journals import journal, write

from devdash_ledger import months, reckoning
from devdash_ledger.budgets import Budgets, Moves, Plan, days_of
from devdash_ledger.facts import BudgetMonth, Every
from devdash_ledger.reckoning import Outlook

JAN = months.parse("2026-01")
FOOD = "Expenses:Food"


def plan(start: int, number: str | None, every: Every = Every.MONTH, account: str = FOOD) -> Plan:
    """A limit in euros."""
    return Plan(account, "EUR", start, None if number is None else Decimal(number), every)


def moves(**by_account: dict[int, str]) -> Moves:
    """Changes in euros; "__" in a name stands for ":"."""
    return {
        (name.replace("__", ":"), "EUR"): {month: Decimal(text) for month, text in changes.items()}
        for name, changes in by_account.items()
    }


def budget_months(
    plans: Sequence[Plan], moves: Moves, shown: range, rollover: bool
) -> tuple[BudgetMonth, ...]:
    """The rows of some months; which others were asked for before makes no difference."""
    budgets = Budgets(plans, moves)
    budgets.rows(range(JAN, JAN + 1), rollover=not rollover)
    rows = budgets.rows(shown, rollover=rollover)
    other = budgets.rows(shown, rollover=not rollover)
    assert [msgspec.structs.replace(one, carried="") for one in rows] == [
        msgspec.structs.replace(one, carried="") for one in other
    ]
    return rows


def told(rows: Sequence[BudgetMonth]) -> list[tuple[str, str, str, str]]:
    """Month, budget, actual, carried."""
    return [(row.month[2:], row.budget, row.actual, row.carried) for row in rows]


def test_a_budget_counts_its_account_and_those_below_it() -> None:
    """`Food:Out` is part of `Food`; `FoodTruck` is not, and another currency is not."""
    booked = dict(moves(Expenses__Food={JAN: "1"}, Expenses__Food__Out={JAN: "2"}))
    booked |= moves(Expenses__FoodTruck={JAN: "4"}, Expenses={JAN: "8"})
    booked[FOOD, "CHF"] = {JAN: Decimal(16)}
    (row,) = budget_months([plan(JAN, "400")], booked, range(JAN, JAN + 1), rollover=True)
    assert (row.budget, row.actual) == ("400", "3")


def test_quarters_and_years_are_whole() -> None:
    """A budget of a quarter or year is never divided: beside it stands what was booked since its begin.

    It is there from its own month on, and counts what was booked in the period before that.
    """
    booked = moves(Expenses__Food={JAN + month: "10" for month in range(12)})
    rows = budget_months(
        [plan(JAN + 4, "100", Every.QUARTER)], booked, range(JAN + 3, JAN + 7), rollover=True
    )
    assert told(rows) == [
        ("26-05", "100", "20", "0"),
        ("26-06", "100", "30", "0"),
        ("26-07", "100", "10", "70"),
    ]
    rows = budget_months(
        [plan(JAN + 4, "1000", Every.YEAR)], booked, range(JAN + 10, JAN + 13), rollover=True
    )
    assert told(rows) == [
        ("26-11", "1000", "110", "0"),
        ("26-12", "1000", "120", "0"),
        ("27-01", "1000", "0", "880"),
    ]
    assert {row.every for row in rows} == {Every.YEAR}


@given(
    start=st.integers(JAN - 40, JAN + 5),
    every=st.sampled_from([Every.DAY, Every.WEEK]),
    number=st.integers(1, 99),
)
def test_days_and_weeks_make_whole_months(start: int, every: Every, number: int) -> None:
    """A month has as many daily budgets as days, and as many weekly ones as weeks begin in it: no share."""
    rows = budget_months([plan(start, str(number), every)], {}, range(JAN, JAN + 24), rollover=False)
    for row in rows:
        year, month = int(row.month[:4]), int(row.month[5:])
        days = [date(year, month, 1) + timedelta(n) for n in range(monthrange(year, month)[1])]
        count = len(days) if every is Every.DAY else sum(day.weekday() == 0 for day in days)
        assert row.budget == str(number * count) and row.every is Every.MONTH


def test_the_last_budget_of_a_month_holds_and_an_ended_one_is_gone() -> None:
    """Of two in one month the later counts; None ends it; what was carried stays."""
    plans = [plan(JAN, "100"), plan(JAN, "50"), plan(JAN + 2, None), plan(JAN + 4, "70")]
    rows = budget_months(
        plans, moves(Expenses__Food={JAN: "20", JAN + 2: "5"}), range(JAN - 1, JAN + 5), rollover=True
    )
    assert told(rows) == [
        ("26-01", "50", "20", "0"),
        ("26-02", "50", "0", "30"),
        ("26-05", "70", "0", "80"),
    ]


amount = st.decimals(-500, 500, places=2)


@given(
    plans=st.lists(st.tuples(st.integers(0, 30), st.none() | amount), min_size=1, max_size=4),
    booked=st.dictionaries(st.integers(0, 35), amount, min_size=1),
    every=st.sampled_from([Every.MONTH, Every.QUARTER, Every.YEAR]),
    first=st.integers(0, 30),
    count=st.integers(1, 12),
)
def test_what_is_carried_is_all_that_was_left_before(
    plans: list[tuple[int, Decimal | None]], booked: dict[int, Decimal], every: Every, first: int, count: int
) -> None:
    """For any budgets and bookings: the sums over whole periods, reckoned once more the slow way.

    And it makes no difference which months are asked for together.
    """
    step = {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}[every]
    ordered = sorted(plans, key=lambda one: one[0])

    def due(month: int) -> Decimal | None:
        held = [number for start, number in ordered if start <= month]
        return held[-1] if held else None

    def spent(begin: int, end: int) -> Decimal:
        return sum((booked.get(month, Decimal(0)) for month in range(begin, end)), Decimal(0))

    own = [Plan(FOOD, "EUR", start, number, every) for start, number in plans]
    rows = {
        row.month: row
        for row in budget_months(own, {(FOOD, "EUR"): booked}, range(first, first + count), rollover=True)
    }
    since = max(min(booked), ordered[0][0])
    since -= since % step
    for month in range(first, first + count):
        row, budget, begin = rows.get(months.text_of(month)), due(month), month - month % step
        assert (row is None) == (budget is None)
        if row is not None:
            left = [
                number - spent(period, period + step)
                for period in range(since, begin, step)
                if (number := due(period + step - 1)) is not None
            ]
            assert Decimal(row.budget) == budget and Decimal(row.actual) == spent(begin, month + 1)
            assert Decimal(row.carried) == sum(left, Decimal(0))
            (alone,) = budget_months(own, {(FOOD, "EUR"): booked}, range(month, month + 1), rollover=True)
            assert alone == row


def row(**changes: object) -> BudgetMonth:
    """A budget of 300 for April, a month of 30 days, of which 100 are spent."""
    return msgspec.structs.replace(BudgetMonth(FOOD, "2026-04", "EUR", "300", "100"), **changes)


def reckon(day: int, fixed: tuple[str, ...] = (), **changes: object) -> BudgetMonth:
    """`row` as on that day of April."""
    (found,) = reckoning.reckoned([row(**changes)], Outlook(date(2026, 4, day), fixed))
    return found


def test_left_percent_and_pace() -> None:
    """Ten of thirty days gone: three times as much is projected. Today counts as gone."""
    found = reckon(10)
    assert (found.left, found.percent, found.projected) == ("200", 33.3, "300")
    assert reckon(30).projected == "100"
    assert reckon(1).projected == "3000"


def test_what_was_carried_over_is_there() -> None:
    """The 50 spent too much before are missing, to the cent."""
    found = reckon(10, carried="-50")
    assert (found.left, found.percent) == ("150", 40.0)
    assert reckoning.is_over(reckon(10, carried="-50", actual="250.01"))
    assert not reckoning.is_over(reckon(10, carried="-50", actual="250.00"))
    assert not reckoning.is_over(reckon(10, actual="250.01"))


def test_goals_and_budgets_without_rollover_are_not_carried_over() -> None:
    """An income of before is no income to come; and rollover is a setting."""
    goal = msgspec.structs.replace(plan(JAN, "-100"), goal=True)
    for plans, rollover in (([goal], True), ([plan(JAN, "100")], False)):
        rows = budget_months(plans, moves(Expenses__Food={JAN: "5"}), range(JAN, JAN + 3), rollover=rollover)
        assert [one.carried for one in rows] == ["", "", ""]


@pytest.mark.parametrize(
    ("changes", "fixed"),
    [
        ({"month": "2026-03"}, ()),
        ({"goal": True}, ()),
        ({}, ("Expenses",)),
        ({}, (FOOD,)),
    ],
)
def test_what_does_not_go_by_days_is_not_projected(
    changes: dict[str, object], fixed: tuple[str, ...]
) -> None:
    """Months that are over, goals, and what the settings call fixed."""
    (found,) = reckoning.reckoned([row(**changes)], Outlook(date(2026, 4, 10), fixed))
    assert found.projected == ""
    assert reckon(10, fixed=("Expenses:Foo",)).projected


def test_a_budget_of_nothing_has_no_percentage() -> None:
    """Nothing planned, and something spent, is over; a percentage would be a division by zero."""
    found = reckon(10, budget="0")
    assert found.percent is None and reckoning.is_over(found)
    assert not reckoning.is_over(reckon(10, budget="0", actual="0"))
    assert reckon(10, budget="-100").percent is None


def test_an_income_is_never_over() -> None:
    """More income than planned needs no hand; its share is told, whatever the sign."""
    found = reckon(10, budget="-2000", actual="-3000", goal=True)
    assert found.percent == 150.0 and not reckoning.is_over(found)
    assert not reckoning.is_over(reckon(10, budget="50", actual="70", goal=True)), "savings"


def test_a_pace_is_believed_after_a_third_of_the_month() -> None:
    """One purchase on the first is no pace; and on which side it is must be clear before it is over."""
    early, later, day = reckon(9, actual="101"), reckon(10, actual="101"), date(2026, 4, 10)
    assert Decimal(early.projected) > 300 and not reckoning.is_soon_over(early, date(2026, 4, 9))
    assert reckoning.is_soon_over(later, day) and not reckoning.is_on_pace(later, day)
    near = reckon(10, actual="99")  # 297 of 300
    assert not reckoning.is_soon_over(near, day) and not reckoning.is_on_pace(near, day)
    assert reckoning.is_on_pace(reckon(10, actual="95"), day)
    assert not reckoning.is_soon_over(reckon(10, actual="301"), day), "it is over, not soon over"


def test_days_of_periods() -> None:
    """The day counts as gone; leap years and quarters have the days that they have."""
    assert days_of(Every.MONTH, date(2028, 2, 29)) == (29, 29)
    assert days_of(Every.QUARTER, date(2026, 11, 22)) == (53, 92)
    assert days_of(Every.YEAR, date(2026, 1, 1)) == (1, 365)


FAVAS = """\
2026-01-01 open Assets:Cash
2026-01-01 open Assets:Savings
2026-01-01 custom "budget" Expenses:A "Daily" 2.50 EUR
2026-01-01 custom "budget" Expenses:B "weekly" 10 EUR
2026-01-01 custom "budget" Expenses:C "month" 100 EUR
2026-02-20 custom "budget" Expenses:C "quarterly" 300 EUR
2026-03-01 custom "budget" Expenses:C "monthly" 120 EUR
2026-01-01 custom "budget" Expenses:D "year" 1200 EUR
2026-01-01 custom "budget" Expenses:D "monthly" 5 CHF
2026-01-01 custom "budget" Assets:Savings "monthly" 50 EUR
2026-01-01 custom "budget" Expenses:E "fortnightly" 1 EUR
2026-01-01 custom "budget" Expenses:E "monthly"
2026-01-01 custom "budget" "Gifts" "monthly" 9 EUR
"""


def test_favas_budgets_of_every_period(tmp_path: Path) -> None:
    """Names as fava knows them; another period takes the place of the one before; the rest is no budget."""
    read = journal(write(tmp_path, FAVAS), "2026-04", 4)
    found = {(one.account, one.currency, one.month[5:]): (one.budget, one.every) for one in read.budgets}
    assert found["Expenses:A", "EUR", "02"] == ("70.00", Every.MONTH)
    assert [found["Expenses:B", "EUR", f"0{month}"][0] for month in range(1, 5)] == ["40", "40", "50", "40"]
    held = {month: value for (account, _, month), value in found.items() if account == "Expenses:C"}
    assert held == {
        "01": ("100", Every.MONTH),
        "02": ("300", Every.QUARTER),
        "03": ("120", Every.MONTH),
        "04": ("120", Every.MONTH),
    }
    assert found["Expenses:D", "EUR", "04"] == ("1200", Every.YEAR)
    assert found["Expenses:D", "CHF", "04"] == ("5", Every.MONTH)
    assert {one.account for one in read.budgets if one.goal} == {"Assets:Savings"}
    assert {one.account for one in read.budgets if one.account > "Expenses:D"} == {"Gifts"}
