"""The table of accounts: the tree, the last months, a trend."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from decimal import Decimal

import msgspec

from devdash.api import Align, Cell, Column, Level, Pair, Pairs, Row, Table, Text, Tone
from devdash_ledger import months
from devdash_ledger.amounts import digits_for, readable
from devdash_ledger.facts import JournalError
from devdash_ledger.journal import Journal
from devdash_ledger.tree import Line, lines

MAX_COLUMNS = 24
"""Months in the table; hardly a terminal shows more."""
MAX_ROWS = 400
MAX_AMOUNTS = 2_400
"""Accounts × months; beyond it the oldest months are left out of the table."""

_TREND_PRIORITY = 2


class _Style(msgspec.Struct, frozen=True):
    """What all rows have in common.

    Attributes:
        digits: decimals by currency.
        suspects: accounts whose figures may be wrong, their parents among them.
        currency_column: several currencies are shown, so each row names its own.
        last: the last month, "YYYY-MM".
    """

    digits: Mapping[str, int]
    suspects: Set[str]
    currency_column: bool
    last: str


def digits(journal: Journal) -> Mapping[str, int]:
    """How many decimals to show, by currency."""
    usual = {use.name: use.digits for use in journal.currencies}
    amounts: defaultdict[str, list[Decimal]] = defaultdict(list)
    for series in journal.series:
        if usual[series.currency] == 0:
            amounts[series.currency].extend(Decimal(amount) for amount in series.amounts)
    return {name: digits_for(count, amounts[name]) for name, count in usual.items()}


def table(
    journal: Journal, errors: Sequence[JournalError], currency: str, digits: Mapping[str, int]
) -> Table:
    """The accounts of `journal`, with `currency` before the others; `errors` mark the accounts they name."""
    count = max(1, min(MAX_COLUMNS, len(journal.months), MAX_AMOUNTS // max(1, len(journal.series))))
    shown = journal.months[-count:]
    tree = tuple(lines(journal.series, currency, count))
    used = {line.currency for line in tree}
    style = _Style(digits, _suspects(errors), len(used) > 1, shown[-1])
    held: defaultdict[str, list[Line]] = defaultdict(list)
    for line in tree:
        held[line.account].append(line)
    return Table(
        _columns(shown, used),
        tuple(_row(line, held[line.account], style) for line in tree[:MAX_ROWS]),
        empty=f"No postings up to {months.title(shown[-1])}.",
        heading=f"The first {MAX_ROWS} of {len(tree)} lines" if len(tree) > MAX_ROWS else "",
    )


def _columns(shown: Sequence[str], used: Set[str]) -> tuple[Column, ...]:
    """Account, currency when there are several, months, trend.

    The newest month stays always; where room is short, the oldest months go first,
    then the trend, then the month before the newest.
    """
    several = len(used) > 1
    ages = range(len(shown) - 1, -1, -1)
    return (
        Column("" if several else "".join(used), shrink=True),
        *((Column(),) if several else ()),
        *(
            Column(months.heading(month, shown[-1]), Align.RIGHT, age if age < _TREND_PRIORITY else age + 1)
            for age, month in zip(ages, shown, strict=True)
        ),
        Column("1 month" if len(shown) == 1 else f"{len(shown)} months", priority=_TREND_PRIORITY),
    )


def _row(line: Line, held: Sequence[Line], style: _Style) -> Row:
    tone = Tone.DIM if line.repeats else Tone.STRONG if line.depth == 0 else Tone.PLAIN
    places = style.digits.get(line.currency)
    cells = (
        Cell(line.label, tone),
        *((Cell(line.currency, Tone.DIM),) if style.currency_column else ()),
        *(Cell(readable(amount, places), Tone.PLAIN if amount else Tone.DIM) for amount in line.amounts),
        Cell(trend=tuple(float(amount) for amount in line.amounts)),
    )
    return Row(
        f"{line.account} {line.currency}",
        cells,
        Level.ATTENTION if line.account in style.suspects else Level.OK,
        line.depth,
        _detail(line.account, held, style.last),
    )


def _detail(account: str, held: Sequence[Line], last: str) -> tuple[Text | Pairs, ...]:
    """The last month's figures of the account, in all its currencies, with every decimal."""
    pairs = tuple(Pair(line.currency, readable(line.amounts[-1])) for line in held)
    return (Text(f"{account} · {months.title(last)}", Tone.STRONG), Pairs(pairs))


def _suspects(errors: Sequence[JournalError]) -> frozenset[str]:
    """The accounts that an error concerns, and every parent that sums them up."""
    found: set[str] = set()
    for error in errors:
        for account in error.accounts:
            parts = account.split(":")
            found.update(":".join(parts[:depth]) for depth in range(1, len(parts) + 1))
    return frozenset(found)
