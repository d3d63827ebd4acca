"""The three reports: how balances, income and cash flow are made of what accounts held and moved. Pure.

    balances   Assets + Liabilities = net worth; opening + change = closing, in every line.
    income     Income − Expenses = result; result + other changes = change of net worth.
    cash flow  By the indirect method (IAS 7.18 (b), which derives it from the other accounts): in every
               transaction all postings add up to zero, so what cash gained is what the other accounts
               lost. Those are grouped as IAS 7.10 does: operating (income, expenses), investing (assets
               that are no cash), financing (liabilities, equity). What foreign cash gained by prices
               alone stands apart, as IAS 7.28 has it.

Every equation holds to the last digit: the lines "other", "exchanged" and "revalued" are what is missing.
"""

from collections.abc import Callable, Iterable, Sequence, Set
from decimal import Decimal
from itertools import pairwise

from devdash_ledger.amounts import EXACT
from devdash_ledger.figures import digits
from devdash_ledger.journal import AccountType, Journal
from devdash_ledger.printed import (
    Amounts,
    Chart,
    Curve,
    Entry,
    Head,
    Kind,
    Part,
    Statement,
    Sums,
    Total,
    add,
    negative,
)
from devdash_ledger.printed_grid import Grid, Held, grid_of
from devdash_ledger.printed_period import Period

IsCash = Callable[[str, AccountType], bool]
Choice = Callable[[Held], bool]
Columns = Callable[[Held], Amounts]

CHART_MONTHS = 24
_YEAR = 12
"""Months in the chart of a report on less."""

_CURVES = {
    Kind.BALANCES: (("worth", "Net worth"),),
    Kind.INCOME: (("income", "Income"), ("expenses", "Expenses")),
    Kind.CASHFLOW: (("closing", "Cash at the month's end"),),
}


def months_needed(period: Period) -> int:
    """How many months a journal must hold up to `period.last`: the report, its chart, the month before."""
    return max(period.count, _YEAR) + 1


def build(kind: Kind, journal: Journal, period: Period, *, converted: bool, is_cash: IsCash) -> Statement:
    """The report `kind` on the months `period`; `converted` to the main currency, if there is one."""
    grid = grid_of(journal, period, converted=converted)
    return Statement(
        kind=kind,
        months=period.texts,
        period=period.title,
        is_open=period.is_open,
        heads=_heads(kind, period),
        parts=_parts(kind, grid, is_cash),
        currency=journal.currency,
        is_converted=grid.is_converted,
        apart=grid.apart,
        digits=digits(journal),
        chart=_chart(kind, journal, period, converted=converted, is_cash=is_cash),
    )


def cash_flow(journal: Journal, period: Period, *, converted: bool, is_cash: IsCash) -> tuple[Part, ...]:
    """The parts of the cash flow: an amount for each month of `period`, then their total.

    `journal` holds these months, and the one before.
    """
    return _parts(Kind.CASHFLOW, grid_of(journal, period, converted=converted), is_cash)


def _heads(kind: Kind, period: Period) -> tuple[Head, ...]:
    """Where room is short the oldest months go; the newest stays."""
    *older, newest = (Head(one, may_go=True) for one in period.texts)
    if kind is Kind.BALANCES:
        return Head("opening"), *older, Head("change"), Head("closing")
    last = Head(newest.key)
    return (*older, last, Head("total")) if older else (last,)


def _parts(kind: Kind, grid: Grid, is_cash: IsCash) -> tuple[Part, ...]:
    match kind:
        case Kind.BALANCES:
            return tuple(_balances(grid))
        case Kind.INCOME:
            return tuple(_income(grid))
        case Kind.CASHFLOW:
            return tuple(_cash_flow(grid, is_cash))


class _Maker:
    """Makes parts of `width` columns."""

    def __init__(self, grid: Grid, width: int) -> None:
        self._grid, self._width = grid, width

    def section(self, key: str, title: str, choice: Choice, columns: Columns) -> tuple[Part, Sums]:
        rows = [(row, columns(row)) for row in self._grid.rows if choice(row)]
        sums = self.sums((row.currency, amounts) for row, amounts in rows)
        entries = (Entry(row.account, row.type, row.currency, amounts) for row, amounts in rows)
        return Part(key, title, _totals(sums), tuple(one for one in entries if any(one.amounts))), sums

    def sums(self, rows: Iterable[tuple[str, Amounts]]) -> Sums:
        found = Sums(self._grid.currency, self._width)
        for currency, amounts in rows:
            found.add(currency, amounts)
        return found


def _line(key: str, title: str, sums: Sums) -> Part:
    return Part(key, title, _totals(sums), is_line=True)


def _totals(sums: Sums) -> tuple[Total, ...]:
    return tuple(Total(currency, amounts) for currency, amounts in sums.items())


def _of(*types: AccountType) -> Choice:
    return lambda row: row.type in types


_ASSETS, _DEBTS = _of(AccountType.ASSETS), _of(AccountType.LIABILITIES)
_INCOME, _EXPENSES = _of(AccountType.INCOME), _of(AccountType.EXPENSES)


def _held(row: Held) -> Amounts:
    """Opening, the ends of the months before the last, change, closing."""
    first, last = row.balances[0], row.balances[-1]
    return (*row.balances[:-1], EXACT.subtract(last, first), last)


