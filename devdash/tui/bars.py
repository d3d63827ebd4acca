"""The title line at the top and the hint line at the bottom.

Textual's own Footer is rebuilt on every change of focus, which leaks; a line
that is drawn when its content changes does not.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual.strip import Strip
from textual.widget import Widget

from devdash.contract.levels import Level, worst
from devdash.contract.view import Tone
from devdash.engine.snapshot import Phase, Snapshot
from devdash.render.clean import cell_width, clean
from devdash.render.lines import Line, Part, compose, cut, level_tone
from devdash.tui.paint import Palette

if TYPE_CHECKING:
    from devdash.tui.needs import Need


ENTER = "enter"
"""The key of which the line of hints always tells."""


class Bar(Widget):
    """One line that repaints when its content changes."""

    DEFAULT_CSS = "Bar { height: 1; }"

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self.palette = palette
        self._line = Line()

    def show_line(self, line: Line) -> None:
        """Show `line`."""
        if line != self._line:
            self._line = line
            self.refresh()

    def repaint(self, palette: Palette) -> None:
        """Use other colours."""
        self.palette = palette
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        return self.palette.strip(self.line_in(max(width - 2, 1)), width)

    def line_in(self, width: int) -> Line:
        """What is shown in `width` cells."""
        return cut(self._line, width)


class HintBar(Bar):
    """Keys and what they do; as many as there is room for."""

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette)
        self._keys: tuple[tuple[str, str], ...] = ()

    def show_keys(self, keys: Iterable[tuple[str, str]]) -> None:
        """Show `keys`; the last one is the last to be left out."""
        if (shown := tuple(keys)) != self._keys:
            self._keys = shown
            self.refresh()

    def line_in(self, width: int) -> Line:
        """What is shown in `width` cells."""
        return cut(hint_line(fitting(self._keys, width)), width)


def title_line(
    snapshots: Sequence[Snapshot],
    needs: Sequence["Need"],
    troubled: bool,
    now: datetime | None,
    width: int,
) -> Line:
    """The name, what needs a hand, and the clock (when `now` is given), in `width` cells.

    Args:
        troubled: something of alerts or history does not work; triage says what.
    """
    left: list[Part] = [("devdash", Tone.STRONG)]
    middle = _need_parts(snapshots, needs)
    if troubled:
        middle += [(" · ", Tone.DIM), ("! alert trouble", Tone.WARN)]
    taken = sum(cell_width(text) for text, _ in (*left, *middle))
    clock = f"{now:%a} {now.day} {now:%b %H:%M}" if now else ""
    if now and taken + len(clock) + 2 > width:
        clock = f"{now:%H:%M}"
    right: list[Part] = [(clock, Tone.DIM)]
    spare = max(width - taken - len(clock), 2)
    half = spare // 2
    return compose([*left, (" " * half, Tone.PLAIN), *middle, (" " * (spare - half), Tone.PLAIN), *right])


def _need_parts(snapshots: Sequence[Snapshot], needs: Sequence["Need"]) -> list[Part]:
    loud = [need for need in needs if need.is_loud]
    quiet = {need.pane for need in needs if not need.is_loud}
    waiting = [need for need in loud if not need.is_failure and not need.follows]
    stale = sum(need.stale for need in waiting)
    failed = sum(need.is_failure for need in loud)
    late = sum(snapshot.phase is Phase.LATE for snapshot in snapshots)
    hands = f"{len(waiting)} need a hand" if len(waiting) > 1 else "1 needs a hand" if waiting else ""
    said = [
        f"{hands} ({stale} stale)" if stale else hands,
        f"{failed} failed" if failed else "",
        f"{late} late" if late else "",
    ]
    # What a pane says of itself counts no more once a part of it is set aside; what is left of it does.
    levels = [*(s.level for s in snapshots if s.name not in quiet), *(need.level for need in waiting)]
    level = worst([*levels, Level.UNKNOWN] if failed or late else levels)
    text = " · ".join(part for part in said if part)
    if not text:
        return [(_calm(snapshots, len(needs), level), Tone.DIM)]
    sign = Level.ATTENTION if level is Level.UNKNOWN else level
    return [(f"{sign.sign} {text}", level_tone(sign))]


def _calm(snapshots: Sequence[Snapshot], aside: int, level: Level) -> str:
    """What is said when nothing waits for a hand."""
    if any(snapshot.phase is Phase.LOADING for snapshot in snapshots):
        return "reading …"
    if level is not Level.OK:
        return "not all is known"
    return f"nothing new · {aside} set aside" if aside else "all is well"


def hint_line(keys: Iterable[tuple[str, str]]) -> Line:
    """Keys, and what each does."""
    parts: list[Part] = []
    for key, title in keys:
        gap = "   " if parts else ""
        parts += [(gap, Tone.PLAIN), (key_label(key), Tone.ACCENT), (f" {clean(title).lower()}", Tone.DIM)]
    return compose(parts)


def fitting(keys: Sequence[tuple[str, str]], width: int) -> tuple[tuple[str, str], ...]:
    """The first of `keys`, Enter, and the last one: as many as `width` cells show whole.

    Enter and the last one lead to all the rest; the actions of a pane with many would push them out. Where
    there is room for only one beside the last, it is the first.
    """
    enter = {place for place, (key, _) in enumerate(keys) if key == ENTER}
    for kept in (enter, set[int]()):
        for count in range(len(keys) - 1, 0, -1):
            shown = [hint for place, hint in enumerate(keys[:-1]) if place < count or place in kept]
            if hint_line((*shown, keys[-1])).width <= width:
                return (*shown, keys[-1])
    return tuple(keys[-1:])


_LABELS = {
    "question_mark": "?",
    "slash": "/",
    "enter": "Enter",
    "escape": "Esc",
    "tab": "Tab",
    "shift+tab": "S-Tab",
    "space": "Space",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "plus": "+",
    "minus": "-",
    "asterisk": "*",
    "exclamation_mark": "!",
}


def key_label(keys: str) -> str:
    """How a person calls the first of these keys: "slash" is "/", "ctrl+o" is "^o"."""
    key = keys.split(",")[0].strip()
    return _LABELS.get(key, key.replace("ctrl+", "^"))
