"""A table as lines: cells measured once, columns fitted, rows drawn.

A cell is a bar, a text and a trend, each only when it has one. Within a
column they stand under each other, so that they can be compared down the rows.
"""

from collections.abc import Iterator

import msgspec

from devdash.contract.levels import Level
from devdash.contract.view import Align, Cell, Column, Row, Table, Tone
from devdash.render.charts import bar, sparkline
from devdash.render.clean import cell_width, clean, fit, fit_end
from devdash.render.columns import GAP, Fitted, Wanted, fit_columns
from devdash.render.lines import Line, Part, Spot, compose, level_tone
from devdash.render.rows import unfolded
from devdash.render.wrap import wrap

INDENT = 2
"""Cells per level of a row's indent."""

FOLDED = "▸ "
"""Before the text of a row that hides others."""

GUTTER = 2
"""Cells for the level's sign before each row, when any row has one."""

BAR = 10
TREND = 12
"""The most cells that a bar and a trend in a cell take."""

_LEAST_CHART = 4
"""A bar or trend that would be narrower is left out."""


class _Text(msgspec.Struct, frozen=True, gc=False):
    """A cell's cleaned text (indent included) and its width."""

    text: str
    width: int


class _Slots(msgspec.Struct, frozen=True, gc=False):
    """How a column's width is shared between the parts of its cells.

    Attributes:
        bar, text, trend: cells for each part; 0: no cell has it, or no room.
        joined: some cell has a trend beside something else, so trends stand
            after the rest. Otherwise they share its place.
    """

    bar: int
    text: int
    trend: int
    joined: bool

    @property
    def lead(self) -> int:
        """Width of bar and text together."""
        return self.bar + self.text + (1 if self.bar and self.text else 0)

    @property
    def width(self) -> int:
        """Width of the whole."""
        if self.joined and self.trend:
            return self.lead + 1 + self.trend
        return max(self.lead, self.trend)


def table_lines(table: Table, width: int) -> list[Line]:
    """`table` in lines of at most `width` cells; a line that is a row carries its key as `item`."""
    lines: list[Line] = []
    if table.heading:
        lines.append(compose([(fit(clean(table.heading), width), Tone.STRONG)]))
    if not table.rows:
        return lines + [compose([(text, Tone.DIM)]) for text in wrap(clean(table.empty), width) if text]
    rows = unfolded(table.rows)
    gutter = GUTTER if width > GUTTER and any(row.level is not Level.OK for row in rows) else 0
    columns = table.columns
    texts = [_measure(rows, index) for index in range(len(columns))]
    slots = [_slots([row.cells[index] for row in rows], texts[index]) for index in range(len(columns))]
    titles = [clean(column.title) for column in columns]
    wanted = [_wanted(*of_column) for of_column in zip(columns, slots, titles, strict=True)]
    fitted = fit_columns(wanted, width - gutter)
    shown = [_Shown(columns[f.index], f, _squeezed(slots[f.index], f.width), texts[f.index]) for f in fitted]
    if any(titles):
        lines.append(_headings(shown, titles, gutter))
    spots = tuple(_spots(shown, gutter)) if table.cells else ()
    lines += [_row(row, number, shown, gutter, spots) for number, row in enumerate(rows)]
    return lines


class _Shown(msgspec.Struct, frozen=True):
    """A column that is shown: what it is, how wide, how shared, and its texts by row."""

    column: Column
    fitted: Fitted
    slots: _Slots
    texts: list[_Text]


def _measure(rows: tuple[Row, ...], index: int) -> list[_Text]:
    """The texts of column `index`; those of the first column are indented, and say what is folded."""
    texts: list[_Text] = []
    for row in rows:
        text = clean(row.cells[index].text)
        if index == 0:
            text = " " * (INDENT * row.indent) + (FOLDED if row.folded else "") + text
        texts.append(_Text(text, cell_width(text)))
    return texts


def _slots(cells: list[Cell], texts: list[_Text]) -> _Slots:
    """The width that each part needs in a column of `cells`."""
    text = max([entry.width for entry in texts])
    has_bar = any(cell.percent is not None for cell in cells)
    trend = min(TREND, max([len(cell.trend) for cell in cells]))
    joined = trend > 0 and any(
        cell.trend and (cell.percent is not None or entry.width)
        for cell, entry in zip(cells, texts, strict=True)
    )
    return _Slots(BAR if has_bar else 0, text, trend, joined)


def _wanted(column: Column, slots: _Slots, title: str) -> Wanted:
    """What the column would take, its title included."""
    heading = cell_width(title)
    whole = max(slots.width, heading)
    return Wanted(column, whole, max(slots.text, heading) if slots.text else whole)


def _squeezed(slots: _Slots, width: int) -> _Slots:
    """`slots` in `width` cells: the trend gives way first, then the bar, then the text is cut."""
    if slots.width <= width:
        return slots
    if slots.joined:
        trend = min(slots.trend, width - slots.lead - 1)
        slots = msgspec.structs.replace(slots, trend=trend if trend >= _LEAST_CHART else 0)
    else:
        slots = msgspec.structs.replace(slots, trend=min(slots.trend, width))
    if slots.lead <= width:
        return slots
    if slots.bar:
        wide = min(slots.bar, width - slots.text - 1)
        slots = msgspec.structs.replace(slots, bar=wide if wide >= _LEAST_CHART or not slots.text else 0)
    if not slots.text:
        return msgspec.structs.replace(slots, bar=min(slots.bar, width))
    return msgspec.structs.replace(slots, text=min(slots.text, width - slots.lead + slots.text))


