"""Where the panes stand: in their layout, or, in a narrow terminal, one open and the others folded."""

from collections.abc import Iterable, Mapping, Sequence
from math import lcm

from textual.containers import Container
from textual.message import Message

from devdash.engine.snapshot import Snapshot
from devdash.tui.paint import Palette
from devdash.tui.pane_view import PaneView

NARROW = 100
"""Below this many columns the panes stand one below the other."""

FOLDED = 3
"""Lines of a pane that has not the focus, where there is room: its header and a little of its data."""

BARS = 2
"""Lines of the screen that are not the panes': the title and the hints."""

Rows = tuple[tuple[str, ...], ...]
"""Pane names, row by row, as `[devdash] layout` gives them."""


def heights(needs: Sequence[int], current: int, room: int) -> tuple[int, ...]:
    """Lines for panes that stand one below the other.

    Every pane keeps its header. The current one has what it needs, except for a
    little of the others' data as long as it keeps half of the room itself. What it
    does not need goes to the others line by line in turn, and back to itself at last.

    Args:
        needs: how many lines each pane would fill, its header included.
        current: the index of the pane that keys are meant for.
        room: lines for all of them.
    """
    given = [1] * len(needs)
    left = max(room - len(needs), 0)
    peek = [min(max(need, 1), FOLDED) - 1 for need in needs]
    reserve = sum(peek) - peek[current]
    if reserve > left // 2:
        reserve = 0
    given[current] += min(max(needs[current] - 1, 0), left - reserve)
    left = max(room - sum(given), 0)
    while left and (hungry := [index for index, need in enumerate(needs) if given[index] < need]):
        for index in hungry[:left]:
            given[index] += 1
        left -= min(left, len(hungry))
    given[current] += left
    return tuple(given)


