"""A sheet whose rows can be filtered: what a row or a cell opens may be long."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.markup import escape
from textual.widgets import Input
from textual.worker import Worker

from devdash.contract.actions import Action
from devdash.contract.view import Block, Table
from devdash.render.rows import filter_rows, find_row
from devdash.tui.paint import Palette
from devdash.tui.sheets import DetailSheet

Act = Callable[[Action, str], None]
"""Does an action about the row with that key."""


class OpenedSheet(DetailSheet):
    """Shows blocks; "/" filters their rows. Keeps its size while it is filtered.

    Args:
        keys: the actions that work on its rows, each with its keys.
        act: what their keys do.
    """

    DEFAULT_CSS = """
    OpenedSheet Input { display: none; border: none; height: 1; padding: 0 1; background: $boost; }
    OpenedSheet Input.-open { display: block; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("slash", "filter", show=False)]

    def __init__(
        self,
        title: str,
        blocks: Sequence[Block],
        palette: Palette,
        keys: Sequence[tuple[str, Action]] = (),
        act: Act = lambda action, item: None,
    ) -> None:
        super().__init__(title, blocks, palette)
        self._keys, self._act = tuple(keys), act
        self.view.press = self._press
        self._have(blocks)
        self._words = Input(placeholder="filter: words that a row must have", compact=True)
        self._words.cursor_blink = False
        self._fetching: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            yield self.view
            yield self._words
            yield self.hints
        box.border_title = escape(self._heading)

    def on_unmount(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()

    def fetch(self, fetching: "Worker[None]") -> None:
        """Let `fetching` bring the blocks, instead of what does so now; it ends with the sheet."""
        if self._fetching is not None:
            self._fetching.cancel()
        self._fetching = fetching

    def told(self, key: str) -> str:
        """The row with that key in words."""
        row = find_row(self._all, key)
        return " ".join(cell.text for cell in row.cells if cell.text) if row is not None else ""

    def _press(self, key: str) -> bool:
        """Do what `key` does with the row under the cursor, if it is the key of an action."""
        item = self.view.item
        action = next((one for keys, one in self._keys if key in keys.split(",")), None)
        if action is None or item is None:
            return False
        self._act(action, item)
        return True

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
        acts = [(keys, action.title) for keys, action in self._keys]
        self.HINTS = (*hints[:1], *acts, *hints[1:], ("slash", "filter")) if rows else hints

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
