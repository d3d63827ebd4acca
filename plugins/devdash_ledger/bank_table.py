"""The shape of an unknown CSV file: where its rows begin, and what each column could be."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import msgspec

from devdash.api import PaneError
from devdash_ledger.bank_text import Line, lines
from devdash_ledger.bank_values import Money, day, money

DELIMITERS = (",", ";", "\t", "|")
_YEAR = [
    form.replace("-", sign) for sign in "-./ " for form in ("%Y-%m-%d", "%d-%m-%Y", "%m-%d-%Y", "%Y-%d-%m")
]
_SHORT = [form.replace("%Y", "%y") for form in _YEAR]
_NAMED = [f"%d{sign}{month}{sign}{year}" for sign in " -." for month in ("%b", "%B") for year in ("%Y", "%y")]
FORMS = (
    *_YEAR,
    *_SHORT,
    *_NAMED,
    "%Y%m%d",
    *(f"%Y-%m-%d{gap}%H:%M:%S" for gap in " T"),
    *(f"%d{sign}%m{sign}%Y %H:%M:%S" for sign in "./-"),
    *(f"%m{sign}%d{sign}%Y %H:%M:%S" for sign in "./-"),
    *(f"%d{sign}%m{sign}%Y %H:%M" for sign in "./-"),
    *(f"%m{sign}%d{sign}%Y %H:%M" for sign in "./-"),
    "%Y-%m-%d %H:%M",
)
"""Forms of dates that are tried. Each way round of a form is there, so that one that fits two is seen."""

_LIKE_DATE = re.compile(r"\s*(?:\d{8}\s*$|\d{1,4}[-./ ]{1,2}(?:\d{1,2}|[^\W\d]{3,12}\.?)[-./ ]{1,2}\d)")

SIGNS = ((".", ","), (",", "."), (".", " "), (",", " "), (".", "'"), (",", "'"))
"""Decimal and thousands signs that are tried; each also fits amounts without thousands."""


class Shape(msgspec.Struct, frozen=True):
    """One way to take a file apart.

    Attributes:
        delimiter: between the columns.
        skip: lines before the headings, or before the first row.
        headings: stripped; empty: there is no line of headings.
        body: the rows that are alike, each as wide as `width`.
        width: columns of the body.
        rest: rows after the body, and among them such as are not alike.
    """

    delimiter: str
    skip: int
    headings: tuple[str, ...]
    body: tuple[Line, ...]
    width: int
    rest: int

    def column(self, index: int) -> tuple[str, ...]:
        """The cells of one column, from 0."""
        return tuple(line.cells[index] for line in self.body)

    def index(self, place: str) -> int:
        """The column of that heading, else of that position from 1.

        Raises:
            PaneError: there is none.
        """
        if place in self.headings:
            return self.headings.index(place)
        if place.isascii() and place.isdigit() and 1 <= int(place) <= self.width:
            return int(place) - 1
        known = ", ".join(f'"{one}"' for one in self.headings) or f"1 to {self.width}"
        raise PaneError(f'the file has no column "{place}"', f"it has {known}")

    def place(self, index: int) -> str | int:
        """The heading when it names this column alone and can be written, else the position from 1."""
        heading = self.heading(index)
        alone = self.headings.count(heading) == 1
        return heading if heading and alone and heading.isprintable() else index + 1

    def heading(self, index: int) -> str:
        """What stands above the column; empty when nothing does."""
        return self.headings[index] if index < len(self.headings) else ""


def shapes(text: str) -> tuple[Shape, ...]:
    """All ways in which the file has a column of dates and one of amounts."""
    found = (_shape(text, delimiter) for delimiter in DELIMITERS if delimiter in text)
    return tuple(one for one in found if one is not None)


def _shape(text: str, delimiter: str) -> Shape | None:
    try:
        rows = lines(text, delimiter)
    except PaneError:
        return None
    widths = Counter(len(row.cells) for row in rows if len(row.cells) > 1)
    for width, _ in widths.most_common(3):
        start, end = _body(rows, width)
        if start == end:
            continue
        skip = rows[start - 1].number if start else 0
        headings: tuple[str, ...] = ()
        if start and _could_head(rows[start - 1], width):
            headings = tuple(cell.strip() for cell in rows[start - 1].cells)
            skip = rows[start - 2].number if start > 1 else 0
        shape = Shape(delimiter, skip, headings, rows[start:end], width, len(rows) - end)
        if any(readings(shape.column(index)) for index in range(width) if not dates(shape.column(index))):
            return shape
    return None


def _body(rows: Sequence[Line], width: int) -> tuple[int, int]:
    """Begin and end of the longest run of rows in which a column is a date throughout."""
    best = (0, 0)
    for column in range(width):
        start = 0
        for index in range(len(rows) + 1):
            fits = (
                index < len(rows) and len(rows[index].cells) == width and _is_date(rows[index].cells[column])
            )
            if fits:
                continue
            if index - start > best[1] - best[0]:
                best = (start, index)
            start = index + 1
    return best


@lru_cache(maxsize=50_000)
def _is_date(text: str) -> bool:
    return _LIKE_DATE.match(text) is not None and any(day(text, form) for form in FORMS)


def _could_head(line: Line, width: int) -> bool:
    cells = [cell.strip() for cell in line.cells]
    return len(cells) in (width, width - 1) and sum(map(bool, cells)) * 2 > width


def dates(cells: Sequence[str]) -> dict[str, tuple[date, ...]]:
    """The forms that fit every cell, with what they say.

    Two that say the same here are both there when they differ in the order of day, month and
    year: of another file they would say something else.
    """
    found: dict[str, tuple[date, ...]] = {}
    for form in FORMS:
        days = _days_of(cells, form)
        if days and form.replace("%B", "%b") not in found:
            found[form] = days
    return found


def _days_of(cells: Sequence[str], form: str) -> tuple[date, ...] | None:
    days: list[date] = []
    for cell in cells:
        found = day(cell, form)
        if found is None:
            return None
        days.append(found)
    return tuple(days)


def readings(cells: Sequence[str]) -> dict[tuple[str, str], tuple[Money | None, ...]]:
    """The (decimal, thousands) that fit every cell that is not empty, with what they say.

    Of ways with the same decimal sign that say the same, one is there. Empty cells are None.
    Nothing fits a column that is empty.
    """
    found: dict[tuple[str, str], tuple[Money | None, ...]] = {}
    if not any(cell.strip() for cell in cells):
        return found
    for decimal, thousands in SIGNS:
        values = _money_of(cells, decimal, thousands)
        if values is not None and (decimal, values) not in ((key[0], said) for key, said in found.items()):
            found[decimal, thousands] = values
    return found


def _money_of(cells: Sequence[str], decimal: str, thousands: str) -> tuple[Money | None, ...] | None:
    values: list[Money | None] = []
    for cell in cells:
        value = money(cell, decimal, thousands) if cell.strip() else None
        if value is None and cell.strip():
            return None
        values.append(value)
    return tuple(values)
