"""A report as plain text for a terminal or a letter, with bars for a chart. Pure."""

import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal

from devdash_ledger import months
from devdash_ledger.amounts import readable
from devdash_ledger.printed import Chart, Covered, Head, Statement
from devdash_ledger.printed_rows import Row, chart_title, head_title, notes, rows, shown_text, title

LEAST_WIDTH, MOST_WIDTH = 40, 1000
_LABEL = 22
"""Cells that names of accounts get before months are left out for them."""
_GAP = "  "
_BARS = "█░"


def text(reports: Sequence[Covered], width: int) -> str:
    """The reports one below the other, in lines of `width` cells. Numbers are never cut."""
    return "\n\n".join("\n".join(line.rstrip() for line in _report(one, width)) for one in reports) + "\n"


def _report(covered: Covered, width: int) -> Iterator[str]:
    one = covered.statement
    yield from _wrapped(title(covered), width)
    for note in notes(covered):
        yield from _wrapped(note, width)
    yield ""
    yield from _table(one, width)
    if one.chart is not None:
        yield ""
        yield from _wrapped(chart_title(one), width)
        yield from _chart(one.chart, one.digits.get(one.currency, 2), width)


def _wrapped(words: str, width: int) -> list[str]:
    return textwrap.wrap(shown_text(words), width)


def _table(one: Statement, width: int) -> Iterator[str]:
    found = list(rows(one))
    labels = [shown_text("  " * row.depth + row.label) for row in found]
    currencies = [shown_text(row.currency) for row in found]
    has_currencies = len(set(currencies)) > 1
    wide = [
        max(len(head_title(head, one)), *(len(row.texts[place]) for row in found))
        for place, head in enumerate(one.heads)
    ]
    beside = max(map(cells, currencies)) + len(_GAP) if has_currencies else 0
    wanted = max(cells(one.currency), *map(cells, labels))
    kept = _kept(one.heads, wide, width - beside - min(wanted, _LABEL))
    room = width - beside - sum(wide[place] + len(_GAP) for place in kept)
    room = max(min(wanted, room), min(wanted, 8))

    def line(label: str, currency: str, texts: Sequence[str]) -> str:
        own = _GAP + _padded(currency, beside - len(_GAP)) if has_currencies else ""
        return _padded(label, room) + own + "".join(_GAP + texts[place].rjust(wide[place]) for place in kept)

    yield line("" if has_currencies else one.currency, "", [head_title(head, one) for head in one.heads])
    was_line = False
    for row, label, currency in zip(found, labels, currencies, strict=True):
        if _begins(row) and not (row.is_line and was_line):
            yield "─" * len(line("", "", [""] * len(one.heads))) if row.is_line else ""
        was_line = row.is_line
        yield line(label, currency, row.texts)
    gone = [head.key for place, head in enumerate(one.heads) if place not in kept]
    if gone:
        span = " – ".join(months.title(key) for key in dict.fromkeys((gone[0], gone[-1])))
        yield ""
        yield from _wrapped(
            f"No room for {span}; a larger width has them, and so have csv, json and html.", width
        )


def _begins(row: Row) -> bool:
    """Whether a section or a line begins with it."""
    return row.depth == 0 and bool(row.label)


def _kept(heads: Sequence[Head], wide: Sequence[int], room: int) -> list[int]:
    """The places of the columns that there is room for; the oldest months are left out first."""
    kept = list(range(len(heads)))
    while sum(wide[place] + len(_GAP) for place in kept) > room:
        oldest = next((place for place in kept if heads[place].may_go), None)
        if oldest is None:
            break
        kept.remove(oldest)
    return kept


def cells(words: str) -> int:
    """How many cells of a terminal it takes."""
    return sum(map(_size, words))


def _size(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _padded(words: str, width: int) -> str:
    """Cut with an ellipsis, or filled up with spaces, to `width` cells."""
    if cells(words) > width:
        kept = ""
        for char in words:
            if cells(kept) + _size(char) > width - 1:
                break
            kept += char
        words = f"{kept}…"
    return words + " " * (width - cells(words))


def _chart(chart: Chart, digits: int, width: int) -> Iterator[str]:
    """A bar for each month and curve; those below zero to the left of the axis."""
    names = [months.title(one) for one in chart.months]
    several = len(chart.curves) > 1
    kinds = [f" {curve.title.lower()}" if several else "" for curve in chart.curves]
    texts = [[readable(amount, digits) for amount in curve.amounts] for curve in chart.curves]
    label = max(map(len, names)) + max(map(len, kinds))
    number = max(len(one) for own in texts for one in own)
    room = max(8, width - label - number - 2 * len(_GAP))
    every = [amount for curve in chart.curves for amount in curve.amounts]
    low, high = min(*every, Decimal(0)), max(*every, Decimal(0))
    for place, name in enumerate(names):
        for which, curve in enumerate(chart.curves):
            head = (name if which == 0 else " " * len(name)) + kinds[which]
            bar = _bar(curve.amounts[place], low, high, room, _BARS[which])
            yield f"{head.ljust(label)}{_GAP}{texts[which][place].rjust(number)}{_GAP}{bar}"


def _bar(amount: Decimal, low: Decimal, high: Decimal, room: int, sign: str) -> str:
    """`amount` on a line of `room` cells from `low` to `high`. What is not zero has a cell at least."""
    if low == high:
        return ""
    below = round(room * -low / (high - low)) if low else 0
    if low and high:
        below = min(max(below, 1), room - 1)
    if amount < 0:
        size = max(1, round(below * amount / low))
        return " " * (below - size) + sign * size
    size = max(1, round((room - below) * amount / high)) if amount else 0
    return " " * below + sign * size
