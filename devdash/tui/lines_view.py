"""A widget that shows lines, with a cursor over those that are rows.

It draws with `render_line` and nothing else: a refresh of hundreds of rows
costs a few milliseconds, lines that look the same are not drawn again, and
there is no scrollbar that eats a column of a narrow pane.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from devdash.render.lines import Line, Spot
from devdash.tui.paint import Palette

Look = tuple[Line, bool, bool, Spot | None, bool] | None
"""How a line of the page looks: the line, whether the cursor is on it, whether it is old, the chosen cell,
whether it is marked; None: empty."""


class LinesView(Widget, can_focus=True):
    """Lines with a cursor. Subclasses fill it through `show_lines`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home,g", "edge(-1)", show=False),
        Binding("end,G", "edge(1)", show=False),
        Binding("left", "cell(-1)", show=False),
        Binding("right", "cell(1)", show=False),
        Binding("enter", "open", show=False),
    ]

    HEAD = 0
    """Lines at the top that do not scroll."""

    class Opened(Message):
        """A row was opened with Enter or a double click; with a `column`, one of its cells."""

        def __init__(self, view: "LinesView", item: str, column: str | None = None) -> None:
            super().__init__()
            self.view = view
            self.item = item
            self.column = column

    def __init__(self, palette: Palette, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.palette = palette
        self._lines: tuple[Line, ...] = ()
        self._news = 0
        self._old = False
        self._top = 0
        self._item: str | None = None
        self._marks: frozenset[str] = frozenset()
        self.press: Callable[[str], bool] = lambda key: False
        """Does what a key does beside moving, and tells whether it does anything; the app calls it."""
        self._column: str | None = None
        """The column that was chosen last, also where it is not shown now."""

    @property
    def column(self) -> str | None:
        """The key of the cell that is chosen in the row under the cursor; None: the whole row."""
        return None if (spot := self._chosen(self._cells)) is None else spot.column

    @property
    def _cells(self) -> tuple[Spot, ...]:
        """Those that can be chosen in the row under the cursor."""
        return next((line.cells for line in self._lines if line.item == self._item), ()) if self._item else ()

    def _chosen(self, cells: tuple[Spot, ...]) -> Spot | None:
        """Keys act on what is seen: a column that was dropped is not chosen until it is back."""
        return next((spot for spot in cells if spot.column == self._column), None)

    @property
    def item(self) -> str | None:
        """The key of the row under the cursor."""
        return self._item

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is shown."""
        return self._lines

    @property
    def page(self) -> int:
        """How many lines fit."""
        return max(self.size.height - self.HEAD, 0)

    @property
    def hidden_below(self) -> int:
        """How many lines there are below the last one shown; 0 where nothing is shown at all."""
        return max(len(self._lines) - self._top - self.page, 0) if self.page else 0

    def show_lines(self, lines: tuple[Line, ...], *, news: int = 0, old: bool = False) -> None:
        """Show `lines`. The cursor stays on its row, wherever that has moved; where it was seen, it is seen.

        Args:
            news: how many lines at the top are current although the rest is `old`.
        """
        if (lines, news, old) == (self._lines, self._news, self._old):
            return
        with self._repainting():
            above, seen = self._row_index(), self._cursor_is_seen()
            self._lines, self._news, self._old = lines, news, old
            keys = self.keys
            if self._item not in keys:
                self._item = keys[min(above, len(keys) - 1)] if keys else None
            self._clamp()
            if seen:
                self._reveal()  # keys act on it

    @contextmanager
    def _repainting(self) -> Iterator[None]:
        """Repaint those lines of the page that look different afterwards, and tell of others."""
        before, top, item = self._looks(), self._top, self._item
        yield
        if self._top != top:
            self.lines_moved()
        if self._item != item:
            self.cursor_moved()
        width = self.size.width
        pairs = enumerate(zip(before, self._looks(), strict=True), self.HEAD)
        changed = [Region(0, y, width, 1) for y, (old, new) in pairs if old != new]
        if changed:
            self.refresh(*changed)

    def _looks(self) -> list[Look]:
        return [self._look(index) for index in range(self._top, self._top + self.page)]

    def _look(self, index: int) -> Look:
        if index >= len(self._lines):
            return None
        line = self._lines[index]
        cursor = self.has_focus and line.item is not None and line.item == self._item
        cell = self._chosen(line.cells) if cursor else None
        return line, cursor, self._old and index >= self._news, cell, line.item in self._marks

    def repaint(self, palette: Palette) -> None:
        """Use other colours."""
        self.palette = palette
        self.refresh()

    @property
    def keys(self) -> list[str]:
        """The rows' keys, top to bottom."""
        return [line.item for line in self._lines if line.item is not None]

    def select(self, item: str) -> None:
        """Put the cursor on the row `item`, if it is there."""
        if item in self.keys:
            with self._repainting():
                self._item = item
                self._reveal()

    def mark(self, items: Collection[str]) -> None:
        """Show the rows `items` as marked, and no other."""
        with self._repainting():
            self._marks = frozenset(items)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y < self.HEAD:
            return self.render_head(y, width)
        look = self._look(self._top + y - self.HEAD)
        if look is None:
            return self.palette.blank(width)
        line, cursor, old, cell, marked = look
        return self.palette.strip(line, width, cursor=cursor, old=old, cell=cell, marked=marked)

    def render_head(self, y: int, width: int) -> Strip:
        """The lines that do not scroll; subclasses with `HEAD` > 0 draw them."""
        return self.palette.blank(width)

    def refresh_head(self) -> None:
        """Draw the head anew, and only that."""
        self.refresh(Region(0, 0, self.size.width, self.HEAD))

    def action_move(self, step: int) -> None:
        """Move the cursor, or scroll where there are no rows."""
        keys = self.keys
        if not keys:
            self._scroll(step)
            return
        index = self._row_index()
        target = min(max(index + step, 0), len(keys) - 1)
        with self._repainting():
            if target == index:
                self._top += step
                self._clamp()
            self._item = keys[target]
            self._reveal()

    def action_cell(self, step: int) -> None:
        """Choose the next cell of the row, or the one before; before the first it is the whole row."""
        cells = self._cells
        if not cells:
            return
        chosen = self._chosen(cells)
        at = (-1 if chosen is None else cells.index(chosen)) + step
        with self._repainting():
            self._column = cells[min(at, len(cells) - 1)].column if at >= 0 else None

    def action_page(self, direction: int) -> None:
        """Move by a screenful."""
        self.action_move(direction * max(self.page - 1, 1))

    def action_edge(self, direction: int) -> None:
        """Go to the first or the last row."""
        keys = self.keys
        with self._repainting():
            if keys:
                self._item = keys[0 if direction < 0 else -1]
            self._top = 0 if direction < 0 else len(self._lines)
            self._clamp()
            self._reveal()

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self._item is not None:
            self.post_message(self.Opened(self, self._item, self.column))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scroll(-2)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scroll(2)

    def on_click(self, event: events.Click) -> None:
        index = self._top + event.y - self.HEAD
        if (
            event.y >= self.HEAD
            and index < len(self._lines)
            and (item := self._lines[index].item) is not None
        ):
            with self._repainting():
                self._item = item
            if event.chain > 1:
                self.action_open()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_resize(self) -> None:
        with self._repainting():
            self._clamp()
            self._reveal()

    def _row_index(self) -> int:
        keys = self.keys
        return keys.index(self._item) if self._item in keys else 0

    def _cursor_is_seen(self) -> bool:
        """Whether keys would act on a row that is on the page."""
        page = self._lines[self._top : self._top + self.page]
        return self.has_focus and self._item is not None and any(line.item == self._item for line in page)

    def _scroll(self, step: int) -> None:
        with self._repainting():
            self._top += step
            self._clamp()

    def _clamp(self) -> None:
        self._top = min(max(self._top, 0), max(len(self._lines) - self.page, 0))

    def lines_moved(self) -> None:
        """Other lines are shown than before; for subclasses whose head says how many are left."""

    def cursor_moved(self) -> None:
        """Another row is under the cursor; for subclasses that tell more of it."""

    def _reveal(self) -> None:
        """Scroll so that the cursor's row is seen, with what stands above the first row."""
        index = next((i for i, line in enumerate(self._lines) if line.item == self._item), None)
        if index is None or self._item is None:
            return
        first = self._item == next(iter(self.keys), None)
        if index < self._top:
            self._top = index
        elif index >= self._top + self.page:
            self._top = index - self.page + 1
        if first and index < self.page:
            self._top = 0
        self._clamp()
