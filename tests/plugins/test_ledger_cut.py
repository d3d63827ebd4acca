"""Months that are cut, come from the cache, or grew, are those that a fold of their own gives."""

from datetime import date
from decimal import Decimal

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from printed_rig import FIRST, price, sheet

from devdash_ledger import cut, months
from devdash_ledger.budgets import Plan
from devdash_ledger.facts import Every
from devdash_ledger.journal import AccountType, Journal, Window
from devdash_ledger.reading import Folded, Means, Reading, Wanted
from devdash_ledger.sheet import Moves, Sheet, Use, head_of
from devdash_ledger.stamps import Look
from devdash_ledger.tail import Entry, extended
from devdash_ledger.unfold import Unfolding

LEGS = st.tuples(
    st.sampled_from(("Assets:Cash", "Expenses:Food", "Expenses:Food:Out", "Income:Job", "Liabilities:Card")),
    st.sampled_from(("EUR", "CHF", "WRLD")),
    st.decimals(min_value=-99, max_value=99, allow_nan=False, places=2),
)
PLANS = st.builds(
    Plan,
    st.sampled_from(("Expenses:Food", "Income:Job")),
    st.just("EUR"),
    st.integers(FIRST - 3, FIRST + 12),
    st.none() | st.just(Decimal("40.00")),
    st.sampled_from(list(Every)),
    st.booleans(),
)
WINDOWS = st.builds(
    lambda month, count: Window(months.text_of(FIRST + month), count),
    st.integers(-2, 14),
    st.integers(0, 20),
)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """Up to a dozen bookings of a year, prices for some of them, budgets."""
    entries = draw(st.lists(st.tuples(st.integers(0, 11), st.lists(LEGS, max_size=3)), max_size=12))
    prices = draw(
        st.lists(st.builds(price, st.integers(0, 11), st.just("CHF"), st.just("1.0625")), max_size=3)
    )
    uses = tuple(
        Use(name, 2, (FIRST + begin, FIRST + 13), (2, 3)) for begin, name in enumerate(("CHF", "EUR", "WRLD"))
    )
    plans = tuple(draw(st.lists(PLANS, max_size=3)))
    return msgspec.structs.replace(sheet(entries, prices), plans=plans, uses=uses)


def reading(one: Sheet, means: Means, window: Window, folded: Folded | None = None) -> Reading:
    """A reading as it comes from a load, or from the cache."""
    wanted = Wanted("2026-11-22T12:00:00+00:00", means, window)
    return Reading(lambda: Unfolding(one), head_of(one), Look(0, 0, ()), None, wanted, folded=folded)


def plainly(one: Sheet, means: Means, window: Window) -> Journal:
    """The months `window`, folded for themselves."""
    return Unfolding(one).journal(window, means.currency, means.rollover)


@settings(max_examples=150, deadline=None)
@given(
    one=sheets(),
    shown=st.lists(WINDOWS, min_size=1, max_size=6),
    means=st.builds(Means, st.sampled_from((None, "EUR", "CHF", "")), st.booleans()),
)
def test_whatever_was_looked_at_before_the_months_are_the_same(
    one: Sheet, shown: list[Window], means: Means
) -> None:
    """Cells, budgets, worth, rates and uses; after a start from the cache too."""
    first = reading(one, means, shown[0])
    kept = msgspec.json.decode(msgspec.json.encode(first.kept(shown[0])), type=Folded)
    again = reading(one, means, shown[-1], kept)
    for window in (*shown, *reversed(shown)):
        expected = plainly(one, means, window)
        assert first.folded(window).journal == expected
        assert again.folded(window).journal == expected


