"""The budgets of the current month as a table: bar, amounts, what is left, where the pace leads."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from devdash.api import Align, Block, Cell, Column, Level, Row, Table, Text, Tone
from devdash_ledger import months, reckoning
from devdash_ledger.amounts import EXACT, readable
from devdash_ledger.budgets import days_of
from devdash_ledger.facts import BudgetMonth, Every
from devdash_ledger.rows import Made, Making

MAX_PAST = 400
"""Rows × months that Enter shows of the past."""
MAX_MONTHS = 12
_CENTS = 2
"""Decimals of a currency that is never written in the journal."""


class _Style(msgspec.Struct, frozen=True):
    """What all rows have in common.

    Attributes:
        digits: decimals by currency.
        root: of the names of accounts with a limit, not shown; with its colon.
        made: the rows of months in the details.
    """

    columns: tuple[Column, ...]
    day: date
    digits: Mapping[str, int]
    root: str
    made: Making[BudgetMonth, Row]


def key(row: BudgetMonth) -> str:
    """The key of a budget's row; the same from month to month."""
    period = "" if row.every is Every.MONTH else f" {row.every}"
    return f"budget:{row.account} {row.currency}{period}"


def table(
    rows: Sequence[BudgetMonth],
    last: str,
    day: date,
    digits: Mapping[str, int],
    most: int,
    known: Made[BudgetMonth, Row] | None = None,
) -> Table | None:
    """At `most` so many budgets of the month `last`, "YYYY-MM", of reckoned `rows`; None: there are none.

    Args:
        known: the rows of months in the details that were made before.
    """
    past: defaultdict[str, list[BudgetMonth]] = defaultdict(list)
    for row in rows:
        past[key(row)].append(row)
    current = [row for row in rows if row.month == last]
    if not current:
        return None
    currencies = {row.currency for row in current}
    several = len(currencies) > 1
    columns = (
        Column("" if several else "".join(currencies), shrink=True),
        *((Column(),) if several else ()),
        Column("Used"),
        Column("So far", Align.RIGHT, 1),
        Column("Budget", Align.RIGHT, 3),
        *((Column("Carried", Align.RIGHT, 4),) if any(row.carried for row in current) else ()),
        Column("Left", Align.RIGHT),
        Column("Ends at", Align.RIGHT, 2),
    )
    kept = min(MAX_MONTHS, MAX_PAST // len(current))
    made = (known if known is not None else Made[BudgetMonth, Row]()).begin(dict(digits))
    style = _Style(columns, day, digits, _common_root(current), made)
    shown = (_row(row, past[key(row)][-kept:] if kept else (), style) for row in current[:most])
    return Table(columns, tuple(shown), heading=_heading(last, day, len(current), most))


def over(row: BudgetMonth, digits: Mapping[str, int]) -> str:
    """That a budget is used up, in one line."""
    return f"{_name(row)} is over its budget: {_spent(row, digits)}"


def soon_over(row: BudgetMonth, digits: Mapping[str, int]) -> str:
    """That a budget will not last, in one line."""
    projected = readable(Decimal(row.projected), digits.get(row.currency, 2))
    pace = f"{projected} {row.currency} at this pace"
    return f"{_name(row)} will be over its budget: {pace}, {_spent(row, digits)}"


def _spent(row: BudgetMonth, digits: Mapping[str, int]) -> str:
    places = digits.get(row.currency, 2)
    return (
        f"{readable(Decimal(row.actual), places)} of {readable(reckoning.room(row), places)} {row.currency}"
    )


def _heading(last: str, day: date, count: int, most: int) -> str:
    is_current = months.index_of(day) == months.parse(last)
    gone, days = days_of(Every.MONTH, day)
    when = f", day {gone} of {days}" if is_current else ""
    more = f" (the first {most} of {count})" if count > most else ""
    return f"Budgets · {months.title(last)}{when}{more}"


def _name(row: BudgetMonth) -> str:
    period = months.parse(row.month)
    match row.every:
        case Every.YEAR:
            return f"{row.account} {period // 12}"
        case Every.QUARTER:
            return f"{row.account} Q{period % 12 // 3 + 1}"
        case _:
            return row.account


def _common_root(rows: Sequence[BudgetMonth]) -> str:
    """What the names of all accounts that have a limit begin with, such as "Expenses:"; "": not the same."""
    roots = {row.account.partition(":")[0] for row in rows if not row.goal}
    return f"{roots.pop()}:" if len(roots) == 1 else ""


def _row(row: BudgetMonth, past: Sequence[BudgetMonth], style: _Style) -> Row:
    is_over, is_soon = reckoning.is_over(row), reckoning.is_soon_over(row, style.day)
    places = style.digits.get(row.currency, _CENTS)
    tone = Tone.BAD if is_over else Tone.WARN if is_soon else Tone.GOOD if _is_reached(row) else Tone.PLAIN
    titles = {column.title for column in style.columns}
    cells = (
        Cell(_name(row) if row.goal else _name(row).removeprefix(style.root)),
        *((Cell(row.currency, Tone.DIM),) if style.columns[1].title == "" else ()),
        _used(row, tone),
        _amount(row.actual, places),
        _amount(row.budget, places),
        *((_amount(row.carried or "0", places),) if "Carried" in titles else ()),
        _left(row, places),
        _amount(row.projected, places, Tone.WARN if is_soon else Tone.PLAIN),
    )
    return Row(key(row), cells, Level.ATTENTION if is_over else Level.OK, detail=_detail(row, past, style))


def _left(row: BudgetMonth, places: int) -> Cell:
    if _is_reached(row):
        return Cell("reached", Tone.GOOD)
    return _amount(row.left, places, Tone.BAD if reckoning.is_over(row) else Tone.PLAIN)


def _is_reached(row: BudgetMonth) -> bool:
    return row.goal and row.percent is not None and row.percent >= 100


def _used(row: BudgetMonth, tone: Tone) -> Cell:
    if row.percent is None:
        return Cell("over" if reckoning.is_over(row) else "–", tone)
    share = EXACT.divide(Decimal(row.actual) * 100, reckoning.room(row))
    return Cell(f"{readable(share, 0)} %", tone, percent=min(max(row.percent, 0.0), 100.0))


def _amount(text: str, places: int, tone: Tone = Tone.PLAIN) -> Cell:
    if not text:
        return Cell()
    amount = Decimal(text)
    return Cell(readable(amount, places), tone if amount else Tone.DIM)


def _detail(row: BudgetMonth, past: Sequence[BudgetMonth], style: _Style) -> tuple[Block, ...]:
    """The budget month by month, the newest first; nothing without `past`."""
    if not past:
        return ()
    columns = (
        Column(""),
        Column("Used"),
        *(Column(title, Align.RIGHT) for title in ("So far", "Budget", "Left")),
    )
    places = style.digits.get(row.currency, _CENTS)
    rows = tuple([style.made.of(one, lambda one: _past(one, places)) for one in reversed(past)])
    goal = " (to be reached)" if row.goal else ""
    return (Text(f"{_name(row)} · {row.currency}{goal}", Tone.STRONG), Table(columns, rows))


def _past(one: BudgetMonth, places: int) -> Row:
    return Row(
        f"{key(one)} {one.month}",
        (
            Cell(months.title(one.month)),
            _used(one, Tone.BAD if reckoning.is_over(one) else Tone.PLAIN),
            _amount(one.actual, places),
            _amount(one.budget, places),
            _left(one, places),
        ),
    )
