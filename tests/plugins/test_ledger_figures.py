"""What is looked at: months put together, converted, summed up, compared. Pure, on any journal."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devdash_ledger import accounts, budget_bars, figures, looking, months, results
from devdash_ledger.facts import BudgetMonth
from devdash_ledger.figures import branches, signed
from devdash_ledger.journal import AccountType, Journal, Series
from devdash_ledger.looking import Looking, Scene, periods
from devdash_ledger.sight import sight

NOW = months.parse("2026-11")
FIRST = months.parse("2023-12")
COUNT = NOW - FIRST + 1
CURRENCIES = ("EUR", "CHF", "SHARE")

amounts = st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, places=2)
names = st.sampled_from(
    ("Assets:A", "Assets:A:B", "Liabilities:C", "Income:Pay", "Income:Pay:Bonus", "Expenses:Food", "Equity:S")
)
lookings = st.builds(
    Looking,
    scene=st.sampled_from(Scene),
    converted=st.booleans(),
    years=st.booleans(),
    running=st.booleans(),
    back=st.integers(0, 60),
)


def journal(series: tuple[Series, ...], budgets: tuple[BudgetMonth, ...] = ()) -> Journal:
    """Three years of months in euros."""
    return Journal(
        *("", ("EUR",), (), ("/j/main.beancount",), (), ()),
        months=tuple(months.text_of(month) for month in range(FIRST, NOW + 1)),
        series=series,
        budgets=budgets,
        errors=(),
        error_count=0,
        complete=True,
        currency="EUR",
    )


@st.composite
def journals(draw: st.DrawFn) -> Journal:
    """Any positions; francs are always worth two, shares three from some month on, and nothing before."""
    since = draw(st.integers(0, COUNT))
    rates: dict[str, list[int | None]] = {
        "EUR": [1] * COUNT,
        "CHF": [2] * COUNT,
        "SHARE": [None] * since + [3] * (COUNT - since),
    }
    found = []
    for account, currency in sorted(draw(st.sets(st.tuples(names, st.sampled_from(CURRENCIES)), max_size=9))):
        some = draw(st.lists(amounts, min_size=1, max_size=5))
        own = [some[place % len(some)] for place in range(COUNT)]
        worth = (
            None if rate is None else f"{a * rate:f}" for a, rate in zip(own, rates[currency], strict=True)
        )
        kind = AccountType(account.partition(":")[0].lower())
        found.append(Series(account, kind, currency, tuple(f"{one:f}" for one in own), tuple(worth)))
    return journal(tuple(found))


def plain(one: Series) -> list[Decimal]:
    return [Decimal(text) for text in one.amounts]


@settings(max_examples=60)
@given(journals())
def test_nothing_without_a_price_is_added_up(found: Journal) -> None:
    """In months converted and apart together are the account's amounts, each in one place only."""
    shown = periods(Looking(), NOW, COUNT)
    made = figures.positions(found, shown, converted=True)
    for place in range(COUNT):
        for account in {one.account for one in found.series}:
            own = [one for one in found.series if one.account == account]
            priced = sum(Decimal(one.converted[place] or 0) for one in own)
            bare = {one.currency: plain(one)[place] for one in own if one.converted[place] is None}
            lines = [one for one in made if one.account == account]
            assert sum(one.amounts[place] for one in lines if not one.apart) == priced
            left = {one.currency: one.amounts[place] for one in lines if one.apart and one.amounts[place]}
            assert left == {name: amount for name, amount in bare.items() if amount}
    assert all(one.currency == "EUR" for one in made if not one.apart)


@settings(max_examples=40)
@given(journals())
def test_a_year_is_its_end_or_the_sum_of_its_months(found: Journal) -> None:
    """Balances are those of December, or of the last month there is; changes are added up."""
    shown = periods(Looking(years=True), NOW, 6)
    assert [one.title for one in shown][-2:] == ["2025", "2026 so far"]
    for one in figures.positions(found, shown, converted=False):
        (own,) = (s for s in found.series if (s.account, s.currency) == (one.account, one.currency))
        by_year: dict[str, list[Decimal]] = {}
        for month, amount in zip(found.months, plain(own), strict=True):
            by_year.setdefault(month[:4], []).append(amount)
        for year, amount in zip((period.key for period in shown), one.amounts, strict=True):
            months_of = by_year.get(year, [Decimal(0)])
            assert amount == (months_of[-1] if one.type.is_balance else sum(months_of))


