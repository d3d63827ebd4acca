"""Budgets of ledger and hledger: what these programs themselves plan for a month."""

import json
import subprocess
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_journals import journal, real, write

from devdash_ledger.facts import Every
from devdash_ledger.journal import Format, Journal

Needs = Callable[[str], str]
LAST = "2026-11"

LEDGER = """\
alias food=Expenses:Food
~ Monthly
  food             400.00 EUR
  Expenses:Rent       900 EUR
  Income:Salary     -2500 EUR
  Assets:Cash

~ Yearly
  Expenses:Travel  1200 EUR
  Assets:Cash

~ Quarterly
  Expenses:Heat  300 EUR
  Assets:Cash

~ Monthly from 2026/03/01 until 2026/06/01
  Expenses:Gym  $20.00
  food          10 EUR
  Assets:Cash

include more.dat

2025/11/05 x
  Expenses:Food:Coffee  12.50 EUR
  Assets:Cash

2026/01/05 x
  Expenses:FoodTruck  7.50 EUR
  Assets:Cash
"""
MORE = """\
apply account Home
~ Monthly
  (Expenses:Fun)  20 EUR
end apply account
"""

HLEDGER = """\
alias food=expenses:food
~ monthly
  food             400.00 EUR
  expenses:rent       900 EUR
  income:salary     -2500 EUR
  assets:cash

~ yearly
  expenses:travel  1200 EUR
  assets:cash

~ quarterly
  expenses:heat  300 EUR
  assets:cash

~ monthly from 2026-03-01 to 2026-06-01
  expenses:gym  $20.00
  food          10 EUR
  assets:cash

include more.journal

2025-11-05 x
  expenses:food:coffee  12.50 EUR
  assets:cash

2026-01-05 x
  expenses:foodtruck  7.50 EUR
  assets:cash
"""
BOUGHT = "2026-01-05 x\n  Expenses:Food  9 EUR\n  Assets:Cash\n"


def budgets(read: Journal) -> dict[tuple[str, str, str], tuple[str, Decimal | int, Decimal | int, bool]]:
    """By account in lower case, currency, month: period, budget, actual, whether it is to be reached."""
    return {
        (one.account.lower(), one.currency, one.month): (
            str(one.every),
            Decimal(one.budget),
            Decimal(one.actual),
            one.goal,
        )
        for one in read.budgets
    }


@pytest.mark.parametrize("language", [Format.LEDGER, Format.HLEDGER])
def test_rules_are_budgets(needs: Needs, tmp_path: Path, language: Format) -> None:
    """Aliases, includes, applied accounts, several rules of one account, rules that end; whole periods."""
    needs(language)
    if language is Format.LEDGER:
        write(tmp_path, MORE, "more.dat")
        file = write(tmp_path, LEDGER, "main.dat")
    else:
        write(tmp_path, MORE.lower(), "more.journal")
        file = write(tmp_path, HLEDGER, "main.journal")
    found = budgets(journal(file, LAST, 13, language))
    assert found["expenses:food", "EUR", "2025-11"] == ("month", 400, Decimal("12.50"), False)
    assert found["expenses:food", "EUR", "2026-01"] == ("month", 400, 0, False)
    assert found["expenses:food", "EUR", "2026-05"][1] == 410
    assert found["expenses:food", "EUR", "2026-06"][1] == 400
    assert found["expenses:rent", "EUR", LAST][1] == 900
    assert found["income:salary", "EUR", LAST] == ("month", -2500, 0, True)
    assert found["expenses:travel", "EUR", LAST] == ("year", 1200, 0, False)
    assert found["expenses:heat", "EUR", LAST] == ("quarter", 300, 0, False)
    gym = [month for account, _, month in found if account == "expenses:gym"]
    assert gym == ["2026-03", "2026-04", "2026-05"]
    assert not any(account.startswith("assets") for account, _, _ in found), "the other half is no budget"
    fun = [account for account, _, _ in found if account.endswith("expenses:fun")]
    assert fun == [], "home:expenses:fun is of no kind"


@pytest.mark.parametrize("language", [Format.LEDGER, Format.HLEDGER])
def test_a_budget_that_nothing_was_booked_to_is_there(needs: Needs, tmp_path: Path, language: Format) -> None:
    """ledger begins with the first posting that a budget is about: there is none yet, and a budget still."""
    needs(language)
    rule = "~ monthly\n  Expenses:Food  400 EUR\n  Assets:Budget\n"
    file = write(tmp_path, f"{rule}2026-10-05 x\n  Expenses:Rent  9 EUR\n  Assets:Cash\n", "main.dat")
    found = budgets(journal(file, LAST, 1, language))
    assert found == {("expenses:food", "EUR", LAST): ("month", 400, 0, False)}


@pytest.mark.parametrize("language", [Format.LEDGER, Format.HLEDGER])
def test_weeks_count_where_the_program_books_them(needs: Needs, tmp_path: Path, language: Format) -> None:
    """A rule by the week is in a month as often as the program books it there: no shares of weeks."""
    needs(language)
    text = f"~ weekly\n  Expenses:Food  10 EUR\n  Assets:Cash\n{BOUGHT}"
    found = budgets(journal(write(tmp_path, text, "main.dat"), LAST, 10, language))
    amounts = [found["expenses:food", "EUR", f"2026-{month:02d}"][1] for month in range(2, 12)]
    assert set(amounts) == {40, 50} and sum(amounts) == 440


def test_a_real_journal_has_its_budgets(needs: Needs) -> None:
    """ledger's own sample plans a salary by the month and donations by the year."""
    needs("ledger")
    found = budgets(journal(real("ledger-sample.dat"), "2004-12", 2, Format.LEDGER))
    assert found == {
        ("expenses:donations", "$", "2004-11"): ("year", 100, 0, False),
        ("expenses:donations", "$", "2004-12"): ("year", 100, 0, False),
        ("income:salary", "$", "2004-11"): ("month", -500, 0, True),
        ("income:salary", "$", "2004-12"): ("month", -500, 0, True),
    }


