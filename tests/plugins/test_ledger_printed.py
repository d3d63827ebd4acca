"""Reports tie: every equation that an accountant would check holds to the last digit, on any journal."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from printed_rig import FIRST, Entry, covered, period, price, sheet, statement, totals

from devdash.api import PaneError
from devdash_ledger.cash import cash
from devdash_ledger.journal import AccountType
from devdash_ledger.prices import Price, PriceBook
from devdash_ledger.printed import Kind, Part, Statement
from devdash_ledger.printed_period import Period, period_of
from devdash_ledger.sheet import Sheet
from devdash_ledger.worth import last_day

ACCOUNTS = (
    "Assets:Bank",
    "Assets:Bank:Savings",
    "Assets:Cash",
    "Assets:House",
    "Liabilities:Card",
    "Equity:Start",
    "Income:Work",
    "Expenses:Food",
    "Expenses:Food:Fruit",
    "Elsewhere:Else",
)
CURRENCIES = ("EUR", "USD", "XYZ")
cents = st.integers(min_value=-(10**6), max_value=10**6).map(lambda number: Decimal(number) / 100)


@st.composite
def entries(draw: st.DrawFn, accounts: tuple[str, ...] = ACCOUNTS) -> Entry:
    """A transaction that balances in its currency, or exchanges one for another."""
    month = draw(st.integers(min_value=0, max_value=7))
    one, two = draw(st.sampled_from(accounts)), draw(st.sampled_from(accounts))
    amount, currency = draw(cents), draw(st.sampled_from(CURRENCIES))
    if accounts == ACCOUNTS and draw(st.booleans()) and draw(st.booleans()):
        return month, ((one, currency, amount), (two, draw(st.sampled_from(CURRENCIES)), -draw(cents)))
    return month, ((one, currency, amount), (two, currency, -amount))


rates = st.integers(min_value=1, max_value=50_000).map(lambda number: str(Decimal(number) / 1000))
priced = st.lists(
    st.builds(price, st.integers(0, 7), st.sampled_from(("USD", "XYZ")), rates), max_size=6, unique_by=str
)
journals = st.builds(sheet, st.lists(entries(), max_size=25), priced)
spans = st.tuples(st.integers(0, 7), st.integers(0, 7)).map(lambda ends: period(min(ends), max(ends)))


def sums(part: Part) -> dict[str, tuple[Decimal, ...]]:
    """What the accounts of a section come to."""
    found: dict[str, tuple[Decimal, ...]] = {}
    for one in part.entries:
        known = found.get(one.currency, (Decimal(0),) * len(one.amounts))
        found[one.currency] = tuple(a + b for a, b in zip(known, one.amounts, strict=True))
    return found


def sections_add_up(one: Statement) -> None:
    """Totals are the sums of the accounts, and a total over months that of the months."""
    for part in one.parts:
        assert len({(entry.account, entry.currency) for entry in part.entries}) == len(part.entries)
        if not part.is_line:
            told = {total.currency: total.amounts for total in part.totals if any(total.amounts)}
            assert told == {currency: own for currency, own in sums(part).items() if any(own)}


@settings(max_examples=60)
@given(journals, spans, st.booleans())
def test_balances_tie(found: Sheet, span: Period, converted: bool) -> None:
    """Opening + change = closing; assets + liabilities = net worth; closing is the next month's opening."""
    one = statement(Kind.BALANCES, found, span, converted=converted)
    sections_add_up(one)
    for part in one.parts:
        for own in (*(row.amounts for row in part.entries), *(row.amounts for row in part.totals)):
            assert own[0] + own[-2] == own[-1]
    for currency, worth in totals(one, "worth").items():
        parts = (totals(one, key)[currency] for key in ("assets", "liabilities"))
        assert worth == tuple(map(sum, zip(*parts, strict=True)))
    later = statement(
        Kind.BALANCES, found, period(span.last % 12 + 1, span.last % 12 + 1), converted=converted
    )
    if one.apart == later.apart:
        closing = {currency: own[-1] for currency, own in totals(one, "worth").items() if own[-1]}
        assert closing == {currency: own[0] for currency, own in totals(later, "worth").items() if own[0]}


@settings(max_examples=60)
@given(st.lists(entries(), max_size=25), spans)
def test_balances_are_the_sums_of_the_postings(found: list[Entry], span: Period) -> None:
    """Account by account and currency by currency, of all transactions up to the last month."""
    expected: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for month, legs in found:
        for account, currency, amount in legs:
            if month <= span.last % 12 and not account.startswith(("Income", "Expenses")):
                expected[account, currency] += amount
    one = statement(Kind.BALANCES, sheet(found), span, converted=False)
    closing = {
        (row.account, row.currency): row.amounts[-1]
        for part in one.parts
        for row in part.entries
        if row.amounts[-1]
    }
    assert closing == {key: amount for key, amount in expected.items() if amount}


