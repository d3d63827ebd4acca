"""The table of accounts: the tree, its columns, a trend, the newest column against the average, budgets."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from decimal import Decimal

import msgspec

from devdash.api import Align, Cell, Column, Level, Pair, Pairs, Row, Table, Text, Tone
from devdash_ledger import budget_bars, months, results
from devdash_ledger.amounts import EXACT, readable
from devdash_ledger.cash_lines import cash_lines
from devdash_ledger.facts import JournalError
from devdash_ledger.figures import NONE, MadePositions, Position, branches, part, signed
from devdash_ledger.looking import Period, Scene, span
from devdash_ledger.results import Result
from devdash_ledger.rows import Batch, Rows
from devdash_ledger.sight import Sight, key_of
from devdash_ledger.tree import Line, lines

MAX_ROWS = 400
MAX_AMOUNTS = 1_500
"""Lines × columns; beyond it the oldest columns are left out."""
MAX_DETAILED = 200
"""Lines; where there are more, they have no details of their own."""

_TREND, _AVERAGE, _BUDGET = 2, 3, 5
"""The places of the columns that are no months in the order of giving way."""

_NO_CASH = 'No account is known as cash; name them: cash = ["Assets:…"] in the pane\'s table of devdash.toml.'
_CENTS = 2
"""Decimals of a currency that is only converted to, and never written in the journal."""


class _Style(msgspec.Struct, frozen=True):
    """What all rows have in common.

    Attributes:
        sight: what is looked at.
        columns: those of it that are shown.
        digits: decimals by currency.
        suspects: accounts whose figures may be wrong, their parents among them.
        currency_column: several currencies are shown, so each row names its own.
        averages: by account and currency what the newest column is compared with; None: with nothing.
        budgets: by account and currency; None: there are none.
        detailed: rows have details.
        last: what the newest column is called in a sentence.
    """

    sight: Sight
    columns: tuple[Period, ...]
    digits: Mapping[str, int]
    suspects: Set[str]
    currency_column: bool
    averages: Mapping[tuple[str, str], Decimal] | None
    budgets: Mapping[tuple[str, str], budget_bars.Bar] | None
    detailed: bool
    last: str


def table(
    sight: Sight,
    errors: Sequence[JournalError],
    digits: Mapping[str, int],
    known: Rows | None = None,
    positions: MadePositions | None = None,
) -> Table:
    """The accounts of `sight`, the main currency before the others; `errors` mark the accounts they name.

    Args:
        known, positions: what was made before; what is new is added.
    """
    shown = sight.columns
    is_cash = sight.looking.scene is Scene.CASH
    bars = {} if is_cash else budget_bars.bars(sight.journal, shown[-1])
    found = [] if is_cash else sight.positions((*shown, *sight.before), positions)
    plain, before = part(found, slice(len(shown))), part(found, slice(len(shown), None))
    made = cash_lines(sight) if is_cash else _lines(sight, plain, {account for account, _ in bars})
    made = tuple(made)
    tree = tuple([one for one in made if isinstance(one, Line)])
    used = {one.currency for one in made}
    visible = _visible(made, sight.looking.folded)
    columns = shown[-max(1, MAX_AMOUNTS // max(1, min(MAX_ROWS, len(visible)))) :]
    style = _Style(
        sight=sight,
        columns=columns,
        digits=digits,
        suspects=_suspects(errors),
        currency_column=len(used) > 1,
        averages=_averages(sight, before) if sight.before else None,
        budgets=bars if any((line.account, line.currency) in bars for line in tree) else None,
        detailed=len(visible) <= MAX_DETAILED,
        last=months.title(months.text_of(shown[-1].last)) if not sight.looking.years else shown[-1].title,
    )
    held: defaultdict[str, list[Line]] = defaultdict(list)
    for line in tree:
        held[line.account].append(line)
    rows = (known if known is not None else Rows()).begin(_common(style))
    return Table(
        _columns(style, used),
        _unlike(
            _row(one, held[one.account], style, rows) if isinstance(one, Line) else _result(one, style)
            for one in visible[:MAX_ROWS]
        ),
        empty=_empty(sight, style.last),
        heading=_heading(sight, len(visible), style.last),
        cells=not is_cash,
    )


def _empty(sight: Sight, last: str) -> str:
    """What is said where there are no lines."""
    looking = sight.looking
    if looking.scene is Scene.ACCOUNTS:
        return f"No postings up to {last}."
    if looking.scene is Scene.CASH and sight.journal.series:
        return _NO_CASH
    return f"Nothing in these {'years' if looking.years else 'months'}."


def _lines(sight: Sight, plain: Sequence[Position], single: Set[str]) -> tuple[Line | Result, ...]:
    """The tree, and what it comes to; `plain`: the positions of the columns, with the journal's sign."""
    tree = lines(signed(plain, sight.sign), sight.journal.currency, single)
    return (*tree, *results.results(sight, plain))