def _headings(shown: list[_Shown], titles: list[str], gutter: int) -> Line:
    """The columns' titles, dim, on the side of their cells."""
    parts: list[Part] = [(" " * gutter, Tone.PLAIN)]
    for place, entry in enumerate(shown):
        if place:
            parts.append((" " * GAP, Tone.PLAIN))
        title = fit(titles[entry.fitted.index], entry.fitted.width)
        pad = (" " * (entry.fitted.width - cell_width(title)), Tone.PLAIN)
        named = (title, Tone.DIM)
        parts += [pad, named] if entry.column.align is Align.RIGHT else [named, pad]
    return compose(parts)


def _spots(shown: list[_Shown], gutter: int) -> Iterator[Spot]:
    """Where the cells stand that can be chosen; in all rows of a table at the same places."""
    start = gutter
    for entry in shown:
        if entry.column.key:
            yield Spot(entry.column.key, start, entry.fitted.width)
        start += entry.fitted.width + GAP


def _row(row: Row, number: int, shown: list[_Shown], gutter: int, spots: tuple[Spot, ...]) -> Line:
    """One row, the sign of its level first."""
    parts: list[Part] = []
    if gutter:
        if row.level is Level.OK:
            parts.append((" " * gutter, Tone.PLAIN))
        else:
            parts += [(row.level.sign, level_tone(row.level)), (" " * (gutter - 1), Tone.PLAIN)]
    for place, entry in enumerate(shown):
        if place:
            parts.append((" " * GAP, Tone.PLAIN))
        cell = row.cells[entry.fitted.index]
        text = entry.texts[number]
        if entry.slots.bar or entry.slots.trend:
            _draw_charts(parts, cell, text, entry)
        else:
            _draw_text(parts, text, cell.tone, entry.fitted.width, entry.column)
    return compose(parts, row.key, spots)


def _draw_text(parts: list[Part], text: _Text, tone: Tone, width: int, column: Column) -> None:
    """Append a text on its side of `width` cells, cut if it is wider."""
    if text.width > width:
        shown = fit_end(text.text, width) if column.tail else _cut(text.text, width)
        pad = (" " * (width - cell_width(shown)), Tone.PLAIN)
    else:
        shown = text.text
        pad = (" " * (width - text.width), Tone.PLAIN)
    if column.align is Align.RIGHT:
        parts.append(pad)
        parts.append((shown, tone))
    else:
        parts.append((shown, tone))
        parts.append(pad)


def _cut(text: str, width: int) -> str:
    """`text` cut to `width`; its indent keeps at most half of it, so that deep rows can be told apart."""
    words = text.lstrip(" ")
    indent = min(len(text) - len(words), width // 2)
    return " " * indent + fit(words, width - indent)


def _draw_charts(parts: list[Part], cell: Cell, text: _Text, entry: _Shown) -> None:
    """Append a cell of a column that has bars or trends."""
    slots, width, align = entry.slots, entry.fitted.width, entry.column.align
    outer = (" " * (width - slots.width), Tone.PLAIN)
    if align is Align.RIGHT:
        parts.append(outer)
    if not slots.joined and slots.trend and cell.trend:
        _draw_trend(parts, cell, slots.width, slots.trend, align)
    else:
        _draw_lead(parts, cell, text, slots, entry.column)
        if slots.joined and slots.trend:
            parts.append((" ", Tone.PLAIN))
            _draw_trend(parts, cell, slots.trend, slots.trend, align)
        else:
            parts.append((" " * (slots.width - slots.lead), Tone.PLAIN))
    if align is Align.LEFT:
        parts.append(outer)


def _draw_lead(parts: list[Part], cell: Cell, text: _Text, slots: _Slots, column: Column) -> None:
    """Append bar and text."""
    if slots.bar:
        if cell.percent is None:
            parts.append((" " * slots.bar, Tone.PLAIN))
        else:
            parts += bar(cell.percent, slots.bar, Tone.ACCENT if cell.tone is Tone.PLAIN else cell.tone)
        if slots.text:
            parts.append((" ", Tone.PLAIN))
    if slots.text:
        _draw_text(parts, text, cell.tone, slots.text, column)


def _draw_trend(parts: list[Part], cell: Cell, width: int, most: int, align: Align) -> None:
    """Append the trend of at most `most` characters in `width` cells.

    Where nothing changes it is dim: the eye should go to what does.
    """
    drawn = sparkline(cell.trend, most)
    pad = (" " * (width - len(drawn)), Tone.PLAIN)
    calm = Tone.DIM if len(set(drawn) - {" "}) == 1 else Tone.ACCENT
    spark = (drawn, calm if cell.tone is Tone.PLAIN else cell.tone)
    parts += [pad, spark] if align is Align.RIGHT else [spark, pad]