def shares(needs: Sequence[int], room: int) -> tuple[int, ...]:
    """Lines for rows of panes: equal ones, but that a row leaves to others what it does not need.

    Whom the keys are meant for plays no part: where panes stand side by side they do not move with the focus.

    Args:
        needs: how many lines each row would fill.
        room: lines for all of them.
    """
    given = [0] * len(needs)
    left = room
    modest = sorted(range(len(needs)), key=needs.__getitem__)
    for place, index in enumerate(modest):
        given[index] = min(needs[index], left // (len(needs) - place))
        left -= given[index]
    while left and given:
        smallest = min(given)
        given[given.index(smallest)] += 1
        left -= 1
    return tuple(given)


def narrow(rows: Rows, width: int) -> bool:
    """Whether the panes stand one below the other although their layout puts some side by side."""
    return max((len(row) for row in rows), default=1) > 1 and width < NARROW


class PaneGrid(Container):
    """Holds the panes' views, gives them their places, and knows which one keys are meant for."""

    DEFAULT_CSS = """
    PaneGrid { layout: grid; grid-gutter: 0 1; height: 1fr; }
    PaneGrid.-column { layout: vertical; }
    PaneGrid > PaneView { width: 1fr; height: 1fr; }
    """

    class Changed(Message):
        """Another pane has the focus, or others are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.views: dict[str, PaneView] = {}
        self._rows: Rows = ()
        self._current = ""
        self._zoomed: str | None = None
        self._placed_for: tuple[int, ...] = ()

    @property
    def view(self) -> PaneView | None:
        """The pane that keys are meant for."""
        return self.views.get(self._current)

    @property
    def is_zoomed(self) -> bool:
        """Whether only one pane is shown."""
        return self._zoomed is not None

    @property
    def shown(self) -> Sequence[str]:
        """The panes that can be seen."""
        return [self._zoomed] if self._zoomed else list(self.views)

    def make_views(
        self, rows: Rows, snapshots: Mapping[str, Snapshot], palette: Palette, now: float
    ) -> Iterable[PaneView]:
        """Views for the panes that have none yet; all are numbered anew. The caller mounts them."""
        self._rows = rows
        fresh: list[PaneView] = []
        for number, name in enumerate((name for row in rows for name in row), 1):
            if name in self.views:
                self.views[name].renumber(number)
            else:
                self.views[name] = PaneView(snapshots[name], palette, number, now)
                fresh.append(self.views[name])
        return fresh

    async def change(
        self, rows: Rows, snapshots: Mapping[str, Snapshot], palette: Palette, now: float
    ) -> None:
        """Change over to another layout; panes that stay keep their focus, cursor and scroll."""
        # All that is known changes before the first await: keys and sizes arrive in between.
        gone = [self.views.pop(name) for name in tuple(self.views) if name not in snapshots]
        fresh = self.make_views(rows, snapshots, palette, now)
        if self._zoomed not in self.views:
            self._zoomed = None
        lost = self._current not in self.views
        if lost:
            self._current = rows[0][0] if rows else ""
        for view in gone:
            await view.remove()
        await self.mount_all(fresh)
        rank = {name: position for position, name in enumerate(name for row in rows for name in row)}
        self.sort_children(key=lambda view: rank[view.pane_name] if isinstance(view, PaneView) else -1)
        if lost:
            self.focus_first()
        self.place()

    def focus_first(self) -> None:
        """Go to the first pane."""
        self.go(1)

    def go(self, number: int) -> None:
        """Go to the pane with this number, if there is one."""
        view = next((view for view in self.views.values() if view.number == number), None)
        if view is not None:
            self.go_to(view.pane_name)

    def go_to(self, name: str) -> None:
        """Go to the pane `name`; where only one pane is shown, show this one."""
        self._current = name
        if self._zoomed:
            self._zoomed = name
        self.place()
        # At once: `Widget.focus` waits for its turn, and the next key would go to the old pane.
        self.screen.set_focus(self.views[name], scroll_visible=False)

    def step(self, by: int) -> None:
        """Go `by` panes on, around the end."""
        if (view := self.view) is not None:
            self.go((view.number - 1 + by) % len(self.views) + 1)

    def toggle_zoom(self) -> None:
        """Show only the current pane, or all again."""
        self._zoomed = None if self._zoomed else self._current
        self.place()

    def on_pane_view_focused(self, message: PaneView.Focused) -> None:
        if message.view.pane_name in self.views:
            self._current = message.view.pane_name
            self.place()

    def on_resize(self) -> None:
        self.place()

    def place(self) -> None:
        """Give every view its place."""
        # Before the first layout this is a good guess: it spares a second one.
        size = self.size or self.app.size - (0, BARS)
        folding = narrow(self._rows, size.width)
        self.set_class(folding or self.is_zoomed, "-column")
        columns = lcm(*(len(row) for row in self._rows)) if self._rows else 1
        self.styles.grid_size_columns = columns
        self.styles.grid_size_rows = max(len(self._rows), 1)
        for row in self._rows:
            for name in row:
                view = self.views[name]
                view.display = self._zoomed in (None, name)
                view.styles.column_span = columns // len(row)
                view.styles.height = "1fr"
        self._share(size.height)
        self.post_message(self.Changed())

    def settle(self) -> None:
        """Share the lines out anew when the panes need other heights now."""
        if self._needs() != self._placed_for:
            self._share(self.size.height)

    def _share(self, room: int) -> None:
        if self.is_zoomed:
            return
        self._placed_for = self._needs()
        if self.has_class("-column"):
            self._fold(room)
        elif self._rows:
            needs = [max(self._need(self.views[name]) for name in row) for row in self._rows]
            self.styles.grid_rows = " ".join(map(str, shares(needs, room)))

    def _needs(self) -> tuple[int, ...]:
        return tuple(map(self._need, self._in_order()))

    @staticmethod
    def _need(view: PaneView) -> int:
        return view.HEAD + max(len(view.lines), 1)

    def _in_order(self) -> Sequence[PaneView]:
        return [self.views[name] for row in self._rows for name in row]

    def _fold(self, room: int) -> None:
        views = self._in_order()
        current = next((at for at, view in enumerate(views) if view.pane_name == self._current), 0)
        for view, height in zip(views, heights(self._placed_for, current, room), strict=True):
            view.styles.height = height