def _unlike(rows: Iterable[Row]) -> tuple[Row, ...]:
    """`rows` with keys that are each there once: names of ledger can be made to look like others."""
    found = tuple(rows)
    if len({row.key for row in found}) == len(found):
        return found
    seen: Counter[str] = Counter()
    told: list[Row] = []
    for row in found:
        seen[row.key] += 1
        again = seen[row.key] > 1
        told.append(msgspec.structs.replace(row, key=f"{row.key}#{seen[row.key]}") if again else row)
    return tuple(told)


def _visible(made: Sequence[Line | Result], folded: Set[str]) -> Sequence[Line | Result]:
    """All lines; where there are too many, those below a folded one are left out first."""
    if len(made) <= MAX_ROWS:
        return made
    shown: list[Line | Result] = []
    hidden: int | None = None
    for one in made:
        depth = one.depth if isinstance(one, Line) else 0
        if hidden is None or depth <= hidden:
            hidden = depth if isinstance(one, Line) and one.account in folded else None
            shown.append(one)
    return shown


def _heading(sight: Sight, count: int, last: str) -> str:
    """What is looked at, where that is not the plain accounts up to now, and what is left out."""
    looking = sight.looking
    parts = [
        looking.scene.value.capitalize(),
        f"in {sight.journal.currency}" if sight.converts else "",
        "by year" if looking.years else "summed up since January" if looking.running else "",
        f"up to {last}" if looking.back and not looking.years else "",
    ]
    told = [part for part in parts if part]
    if len(told) == 1 and looking.scene is looking.scene.ACCOUNTS:
        told = []
    if count > MAX_ROWS:
        told.append(f"the first {MAX_ROWS} of {count} lines")
    text = " · ".join(told)
    return text[:1].upper() + text[1:]


def _columns(style: _Style, used: Set[str]) -> tuple[Column, ...]:
    """Account, currency when there are several, months or years, trend, comparison, budget.

    The newest column stays always; where room is short, the oldest months go first,
    then the budget, then the comparison and the trend, then the month before the newest.
    """
    shown = style.columns
    unit = "year" if style.sight.looking.years else "month"
    found = [Column("" if style.currency_column else "".join(used), shrink=True)]
    if style.currency_column:
        found.append(Column())
    ages = range(len(shown) - 1, -1, -1)
    for age, period in zip(ages, shown, strict=True):
        found.append(Column(period.title, Align.RIGHT, _priority(age), key=period.key))
    whole, taken = span(shown[0].first, shown[-1].last), {period.key for period in shown}
    title = f"1 {unit}" if len(shown) == 1 else f"{len(shown)} {unit}s"
    found.append(Column(title, priority=_TREND, key=whole if whole not in taken else ""))
    if style.averages is not None:
        found.append(Column("vs avg", Align.RIGHT, _AVERAGE))
    if style.budgets is not None:
        found.append(Column("budget", priority=_BUDGET))
    return tuple(found)


def _priority(age: int) -> int:
    """Of the column that many before the newest: the others have their places between."""
    return age if age < _TREND else _BUDGET - 1 if age == _TREND else age + 3


def _common(style: _Style) -> object:
    """What decides each row beside its own parts; see `_row`."""
    return (
        style.columns,
        dict(style.digits),
        style.currency_column,
        style.averages is None,
        style.budgets is None,
        len(style.sight.before),
        style.sight.converts,
        style.detailed,
        style.last,
    )


def _row(line: Line, held: Sequence[Line], style: _Style, rows: Batch) -> Row:
    """The row of an account, as it was made before where it is the same."""
    place = (line.account, line.currency)
    average = None if style.averages is None else style.averages.get(place, NONE)
    bar = None if style.budgets is None else style.budgets.get(place)
    parts = (
        line,
        held,
        average,
        bar,
        line.account in style.suspects,
        line.account in style.sight.looking.folded,
    )
    amounts = [*line.amounts, *(one.amounts[-1] for one in held), average or NONE]
    if bar is not None:
        amounts += (bar.budget, bar.actual)
    key = f"{line.section}/{line.account} {line.currency} {line.apart}"
    return rows.row(key, parts, amounts, lambda: _made(line, held, style, average, bar))


