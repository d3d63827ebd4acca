"""Sheets: what opens over the dashboard and closes with Escape."""

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.markup import escape
from textual.screen import ModalScreen

from devdash.contract.actions import Confirmation
from devdash.contract.view import Block, Text, Tone
from devdash.render.blocks import lay_out
from devdash.render.clean import clean
from devdash.render.lines import Line
from devdash.tui.bars import HintBar
from devdash.tui.lines_view import LinesView
from devdash.tui.paint import Palette

R = TypeVar("R")


class BlocksView(LinesView):
    """View blocks, laid out for whatever width there is."""

    def __init__(self, palette: Palette, blocks: Sequence[Block]) -> None:
        super().__init__(palette)
        self.blocks = tuple(blocks)
        self._laid_out: tuple[int, tuple[Line, ...]] | None = None

    def on_resize(self) -> None:
        if self.size.width:
            self.show_lines(self.lines_in(self.size.width - 2))
        super().on_resize()

    def show_blocks(self, blocks: Sequence[Block]) -> None:
        """Show other blocks."""
        self.blocks, self._laid_out = tuple(blocks), None
        self.on_resize()

    def lines_in(self, width: int) -> tuple[Line, ...]:
        """The blocks in `width` cells; laid out once for each width."""
        if self._laid_out is None or self._laid_out[0] != width:
            self._laid_out = width, lay_out(self.blocks, max(width, 1))
        return self._laid_out[1]


class Sheet(ModalScreen[R]):
    """A titled window over the dashboard. Subclasses say what is in it and what its keys do."""

    DEFAULT_CSS = """
    Sheet { align: center middle; }
    Sheet > Vertical {
        width: 90%; max-width: 110; height: auto; max-height: 85%;
        border: round $primary; border-title-color: $text; background: $background;
    }
    Sheet LinesView { height: auto; max-height: 100%; min-height: 1; }
    Sheet HintBar { height: 1; dock: bottom; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", show=False)]

    HINTS: tuple[tuple[str, str], ...] = (("escape", "close"),)

    SHARE, MOST = 0.9, 110
    """The part of the screen's width that it takes, and the most cells; as in the CSS."""

    BESIDE = 0
    """Lines beside those of the view and the hints."""

    def __init__(self, title: str, blocks: Sequence[Block], palette: Palette) -> None:
        super().__init__()
        self._heading = clean(title)
        self.view = BlocksView(palette, blocks)
        self.hints = HintBar(palette)

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            yield self.view
            yield self.hints
        box.border_title = escape(self._heading)

    def on_mount(self) -> None:
        self._fit()
        self.hints.show_keys(self.HINTS)
        self.view.focus()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        """As tall as its content, as far as there is room."""
        lines = len(self.view.lines_in(self.room))
        room = max(int(self.size.height * 0.85) - 3 - self.BESIDE, 1)
        self.view.styles.height = max(min(lines, room), 1)

    @property
    def room(self) -> int:
        """Cells in which the view lays its blocks out."""
        return max(min(int(self.size.width * self.SHARE), self.MOST) - 4, 1)

    def action_close(self) -> None:
        """Close without an answer."""
        self.dismiss(None)


class DetailSheet(Sheet[None]):
    """More about one row, or what an action had to say."""

    HINTS: tuple[tuple[str, str], ...] = (("escape", "close"), ("↑↓", "move"))


class ConfirmSheet(Sheet[bool]):
    """A question that is answered by yes or no.

    It appears when the pane has made it, which may be in the middle of somebody's
    typing: Enter, which one presses without a look, never means yes.
    """

    HINTS = (("y", "yes"), ("n", "no"), ("enter", "no"), ("escape", "no"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", show=False),
        Binding("n", "answer(False)", show=False),
        Binding("enter", "answer(False)", show=False, priority=True),
    ]

    def __init__(self, title: str, question: Confirmation, palette: Palette) -> None:
        tone = Tone.BAD if question.danger else Tone.STRONG
        super().__init__(title, (Text(question.question, tone), *question.blocks), palette)

    def action_answer(self, yes: bool) -> None:
        """Yes or no."""
        self.dismiss(yes)
