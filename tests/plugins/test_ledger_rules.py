"""The ledger's alerts: budgets, floors, assertions, quiet days; and what the report says of the same."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ledger_journals import SHOP, MakeContext, facts, pane, write

from devdash.api import Level, Notice, Report, Rule, Table
from devdash.engine.boundary import admit_report
from devdash.engine.offers import admit_rules
from devdash_ledger.budget_config import BudgetConfig
from devdash_ledger.config import LedgerConfig
from devdash_ledger.facts import LedgerFacts
from devdash_ledger.pane import LedgerPane

Needs = Callable[[str], str]

FOOD = "budget:Expenses:Food EUR"
OTHERS = {"budget:Expenses:Rent EUR", "budget:Income:Job EUR"}

PLANNED = (
    SHOP
    + """\
2026-01-01 open Expenses:Rent
2026-01-01 open Income:Job
2026-10-01 custom "budget" Expenses:Food "monthly" 40.00 EUR
2026-10-01 custom "budget" Expenses:Rent "monthly" 500.00 EUR
2026-10-01 custom "budget" Income:Job "monthly" -900.00 EUR
"""
)
"""SHOP with budgets: 40 for food, of which 4 are spent in October."""


def spent(day: str, amount: str, account: str = "Expenses:Food") -> str:
    """An entry."""
    return f'{day} * "x"\n  {account}  {amount} EUR\n  Assets:Cash\n'


def rules(ledger: LedgerPane) -> dict[str, Rule[LedgerFacts]]:
    """The pane's rules by name, admitted."""
    return {rule.name: rule for rule in admit_rules("ledger", ledger.rules(), ledger.actions())}


def fires(rule: Rule[LedgerFacts], found: LedgerFacts) -> tuple[set[str], set[str]]:
    """Where it begins, and where it is over."""
    return set(rule.enter(found)), set(rule.clear(found))


def row_keys(report: Report) -> list[str]:
    """The keys of all rows."""
    return [row.key for block in report.blocks if isinstance(block, Table) for row in block.rows]


async def test_a_budget_that_is_gone_beyond_is_told(context: MakeContext, tmp_path: Path) -> None:
    """The cent that is too much begins it; the alert's item is the key of the row that shows it."""
    file = write(tmp_path, PLANNED + spent("2026-11-03", "40.00"))
    ledger = pane(context, file)
    rule = rules(ledger)["budget-over"]
    assert fires(rule, await facts(ledger)) == (set(), {FOOD, *OTHERS})
    write(tmp_path, PLANNED + spent("2026-11-03", "40.01"))
    report = admit_report("ledger", await ledger.read())
    found = report.facts
    assert isinstance(found, LedgerFacts)
    assert fires(rule, found) == ({FOOD}, OTHERS)
    assert rule.say is not None
    assert rule.say(found, FOOD) == "Expenses:Food is over its budget: 40.01 of 40.00 EUR"
    assert FOOD in row_keys(report) and report.level is Level.ATTENTION
    assert [one.item for one in report.attention] == [FOOD]
    assert report.summary.endswith("1 budget over")


async def test_a_new_month_is_a_new_budget(context: MakeContext, tmp_path: Path) -> None:
    """What October went beyond is over in November; the same item can begin anew."""
    file = write(tmp_path, PLANNED + spent("2026-10-20", "99.00"))
    ledger, later = pane(context, file, "2026-10-31"), pane(context, file, "2026-11-01")
    assert fires(rules(ledger)["budget-over"], await facts(ledger))[0] == {FOOD}
    assert fires(rules(later)["budget-over"], await facts(later)) == (set(), {FOOD, *OTHERS})


async def test_rollover_is_a_setting(context: MakeContext, tmp_path: Path) -> None:
    """With it October's 36 are there in November, and 70 of 76 are not too much."""
    file = write(tmp_path, PLANNED + spent("2026-11-03", "70.00"))
    plain = await facts(pane(context, file))
    rolled = await facts(pane(context, file, budgets=BudgetConfig(rollover=True)))
    assert [budget.carried for budget in plain.budgets] == [""] * 6
    [row] = [one for one in rolled.budgets if one.account == "Expenses:Food" and one.month == "2026-11"]
    assert (row.budget, row.carried, row.left, row.percent) == ("40.00", "36.00", "6.00", 92.1)
    assert fires(rules(pane(context, file))["budget-over"], rolled)[0] == set()


