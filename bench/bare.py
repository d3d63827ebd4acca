"""The reference: the least that a Textual app with four panes is. Run as a program.

What devdash costs beyond this is devdash's own doing.
"""

import sys

from textual.app import App, ComposeResult
from textual.containers import Grid
from textual.widgets import Static

PANES = ("Battery", "Ledger", "Git", "Databases")


class BareApp(App[None]):
    """Four panes of text; `j` and `k` change the first one, `q` quits."""

    CSS = "Grid { grid-size: 2; } Static { border: round $primary; }"
    BINDINGS = [("j", "count(1)"), ("k", "count(-1)"), ("q", "quit")]  # noqa: RUF012 - Textual's idiom

    def compose(self) -> ComposeResult:
        self._number = 0
        with Grid():
            for name in PANES:
                yield Static(f"{name} pane", id=name)

    def action_count(self, by: int) -> None:
        """Draw another number."""
        self._number += by
        self.query_one("#Battery", Static).update(f"Battery pane {self._number}")


if __name__ == "__main__":
    BareApp().run()
    sys.exit(0)
