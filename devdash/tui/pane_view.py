"""One pane on the screen: a header line and the report's lines."""

from collections.abc import Collection
from typing import Literal

from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from devdash.contract.report import Report
from devdash.engine.snapshot import Snapshot
from devdash.render.lines import Line
from devdash.render.rows import row_keys, table_keys
from devdash.tui.body import body
from devdash.tui.header import header
from devdash.tui.lines_view import LinesView
from devdash.tui.paint import Palette

REST_S = 0.5
"""A cursor that has not moved for so long rests."""

Which = Literal["row", "all", "others"]


class PaneView(LinesView):
    """Shows the newest snapshot of one pane. Repaints only what has changed."""

    HEAD = 1

    class Focused(Message):
        """The pane has got the focus."""

        def __init__(self, view: "PaneView") -> None:
            super().__init__()
            self.view = view

    class Moved(Message):
        """The cursor is on another row."""

    class Rested(Message):
        """The cursor has come to rest on the row `item`; None: the pane has lost the focus."""

        def __init__(self, view: "PaneView", item: str | None) -> None:
            super().__init__()
            self.view = view
            self.item = item

    def __init__(self, snapshot: Snapshot, palette: Palette, number: int, now: float) -> None:
        super().__init__(palette)
        self.snapshot = snapshot
        self.number = number
        self.pattern = ""
        self._now = now
        self._head = Line()
        self._head_width = 0
        self._laid_out: tuple[object, ...] = ()
        self._report: Report | None = None
        self._rest: Timer | None = None

    @property
    def pane_name(self) -> str:
        """The name of the pane that is shown."""
        return self.snapshot.name

    @property
    def marked(self) -> tuple[str, ...]:
        """The keys of the rows that are marked, as the report has them; a filter may hide some."""
        report = self.snapshot.report
        if not self._marks or report is None:
            return ()
        return tuple(key for key in row_keys(report.blocks) if key in self._marks)

    def mark(self, items: Collection[str]) -> None:
        super().mark(items)
        self.tick(self._now)

    def mark_rows(self, which: Which) -> None:
        """Mark rows, or take their marks away.

        Args:
            which: "row": that under the cursor, which goes on to the next; "all": those that are shown of
                its table, or none when all are marked; "others": those of them that are not, and no other.
        """
        if self.item is None or self.snapshot.report is None:
            return
        if which == "row":
            self.mark(self._marks ^ {self.item})
            self.action_move(1)
            return
        table = set(table_keys(self.snapshot.report.blocks, self.item)).intersection(self.keys)
        if which == "others":
            self.mark(self._marks ^ table)
        else:
            self.mark(self._marks - table if table <= self._marks else self._marks | table)

    def show(self, snapshot: Snapshot, now: float) -> None:
        """Show `snapshot`. Rows that it has stay marked; the mark of one that is gone goes with it."""
        self.snapshot = snapshot
        self._lay_out()
        if self._marks and snapshot.report is not None:
            super().mark(self.marked)
        self.tick(now)

    def tick(self, now: float) -> None:
        """Time has passed: the header may say something else."""
        self._now = now
        head = self._make_head()
        if head != self._head:
            self._head = head
            self.refresh_head()

    def renumber(self, number: int) -> None:
        """The pane has another place now."""
        self.number = number
        self.tick(self._now)

    def filter(self, query: str) -> None:
        """Show only the rows that match."""
        self.pattern = query
        self._lay_out()
        self.tick(self._now)

    def render_head(self, y: int, width: int) -> Strip:
        if width != self._head_width:
            # The first frame of a size is drawn before the widget is told it.
            self._head = self._make_head()
        return self.palette.strip(self._head, width)

    def on_resize(self) -> None:
        self._lay_out()
        super().on_resize()
        self._head = self._make_head()
        self.refresh()

    def on_focus(self) -> None:
        super().on_focus()
        self._head = self._make_head()
        self.post_message(self.Focused(self))
        self.cursor_moved()

    def on_blur(self) -> None:
        super().on_blur()
        self._head = self._make_head()
        self._end_rest()
        self.post_message(self.Rested(self, None))

    def cursor_moved(self) -> None:
        self.post_message(self.Moved())
        self._end_rest()
        if self.has_focus and self.item is not None:
            self._rest = self.set_timer(REST_S, self._rested)

    def _rested(self) -> None:
        self._rest = None
        self.post_message(self.Rested(self, self.item))

    def _end_rest(self) -> None:
        if self._rest is not None:
            self._rest.stop()
            self._rest = None

    def _make_head(self) -> Line:
        self._head_width = self.size.width
        return header(
            self.snapshot,
            self.number,
            max(self.size.width - 1, 1),
            self._now,
            focused=self.has_focus,
            pattern=self.pattern,
            below=self.hidden_below,
            marked=len(self._marks),
        )

    def lines_moved(self) -> None:
        self.tick(self._now)

    def _lay_out(self) -> None:
        """Lay the report out, if it, its state, the filter or the width has changed."""
        snapshot, width = self.snapshot, max(self.size.width - 2, 1)
        seen = (snapshot.phase, snapshot.failure, self.pattern, width)
        # The engine keeps the report's object while its content is the same: no need to compare it.
        if seen == self._laid_out and snapshot.report is self._report:
            return
        self._laid_out, self._report = seen, snapshot.report
        made = body(snapshot, width, self.pattern)
        self.show_lines(made.lines, news=made.news, old=snapshot.stale)
