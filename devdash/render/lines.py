"""Lines of toned text: what every face draws."""

from collections.abc import Iterable, Sequence

import msgspec

from devdash.contract.levels import Level
from devdash.contract.view import Tone
from devdash.render.clean import cell_width, fit

Part = tuple[str, Tone]
"""A piece of cleaned text on its way into a line."""

_TONES = {Level.OK: Tone.GOOD, Level.ATTENTION: Tone.WARN, Level.CRITICAL: Tone.BAD, Level.UNKNOWN: Tone.DIM}


def level_tone(level: Level) -> Tone:
    """The tone of a level's sign."""
    return _TONES[level]


class Span(msgspec.Struct, frozen=True, gc=False):
    """Cleaned text of one tone."""

    text: str
    tone: Tone = Tone.PLAIN


class Spot(msgspec.Struct, frozen=True, gc=False):
    """Where a cell that can be chosen stands in its line: its column's key, and cells from the left."""

    column: str
    start: int
    width: int


class Line(msgspec.Struct, frozen=True):
    """One line.

    Attributes:
        spans: left to right; neighbours differ in tone, and the last one does not end in padding.
        item: the key of the table row that the line shows; None for every other line.
        cells: those of the row that can be chosen, left to right.
    """

    spans: tuple[Span, ...] = ()
    item: str | None = None
    cells: tuple[Spot, ...] = ()

    @property
    def text(self) -> str:
        """The line without its tones."""
        return "".join([span.text for span in self.spans])

    @property
    def width(self) -> int:
        """How many terminal cells the line takes."""
        return sum([cell_width(span.text) for span in self.spans])


def compose(parts: Iterable[Part], item: str | None = None, cells: tuple[Spot, ...] = ()) -> Line:
    """A line of `parts`: neighbours of the same tone become one span.

    Blank parts are padding: they join the part that follows, whatever its tone,
    and vanish at the end. Fewer spans make a cheaper frame.
    """
    spans: list[Span] = []
    text = pad = ""
    current = Tone.PLAIN
    for piece, tone in parts:
        if not piece:
            continue
        if piece.isspace():
            pad += piece
        elif tone is current:
            text += pad + piece
            pad = ""
        else:
            if text:
                spans.append(Span(text, current))
            text, pad, current = pad + piece, "", tone
    if text:
        spans.append(Span(text, current))
    return Line(tuple(spans), item, cells)


def cut(line: Line, width: int) -> Line:
    """`line` in at most `width` cells; where it is cut, it ends with "…"."""
    if line.width <= width:
        return line
    spans: list[Span] = []
    room = width
    for span in line.spans:
        taken = cell_width(span.text)
        if taken > room or (taken == room and span is not line.spans[-1]):
            # "…" needs a cell of this span when the rest of the line does not fit.
            spans.append(Span(fit(span.text + " " * (room - taken + 1), room), span.tone))
            break
        spans.append(span)
        room -= taken
    return Line(tuple(spans), line.item)


def indented(lines: Sequence[Line], by: int) -> tuple[Line, ...]:
    """`lines` moved `by` cells to the right; empty ones stay empty."""
    pad: Part = (" " * by, Tone.PLAIN)
    return tuple(
        compose([pad, *((span.text, span.tone) for span in line.spans)], line.item) if line.spans else line
        for line in lines
    )
