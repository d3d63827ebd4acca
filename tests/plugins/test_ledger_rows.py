"""Rows that are kept from one report to the next are those that it would have made itself."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from printed_rig import FIRST, price, sheet

from devdash.api import Cell, Report, Row
from devdash_ledger import accounts, figures, looking, portrait, report
from devdash_ledger.budgets import Plan
from devdash_ledger.facts import Every, JournalError, LedgerFacts
from devdash_ledger.journal import Journal, Window
from devdash_ledger.looking import Looking, Scene
from devdash_ledger.reckoning import Outlook
from devdash_ledger.report import View
from devdash_ledger.rows import Rows
from devdash_ledger.sheet import Use
from devdash_ledger.sight import Sight, sight
from devdash_ledger.standing import Known
from devdash_ledger.unfold import Unfolding

AMOUNTS = st.sampled_from(("1", "1.0", "1.00", "-1", "2.5", "0.00")).map(Decimal)
LEGS = st.tuples(
    st.sampled_from(("Assets:Cash", "Expenses:Food", "Expenses:Food:Out", "Income:Job")),
    st.sampled_from(("EUR", "CHF", "WRLD")),
    AMOUNTS,
)
BOOKINGS = st.lists(st.tuples(st.integers(0, 11), st.lists(LEGS, max_size=2)), max_size=6)
LOOKS = st.builds(
    Looking,
    scene=st.sampled_from([Scene.ACCOUNTS, Scene.INCOME, Scene.BALANCE, Scene.CASH]),
    converted=st.booleans(),
    years=st.booleans(),
    back=st.integers(0, 2),
    folded=st.sampled_from([frozenset(), frozenset({"Expenses:Food"})]),
)
ERRORS = st.sampled_from([(), (JournalError("/j", 1, "m", ("Expenses:Food",)),)])


def seen(booked: list[tuple[int, list[tuple[str, str, Decimal]]]], look: Looking) -> Sight:
    """What is looked at of a journal with these bookings."""
    journal: Journal = Unfolding(sheet(booked, [price(3, "CHF", "1.0625")])).journal(
        looking.window(look, FIRST + 11, 4), None
    )
    return sight(journal, look, FIRST + 11, 4)


@settings(max_examples=200, deadline=None)
@given(reports=st.lists(st.tuples(BOOKINGS, LOOKS, ERRORS), min_size=2, max_size=4))
def test_a_table_is_the_same_whatever_was_shown_before(
    reports: list[tuple[list[tuple[int, list[tuple[str, str, Decimal]]]], Looking, tuple[JournalError, ...]]],
) -> None:
    """With every decimal, also where an amount is equal and written otherwise."""
    known = Known()
    for booked, look, errors in reports:
        one = seen(booked, look)
        digits = figures.digits(one.journal)
        kept = accounts.table(one, errors, digits, known.rows, known.positions)
        plain = accounts.table(one, errors, digits)
        assert msgspec.json.encode(kept) == msgspec.json.encode(plain)


@pytest.mark.parametrize(
    "look", [Looking(converted=True), Looking(back=1), Looking(running=True), Looking(scene=Scene.INCOME)]
)
def test_the_same_figures_are_put_together_anew_for_another_look(look: Looking) -> None:
    """Of one journal, whose months are those of both."""
    booked = [
        (month, [("Expenses:Food", "CHF", Decimal(month + 1)), ("Assets:Cash", "EUR", Decimal(-1))])
        for month in range(12)
    ]
    journal = Unfolding(sheet(booked, [price(3, "CHF", "1.0625")])).journal(Window("2026-12", 12), "EUR")
    digits, known = figures.digits(journal), Known()
    for one in (sight(journal, how, FIRST + 11, 4) for how in (Looking(), look, Looking())):
        kept = accounts.table(one, (), digits, known.rows, known.positions)
        assert msgspec.json.encode(kept) == msgspec.json.encode(accounts.table(one, (), digits))


PLANS = st.builds(
    Plan,
    st.sampled_from(("Expenses:Food", "Income:Job")),
    st.just("EUR"),
    st.integers(FIRST, FIRST + 11),
    st.sampled_from((None, Decimal("1"), Decimal("1.00"), Decimal("9.00"))),
    st.sampled_from(list(Every)),
    st.booleans(),
)
OUTLOOKS = st.builds(
    Outlook,
    st.sampled_from([date(2026, 12, 2), date(2026, 12, 30)]),
    st.sampled_from([(), ("Expenses",)]),
)


@settings(max_examples=200, deadline=None)
@given(
    reports=st.lists(
        st.tuples(BOOKINGS, st.lists(PLANS, min_size=1, max_size=3), OUTLOOKS, st.integers(0, 3)),
        min_size=2,
        max_size=4,
    )
)
def test_a_report_is_the_same_whatever_was_told_before(
    tmp_path_factory: pytest.TempPathFactory,
    reports: list[tuple[list[tuple[int, list[tuple[str, str, Decimal]]]], list[Plan], Outlook, int]],
) -> None:
    """Its budgets too: on another day, with other decimals, of amounts written otherwise; also when kept."""
    known, folder = Known(), tmp_path_factory.mktemp("cache")
    for booked, plans, outlook, digits in reports:
        uses = tuple(Use(name, digits, (FIRST,), (1,)) for name in ("CHF", "EUR", "WRLD"))
        one = msgspec.structs.replace(sheet(booked), plans=tuple(plans), uses=uses)
        journal = Unfolding(one).journal(Window("2026-12", 4), None)
        view = View(journal, "", (), 0, complete=True, older=False, outlook=outlook)
        kept, plain = report.build(view, known=known), report.build(view)
        assert msgspec.json.encode(kept) == msgspec.json.encode(plain)
        portrait.keep(folder, "0", msgspec.structs.replace(plain, facts=_read_at(plain, "then")))
        assert portrait.find(folder, "0", "") == plain and portrait.find(folder, "1", "") is None


def _read_at(one: Report, when: str) -> LedgerFacts:
    assert isinstance(one.facts, LedgerFacts)
    return msgspec.structs.replace(one.facts, as_of=when)


def test_what_is_the_same_is_not_made_again() -> None:
    """Of two reports of the same figures the second one's rows are the first one's."""
    known, look = Rows(), Looking()
    one = seen([(11, [("Assets:Cash", "EUR", Decimal(1)), ("Income:Job", "EUR", Decimal(-1))])], look)
    digits = figures.digits(one.journal)
    first, second = (accounts.table(one, (), digits, known).rows for _ in range(2))
    assert len(first) > 1
    assert all(a is b for a, b in zip(first, second, strict=True))
    other = msgspec.structs.replace(one, columns=one.columns[1:])
    assert not any(row in first for row in accounts.table(other, (), digits, known).rows)


def test_an_amount_that_is_written_otherwise_is_shown_so() -> None:
    """1 and 1.00 are equal; the details show which one it is."""
    known = Known()
    for text in ("1", "1.00"):
        one = seen(
            [(11, [("Assets:Cash", "EUR", Decimal(text)), ("Income:Job", "EUR", Decimal(-1))])], Looking()
        )
        table = accounts.table(one, (), figures.digits(one.journal), known.rows, known.positions)
        assert f"'{text}'" in str(table.rows[0].detail)


def test_tables_that_are_made_at_the_same_time_do_not_take_each_other_s_rows() -> None:
    """A key is answered with what was read before while a reading is drawn: their rows have other columns."""
    known = Rows()
    narrow = known.begin("narrow")
    wide = known.begin("wide")
    wide.row("a", (), (), lambda: Row("a", (Cell("1"), Cell("2"))))
    narrow.row("a", (), (), lambda: Row("a", (Cell("1"),)))
    again = known.begin("wide")
    assert len(again.row("a", (), (), lambda: Row("a", ())).cells) == 2
