"""The list under a field of a form: what could be meant by what is typed."""

from collections.abc import Sequence

from textual.strip import Strip
from textual.widget import Widget

from devdash.contract.view import Tone
from devdash.render.clean import clean, fit
from devdash.render.lines import compose
from devdash.tui.paint import Palette

MOST_LINES = 6


class Completions(Widget):
    """Candidates, one of which may be chosen. It takes no focus: typing goes on."""

    DEFAULT_CSS = """
    Completions {
        display: none; overlay: screen; width: 1fr; height: auto;
        border: round $primary; background: $background;
    }
    Completions.-open { display: block; }
    """

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette
        self._offered: tuple[str, ...] = ()
        self._chosen: int | None = None
        self._top = 0

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return bool(self._offered)

    @property
    def offered(self) -> tuple[str, ...]:
        """What is offered, the best first."""
        return self._offered

    @property
    def chosen(self) -> str | None:
        """The candidate that is chosen."""
        return None if self._chosen is None else self._offered[self._chosen]

    def show(self, offered: Sequence[str], below: int, above: int) -> None:
        """Offer these; none closes it.

        Args:
            below, above: lines of the screen that are free under and over the field.
        """
        self._offered = tuple(map(clean, offered))
        self._chosen, self._top = None, 0
        self.set_class(self.is_open, "-open")
        if not self.is_open:
            return
        wanted = min(len(self._offered), MOST_LINES)
        under = below >= wanted + 2 or below >= above
        lines = max(min(wanted, (below if under else above) - 2), 1)
        self.styles.height = lines + 2
        self.styles.offset = (0, 0 if under else -(lines + 3))
        self.refresh()

    def close(self) -> None:
        """Offer nothing."""
        self.show((), 0, 0)

    def move(self, step: int) -> None:
        """Choose the next one, or the one before; before the first one none is chosen."""
        last = len(self._offered) - 1
        at = (-1 if self._chosen is None else self._chosen) + step
        self._chosen = min(at, last) if at >= 0 else None
        shown = max(self.size.height, 1)
        self._top = min(max(self._top, (self._chosen or 0) - shown + 1), self._chosen or 0)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, index = self.size.width, self._top + y
        if index >= len(self._offered):
            return self._palette.blank(width)
        line = compose([(fit(self._offered[index], max(width - 1, 1)), Tone.PLAIN)])
        return self._palette.strip(line, width, cursor=index == self._chosen)
