"""The table below the accounts: what the columns' months were worth in the main currency."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from devdash.api import Align, Cell, Column, Row, Table, Tone
from devdash_ledger import months
from devdash_ledger.amounts import EXACT, readable
from devdash_ledger.facts import WorthMonth
from devdash_ledger.looking import Period
from devdash_ledger.sight import Sight


class _Worth(msgspec.Struct, frozen=True):
    """One column.

    Attributes:
        net: net worth at its end.
        lacks: it is without what has no price.
        rate: the savings rate in words.
    """

    net: Decimal
    lacks: bool
    rate: str


def table(sight: Sight, digits: Mapping[str, int]) -> Table | None:
    """Net worth and savings rate by column; None where nothing is held, earned or spent."""
    journal, shown = sight.journal, sight.columns
    by_month = {months.parse(one.month): one for one in journal.worth}
    known = [_months(by_month, period) for period in shown]
    if not any(_is_any(one) for column in known for one in column):
        return None
    found = [_worth(column) for column in known]
    places = digits.get(journal.currency, _CENTS)
    rows = [
        Row(
            "total:worth",
            (
                Cell("Net worth", Tone.STRONG),
                *(_amount(one, places) for one in found),
                Cell(trend=tuple(float(one.net) for one in found)),
            ),
        )
    ]
    if any(one.rate != _NO_RATE for one in found):
        rows.append(
            Row("total:savings", (Cell("Savings rate"), *(Cell(one.rate) for one in found), Cell("")))
        )
    return Table(_columns(shown), tuple(rows), heading=_heading(sight, known))


_NO_RATE = "–"
_CENTS = 2
"""Decimals of a currency that is only converted to."""


def _months(by_month: Mapping[int, WorthMonth], period: Period) -> list[WorthMonth]:
    """Those of the column, the last one last; of months before the first entry there are none."""
    return [by_month[month] for month in range(period.since, period.last + 1) if month in by_month]


def _is_any(one: WorthMonth) -> bool:
    return any(Decimal(text) for text in (one.net_worth, one.income, one.expenses))


def _worth(column: Sequence[WorthMonth]) -> _Worth:
    if not column:
        return _Worth(Decimal(0), lacks=False, rate=_NO_RATE)
    income, expenses = Decimal(0), Decimal(0)
    for one in column:
        income, expenses = EXACT.add(income, Decimal(one.income)), EXACT.add(expenses, Decimal(one.expenses))
    rate = _NO_RATE
    if income > 0:
        mark = "+" if any(one.left_out for one in column) else ""
        rate = f"{readable((income - expenses) / income * 100, 0)} %{mark}"
    return _Worth(Decimal(column[-1].net_worth), bool(column[-1].unconverted), rate)


def _heading(sight: Sight, known: Sequence[Sequence[WorthMonth]]) -> str:
    shown = [one for column in known for one in column]
    found = {held.currency for one in shown for held in (*one.unconverted, *one.left_out)}
    apart = sorted(name or "what names no commodity" for name in found)
    beside = f", without {', '.join(apart)} (no price; marked +)" if apart else ""
    return f"In {sight.journal.currency} at the prices of each month's last day{beside}"


def _amount(one: _Worth, places: int | None) -> Cell:
    mark = "+" if one.lacks else ""
    return Cell(f"{readable(one.net, places)}{mark}", Tone.PLAIN if one.net else Tone.DIM)


def _columns(shown: Sequence[Period]) -> tuple[Column, ...]:
    """As in the table of accounts: where room is short the oldest months go first."""
    ages = range(len(shown) - 1, -1, -1)
    return (
        Column("", shrink=True),
        *(
            Column(period.title, Align.RIGHT, age if age < 2 else age + 1)
            for age, period in zip(ages, shown, strict=True)
        ),
        Column("", priority=2),
    )
