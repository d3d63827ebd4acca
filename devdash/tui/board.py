"""The screen on which the panes stand, and what it says where they have no room."""

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from devdash.contract.view import Text, Tone
from devdash.tui.paint import Palette

if TYPE_CHECKING:
    from devdash.tui.sheets import BlocksView

LEAST_WIDTH, LEAST_HEIGHT = 40, 8


class Board(Screen[None], inherit_bindings=False):
    """Has no keys for going from widget to widget: those of the dashboard go from pane to pane."""

    DEFAULT_CSS = """
    Board #too-small { display: none; }
    Board.-tiny #too-small { display: block; height: 1fr; }
    Board.-tiny PaneGrid, Board.-tiny Bar, Board.-tiny FilterBar { display: none; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,super+c", "screen.copy_text", "Copy selected text", show=False),
    ]

    _too_small: "BlocksView | None" = None

    def fit(self, width: int, height: int, palette: Palette) -> None:
        """Show the panes, or, in fewer cells than they need, one sentence instead."""
        tiny = width < LEAST_WIDTH or height < LEAST_HEIGHT
        self.set_class(tiny, "-tiny")
        if tiny:
            needs = f"devdash needs {LEAST_WIDTH}×{LEAST_HEIGHT} cells"
            self._tell_instead(f"{needs}; this terminal has {width}×{height}.", palette)

    def _tell_instead(self, text: str, palette: Palette) -> None:
        if self._too_small is None:
            from devdash.tui.sheets import BlocksView

            self._too_small = BlocksView(palette, ())
            self._too_small.id = "too-small"
            self.mount(self._too_small)
        self._too_small.show_blocks((Text(text, Tone.WARN),))
