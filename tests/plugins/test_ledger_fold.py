"""The cells of a journal are what anyone adds up with a pencil."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_journals import journal as read
from ledger_journals import real

from devdash_ledger.journal import Journal

LAST = "2026-03"
MONTHS = ("2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03")
ACCOUNTS = (
    "Assets:Cash",
    "Assets:Bank:Giro",
    "Liabilities:Card",
    "Equity:Start",
    "Income:Job",
    "Expenses:Food",
    "Expenses:Food:Out",
)
CURRENCIES = ("EUR", "CHF", "X.1")

numbers = st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, places=4) | st.decimals(
    min_value=-(10**15), max_value=10**15, allow_nan=False, places=12
)
"""Up to the 28 digits that beancount reads; sums of them have more."""

transfers = st.tuples(
    st.integers(0, 340).map(lambda days: date(2025, 8, 1) + timedelta(days=days)),
    st.sampled_from(ACCOUNTS),
    st.sampled_from(ACCOUNTS),
    st.sampled_from(CURRENCIES),
    numbers,
)
Transfer = tuple[date, str, str, str, Decimal]


def load(file: Path, last: str = LAST, months: int = 6) -> Journal:
    """The journal as the pane would get it."""
    return read(file, last, months)


def write(file: Path, booked: list[Transfer]) -> None:
    """A journal of transfers between two accounts."""
    lines = [f"2020-01-01 open {account}" for account in ACCOUNTS]
    for when, source, target, currency, number in booked:
        lines += [
            f'{when} * "x"',
            f"  {target}  {number:f} {currency}",
            f"  {source}  {number.copy_negate():f} {currency}",
        ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def by_hand(booked: list[Transfer]) -> dict[tuple[str, str, str], Fraction]:
    """Every cell, added up as fractions; series of zeros are left out."""
    legs = [(f"{when:%Y-%m}", target, unit, Fraction(number)) for when, _, target, unit, number in booked]
    legs += [(f"{when:%Y-%m}", source, unit, -Fraction(number)) for when, source, _, unit, number in booked]
    found: dict[tuple[str, str, str], Fraction] = {}
    for position in {(account, unit) for _, account, unit, _ in legs}:
        is_change = position[0].startswith(("Income", "Expenses"))
        series = {
            (*position, month): sum(
                (
                    number
                    for when, account, unit, number in legs
                    if (account, unit) == position and (when == month if is_change else when <= month)
                ),
                Fraction(0),
            )
            for month in MONTHS
        }
        if any(series.values()):
            found |= series
    return found


@settings(max_examples=40, deadline=None)
@given(booked=st.lists(transfers, max_size=25))
def test_cells_are_what_a_pencil_says(
    tmp_path_factory: pytest.TempPathFactory, booked: list[Transfer]
) -> None:
    """Balances and changes are exact, whatever the size of the numbers, and the future does not leak."""
    file = tmp_path_factory.mktemp("fold") / "j.beancount"
    write(file, booked)
    journal = load(file)
    assert journal.months == MONTHS
    assert journal.error_count == 0
    cells = {
        (series.account, series.currency, month): Fraction(amount)
        for series in journal.series
        for month, amount in zip(journal.months, series.amounts, strict=True)
    }
    assert cells == by_hand(booked)


def test_sums_keep_every_digit(tmp_path: Path) -> None:
    """A sum with more digits than beancount's arithmetic holds is not rounded."""
    file = tmp_path / "j.beancount"
    number = Decimal("9999999999999999.999999999999")
    write(file, [(date(2026, month, 1), "Equity:Start", "Assets:Cash", "EUR", number) for month in (1, 2, 2)])
    found = {series.account: series.amounts for series in load(file, months=2).series}
    assert found["Assets:Cash"] == ("29999999999999999.999999999997",) * 2


def test_all_months_begin_with_the_first_transaction(tmp_path: Path) -> None:
    """`months = 0` reports every month since the first transaction; without one, the current month."""
    file = tmp_path / "j.beancount"
    write(file, [(date(2025, 11, 30), *ACCOUNTS[:2], "EUR", Decimal(1))])
    assert load(file, months=0).months == MONTHS[1:]
    write(file, [(date(2027, 1, 1), *ACCOUNTS[:2], "EUR", Decimal(1))])
    assert load(file, months=0).months == (LAST,)
    assert load(file, months=0).series == ()