class Clock:
    """A clock that a test moves."""

    def __init__(self, day: str) -> None:
        self.day = day

    def __call__(self) -> datetime:
        return datetime.fromisoformat(f"{self.day}T12:00").replace(tzinfo=UTC)


async def test_the_pace_is_told_with_the_day_and_no_change_of_the_journal(
    context: MakeContext, tmp_path: Path
) -> None:
    """20 of 40 by the 9th is too early to tell; by the 10th it is 60; by the 20th it is 30 again."""
    clock = Clock("2026-11-09")
    file = write(tmp_path, PLANNED + spent("2026-11-03", "20.00"))
    ledger = LedgerPane(LedgerConfig(file=file), context(name="ledger", now=clock))
    rule = rules(ledger)["budget-pace"]
    assert fires(rule, await facts(ledger))[0] == set()
    clock.day = "2026-11-10"
    found = await facts(ledger)
    assert fires(rule, found) == ({FOOD}, OTHERS)
    assert rule.say is not None and "60.00 EUR at this pace, 20.00 of 40.00 EUR" in rule.say(found, FOOD)
    clock.day = "2026-11-20"
    assert fires(rule, await facts(ledger)) == (set(), {FOOD, *OTHERS})


async def test_fixed_accounts_have_no_pace(context: MakeContext, tmp_path: Path) -> None:
    """A rent that is paid on the first is not paid thirty times."""
    file = write(tmp_path, PLANNED + spent("2026-11-01", "500.00", "Expenses:Rent"))
    rent = "budget:Expenses:Rent EUR"
    ledger = pane(context, file, "2026-11-11")
    assert fires(rules(ledger)["budget-pace"], await facts(ledger))[0] == {rent}
    fixed = pane(context, file, "2026-11-11", budgets=BudgetConfig(fixed=("Expenses:Rent",)))
    assert fires(rules(fixed)["budget-pace"], await facts(fixed)) == (set(), {FOOD, *OTHERS})


async def test_a_balance_below_its_floor_is_told(context: MakeContext, tmp_path: Path) -> None:
    """Sub-accounts count; exactly the floor is not below; the sentence has both amounts."""
    text = SHOP + "2026-01-01 open Assets:Cash:Box\n" + spent("2026-11-02", "46.00")
    file = write(tmp_path, text + '2026-11-02 * "x"\n  Assets:Cash:Box  10 EUR\n  Assets:Cash\n')
    ledger = pane(context, file, floors={"Assets:Cash": "50 EUR"})
    rule = rules(ledger)["floor"]
    assert fires(rule, await facts(ledger)) == (set(), {"Assets:Cash EUR"})
    write(tmp_path, text + spent("2026-11-03", "0.01"))
    report = admit_report("ledger", await ledger.read())
    assert isinstance(report.facts, LedgerFacts)
    assert fires(rule, report.facts) == ({"Assets:Cash EUR"}, set())
    said = "Assets:Cash is below its floor of 50 EUR: 49.99 EUR"
    assert rule.say is not None and rule.say(report.facts, "Assets:Cash EUR") == said
    assert [one.text for one in report.blocks if isinstance(one, Notice)] == [f"{said}."]
    assert report.level is Level.ATTENTION and [one.text for one in report.attention] == [said]


async def test_an_account_that_is_long_empty_stays_below(context: MakeContext, tmp_path: Path) -> None:
    """It has no cells any more in the months shown, and is still nothing."""
    file = write(tmp_path, SHOP + spent("2026-01-03", "96.00").replace("Expenses:Food", "Equity:Start"))
    ledger = pane(context, file, "2026-11-22", floors={"Assets:Cash": "0.01"})
    found = await facts(ledger)
    assert [(one.currency, one.balance) for one in found.floors] == [("EUR", "0.00")]
    assert fires(rules(ledger)["floor"], found)[0] == {"Assets:Cash EUR"}