def _balances(grid: Grid) -> Iterable[Part]:
    make = _Maker(grid, grid.period.count + 2)
    assets, held = make.section("assets", "Assets", _ASSETS, _held)
    debts, owed = make.section("liabilities", "Liabilities", _DEBTS, _held)
    yield from (assets, debts, _line("worth", "Net worth", held.plus(owed)))
    for kind, title in ((AccountType.EQUITY, "Equity"), (AccountType.OTHER, "Other accounts")):
        part, _ = make.section(kind.value, title, _of(kind), _held)
        if part.entries:
            yield part


def _with_total(flows: Sequence[Decimal]) -> Amounts:
    """Of the flows of each month; a single one needs no total."""
    return (*flows, add(*flows)) if len(flows) > 1 else tuple(flows)


def _gained(row: Held) -> Amounts:
    return _with_total(row.flows)


def _given(row: Held) -> Amounts:
    return negative(_with_total(row.flows))


def _grown(row: Held) -> Amounts:
    """How the balance changed, with what prices did to it."""
    return _with_total([EXACT.subtract(b, a) for a, b in pairwise(row.balances)])


def _flow_width(grid: Grid) -> int:
    return len(_with_total((Decimal(0),) * grid.period.count))


def _income(grid: Grid) -> Iterable[Part]:
    make = _Maker(grid, _flow_width(grid))
    income, earned = make.section("income", "Income", _INCOME, _given)
    expenses, spent = make.section("expenses", "Expenses", _EXPENSES, _gained)
    result = earned.plus(spent, -1)
    held = (row for row in grid.rows if _ASSETS(row) or _DEBTS(row))
    worth = make.sums((row.currency, _grown(row)) for row in held)
    yield from (income, expenses, _line("result", "Result", result))
    yield _line("other", "Other changes", worth.plus(result, -1))
    yield _line("worth", "Change of net worth", worth)


def _opening(row: Held) -> Amounts:
    """At the beginning of each month; of all months it is that of the first."""
    return (*row.balances[:-1], *row.balances[: len(row.balances) > 2])


def _closing(row: Held) -> Amounts:
    return (*row.balances[1:], *row.balances[-1:] * (len(row.balances) > 2))


_SECTIONS = (
    ("operating", "Operating", (AccountType.INCOME, AccountType.EXPENSES)),
    ("investing", "Investing", (AccountType.ASSETS,)),
    ("financing", "Financing", (AccountType.LIABILITIES, AccountType.EQUITY)),
    ("other", "Other accounts", (AccountType.OTHER,)),
)


def _cash_flow(grid: Grid, is_cash: IsCash) -> Iterable[Part]:
    make = _Maker(grid, _flow_width(grid))
    cash = [row for row in grid.rows if is_cash(row.account, row.type)]
    opening = make.sums((row.currency, _opening(row)) for row in cash)
    closing = make.sums((row.currency, _closing(row)) for row in cash)
    chosen = {id(row) for row in cash}
    gained, flow = make.section("cash", "Change of cash", lambda row: id(row) in chosen, _gained)
    exchanged = flow
    yield _line("opening", "Cash at the beginning", opening)
    for key, title, types in _SECTIONS:
        given, sums = make.section(key, title, _beside(chosen, types), _given)
        exchanged = exchanged.plus(sums, -1)
        if given.entries or key != "other":
            yield given
    if exchanged.is_any:
        yield _line("exchanged", "Exchanged", exchanged)
    yield gained
    revalued = closing.plus(opening, -1).plus(flow, -1)
    if revalued.is_any:
        yield _line("revalued", "Cash by prices alone", revalued)
    yield _line("closing", "Cash at the end", closing)


def _beside(cash: Set[int], types: Sequence[AccountType]) -> Choice:
    return lambda row: id(row) not in cash and row.type in types


def _chart(kind: Kind, journal: Journal, period: Period, *, converted: bool, is_cash: IsCash) -> Chart | None:
    """The months of the report, the last two years of them at most; a year for a single month.

    None where there is nothing to be drawn.
    """
    if not journal.currency:
        return None
    count = min(period.count, CHART_MONTHS) if period.count > 1 else _YEAR
    wide = Period(period.last - count + 1, period.last, period.is_open)
    grid = grid_of(journal, wide, converted=converted)
    by_key = {part.key: part for part in _parts(kind, grid, is_cash)}
    ends = (*range(1, count), count + 1) if kind is Kind.BALANCES else range(count)

    def curve(key: str, title: str) -> Curve:
        amounts = next(one.amounts for one in by_key[key].totals if one.currency == journal.currency)
        return Curve(title, tuple(amounts[place] for place in ends))

    curves = tuple(curve(key, title) for key, title in _CURVES[kind])
    if not any(any(one.amounts) for one in curves):
        return None
    title = " and ".join(one.title for one in curves)
    return Chart(title, journal.currency, wide.texts, curves, _left_out(grid))


def _left_out(grid: Grid) -> tuple[str, ...]:
    """The currencies that a chart in the main one does not show."""
    return tuple(sorted({row.currency for row in grid.rows} - {grid.currency}))
