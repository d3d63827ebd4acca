"""What the triage list says: two tables, what does not work of the duty, and a line about one entry. Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from devdash.contract.levels import Level
from devdash.contract.view import Block, Cell, Column, Notice, Row, Table, Text, Tone
from devdash.render.clean import cell_width, clean
from devdash.render.columns import GAP
from devdash.render.lines import Line, Part, compose, level_tone
from devdash.render.table import GUTTER
from devdash.render.when import day_and_time, day_or_time
from devdash.tui.needs import Hush, Need

LEAST_TEXT = 36
"""Cells that the text of an entry keeps; columns for which this leaves no room are told of one entry only."""

LONGEST_TEXT = 300
"""Characters of an entry that are looked at: no screen shows more in a line."""

Helper = Callable[[Need], str]
"""An entry to the key and title of what helps; "" where nothing does from here."""


class _Field(msgspec.Struct, frozen=True):
    """A column, and what an entry has in it."""

    title: str
    cell: Callable[[Need], Cell]
    value: int
    """Columns of a lower number are shown first where there is little room."""


def triage_blocks(
    found: Sequence[Need], helper: Helper, now: datetime, width: int, troubles: Sequence[str] = ()
) -> tuple[Block, ...]:
    """The list for `width` cells; a calm sentence when it is empty."""
    notices = [Notice(Level.ATTENTION, sentence) for sentence in troubles]
    loud = [need for need in found if need.hush in (Hush.NOT, Hush.OVER)]
    quiet = [need for need in found if need.hush not in (Hush.NOT, Hush.OVER)]
    blocks: list[Block] = (
        [_table(loud, helper, now, width)] if loud else [Text("Nothing needs a hand.", Tone.GOOD)]
    )
    if quiet:
        blocks.append(_table(quiet, helper, now, width, "Set aside"))
    return (*notices, *blocks)


def _table(found: Sequence[Need], helper: Helper, now: datetime, width: int, heading: str = "") -> Table:
    fields = (
        _Field("pane", lambda need: Cell(need.title, _tone(need, level_tone(need.level))), 3),
        _Field("what", lambda need: Cell(need.text[:LONGEST_TEXT], _tone(need, Tone.PLAIN)), 0),
        _Field("since", lambda need: Cell(_since(need, now), Tone.DIM), 4),
        _Field("this week", lambda need: Cell(often(need), Tone.DIM), 5),
        _Field("state", lambda need: Cell(state(need, now), _tone(need, Tone.WARN)), 1),
        _Field("helps", lambda need: Cell(helper(need), _tone(need, Tone.ACCENT)), 2),
    )
    cells = [[field.cell(need) for need in found] for field in fields]
    shown = _shown(fields, cells, width - GUTTER)
    columns = tuple(Column(fields[at].title, shrink=fields[at].value == 0) for at in shown)
    rows = tuple(
        Row(need.key, tuple(cells[at][number] for at in shown), level=need.level)
        for number, need in enumerate(found)
    )
    return Table(columns, rows, heading=heading)


def _shown(fields: Sequence[_Field], cells: Sequence[Sequence[Cell]], room: int) -> Sequence[int]:
    """The columns that leave the text enough room, those without content left out."""
    widths = [max(cell_width(clean(cell.text)) for cell in column) for column in cells]
    text = next(at for at, field in enumerate(fields) if field.value == 0)
    room -= min(widths[text], LEAST_TEXT)
    kept = [text]
    for at in sorted(range(len(fields)), key=lambda at: fields[at].value):
        needed = max(widths[at], len(fields[at].title)) + GAP
        if at != text and widths[at] and needed <= room:
            room -= needed
            kept.append(at)
    return sorted(kept)


def story(need: Need | None, helper: Helper, now: datetime) -> Line:
    """One entry's whole story in a line, what has no column where there is little room included."""
    if need is None:
        return Line()
    said = [
        state(need, now),
        f"since {day_and_time(need.since, now)}" if need.since else "",
        f"{often(need)} this week" if need.often else "",
        clean(need.title),
    ]
    parts: list[Part] = [(" · ".join(part for part in said if part), Tone.DIM)]
    if need.hush is not Hush.OVER:
        parts.append((f" · Enter: {clean(helper(need)) or 'go there'}", Tone.ACCENT))
    return compose(parts)


def _tone(need: Need, tone: Tone) -> Tone:
    return tone if need.is_loud and not need.stale else Tone.DIM


def _since(need: Need, now: datetime) -> str:
    return day_or_time(need.since, now) if need.since else ""


def often(need: Need) -> str:
    """ "3×"; "" where it is not known."""
    return f"{need.often}×" if need.often else ""


def state(need: Need, now: datetime) -> str:
    """What is the matter with an entry, besides its level; "" for nothing."""
    said = [
        _hush(need, now),
        "stale" if need.stale else "",
        f"follows {need.follows}" if need.follows else "",
    ]
    return ", ".join(part for part in said if part)


def _hush(need: Need, now: datetime) -> str:
    known = need.alert is not None
    match need.hush:
        case Hush.SNOOZED:
            until = day_and_time(need.until, now) if need.until else "later"
            return f"{'snoozed' if known else 'hidden'} until {until}"
        case Hush.ACKNOWLEDGED:
            return "acknowledged" if known else "hidden"
        case Hush.ENDING:
            return "seems over"
        case Hush.OVER:
            return "over"
        case Hush.NOT:
            return ""
