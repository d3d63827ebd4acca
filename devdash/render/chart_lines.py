"""Meters and sparklines as lines. Those that follow each other start at the same cell."""

from collections.abc import Iterator, Sequence

from devdash.contract.levels import Level
from devdash.contract.view import Meter, Sparkline, Tone
from devdash.render.charts import bar, sparkline
from devdash.render.clean import cell_width, clean, fit, pad_right
from devdash.render.lines import Line, Part, compose, level_tone
from devdash.render.wrap import wrap

METER = 20
"""The most cells of a meter's bar."""

LEAST = 4
"""The cells that a chart keeps: it shrinks this far, then its note moves to a line below."""

_SIGN = 2
_GAP = "  "


def chart_lines(charts: Sequence[Meter | Sparkline], width: int) -> list[Line]:
    """`charts` in lines of at most `width` cells (at least 8): sign, label, chart, note.

    The sign stands before a meter that is not OK; its cells are kept free for
    all when any has one. All bars have the same width, so that they can be compared.
    """
    gutter = _SIGN if any(isinstance(chart, Meter) and chart.level is not Level.OK for chart in charts) else 0
    labels = [clean(chart.label) for chart in charts]
    column = min(max(map(cell_width, labels)), width - gutter - LEAST - len(_GAP))
    room = width - gutter - (column + len(_GAP) if column else 0)
    notes = max((_note_width(chart) for chart in charts if isinstance(chart, Meter)), default=0)
    meter = min(METER, room - notes if room - notes >= LEAST else room)
    lines: list[Line] = []
    for chart, label in zip(charts, labels, strict=True):
        head = list(_sign(chart)) if gutter else []
        if column:
            head += [(pad_right(fit(label, column), column), Tone.PLAIN), (_GAP, Tone.PLAIN)]
        chart_width = meter if isinstance(chart, Meter) else _sparkline_width(chart, room)
        head += _drawn(chart, chart_width)
        lines += _noted(head, clean(chart.note), room - chart_width, width)
    return lines


def _sign(chart: Meter | Sparkline) -> Iterator[Part]:
    """The level's sign, or as many blanks."""
    if isinstance(chart, Meter) and chart.level is not Level.OK:
        yield chart.level.sign, level_tone(chart.level)
        yield " ", Tone.PLAIN
    else:
        yield " " * _SIGN, Tone.PLAIN


def _note_width(chart: Meter | Sparkline) -> int:
    """The cells that the note takes beside the chart."""
    note = cell_width(clean(chart.note))
    return note + len(_GAP) if note else 0


def _sparkline_width(chart: Sparkline, room: int) -> int:
    """One cell per value when there is room, with the note beside it if that leaves enough."""
    most = len(chart.values)
    beside = room - _note_width(chart)
    return min(most, beside if beside >= min(LEAST, most) else room)


def _noted(head: list[Part], note: str, room: int, width: int) -> Iterator[Line]:
    """The line `head` with the cleaned `note` in the `room` after it, or wrapped into `width` below."""
    if note and len(_GAP) + cell_width(note) <= room:
        yield compose([*head, (_GAP, Tone.PLAIN), (note, Tone.DIM)])
        return
    yield compose(head)
    if note:
        for text in wrap(note, width):
            yield compose([(text, Tone.DIM)])


def _drawn(chart: Meter | Sparkline, width: int) -> list[Part]:
    """The chart itself, at most `width` cells wide."""
    if isinstance(chart, Meter):
        return bar(chart.percent, width, level_tone(chart.level))
    return [(sparkline(chart.values, width), Tone.ACCENT)]
