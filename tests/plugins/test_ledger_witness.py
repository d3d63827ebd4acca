"""Cells beside the answers of others: beanquery's, and the reports of ledger and hledger.

Each witness is asked as a person would ask it, month by month, so that nothing of devdash's own way to add up
is used twice.
"""

import csv
import io
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import beanquery
import pytest
from beancount.core.inventory import Inventory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_journals import EXAMPLE, journal, real, write

from bench.ledger_journals import journals
from devdash_ledger import months
from devdash_ledger.journal import Format, Journal

LONG = pytest.mark.timeout(240)
"""Some seconds, but of computing: on a machine that is busy with other things they become many."""

Needs = Callable[[str], str]
Told = dict[tuple[str, str], Decimal]
"""Account and currency → amount, without zeros."""


def first_day(month: str, later: int = 0) -> str:
    """The first day of the month, or of one `later`."""
    return months.text_of(months.parse(month) + later) + "-01"


def ours(read: Journal, month: str, *, balances: bool) -> Told:
    """The cells of one month: of those accounts whose balance is shown, or of the others."""
    place = read.months.index(month)
    return {
        (one.account, one.currency): Decimal(one.amounts[place])
        for one in read.series
        if one.type.is_balance is balances and Decimal(one.amounts[place])
    }


BETWEEN = "WHERE account ~ %(roots)s AND date >= %(since)s AND date < %(until)s GROUP BY account"
SUMS = f"SELECT account, units(sum(position)) {BETWEEN}"
WORTH = f"SELECT account, convert(units(sum(position)), 'EUR', %(last)s) {BETWEEN}"
parsed = cache(beanquery.parser.parse)
"""It takes longer than most of the answers."""


class Beanquery:
    """A journal as beanquery sees it."""

    def __init__(self, file: Path) -> None:
        self._query = beanquery.connect(f"beancount:{file}")

    def told(self, query: str, month: str, roots: str, *, balances: bool) -> Told:
        """What accounts under `roots` held at the month's end, or what they moved in it."""
        until = date.fromisoformat(first_day(month, 1))
        since = date.min if balances else date.fromisoformat(first_day(month))
        asked = {"roots": f"^({roots}):", "since": since, "until": until, "last": until - timedelta(days=1)}
        rows: list[tuple[str, Inventory]] = self._query.execute(parsed(query), asked).fetchall()
        return {
            (account, held.units.currency): held.units.number
            for account, inventory in rows
            for held in inventory
            if held.units.number
        }


HELD, MOVED = "Assets|Liabilities|Equity", "Income|Expenses"


def agree(read: Journal, query: Beanquery) -> int:
    """Compare every cell; how many there were."""
    compared = 0
    for month in read.months:
        for roots, balances in ((HELD, True), (MOVED, False)):
            told = query.told(SUMS, month, roots, balances=balances)
            assert ours(read, month, balances=balances) == told, month
            compared += len(told)
    return compared


@pytest.mark.parametrize(
    ("name", "last", "count"),
    [("beancount-example.beancount", "2015-06", 30), ("fava-errors.beancount", "2020-02", 0)],
)
def test_real_journals_say_what_beanquery_says(tmp_path: Path, name: str, last: str, count: int) -> None:
    """Lots, several currencies, errors of booking: journals that nobody wrote for this."""
    file = Path(shutil.copy(real(name), tmp_path))
    assert agree(journal(file, last, count), Beanquery(file)) > (500 if count else 5)


def test_the_shipped_example_says_what_beanquery_says() -> None:
    """Every month that it has."""
    assert agree(journal(EXAMPLE, "2026-11", 0), Beanquery(EXAMPLE)) > 50


@LONG
def test_ten_thousand_transactions_say_what_beanquery_says(tmp_path: Path) -> None:
    """The last of a household's ten years, and what the accounts are worth at the ends of some months.

    beancount converts by prices of the pair alone, so that the fund, priced in dollars, stays apart.
    """
    file = write(tmp_path, journals(10_000)["beancount"])
    read, query = journal(file, "2023-12", 12), Beanquery(file)
    assert agree(read, query) > 300
    for place in (0, 6, 11):
        sums: dict[tuple[str, str], Decimal] = {}
        for one in read.series:
            if one.type.is_balance and one.currency != "WRLD":
                key, value = (one.account, "EUR"), one.converted[place]
                assert value is not None
                sums[key] = sums.get(key, Decimal(0)) + Decimal(value)
        told = query.told(WORTH, read.months[place], HELD, balances=True)
        assert told.pop(("Assets:Broker:Fund", "WRLD"))
        assert {key: value for key, value in sums.items() if value} == told


