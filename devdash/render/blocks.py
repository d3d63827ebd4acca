"""View blocks as lines: the one layout that the screen and plain text share."""

from collections.abc import Iterator, Sequence

from devdash.contract.levels import Level
from devdash.contract.view import Block, Meter, Notice, Pairs, Sparkline, Table, Text, Tone
from devdash.render.charts import bar, sparkline
from devdash.render.clean import cell_width, clean, fit, pad_right
from devdash.render.lines import Line, Part, compose, cut, level_tone
from devdash.render.table import table_lines
from devdash.render.wrap import wrap

_TIGHT = 8
"""Below this many cells nothing is arranged any more; lines are cut."""

_METER = 20
"""The most cells of a meter's bar."""

_LEAST_CHART = 4
"""A bar or sparkline keeps this many cells; what stands beside it moves to a line of its own first."""

_BETWEEN: Part = ("  ", Tone.PLAIN)


def lay_out(blocks: Sequence[Block], width: int) -> tuple[Line, ...]:
    """`blocks` top to bottom, in lines of at most `width` cells (at least 1).

    Two tables are kept apart by an empty line; nothing else is.
    """
    lines: list[Line] = []
    previous: Block | None = None
    for block in blocks:
        if isinstance(block, Table) and isinstance(previous, Table):
            lines.append(Line())
        lines += _block_lines(block, max(width, _TIGHT))
        previous = block
    return tuple(lines) if width >= _TIGHT else tuple(cut(line, width) for line in lines)


def _block_lines(block: Block, width: int) -> Sequence[Line]:
    """The lines of one block."""
    match block:
        case Table():
            return table_lines(block, width)
        case Meter():
            return _meter_lines(block, width)
        case Sparkline():
            return _sparkline_lines(block, width)
        case Pairs():
            return list(_pair_lines(block, width))
        case Text():
            return list(_text_lines(block, width))
        case Notice():
            return notice_lines(block, width)


def _meter_lines(meter: Meter, width: int) -> list[Line]:
    """Sign when not OK, label, bar, note."""
    tone = level_tone(meter.level)
    sign: list[Part] = [] if meter.level is Level.OK else [(meter.level.sign, tone), (" ", Tone.PLAIN)]
    room, label, rest = _beside_chart(meter.label, meter.note, width - 2 * bool(sign), _METER)
    return [
        compose([*sign, *label, *bar(meter.percent, room, tone), *rest]),
        *_note_lines(meter.note, rest, width),
    ]


def _sparkline_lines(block: Sparkline, width: int) -> list[Line]:
    """Label, chart, note."""
    room, label, rest = _beside_chart(block.label, block.note, width, len(block.values))
    chart = (sparkline(block.values, room), Tone.ACCENT)
    return [compose([*label, chart, *rest]), *_note_lines(block.note, rest, width)]


def _beside_chart(label: str, note: str, width: int, most: int) -> tuple[int, list[Part], list[Part]]:
    """Share `width` between label, chart and note.

    Returns:
        The chart's width (at most `most`), the parts before it, and the parts
        after it: none when the note has no room beside even the smallest chart.
    """
    least = min(_LEAST_CHART, most)
    label = fit(clean(label), max(width - least - 2, 0))
    before: list[Part] = [(label, Tone.PLAIN), _BETWEEN] if label else []
    room = width - (cell_width(label) + 2 if label else 0)
    note = clean(note)
    after = cell_width(note) + 2
    if note and room - after >= least:
        return min(most, room - after), before, [_BETWEEN, (note, Tone.DIM)]
    return min(most, room), before, []


def _note_lines(note: str, beside: list[Part], width: int) -> list[Line]:
    """The note below its chart, unless it stands `beside` it."""
    if beside or not (note := clean(note)):
        return []
    return [compose([(text, Tone.DIM)]) for text in wrap(note, width)]


def _pair_lines(pairs: Pairs, width: int) -> Iterator[Line]:
    """One pair a line; long values continue under their beginning."""
    labels = [clean(pair.label) for pair in pairs.items]
    column = min(max(map(cell_width, labels), default=0), width // 2)
    for label, pair in zip(labels, pairs.items, strict=True):
        head = (pad_right(fit(label, column), column), Tone.DIM)
        for text in wrap(clean(pair.value), width - column - 2):
            yield compose([head, _BETWEEN, (text, pair.tone)])
            head = (" " * column, Tone.DIM)


def _text_lines(block: Text, width: int) -> Iterator[Line]:
    """Paragraphs wrapped at words."""
    for paragraph in block.text.splitlines() or [""]:
        for text in wrap(clean(paragraph), width):
            yield compose([(text, block.tone)])


def notice_lines(notice: Notice, width: int) -> list[Line]:
    """Sign and text, then the hint; both continue under their beginning."""
    tone = level_tone(notice.level)
    calm = notice.level in {Level.OK, Level.UNKNOWN}
    lines = _hanging((notice.level.sign, tone), notice.text, Tone.PLAIN if calm else tone, width)
    if notice.hint:
        lines += _hanging(("→", Tone.DIM), notice.hint, Tone.PLAIN, width, indent=2)
    return lines


def _hanging(sign: Part, text: str, tone: Tone, width: int, indent: int = 0) -> list[Line]:
    """`sign` and `text` behind `indent` cells."""
    first, *others = wrap(clean(text), width - indent - 2)
    pad = " " * indent
    return [
        compose([(pad, Tone.PLAIN), sign, (" ", Tone.PLAIN), (first, tone)]),
        *[compose([(pad + "  ", Tone.PLAIN), (other, tone)]) for other in others],
    ]