def test_account_types_follow_the_options(tmp_path: Path) -> None:
    """An account's kind comes from the journal's own names for the five roots."""
    file = tmp_path / "j.beancount"
    file.write_text(
        'option "name_assets" "Vermoegen"\noption "name_expenses" "Ausgaben"\n'
        "2020-01-01 open Vermoegen:Bar\n2020-01-01 open Ausgaben:Essen\n"
        '2026-01-01 * "x"\n  Ausgaben:Essen  2 EUR\n  Vermoegen:Bar\n'
    )
    journal = load(file, last="2026-02", months=2)
    assert {series.account: (str(series.type), series.amounts) for series in journal.series} == {
        "Vermoegen:Bar": ("assets", ("-2", "-2")),
        "Ausgaben:Essen": ("expenses", ("2", "0")),
    }


def test_lots_count_in_units(tmp_path: Path) -> None:
    """Shares at cost are reported as shares; neither cost nor price turns them into money."""
    file = tmp_path / "j.beancount"
    file.write_text(
        "2020-01-01 open Assets:Fund\n2020-01-01 open Assets:Cash\n"
        '2026-01-05 * "buy"\n  Assets:Fund  1.5 WRLD {10.00 EUR}\n  Assets:Cash\n'
        '2026-02-05 * "buy"\n  Assets:Fund  2 WRLD {11.00 EUR}\n  Assets:Cash\n'
        "2026-02-06 price WRLD 12.00 EUR\n"
    )
    found = {(series.account, series.currency): series.amounts for series in load(file, months=2).series}
    assert found["Assets:Fund", "WRLD"] == ("3.5", "3.5")
    assert {currency for _, currency in found} == {"WRLD", "EUR"}


BUDGETS = """\
2025-01-01 open Assets:Cash
2025-01-01 open Expenses:Food
2025-01-01 open Expenses:Food:Out
2025-01-01 open Expenses:FoodTruck
2026-01-15 custom "budget" Expenses:Food "monthly" 400.00 EUR
2026-03-31 custom "budget" Expenses:Food "monthly" 410.10 EUR
2026-01-01 custom "budget" Expenses:FoodTruck "yearly" 1000.00 EUR
2026-01-01 custom "budget" "nonsense"
2026-02-10 * "x"
  Expenses:Food        10.10 EUR
  Expenses:Food:Out    20.20 EUR
  Expenses:FoodTruck   40.40 EUR
  Expenses:Food         5.00 CHF
  Assets:Cash
"""


def test_budgets_are_whole_months_and_whole_names(tmp_path: Path) -> None:
    """A budget is never prorated, counts sub-accounts, not namesakes; a year's stands beside the year."""
    file = tmp_path / "j.beancount"
    file.write_text(BUDGETS)
    rows = [msgspec.structs.astuple(budget)[:5] for budget in load(file, months=4).budgets]
    assert rows == [
        ("Expenses:Food", "2026-01", "EUR", "400.00", "0"),
        ("Expenses:Food", "2026-02", "EUR", "400.00", "30.30"),
        ("Expenses:Food", "2026-03", "EUR", "410.10", "0"),
        ("Expenses:FoodTruck", "2026-01", "EUR", "1000.00", "0"),
        ("Expenses:FoodTruck", "2026-02", "EUR", "1000.00", "40.40"),
        ("Expenses:FoodTruck", "2026-03", "EUR", "1000.00", "40.40"),
    ]


def test_another_programs_load_cache_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """beancount's own cache file is neither deleted nor trusted nor written."""
    from beancount import loader

    monkeypatch.setattr(loader, "PICKLE_CACHE_THRESHOLD", 0.0)
    file = tmp_path / "j.beancount"
    write(file, [])
    cache = tmp_path / ".j.beancount.picklecache"
    load(file)
    assert not cache.exists()
    cache.write_bytes(b"not ours")
    load(file)
    assert cache.read_bytes() == b"not ours"


def test_sums_of_a_year_agree_with_the_entries_of_a_real_journal() -> None:
    """On beancount's own example, each cell equals the sum of the postings as beancount booked them."""
    from beancount import loader
    from beancount.core.data import Transaction

    file = real("beancount-example.beancount")
    entries, _, _ = loader.load_file(str(file))
    journal = load(file, last="2015-06", months=12)
    expected: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for entry in entries:
        booked = f"{entry.date:%Y-%m}"
        for posting in entry.postings if isinstance(entry, Transaction) else ():
            is_change = posting.account.startswith(("Income", "Expenses"))
            for month in journal.months:
                if booked == month if is_change else booked <= month:
                    expected[posting.account, posting.units.currency, month] += posting.units.number
    cells = {
        (series.account, series.currency, month): Decimal(amount)
        for series in journal.series
        for month, amount in zip(journal.months, series.amounts, strict=True)
    }
    assert {key: amount for key, amount in cells.items() if amount} == {
        key: amount for key, amount in expected.items() if amount
    }
    assert len(cells) > 300