@settings(max_examples=60)
@given(journals, spans, st.booleans())
def test_the_income_statement_ties(found: Sheet, span: Period, converted: bool) -> None:
    """Income − expenses = result; result + other changes = change of net worth, which balances tell too."""
    one = statement(Kind.INCOME, found, span, converted=converted)
    sections_add_up(one)
    balances = statement(Kind.BALANCES, found, span, converted=converted)
    for currency in ("EUR", *one.apart, *(() if converted else CURRENCIES)):
        rows = {part.key: totals(one, part.key)[currency] for part in one.parts}
        for place in range(len(one.heads)):
            assert rows["income"][place] - rows["expenses"][place] == rows["result"][place]
            assert rows["result"][place] + rows["other"][place] == rows["worth"][place]
        if span.count > 1:
            assert all(sum(own[:-1]) == own[-1] for own in rows.values())
        assert rows["worth"][-1] == totals(balances, "worth")[currency][-2]


@settings(max_examples=60)
@given(st.lists(entries(ACCOUNTS[:5] + ACCOUNTS[6:9]), max_size=25), rates, rates, spans)
def test_the_result_is_the_change_of_net_worth(found: list[Entry], usd: str, xyz: str, span: Period) -> None:
    """Where prices stand still, nothing is exchanged, and no equity or unknown account takes part."""
    prices = [price(-12, "USD", usd), price(-12, "XYZ", xyz)]
    for converted in (True, False):
        one = statement(Kind.INCOME, sheet(found, prices), span, converted=converted)
        assert not one.apart
        assert not any(any(own) for own in totals(one, "other").values())


@settings(max_examples=60)
@given(st.lists(entries(), max_size=25), priced, spans)
def test_converted_income_is_worked_out_by_hand(
    found: list[Entry], prices: list[Price], span: Period
) -> None:
    """Each month's income at the last price up to the month's end; without one it is in no sum."""
    one = statement(Kind.INCOME, sheet(found, prices), span)
    count, book = len(one.months), PriceBook(prices)
    expected = [Decimal(0)] * count
    for month, legs in found:
        place = FIRST + month - span.first
        for account, currency, amount in legs:
            if account == "Income:Work" and 0 <= place < count:
                value = book.convert(-amount, currency, "EUR", last_day(FIRST + month))
                if currency not in one.apart:
                    assert value is not None or not amount
                    expected[place] += value or 0
    told = totals(one, "income")
    assert list(told["EUR"][:count]) == expected
    assert all(book.convert(Decimal(1), name, "EUR", last_day(span.first - 1)) is None for name in one.apart)


@settings(max_examples=60)
@given(journals, spans, st.booleans())
def test_the_cash_flow_ties(found: Sheet, span: Period, converted: bool) -> None:
    """Beginning + change + prices = end; the change is what the other accounts gave, or was exchanged."""
    one = statement(Kind.CASHFLOW, found, span, converted=converted)
    sections_add_up(one)
    balances = statement(Kind.BALANCES, found, span, converted=converted)
    given = ("operating", "investing", "financing", "other", "exchanged")
    for currency in ("EUR", *one.apart, *(() if converted else CURRENCIES)):
        flow, end = totals(one, "cash")[currency], totals(one, "closing")[currency]
        rest = (totals(one, key)[currency] for key in ("opening", "revalued"))
        assert tuple(map(sum, zip(flow, *rest, strict=True))) == end
        assert tuple(map(sum, zip(*(totals(one, key)[currency] for key in given), strict=True))) == flow
        held = [
            row.amounts[-1]
            for row in balances.part("assets").entries
            if row.currency == currency and row.account != "Assets:House"
        ]
        assert end[-1] == sum(held)
        if not converted:
            assert not any(totals(one, "revalued")[currency])


def test_money_that_comes_and_goes_is_sorted_as_it_should_be() -> None:
    """A salary, food on the card, the card paid, a gift, shares above their price, dollars that rose."""
    found = sheet(
        [
            (0, [("Assets:Bank", "EUR", Decimal(500)), ("Equity:Start", "EUR", Decimal(-500))]),
            (0, [("Assets:Cash", "USD", Decimal(10)), ("Equity:Start", "USD", Decimal(-10))]),
            (1, [("Assets:Bank", "EUR", Decimal(1000)), ("Income:Work", "EUR", Decimal(-1000))]),
            (1, [("Expenses:Food", "EUR", Decimal(60)), ("Liabilities:Card", "EUR", Decimal(-60))]),
            (1, [("Liabilities:Card", "EUR", Decimal(40)), ("Assets:Bank", "EUR", Decimal(-40))]),
            (1, [("Assets:Bank", "EUR", Decimal(7)), ("Equity:Gifts", "EUR", Decimal(-7))]),
            (1, [("Assets:Shares", "XYZ", Decimal(3)), ("Assets:Bank", "EUR", Decimal(-330))]),
        ],
        [price(0, "USD", "0.8"), price(1, "USD", "0.9"), price(1, "XYZ", "100")],
    )
    one = statement(Kind.CASHFLOW, found, period(1, 1))
    told = {part.key: [str(total.amounts[0].normalize()) for total in part.totals] for part in one.parts}
    assert told == {
        "opening": ["508"],
        "operating": ["9.4E+2"],
        "investing": ["-3E+2"],
        "financing": ["27"],
        "exchanged": ["-3E+1"],
        "cash": ["637"],
        "revalued": ["1"],
        "closing": ["1146"],
    }
    assert [part.title for part in one.parts if part.is_line] == [
        "Cash at the beginning",
        "Exchanged",
        "Cash by prices alone",
        "Cash at the end",
    ]