async def test_what_cannot_be_read_is_not_below(context: MakeContext, tmp_path: Path) -> None:
    """With a part of the journal missing, a balance is not known: no alert begins, and none ends."""
    ledger = pane(context, write(tmp_path, SHOP + '2026-10-06 * "open'), floors={"Assets:Cash": "97 EUR"})
    report = admit_report("ledger", await ledger.read(), ledger.actions())
    assert isinstance(report.facts, LedgerFacts) and not report.facts.complete
    assert fires(rules(ledger)["floor"], report.facts) == (set(), set())
    assert not [one for one in report.attention if one.key.endswith(":floor")]
    write(tmp_path, SHOP)
    assert fires(rules(ledger)["floor"], await facts(ledger))[0] == {"Assets:Cash EUR"}


@pytest.mark.parametrize("floor", ["", "EUR", "50 EUR 3", "50 EUR;"])
def test_a_floor_that_is_no_amount_is_a_problem(floor: str) -> None:
    """It is said with the config, not when the pane is read."""
    problems = list(LedgerConfig(floors={"Assets:Cash": floor}).problems())
    assert [one.key for one in problems] == ["floors"] and "Assets:Cash" in problems[0].message
    assert not list(
        LedgerConfig(floors={"Assets:Cash": "1,250.50 EUR", "Liabilities:Card": "-10 USD"}).problems()
    )


BOUGHT = "{} x\n  Expenses:Food  4 EUR\n  Assets:Cash\n"
QUIET = {
    "main.beancount": SHOP + spent("2026-11-30", "1.00"),
    "main.dat": BOUGHT.format("2026/10/05") + BOUGHT.format("2026/11/30"),
    "main.journal": BOUGHT.format("2026-10-05") + BOUGHT.format("2026-11-30"),
}
"""An entry on the 5th of October, and one in the future, which is no sign of life."""


async def test_a_closed_journal_beside_a_living_one_is_not_quiet(
    context: MakeContext, tmp_path: Path
) -> None:
    """An entry in any of several journals is a sign of life; without one they are quiet once, not each."""
    files = (
        write(tmp_path, SHOP, "old.beancount"),
        write(tmp_path, SHOP + spent("2026-11-01", "1"), "new.bean"),
    )
    clock = Clock("2026-11-07")
    ledger = LedgerPane(LedgerConfig(files=files, quiet_days=7), context(name="ledger", now=clock))
    assert not (await ledger.read()).attention
    clock.day = "2026-11-08"
    report = admit_report("ledger", await ledger.read())
    assert [one.text for one in report.attention] == ["No entry for 7 days, the last is of 2026-11-01"]
    assert (
        report.level is Level.ATTENTION
        and len([one for one in report.blocks if isinstance(one, Notice)]) == 1
    )


@pytest.mark.parametrize("name", list(QUIET))
async def test_quiet_days_are_counted(context: MakeContext, tmp_path: Path, needs: Needs, name: str) -> None:
    """Seven days after the last entry it begins, and no day before; entries to come do not count."""
    if name != "main.beancount":
        needs({"main.dat": "ledger", "main.journal": "hledger"}[name])
    clock = Clock("2026-10-11")
    file = write(tmp_path, QUIET[name], name)
    ledger = LedgerPane(LedgerConfig(file=file, quiet_days=7), context(name="ledger", now=clock))
    rule = rules(ledger)["quiet"]
    assert (rule.action, fires(rule, await facts(ledger))) == ("add", (set(), {""}))
    clock.day = "2026-10-12"
    report = admit_report("ledger", await ledger.read())
    assert isinstance(report.facts, LedgerFacts)
    assert fires(rule, report.facts) == ({""}, set())
    said = "No entry for 7 days, the last is of 2026-10-05"
    assert rule.say is not None and rule.say(report.facts, "") == said
    assert [one.text for one in report.attention] == [said]
    clock.day = "2026-11-29"
    assert (await facts(ledger)).quiet_for == 55
    clock.day = "2026-11-30"
    assert (await facts(ledger)).quiet_for == 0