def test_a_line_in_a_comment_is_no_budget(needs: Needs, tmp_path: Path) -> None:
    """The text is only looked at to see whether the program must be asked."""
    needs("ledger")
    text = f"comment\n~ Monthly\n  Expenses:Food  1 EUR\n  Assets:Cash\nend comment\n{BOUGHT}"
    assert journal(write(tmp_path, text, "main.dat"), LAST, 3, Format.LEDGER).budgets == ()


def test_balances_that_are_assigned_go_together_with_budgets(needs: Needs, tmp_path: Path) -> None:
    """Among the plans that hledger books, such a balance comes to another amount, and is refused."""
    needs("hledger")
    part = write(tmp_path, MORE.lower(), "parts/more.journal")
    till = "\n2026-11-06 till\n  expenses:food  20 EUR\n  assets:cash  = -40.00 EUR\n  ; counted\n\n"
    text = HLEDGER.replace("include more.journal", f"include {part}")
    plain = budgets(journal(write(tmp_path, text, "plain.journal"), LAST, 13, Format.HLEDGER))
    file = write(tmp_path, f"{text}{till}~ monthly\n  expenses:late  5 EUR\n  assets:cash\n", "main.journal")
    read = journal(file, LAST, 13, Format.HLEDGER)
    found = budgets(read)
    assert read.complete and read.errors == ()
    assert {key: one[1] for key, one in found.items() if key[0] != "expenses:late"} == {
        key: one[1] for key, one in plain.items()
    }
    assert found["expenses:late", "EUR", LAST][1] == 5
    assert found["expenses:food", "EUR", LAST][2] == 20


def test_a_rule_that_cannot_be_read_stops_the_reading(needs: Needs, tmp_path: Path) -> None:
    """As any other thing that the program cannot read: an error with its place, and no figures."""
    needs("hledger")
    text = "~ every blue moon\n  expenses:food  1 EUR\n  assets:cash\n"
    read = journal(write(tmp_path, text, "main.journal"), LAST, 3, Format.HLEDGER)
    assert not read.complete and [error.line for error in read.errors] == [1]


MONTHS = [f"2026-{month:02d}" for month in range(1, 12)]
rule = st.tuples(
    st.sampled_from(["monthly", "weekly", "daily", "every 2 months", "every 10th day of month"]),
    st.sampled_from(["expenses:food", "expenses:food:out", "expenses:rent"]),
    st.decimals(1, 500, places=2),
    st.sampled_from(["EUR", "CHF"]),
)
posting = st.tuples(
    st.dates(min_value=date(2026, 1, 1), max_value=date(2026, 11, 30)),
    st.sampled_from(["expenses:food", "expenses:food:out", "expenses:foodtruck", "expenses:rent"]),
    st.decimals(-99, 99, places=2),
    st.sampled_from(["EUR", "CHF"]),
)


@given(rules=st.lists(rule, min_size=1, max_size=4), posted=st.lists(posting, min_size=1, max_size=8))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_months_are_hledgers_own(
    needs: Needs,
    tmp_path: Path,
    rules: list[tuple[str, str, Decimal, str]],
    posted: list[tuple[date, str, Decimal, str]],
) -> None:
    """For any rules within a year: goals and bookings of each month are those of `balance --budget`."""
    needs("hledger")
    lines = ["2026-01-01 start", "  assets:cash  0 EUR", "  equity  0 EUR"]
    for period, account, number, currency in rules:
        lines += [f"~ {period}", f"  {account}  {number:f} {currency}", "  assets:cash"]
    for day, account, number, currency in posted:
        lines += [f"{day} x", f"  {account}  {number:f} {currency}", "  assets:cash"]
    file = write(tmp_path, "\n".join(lines) + "\n", "main.journal")
    told = hledgers(file)
    read = journal(file, LAST, 11, Format.HLEDGER)
    assert {one.every for one in read.budgets} == {Every.MONTH}
    planned: dict[tuple[str, str, str], tuple[Decimal, Decimal]] = {}
    for one in read.budgets:
        planned[one.account, one.currency, one.month] = (Decimal(one.budget), Decimal(one.actual))
    accounts = {account for _, account, _, _ in rules}
    for (account, currency, month), (goal, actual) in told.items():
        if account in accounts and goal and not any(one.startswith(f"{account}:") for one in accounts):
            assert planned.pop((account, currency, month)) == (goal, actual), (account, currency, month)
    left = {key for key in planned if not any(one.startswith(f"{key[0]}:") for one in accounts)}
    assert left == set()


def hledgers(file: Path) -> Mapping[tuple[str, str, str], tuple[Decimal, Decimal]]:
    """hledger's own budget report: account, currency and month → goal and actual."""
    argv = ["hledger", "-f", str(file), "balance", "-M", "--budget", "-b", "2026-01", "-e", "2026-12"]
    done = subprocess.run([*argv, "-O", "json"], capture_output=True, check=True)
    answer = json.loads(done.stdout)
    found: defaultdict[tuple[str, str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in answer["prRows"]:
        for (begin, _), (actual, goal) in zip(answer["prDates"], row["prrAmounts"], strict=True):
            for place, side in ((0, goal), (1, actual)):
                for one in side or ():
                    number = one["aquantity"]
                    value = Decimal(number["decimalMantissa"]).scaleb(-number["decimalPlaces"])
                    found[row["prrName"], one["acommodity"], begin[:7]][place] += value
    return {key: (goal, actual) for key, (goal, actual) in found.items()}