def test_what_has_no_price_in_one_month_stands_apart_in_all() -> None:
    """Dollars have a price from March on: a report that needs February's leaves them as they are."""
    legs = [("Assets:Bank", "USD", Decimal(10)), ("Income:Work", "USD", Decimal(-10))]
    more = [("Assets:Bank", "EUR", Decimal(1)), ("Income:Work", "EUR", Decimal(-1))]
    found = sheet([(1, legs), (3, more)], [price(2, "USD", "2")])
    early = statement(Kind.BALANCES, found, period(2, 4))
    assert early.apart == ("USD",)
    assert _plain(early) == {"EUR": [0, 0, 1, 1, 1], "USD": [10, 10, 10, 0, 10]}
    late = statement(Kind.BALANCES, found, period(3, 3))
    assert late.apart == ()
    assert _plain(late) == {"EUR": [20, 1, 21]}
    assert late.chart is not None and late.chart.apart == ("USD",)
    assert late.chart.curves[0].amounts[-1] == 1


def test_what_was_moved_and_is_not_held_needs_a_price_too() -> None:
    """Vouchers from the employer, spent within the month, are no euros."""
    legs = [("Income:Work", "XYZ", Decimal(-10)), ("Expenses:Food", "XYZ", Decimal(10))]
    one = statement(Kind.INCOME, sheet([(1, legs)]), period(1, 1))
    assert one.apart == ("XYZ",)
    assert totals(one, "income") == {"EUR": (Decimal(0),), "XYZ": (Decimal(10),)}


def _plain(one: Statement) -> dict[str, list[int]]:
    return {currency: [int(amount) for amount in own] for currency, own in totals(one, "worth").items()}


def test_a_chart_shows_the_months_of_the_report_or_a_year() -> None:
    """The last column of each report is the last bar of its chart."""
    legs = [("Assets:Bank", "EUR", Decimal(10)), ("Income:Work", "EUR", Decimal(-10))]
    found = sheet([(0, legs), (3, legs), (4, legs)])
    for kind, last in ((Kind.BALANCES, 30), (Kind.INCOME, 10), (Kind.CASHFLOW, 30)):
        single = statement(kind, found, period(4, 4)).chart
        assert single is not None and len(single.months) == 12 and single.months[-1] == "2026-05"
        several = statement(kind, found, period(2, 4)).chart
        assert several is not None and several.months == ("2026-03", "2026-04", "2026-05")
        assert single.curves[0].amounts[-3:] == several.curves[0].amounts
        assert several.curves[0].amounts[-1] == last
    assert statement(Kind.BALANCES, sheet([]), period(0, 0)).chart is None
    assert covered(statement(Kind.INCOME, sheet([]), period(0, 0))).statement.parts


@pytest.mark.parametrize(
    ("words", "first", "last", "is_open"),
    [
        ("", "2026-11", "2026-11", True),
        ("-1", "2026-10", "2026-10", False),
        ("2026-1", "2026-01", "2026-01", False),
        ("2025", "2025-01", "2025-12", False),
        ("2026", "2026-01", "2026-11", True),
        (" 2025-12 .. 2026 ", "2025-12", "2026-11", True),
    ],
)
def test_months_are_named_as_people_do(words: str, first: str, last: str, is_open: bool) -> None:
    """What has not begun yet is left out, and the current month is said to be open."""
    found = period_of(words, date(2026, 11, 22))
    assert (found.texts[0], found.texts[-1], found.is_open) == (first, last, is_open)
    assert ("not over" in found.title) is is_open


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("2026-13", "no month"),
        ("0000", "no month"),
        ("october", "no month"),
        ("2026-12", "has not begun"),
        ("2026-03..2026-01", "no row"),
        ("0001..2026", "no row"),
        ("..", "no month"),
    ],
)
def test_months_that_are_none_are_refused(words: str, why: str) -> None:
    """With what could be written instead."""
    with pytest.raises(PaneError, match=why):
        period_of(words, date(2026, 11, 22))


def test_cash_is_what_hledger_takes_for_it_or_what_is_named() -> None:
    """By whole parts of the name, after the first; and an account that is named counts with all below it."""
    by_name = cash(())
    assert by_name("assets:Cheque", AccountType.ASSETS) and by_name("Aktiva:x:BANK:y", AccountType.ASSETS)
    assert not by_name("Assets:Cashmere", AccountType.ASSETS) and not by_name("Cash", AccountType.ASSETS)
    assert not by_name("Equity:Bank", AccountType.EQUITY)
    named = cash(("Assets:Giro",))
    assert named("Assets:Giro:Sub", AccountType.ASSETS) and not named("Assets:Giros", AccountType.ASSETS)
    assert not named("Assets:Cash", AccountType.ASSETS)