def _made(
    line: Line,
    held: Sequence[Line],
    style: _Style,
    average: Decimal | None,
    bar: budget_bars.Bar | None,
) -> Row:
    tone = Tone.DIM if line.repeats else Tone.STRONG if line.depth == 0 else Tone.PLAIN
    cells = [Cell(line.label, tone)]
    cells += _amounts(line.currency, line.amounts, style, apart=line.apart)
    if style.averages is not None:
        cells.append(_compared(line.amounts[-1], average or NONE) if not line.apart else Cell())
    if style.budgets is not None:
        cells.append(bar.cell() if bar is not None else Cell())
    return Row(
        key_of(
            line.account,
            line.currency,
            converted=style.sight.converts and not line.apart,
            section=line.section,
        ),
        tuple(cells),
        Level.ATTENTION if line.account in style.suspects else Level.OK,
        line.depth,
        _detail(line, held, style, average, bar) if style.detailed else (),
        line.has_children and line.account in style.sight.looking.folded,
    )


def _amounts(currency: str, amounts: Sequence[Decimal], style: _Style, *, apart: bool) -> list[Cell]:
    """The cells from the currency to the trend. What is apart has no amount where it has a price."""
    converted = style.sight.converts and not apart
    places = style.digits.get(currency, _CENTS if converted else None)
    shown = amounts[-len(style.columns) :]
    plain, dim = Tone.PLAIN, Tone.DIM
    found = [Cell(currency, dim)] if style.currency_column else []
    if apart:
        found += [Cell(readable(amount, places), plain) if amount else Cell("", dim) for amount in shown]
        found.append(Cell(trend=tuple([float(amount) if amount else None for amount in shown])))
    else:
        found += [Cell(readable(amount, places), plain if amount else dim) for amount in shown]
        found.append(Cell(trend=tuple(map(float, shown))))
    return found


def _compared(amount: Decimal, average: Decimal) -> Cell:
    """By how much `amount` is larger or smaller than `average`, in the average's own direction."""
    if not average:
        return Cell("new" if amount else "", Tone.DIM)
    percent = (amount - average) / average * 100
    tone = Tone.PLAIN if amount and abs(percent) >= 1 else Tone.DIM
    if abs(percent) >= 1000:
        return Cell("<−999 %" if percent < 0 else ">999 %", tone)
    text = readable(percent, 0)
    return Cell(f"{'' if text == '0' or percent < 0 else '+'}{text} %", tone)


def _result(one: Result, style: _Style) -> Row:
    """The row of a statement's result."""
    cells = [Cell(one.label, Tone.DIM if one.repeats else Tone.STRONG)]
    if one.rates:
        cells += [Cell()] if style.currency_column else []
        cells += [Cell(text) for text in one.rates[-len(style.columns) :]]
        cells.append(Cell())
    else:
        cells += _amounts(one.currency, one.amounts, style, apart=one.apart)
    cells += [Cell() for extra in (style.averages, style.budgets) if extra is not None]
    return Row(one.key, tuple(cells))


def _averages(sight: Sight, before: Sequence[Position]) -> Mapping[tuple[str, str], Decimal]:
    """The means of the months before the newest, by account and currency."""
    found = signed(before, sight.sign)
    sums = branches([msgspec.structs.replace(one, amounts=(_total(one.amounts),)) for one in found])
    count = Decimal(len(sight.before))
    return {key: EXACT.divide(amount, count) for key, (amount,) in sums.items()}


def _total(amounts: Sequence[Decimal]) -> Decimal:
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total


def _detail(
    line: Line, held: Sequence[Line], style: _Style, average: Decimal | None, bar: budget_bars.Bar | None
) -> tuple[Text | Pairs, ...]:
    """The newest column's figures of the account, in all its currencies, with every decimal."""
    pairs = [Pair(one.currency, readable(one.amounts[-1])) for one in held]
    if average:
        months_before = len(style.sight.before)
        told = f"{readable(average, style.digits.get(line.currency, 2))} {line.currency}".strip()
        pairs.append(Pair(f"average of {months_before} months before", told))
    if bar is not None:
        pairs.append(Pair("budget", bar.told(line.currency)))
    return (Text(f"{line.account} · {style.last}", Tone.STRONG), Pairs(tuple(pairs)))


def _suspects(errors: Sequence[JournalError]) -> frozenset[str]:
    """The accounts that an error concerns, and every parent that sums them up."""
    found: set[str] = set()
    for error in errors:
        for account in error.accounts:
            parts = account.split(":")
            found.update(":".join(parts[:depth]) for depth in range(1, len(parts) + 1))
    return frozenset(found)