@settings(max_examples=40)
@given(journals())
def test_running_totals_begin_in_january(found: Journal) -> None:
    """Income and expenses are added up since January of the month's own year; balances stay."""
    shown = periods(Looking(running=True), NOW, 15)
    for one in figures.positions(found, shown, converted=False):
        (own,) = (s for s in found.series if (s.account, s.currency) == (one.account, one.currency))
        for period, amount in zip(shown, one.amounts, strict=True):
            text = months.text_of(period.last)
            begin, end = found.months.index(f"{text[:4]}-01"), found.months.index(text) + 1
            values = plain(own)[begin:end]
            assert amount == (values[-1] if one.type.is_balance else sum(values))


@settings(max_examples=60)
@given(journals(), lookings)
def test_results_are_what_the_sections_come_to(found: Journal, how: Looking) -> None:
    """Net income is income less expenses, net worth is assets less liabilities, in each currency."""
    if how.scene in (Scene.ACCOUNTS, Scene.CASH):
        return
    seen = sight(found, how, NOW, 6)
    made = seen.positions(seen.columns)
    roots = branches(signed(made, seen.sign))
    more, less = ("Income", "Expenses") if how.scene is Scene.INCOME else ("Assets", "Liabilities")
    nothing = (Decimal(0),) * len(seen.columns)
    sums = [one for one in results.results(seen, made) if not one.rates]
    for one in sums:
        pairs = zip(
            roots.get((more, one.currency), nothing), roots.get((less, one.currency), nothing), strict=True
        )
        assert one.amounts == tuple(a - b for a, b in pairs)
    differ = {
        currency
        for _, currency in roots
        if roots.get((more, currency), nothing) != roots.get((less, currency), nothing)
    }
    assert differ <= {one.currency for one in sums}


@given(lookings, st.integers(1, 24))
def test_what_is_read_covers_what_is_shown(how: Looking, count: int) -> None:
    """The window reaches back to the first month that is added up or compared; no column is later."""
    window = looking.window(how, NOW, count)
    last = months.parse(window.last)
    shown = periods(how, NOW, count)
    assert last == shown[-1].last <= NOW
    assert last - window.count + 1 <= min(one.since for one in shown)
    if looking.compared(how):
        assert window.count > looking.AVERAGED


@given(lookings, st.integers(-30, 30))
def test_columns_never_move_beyond_the_current_month(how: Looking, steps: int) -> None:
    """However they are moved, the newest column ends with the current month at the latest."""
    there = looking.moved(how, steps)
    assert there.back >= 0 and periods(there, NOW, 3)[-1].last <= NOW
    if steps < 0:
        assert looking.moved(there, -steps).back == how.back


@pytest.mark.parametrize(
    ("amount", "average", "text"),
    [
        ("120", "100", "+20 %"),
        ("0", "-4340", "−100 %"),
        ("-125.93", "-280", "−55 %"),
        ("5", "-5", "−200 %"),
        ("100.2", "100", "0 %"),
        ("5", "0", "new"),
        ("0", "0", ""),
        ("5000", "1", ">999 %"),
    ],
)
def test_against_the_average(amount: str, average: str, text: str) -> None:
    """How much larger or smaller than usual, in the direction that is usual."""
    assert accounts._compared(Decimal(amount), Decimal(average)).text == text


def test_the_average_is_of_the_months_there_are() -> None:
    """Six months before the newest, but none from before the first entry."""
    food = Series("Expenses:Food", AccountType.EXPENSES, "EUR", ("0",) * (COUNT - 3) + ("10", "20", "30"))
    table = accounts.table(sight(journal((food,)), Looking(), NOW, 6), (), {"EUR": 2})
    column = [one.title for one in table.columns].index("vs avg")
    assert {row.cells[column].text for row in table.rows} == {"+100 %"}


def test_a_budget_is_a_bar_beside_its_account() -> None:
    """Of a year the budgets of its months; over is said; an account with a budget keeps its own line."""
    budgets = tuple(
        BudgetMonth("Expenses:Food", month, "EUR", "100", "60") for month in ("2025-12", "2026-01", "2026-11")
    )
    [month] = periods(Looking(), NOW, 1)
    year = periods(Looking(years=True), NOW, 1)[-1]
    found = journal((), budgets)
    assert budget_bars.bars(found, month) == {
        ("Expenses:Food", "EUR"): budget_bars.Bar(Decimal(100), Decimal(60))
    }
    assert budget_bars.bars(found, year)["Expenses:Food", "EUR"].told("EUR") == "120 of 200 EUR"
    assert budget_bars.Bar(Decimal(100), Decimal(130)).cell().percent == 100.0
    food = Series("Expenses:Food:Coffee", AccountType.EXPENSES, "EUR", ("60",) * COUNT)
    table = accounts.table(sight(journal((food,), budgets), Looking(), NOW, 2), (), {"EUR": 2})
    assert [(row.cells[0].text, row.cells[-1].text) for row in table.rows] == [
        ("Expenses", ""),
        ("Food", "60 %"),
        ("Coffee", ""),
    ]