async def test_quiet_days_are_off_unless_they_are_set(context: MakeContext, tmp_path: Path) -> None:
    """No rule, no fact, whatever the age of the last entry."""
    ledger = pane(context, write(tmp_path, SHOP), "2026-12-31")
    found = await facts(ledger)
    assert "quiet" not in rules(ledger) and (found.last_entry, found.quiet_for) == ("", None)


FAILING = {
    "main.beancount": SHOP + "2026-10-06 balance Assets:Cash  90.00 EUR\n",
    "main.dat": "2026/10/05 x\n  Assets:Cash  4 EUR = 5 EUR\n  Equity\n",
    "main.journal": "2026-10-05 x\n  assets:cash  4 EUR = 5 EUR\n  equity\n",
}
BROKEN = {
    "main.beancount": SHOP + '2026-10-06 * "x"\n  Assets:Cash  90.00 EUR\n',
    "main.dat": "2026/10/05 x\n  Assets:Cash  4 EUR\n  Equity  5 EUR\n",
    "main.journal": "2026-10-05 x\n  assets:cash  4 EUR\n  equity  5 EUR\n",
}


@pytest.mark.parametrize("name", list(FAILING))
async def test_a_failing_assertion_is_told_apart(
    context: MakeContext, tmp_path: Path, needs: Needs, name: str
) -> None:
    """It is an error of its own kind, with its place; with another error in its stead the rule is over."""
    if name != "main.beancount":
        needs({"main.dat": "ledger", "main.journal": "hledger"}[name])
    ledger = pane(context, write(tmp_path, FAILING[name], name))
    found = rules(ledger)
    wrong = await facts(ledger)
    assert [error.kind for error in wrong.errors] == ["balance"]
    assert fires(found["assertion"], wrong) == fires(found["errors"], wrong) == ({""}, set())
    say = found["assertion"].say
    line = wrong.errors[0].line
    assert say is not None and say(wrong, "") == f"A balance assertion fails at {name}:{line}" and line
    assert wrong.errors[0].message.startswith("Balance ")
    write(tmp_path, BROKEN[name], name)
    broken = await facts(ledger)
    assert fires(found["assertion"], broken) == (set(), {""})
    assert fires(found["errors"], broken) == ({""}, set())


async def test_several_journals_keep_their_own_budgets_and_floors(
    context: MakeContext, tmp_path: Path
) -> None:
    """Items begin with the journal's name, as its rows do; a floor is about those that have the account."""
    home = write(tmp_path, PLANNED + spent("2026-11-03", "41.00"), "home.beancount")
    club = write(tmp_path, PLANNED.replace("Cash", "Till"), "club.beancount")
    config = LedgerConfig(files=(home, club), floors={"Assets:Till": "97 EUR", "Assets:Cash": "1 EUR"})
    ledger = LedgerPane(config, context(name="ledger", now=Clock("2026-11-22")))
    report = admit_report("ledger", await ledger.read())
    found, named = report.facts, rules(ledger)
    assert isinstance(found, LedgerFacts)
    over, fine = fires(named["budget-over"], found)
    assert over == {f"home.beancount/{FOOD}"} and f"club.beancount/{FOOD}" in fine
    assert over | fine <= set(row_keys(report))
    assert fires(named["floor"], found) == (
        {"club.beancount/Assets:Till EUR"},
        {"home.beancount/Assets:Cash EUR"},
    )
    assert {one.key for one in report.attention} == {
        f"home.beancount/{FOOD}:budget-over",
        "club.beancount/Assets:Till EUR:floor",
    }
    told = {one.text for one in report.attention}
    assert told == {
        "home.beancount: Expenses:Food is over its budget: 41.00 of 40.00 EUR",
        "club.beancount: Assets:Till is below its floor of 97 EUR: 96.00 EUR",
    }
    say = {name: named[name].say for name in ("budget-over", "floor")}
    items = {"budget-over": f"home.beancount/{FOOD}", "floor": "club.beancount/Assets:Till EUR"}
    assert {words(found, items[name]) for name, words in say.items() if words is not None} == told
