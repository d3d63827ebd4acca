"""From lines of tones to Textual's strips."""

from collections.abc import Mapping

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.theme import Theme

from devdash.contract.view import Tone
from devdash.render.lines import Line, Spot

CURSOR_SIGN = "▌"
MARK_SIGN = "✓"
CURSOR_AT_THE_END = "▐"
"""The cursor's sign on a marked line, whose beginning is taken."""


class Palette:
    """The styles of one theme.

    With `plain` (NO_COLOR) the cursor is shown in reverse and tones by weight.
    """

    def __init__(self, theme: Theme, variables: Mapping[str, str], *, plain: bool) -> None:
        def colour(name: str, fallback: str) -> str:
            value = variables.get(name, fallback)
            return value if value.startswith("#") else fallback

        self.base = Style(color=colour("foreground", "#e0e0e0"), bgcolor=colour("background", "#121212"))
        accent = theme.accent or theme.primary
        self._tones = {
            Tone.PLAIN: Style(),
            Tone.DIM: Style(dim=True),
            Tone.STRONG: Style(bold=True),
            Tone.ACCENT: Style(color=colour("text-primary", accent), bold=plain),
            Tone.GOOD: Style(color=colour("text-success", "#8ad4a1")),
            Tone.WARN: Style(color=colour("text-warning", "#ffc473"), bold=plain),
            Tone.BAD: Style(color=colour("text-error", "#d17e92"), bold=True),
        }
        self._cursor = Style(reverse=True) if plain else Style(bgcolor=_blend(variables))
        self._cell = Style(reverse=not plain, bold=True)
        self._old = Style(dim=True, bold=False)
        self._blanks: dict[int, Strip] = {}

    def strip(
        self,
        line: Line,
        width: int,
        *,
        cursor: bool = False,
        old: bool = False,
        cell: Spot | None = None,
        marked: bool = False,
    ) -> Strip:
        """`line` in exactly `width` cells, one cell of margin on the left.

        Args:
            cursor: the cursor stands on it.
            old: its data are from before: everything is dimmed.
            cell: the one that is chosen; it stands between brackets, and in another colour.
            marked: the person has marked it.
        """
        style = self.base + self._cursor if cursor else self.base
        segments: list[Segment] = []
        sign = MARK_SIGN if marked else CURSOR_SIGN if cursor else " "
        text, look = sign, style + self._tones[Tone.ACCENT]
        for span in line.spans:
            # Padding goes with what stands before it: viewers of SVG drop spaces at the start of a text.
            shown = span.text.lstrip(" ")
            segments.append(Segment(text + " " * (len(span.text) - len(shown)), look))
            text, look = shown, style + self._tones[span.tone]
            if old:
                look += self._old
        segments.append(Segment(text, look))
        strip = Strip(segments).adjust_cell_length(width, style)
        if marked and cursor and width > 1:
            end = Segment(CURSOR_AT_THE_END, style + self._tones[Tone.ACCENT])
            strip = Strip.join([strip.crop(0, width - 1), Strip([end])])
        return strip if cell is None else self._marked(strip, width, cell, style)

    def _marked(self, strip: Strip, width: int, cell: Spot, style: Style) -> Strip:
        """`strip` with the cell marked; the brackets stand in the gaps beside it."""
        start = cell.start + 1
        end = min(start + cell.width, width)
        opening = Strip([Segment("[", style + self._tones[Tone.ACCENT])])
        closing = Strip([Segment("]", style + self._tones[Tone.ACCENT])])
        parts = [strip.crop(0, max(start - 1, 0)), opening, strip.crop(start, end).apply_style(self._cell)]
        if end < width:
            parts += [closing, strip.crop(end + 1, width)]
        return Strip.join(parts)

    def blank(self, width: int) -> Strip:
        """An empty line; the same strip each time, so that what Textual makes of it is made once."""
        if width not in self._blanks:
            self._blanks[width] = Strip.blank(width, self.base)
        return self._blanks[width]


def _blend(variables: Mapping[str, str]) -> str:
    """The cursor's background: the surface, a step away from the background."""
    from textual.color import Color

    background = Color.parse(variables.get("background", "#121212"))
    primary = Color.parse(variables.get("primary", "#0178d4"))
    return background.blend(primary, 0.35).hex6
