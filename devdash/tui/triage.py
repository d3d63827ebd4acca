"""The triage list: everything that needs a hand, across panes, worst first, and live while it is open."""

from typing import TYPE_CHECKING, ClassVar

import msgspec
from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.markup import escape
from textual.message import Message

from devdash.contract.levels import Level
from devdash.render.clean import clean
from devdash.tui.bars import Bar
from devdash.tui.lines_view import LinesView
from devdash.tui.needs import Hush, Need, in_order
from devdash.tui.paint import Palette
from devdash.tui.sheets import BlocksView, Sheet
from devdash.tui.toasts import toast
from devdash.tui.triage_lines import story, triage_blocks

if TYPE_CHECKING:
    from devdash.tui.alerting import Alerting

TITLE = "What needs a hand"


class Leave(msgspec.Struct, frozen=True):
    """What the list is left for.

    Attributes:
        need: the entry to go to; None: to the history.
    """

    need: Need | None


class TriageView(BlocksView):
    """Tells when another entry is under the cursor."""

    class Moved(Message):
        """It is."""

    def cursor_moved(self) -> None:
        self.post_message(self.Moved())


class TriageSheet(Sheet[Leave | None]):
    """Enter does what helps, or goes there where nothing does from here. The list stays open for the next."""

    DEFAULT_CSS = """
    TriageSheet > Vertical { width: 96%; max-width: 150; }
    """
    SHARE, MOST = 0.96, 150
    BESIDE = 1
    IDLE_HINTS = (("h", "history"), ("u", "take back"), ("escape", "close"))
    HINTS = (
        ("enter", "mend it"),
        ("s", "snooze"),
        ("x", "acknowledge"),
        ("o", "go there"),
        ("u", "take back"),
        ("h", "history"),
        ("escape", "close"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "visit", show=False),
        Binding("s", "snooze", show=False),
        Binding("x", "acknowledge", show=False),
        Binding("u", "take_back", show=False),
        Binding("h", "history", show=False),
    ]

    def __init__(self, source: "Alerting", palette: Palette) -> None:
        super().__init__(TITLE, (), palette)
        self.view = TriageView(palette, ())
        self._source = source
        self._story = Bar(palette)
        self._found: tuple[Need, ...] = ()
        self._seen: tuple[object, ...] = ()
        self._part = ""
        self._last: Need | None = None
        """What was set aside last, for `u`."""

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            yield self.view
            yield self._story
            yield self.hints
        box.border_title = escape(self._heading)

    def on_mount(self) -> None:
        super().on_mount()
        self._show()
        self._stop = self._source.watch(self._show)

    def on_unmount(self) -> None:
        self._stop()

    def on_resize(self) -> None:
        self._show()

    # ── what is shown ───────────────────────────────────────────────────────

    def _show(self) -> None:
        """The list as it is now. An entry that is over stays while the cursor stands on it."""
        found = list(self._source.needs)
        here = self.need
        if here is not None and all(need.key != here.key for need in found):
            found.append(replace(here, hush=Hush.OVER))
            found.sort(key=in_order)
        self._found = tuple(found)
        self.hints.show_keys(self.HINTS if found else self.IDLE_HINTS)
        now, troubles = self._source.now(), self._source.troubles
        seen = (self._found, troubles, self.room, now.date())
        if seen != self._seen:
            self._seen = seen
            self.view.show_blocks(triage_blocks(found, self._source.helper, now, self.room, troubles))
            self._fit()
        if self._source.part != self._part:
            self._part = self._source.part
            self.query_one(Vertical).border_subtitle = escape(self._part)
        self._story.show_line(story(self.need, self._source.helper, self._source.now()))

    def on_triage_view_moved(self, message: TriageView.Moved) -> None:
        message.stop()
        self._show()

    @property
    def need(self) -> Need | None:
        """The entry under the cursor."""
        return next((need for need in self._found if need.key == self.view.item), None)

    # ── keys ────────────────────────────────────────────────────────────────

    def on_lines_view_opened(self, message: LinesView.Opened) -> None:
        message.stop()
        need = self.need
        if need is None or self._is_over(need):
            return
        if not self._source.mend(need):
            self.action_visit()

    def action_visit(self) -> None:
        """Go to the entry's pane and row."""
        if (need := self.need) is not None:
            self.dismiss(Leave(need))

    def action_history(self) -> None:
        """See what happened."""
        self.dismiss(Leave(None))

    def action_snooze(self) -> None:
        """Ask how long, then set the entry aside."""
        need = self.need
        if need is None or self._is_over(need):
            return
        from devdash.tui.snooze import SnoozeSheet

        def go(seconds: float | None) -> None:
            if seconds is not None:
                self._put_aside(need, seconds)

        title = f"{'Snooze' if need.alert else 'Hide'}: {clean(need.text)}"
        self.app.push_screen(SnoozeSheet(title, self._source.now(), self.view.palette), go)

    def action_acknowledge(self) -> None:
        """Silence the entry until it is over."""
        need = self.need
        if need is not None and not self._is_over(need):
            self._put_aside(need, None)

    def action_take_back(self) -> None:
        """End the entry's snooze, or that of the entry that was set aside last."""
        here = self.need
        need = here if here is not None and not here.is_loud else self._last
        if need is None:
            self._say("Nothing was set aside here.")
        elif not self._source.take_back(need):
            self._say("An acknowledged alert stays silent until it is over.")
        else:
            self._last = None

    def _put_aside(self, need: Need, seconds: float | None) -> None:
        self._step_on(need)
        self._source.set_aside(need, seconds)
        self._last = need
        if need.alert is None:
            self._say("No rule watches this: it is hidden in this screen alone.")

    def _step_on(self, need: Need) -> None:
        """The cursor goes on to the next entry that waits for a hand."""
        if self.view.item != need.key:
            return
        loud = [other.key for other in self._found if other.is_loud]
        if need.key in loud and len(loud) > 1:
            at = loud.index(need.key)
            self.view.select(loud[at + 1] if at + 1 < len(loud) else loud[at - 1])

    def _is_over(self, need: Need) -> bool:
        if need.hush is Hush.OVER:
            self._say("It is over.")
        return need.hush is Hush.OVER

    def _say(self, text: str) -> None:
        toast(self.app, text, Level.OK)
