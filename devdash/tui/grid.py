"""Where the panes stand: in their layout, or, in a narrow terminal, one open and the others folded."""

from collections.abc import Iterable, Sequence
from math import lcm

import msgspec
from textual.containers import Container

from devdash.tui.pane_view import PaneView

NARROW = 100
"""Below this many columns the panes stand one below the other."""

FOLDED = 3
"""Lines of a folded pane where there is room: its header and a little of its data."""


class Shape(msgspec.Struct, frozen=True):
    """What decides about the places of the panes.

    Attributes:
        rows: pane names, row by row.
        width, height: cells for all panes.
        current: the pane with the focus.
        zoomed: only this pane is shown; None: all.
    """

    rows: tuple[tuple[str, ...], ...]
    width: int
    height: int
    current: str
    zoomed: str | None = None

    @property
    def narrow(self) -> bool:
        """Whether the panes stand one below the other."""
        widest = max((len(row) for row in self.rows), default=1)
        return widest > 1 and self.width < NARROW


def folded_height(count: int, height: int) -> int:
    """Lines for each of the `count` panes that are not open, so that the open one has most of `height`."""
    return FOLDED if count * FOLDED <= height // 2 else 1


class PaneGrid(Container):
    """Holds the panes' views and gives them their places."""

    DEFAULT_CSS = """
    PaneGrid { layout: grid; grid-gutter: 0 1; height: 1fr; }
    PaneGrid.-column { layout: vertical; }
    PaneGrid > PaneView { width: 1fr; height: 1fr; }
    """

    def place(self, views: Iterable[PaneView], shape: Shape) -> None:
        """Give every view its place."""
        column = shape.narrow or shape.zoomed is not None
        self.set_class(column, "-column")
        by_name = {view.pane_name: view for view in views}
        columns = lcm(*(len(row) for row in shape.rows)) if shape.rows else 1
        self.styles.grid_size_columns = columns
        self.styles.grid_size_rows = max(len(shape.rows), 1)
        folded = folded_height(len(by_name) - 1, shape.height)
        for row in shape.rows:
            for name in row:
                view = by_name[name]
                view.display = shape.zoomed in (None, name)
                view.styles.column_span = columns // len(row)
                open_ = not shape.narrow or name in (shape.current, shape.zoomed)
                view.styles.height = "1fr" if open_ else folded

    def order(self, names: Sequence[str]) -> None:
        """Put the views into the order of `names`."""
        rank = {name: position for position, name in enumerate(names)}
        self.sort_children(key=lambda view: rank[view.pane_name] if isinstance(view, PaneView) else -1)
