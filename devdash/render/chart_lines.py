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
    all when any has one.
    """
    gutter = _SIGN if any(isinstance(chart, Meter) and chart.level is not Level.OK for chart in charts) else 0
    labels = [clean(chart.label) for chart in charts]
    column = min(max(map(cell_width, labels)), width - gutter - LEAST - len(_GAP))
    room = width - gutter - (column + len(_GAP) if column else 0)
    lines: list[Line] = []
    for chart, label in zip(charts, labels, strict=True):
        head = list(_sign(chart)) if gutter else []
        if column:
            head += [(pad_right(fit(label, column), column), Tone.PLAIN), (_GAP, Tone.PLAIN)]
        lines += _one(chart, head, room, width)
    return lines


def _sign(chart: Meter | Sparkline) -> Iterator[Part]:
    """The level's sign, or as many blanks."""
    if isinstance(chart, Meter) and chart.level is not Level.OK:
        yield chart.level.sign, level_tone(chart.level)
        yield " ", Tone.PLAIN
    else:
        yield " " * _SIGN, Tone.PLAIN


def _one(chart: Meter | Sparkline, head: list[Part], room: int, width: int) -> Iterator[Line]:
    """One chart behind `head`, in `room` cells; a note without room beside it is wrapped into `width`."""
    note = clean(chart.note)
    most = METER if isinstance(chart, Meter) else len(chart.values)
    beside = room - len(_GAP) - cell_width(note)
    if not note:
        yield compose([*head, *_drawn(chart, min(most, room))])
    elif beside >= min(LEAST, most):
        yield compose([*head, *_drawn(chart, min(most, beside)), (_GAP, Tone.PLAIN), (note, Tone.DIM)])
    else:
        yield compose([*head, *_drawn(chart, min(most, room))])
        for text in wrap(note, width):
            yield compose([(text, Tone.DIM)])


def _drawn(chart: Meter | Sparkline, width: int) -> list[Part]:
    """The chart itself, at most `width` cells wide."""
    if isinstance(chart, Meter):
        return bar(chart.percent, width, level_tone(chart.level))
    return [(sparkline(chart.values, width), Tone.ACCENT)]
