"""The table below the accounts: what the months were worth in the main currency."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from devdash.api import Align, Cell, Column, Row, Table, Tone
from devdash_ledger import months
from devdash_ledger.amounts import readable
from devdash_ledger.facts import WorthMonth
from devdash_ledger.journal import Journal

MAX_COLUMNS = 24


def table(journal: Journal, digits: Mapping[str, int]) -> Table | None:
    """Net worth and savings rate by month; None where nothing is held, earned or spent."""
    shown = journal.worth[-MAX_COLUMNS:]
    if not any(Decimal(text) for one in shown for text in (one.net_worth, one.income, one.expenses)):
        return None
    last = shown[-1].month
    places = digits.get(journal.currency)
    worth = tuple(Decimal(one.net_worth) for one in shown)
    rows = [
        Row(
            "total:worth",
            (
                Cell("Net worth", Tone.STRONG),
                *(_amount(one, places) for one in shown),
                Cell(trend=tuple(float(amount) for amount in worth)),
            ),
        )
    ]
    if any(one.savings_rate is not None for one in shown):
        rates = (Cell(_rate(one)) for one in shown)
        rows.append(Row("total:savings", (Cell("Savings rate"), *rates, Cell(""))))
    return Table(_columns([one.month for one in shown], last), tuple(rows), heading=_heading(journal))


def _heading(journal: Journal) -> str:
    found = {held.currency for one in journal.worth for held in (*one.unconverted, *one.left_out)}
    apart = sorted(name or "what names no commodity" for name in found)
    beside = f", without {', '.join(apart)} (no price; marked +)" if apart else ""
    return f"In {journal.currency} at the prices of each month's last day{beside}"


def _amount(one: WorthMonth, places: int | None) -> Cell:
    amount = Decimal(one.net_worth)
    mark = "+" if one.unconverted else ""
    return Cell(f"{readable(amount, places)}{mark}", Tone.PLAIN if amount else Tone.DIM)


def _rate(one: WorthMonth) -> str:
    if one.savings_rate is None:
        return "–"
    mark = "+" if one.left_out else ""
    return f"{readable(Decimal(str(one.savings_rate)) * 100, 0)} %{mark}"


def _columns(shown: Sequence[str], last: str) -> tuple[Column, ...]:
    """As in the table of accounts: where room is short the oldest months go first."""
    ages = range(len(shown) - 1, -1, -1)
    return (
        Column("", shrink=True),
        *(
            Column(months.heading(month, last), Align.RIGHT, age if age < 2 else age + 1)
            for age, month in zip(ages, shown, strict=True)
        ),
        Column("", priority=2),
    )