@st.composite
def growing(draw: st.DrawFn) -> list[Sheet]:
    """A sheet, and what becomes of it as transactions are added; what they are not about stays the same."""
    found = [draw(sheets())]
    for _ in range(draw(st.integers(1, 3))):
        entries = draw(st.lists(st.tuples(st.integers(0, 13), st.lists(LEGS, max_size=2)), max_size=2))
        later = sheet(entries)
        before = found[-1]
        known = {(one.account, one.currency): one for one in before.moves}
        for one in later.moves:
            place = (one.account, one.currency)
            own = known.get(place, Moves(one.account, one.type, one.currency, (), ()))
            sums = dict(zip(own.months, own.changes, strict=True))
            for month, change in zip(one.months, one.changes, strict=True):
                sums[month] = sums.get(month, Decimal(0)) + change
            ordered = tuple(sorted(sums))
            changes = tuple(sums[month] for month in ordered)
            known[place] = Moves(own.account, own.type, own.currency, ordered, changes)
        order = list(AccountType)
        moves = sorted(known.values(), key=lambda one: (order.index(one.type), one.account, one.currency))
        prices = draw(st.sampled_from((before.prices, before.prices, (price(2, "CHF", "1.25"),))))
        plans = draw(st.sampled_from((before.plans, before.plans, before.plans[1:])))
        found.append(msgspec.structs.replace(before, moves=tuple(moves), prices=prices, plans=plans))
    return found


@settings(max_examples=150, deadline=None)
@given(
    grown=growing(),
    shown=st.lists(
        st.tuples(WINDOWS, st.sampled_from((None, "CHF", "")), st.booleans()), min_size=1, max_size=2
    ),
)
def test_what_is_taken_from_the_fold_before_is_what_a_fold_of_its_own_gives(
    grown: list[Sheet], shown: list[tuple[Window, str | None, bool]]
) -> None:
    """To the last decimal, whichever windows were folded, and whatever new postings are about."""
    before: Unfolding | None = None
    for one in grown:
        unfolding = Unfolding(one, before)
        for window, currency, rollover in (*shown, shown[0]):
            told = unfolding.journal(window, currency, rollover)
            assert told == Unfolding(one).journal(window, currency, rollover)
        before = unfolding


def test_after_an_append_only_what_it_is_about_is_made_anew() -> None:
    """That is what the fold before is kept for; and the months that it is not about are worth the same."""
    cash, food = ("Assets:Cash", "EUR", Decimal(-1)), ("Expenses:Food", "EUR", Decimal(1))
    first = sheet(
        [(3, [cash, food]), (4, [("Income:Job", "EUR", Decimal(-9)), ("Assets:Giro", "EUR", Decimal(9))])]
    )
    grown = extended(first, [Entry(date(2026, 12, 5), (cash, food))])
    window = Window("2026-12", 12)
    before = Unfolding(first)
    was = before.journal(window, None)
    now = Unfolding(grown, before).journal(window, None)
    same = {one.account for one in now.series if any(one is other for other in was.series)}
    assert same == {"Income:Job", "Assets:Giro"}
    assert [a is b for a, b in zip(was.worth, now.worth, strict=True)] == [True] * 11 + [False]


def test_the_months_that_were_kept_are_shown_without_opening_the_sheet() -> None:
    """That is what they are kept for: those on the screen, and those before that they are compared with."""
    one = sheet([(0, [("Assets:Cash", "EUR", Decimal(1))])])
    means, window = Means(None, False), Window("2026-12", 6)

    def opened() -> Unfolding:
        raise AssertionError("the sheet was opened")

    wanted = Wanted("2026-12-31T12:00:00+00:00", means, window)
    kept = reading(one, means, window).kept(window)
    found = Reading(opened, head_of(one), Look(0, 0, ()), None, wanted, folded=kept)
    for shown in (window, Window("2026-12", 7), Window("2026-11", 2)):
        assert found.folded(shown).journal == plainly(one, means, shown)


def test_a_window_that_is_not_contained_is_known_as_such() -> None:
    """Months before or behind, and a window without a count."""
    one = plainly(sheet([]), Means(None, False), Window("2026-06", 3))
    assert cut.contains(one, Window("2026-06", 3)) and cut.contains(one, Window("2026-05", 1))
    others = (("2026-07", 1), ("2026-06", 4), ("2026-04", 2), ("2026-06", 0))
    assert not any(cut.contains(one, Window(last, count)) for last, count in others)
