"""View blocks as lines: the one layout that the screen and plain text share."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from devdash.contract.levels import Level
from devdash.contract.view import Block, Meter, Notice, Pairs, Sparkline, Table, Text, Tone
from devdash.render.chart_lines import chart_lines
from devdash.render.clean import cell_width, clean, fit, pad_right
from devdash.render.lines import Line, Part, compose, cut, level_tone
from devdash.render.table import table_lines
from devdash.render.wrap import wrap

_TIGHT = 8
"""Below this many cells nothing is arranged any more; lines are cut."""

_NARROW = 12
"""A value that has fewer cells beside its label and needs more goes below it."""


def lay_out(blocks: Sequence[Block], width: int) -> tuple[Line, ...]:
    """`blocks` top to bottom, in lines of at most `width` cells (at least 1).

    Meters and sparklines that follow each other are aligned. Two tables are
    kept apart by an empty line; nothing else is.
    """
    room = max(width, _TIGHT)
    lines: list[Line] = []
    previous: Block | None = None
    for is_chart, group in groupby(blocks, key=lambda block: isinstance(block, Meter | Sparkline)):
        if is_chart:
            lines += chart_lines([block for block in group if isinstance(block, Meter | Sparkline)], room)
            previous = None
            continue
        for block in group:
            if isinstance(block, Table) and isinstance(previous, Table):
                lines.append(Line())
            lines += _block_lines(block, room)
            previous = block
    return tuple(lines) if width >= _TIGHT else tuple(cut(line, width) for line in lines)


def _block_lines(block: Block, width: int) -> Sequence[Line]:
    """The lines of one block."""
    match block:
        case Table():
            return table_lines(block, width)
        case Meter() | Sparkline():
            return chart_lines([block], width)
        case Pairs():
            return list(_pair_lines(block, width))
        case Text():
            return list(_text_lines(block, width))
        case Notice():
            return notice_lines(block, width)


def _pair_lines(pairs: Pairs, width: int) -> Iterator[Line]:
    """One pair a line. A long value continues under its beginning, or below its label when that is narrow."""
    labels = [clean(pair.label) for pair in pairs.items]
    column = min(max(map(cell_width, labels), default=0), width // 2)
    between: Part = ("  " if column else "", Tone.PLAIN)
    room = width - column - len(between[0])
    for label, pair in zip(labels, pairs.items, strict=True):
        value = clean(pair.value)
        if room < _NARROW and cell_width(value) > room:
            yield compose([(fit(label, width), Tone.DIM)])
            for text in wrap(value, width - 2):
                yield compose([("  ", Tone.PLAIN), (text, pair.tone)])
            continue
        head = (pad_right(fit(label, column), column), Tone.DIM)
        for text in wrap(value, room):
            yield compose([head, between, (text, pair.tone)])
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