def told_by_ledger(program: str, file: Path, month: str, *, balances: bool) -> Told:
    """`ledger balance`, up to the month's end or of the month alone."""
    since = [] if balances else ["-b", first_day(month)]
    span = [*since, "-e", first_day(month, 1), "--flat", "--no-total"]
    form = ["--balance-format", r"%(account)\t%(join(scrub(display_total)))\n"]
    argv = [program, "--args-only", "-f", str(file), "balance", *span, *form]
    found: Told = {}
    for line in subprocess.run(argv, check=True, capture_output=True, text=True).stdout.splitlines():
        account, amounts = line.split("\t")
        for amount in amounts.split("\\n"):
            number, currency = amount.split(" ")
            found[account, currency] = Decimal(number)
    return found


def told_by_hledger(program: str, file: Path, month: str, *, balances: bool) -> Told:
    """`hledger balance -M`, with --historical for what is held."""
    span = ["-b", first_day(month), "-e", first_day(month, 1), *(["--historical"] if balances else [])]
    argv = [program, "-f", str(file), "balance", "-M", "--flat", "-N", *span, "-O", "csv", "--layout=bare"]
    printed = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    rows = csv.DictReader(io.StringIO(printed))
    return {
        (row["account"], row["commodity"]): Decimal(row[month]) for row in rows if Decimal(row[month] or "0")
    }


WITNESSES = {Format.LEDGER: told_by_ledger, Format.HLEDGER: told_by_hledger}


@LONG
@pytest.mark.parametrize("language", WITNESSES)
def test_ten_thousand_transactions_say_what_the_program_says(
    needs: Needs, tmp_path: Path, language: Format
) -> None:
    """Prices, several commodities, assertions and a budget that is no entry."""
    program, ask = needs(language), WITNESSES[language]
    file = write(tmp_path, journals(10_000)[language], f"j.{language}")
    read = journal(file, "2023-12", 0, language)
    assert not read.errors and len(read.months) == 121
    for month in ("2019-02", "2023-12"):
        for roots, balances in ((HELD, True), (MOVED, False)):
            told = ask(program, file, month, balances=balances)
            told = {key: value for key, value in told.items() if key[0].split(":")[0] in roots.split("|")}
            assert ours(read, month, balances=balances) == told, (month, balances)


FIRST = date(2025, 9, 1)
ACCOUNTS = (
    "Assets:Cash",
    "Assets:Bank:Giro",
    "Liabilities:Card",
    "Income:Job",
    "Expenses:Food",
    "Expenses:FoodTruck",
)
days = st.integers(0, 220).map(lambda count: FIRST + timedelta(days=count))
numbers = st.integers(-(10**7), 10**7).map(lambda number: Decimal(number).scaleb(-2))
accounts = st.sampled_from(ACCOUNTS)


@st.composite
def directives(draw: st.DrawFn) -> str:
    """One directive; now and then one that is wrong, or that makes entries of its own."""
    day, number = draw(days), draw(numbers)
    source, target = draw(accounts), draw(accounts)
    currency, cost = draw(st.sampled_from(("EUR", "CHF"))), draw(st.integers(1, 99))
    match draw(st.sampled_from(("pay", "buy", "sell", "paid", "pad", "wrong", "close", "balance", "left"))):
        case "pay":
            return f'{day} * "x"\n  {target}  {number} {currency}\n  {source}  {-number} {currency}'
        case "left":
            return f'{day} * "x"\n  {target}  {number} {currency}\n  {source}'
        case "buy":
            return f'{day} * "x"\n  Assets:Fund  {abs(number)} WRLD {{{cost} EUR}}\n  {source}'
        case "sell":
            return f'{day} * "x"\n  Assets:Fund  -{cost} WRLD {{}}\n  {target}'
        case "paid":
            return f'{day} * "x"\n  {target}  {number} CHF @ {cost}.5 EUR\n  {source}'
        case "pad":
            later = day + timedelta(days=draw(st.integers(1, 60)))
            return f"{day} pad {target} Equity:Start\n{later} balance {target}  {number} {currency}"
        case "wrong":
            return f'{day} * "x"\n  {target}  {number} EUR\n  Expenses:Mistyped  1 EUR'
        case "close":
            return f"{day} close {target}"
        case _:
            return f"{day} balance {target}  {number} {currency}"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(found=st.lists(directives(), max_size=14))
def test_random_journals_say_what_beanquery_says(found: list[str]) -> None:
    """With pads, lots, prices paid, wrong entries and closed accounts, in any order."""
    opened = [f"2025-01-01 open {account}" for account in (*ACCOUNTS, "Assets:Fund", "Equity:Start")]
    with tempfile.TemporaryDirectory() as folder:
        file = write(Path(folder), "\n\n".join([*opened, *found]) + "\n")
        agree(journal(file, "2026-03", 5), Beanquery(file))
