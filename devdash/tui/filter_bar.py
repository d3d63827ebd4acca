"""The line into which a filter is typed; it is there only while it is needed."""

from textual.widgets import Input

from devdash.tui.grid import PaneGrid


class FilterBar(Input):
    """Filters the current pane with every change of its text; Enter leaves it with the text kept."""

    DEFAULT_CSS = """
    FilterBar { display: none; border: none; height: 1; padding: 0 1; background: $boost; }
    FilterBar.-open { display: block; }
    """

    def __init__(self, grid: PaneGrid) -> None:
        super().__init__(placeholder="filter: words that a row must have", compact=True)
        self.cursor_blink = False
        self._grid = grid

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return self.has_class("-open")

    def open(self) -> None:
        """Take the keys, with the filter that the pane has."""
        self.value = self._grid.view.pattern if self._grid.view else ""
        self.add_class("-open")
        # At once: `Widget.focus` waits for its turn, and what is typed ahead would be keys of the pane.
        self.screen.set_focus(self, scroll_visible=False)

    def close(self) -> None:
        """Hide it."""
        self.remove_class("-open")

    def leave(self, text: str) -> None:
        """Hide it and go back to the pane, which keeps `text` as its filter."""
        self.close()
        if (view := self._grid.view) is not None:
            view.filter(text)
            self._grid.go_to(view.pane_name)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open and (view := self._grid.view) is not None:
            view.filter(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.leave(event.value)
