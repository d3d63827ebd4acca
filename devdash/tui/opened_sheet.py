"""A sheet whose rows can be filtered: what a row or a cell opens may be long."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.markup import escape
from textual.widgets import Input
from textual.worker import Worker

from devdash.contract.view import Block, Table
from devdash.render.rows import filter_rows
from devdash.tui.paint import Palette
from devdash.tui.sheets import DetailSheet


class OpenedSheet(DetailSheet):
    """Shows blocks; "/" filters their rows. Keeps its size while it is filtered.

    Attributes:
        fetching: what brings its blocks; ended with the sheet.
    """

    DEFAULT_CSS = """
    OpenedSheet Input { display: none; border: none; height: 1; padding: 0 1; background: $boost; }
    OpenedSheet Input.-open { display: block; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("slash", "filter", show=False)]

    def __init__(self, title: str, blocks: Sequence[Block], palette: Palette) -> None:
        super().__init__(title, blocks, palette)
        self._have(blocks)
        self._words = Input(placeholder="filter: words that a row must have", compact=True)
        self._words.cursor_blink = False
        self.fetching: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            yield self.view
            yield self._words
            yield self.hints
        box.border_title = escape(self._heading)

    def on_unmount(self) -> None:
        if self.fetching is not None:
            self.fetching.cancel()

    def show_blocks(self, blocks: Sequence[Block]) -> None:
        """Show other blocks; the filter holds for them too."""
        self._have(blocks)
        self.view.show_blocks(self._all)
        self.hints.show_keys(self.HINTS)
        self._fit()
        if self._words.value:
            self._filter()

    def _have(self, blocks: Sequence[Block]) -> None:
        self._all = tuple(blocks)
        rows = any(isinstance(block, Table) and block.rows for block in self._all)
        hints = DetailSheet.HINTS
        self.HINTS = (*hints, ("slash", "filter")) if rows else hints

    def _filter(self) -> None:
        self.view.show_blocks(filter_rows(self._all, self._words.value))

    def action_filter(self) -> None:
        """Take the keys for the words of the filter."""
        self._words.add_class("-open")
        self.BESIDE = 1
        self._fit()
        # At once: what is typed ahead is for the words.
        self.set_focus(self._words, scroll_visible=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._filter()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.view.focus()

    def action_close(self) -> None:
        """Leave the filter, then the sheet."""
        if not self._words.has_class("-open"):
            self.dismiss(None)
            return
        self._words.value = ""
        self._words.remove_class("-open")
        self.BESIDE = 0
        self.view.show_blocks(self._all)
        self._fit()
        self.view.focus()
