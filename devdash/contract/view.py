"""View blocks: what a pane shows, as data that every face can draw.

A report is a column of blocks. Text is data: markup and control characters in
it are shown or stripped, never obeyed. Colours are tones, so that themes,
NO_COLOR and plain text all work; a level always has a sign as well.

All of them are frozen and hold text, numbers and tuples, so that none can be part of a circle. Python's
collector of garbage need not know them (`gc=False`): a report has thousands.
"""

from enum import StrEnum

import msgspec

from devdash.contract.levels import Level


class Tone(StrEnum):
    """What a piece of text means; the face chooses the colour."""

    PLAIN = "plain"
    DIM = "dim"
    STRONG = "strong"
    ACCENT = "accent"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class Align(StrEnum):
    """The side of its column on which a cell stands."""

    LEFT = "left"
    RIGHT = "right"


class Cell(msgspec.Struct, frozen=True, gc=False):
    """One cell of a table.

    Attributes:
        text: one line.
        tone: its meaning.
        trend: when not empty, a sparkline of these values is drawn after the
            text, oldest first; None is a gap.
        percent: when not None, a bar of 0–100 is drawn before the text.
    """

    text: str = ""
    tone: Tone = Tone.PLAIN
    trend: tuple[float | None, ...] = ()
    percent: float | None = None


class Column(msgspec.Struct, frozen=True, gc=False):
    """One column of a table.

    Attributes:
        title: its heading; may be empty.
        align: numbers stand on the right.
        priority: 0 stays always; where the width does not suffice, the column
            with the highest priority number is dropped first (of equals, the
            leftmost). Whole columns go: numbers are never cut.
        shrink: text in this column may be cut with "…" when room is short.
        tail: where it is cut, its beginning goes: for names that their last parts tell apart.
        key: what a chosen cell of this column is called, in a table with `cells`; unique in
            the table, and the same from report to report. "": its cells cannot be chosen.
    """

    title: str = ""
    align: Align = Align.LEFT
    priority: int = 0
    shrink: bool = False
    key: str = ""
    tail: bool = False


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row of a table.

    Attributes:
        key: what actions are told as their item; unique within the report.
        cells: as many as the table has columns.
        level: shown as a sign before the row when it is not OK.
        indent: depth in a tree, 0 for the top.
        detail: the blocks that Enter opens; empty when there is nothing more.
        folded: the rows after it that are deeper in the tree are not shown, except to a filter,
            which looks through them too.
        first: the names of actions with which the line of hints begins while the cursor is on it,
            before those of `Report.first`.
    """

    key: str
    cells: tuple[Cell, ...]
    level: Level = Level.OK
    indent: int = 0
    detail: tuple["Block", ...] = ()
    folded: bool = False
    first: tuple[str, ...] = ()


class Table(msgspec.Struct, frozen=True, gc=False, tag="table", tag_field="block"):
    """Rows that can be moved over, filtered, opened and acted on.

    Attributes:
        columns: at least one.
        rows: every row has one cell per column.
        empty: the sentence shown when there are no rows.
        heading: a line above; may be empty. Column titles are shown when any is set.
        cells: left and right choose a cell of the row under the cursor, among the columns with a
            key. Enter then asks `Pane.open`, and actions are told the column.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: str = ""
    heading: str = ""
    cells: bool = False


class Meter(msgspec.Struct, frozen=True, gc=False, tag="meter", tag_field="block"):
    """A bar.

    Attributes:
        percent: 0–100.
        label: text before the bar; may be empty.
        note: text after the bar.
        level: its colour.
    """

    percent: float
    label: str = ""
    note: str = ""
    level: Level = Level.OK


class Sparkline(msgspec.Struct, frozen=True, gc=False, tag="sparkline", tag_field="block"):
    """A small chart of `values`, oldest first; None is a gap."""

    values: tuple[float | None, ...]
    label: str = ""
    note: str = ""


class Pair(msgspec.Struct, frozen=True, gc=False):
    """A label and its value."""

    label: str
    value: str
    tone: Tone = Tone.PLAIN


class Pairs(msgspec.Struct, frozen=True, gc=False, tag="pairs", tag_field="block"):
    """Labels and values, one pair a line, values aligned."""

    items: tuple[Pair, ...]


class Text(msgspec.Struct, frozen=True, gc=False, tag="text", tag_field="block"):
    """Running text; wraps at words. Newlines in it begin new lines."""

    text: str
    tone: Tone = Tone.PLAIN


class Notice(msgspec.Struct, frozen=True, gc=False, tag="notice", tag_field="block"):
    """Something to know, with the next step.

    Attributes:
        level: its sign and colour.
        text: one sentence.
        hint: the next step; may be empty.
    """

    level: Level
    text: str
    hint: str = ""


Block = Table | Meter | Sparkline | Pairs | Text | Notice
