"""The history view: what alerts, actions and panes did, filtered by words, newest first."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.markup import escape
from textual.widget import Widget
from textual.widgets import Input

from devdash.contract.errors import DevdashError
from devdash.contract.view import Block, Tone
from devdash.render.clean import clean
from devdash.render.lines import compose
from devdash.render.rows import find_row
from devdash.tui.bars import Bar
from devdash.tui.event_words import MOST_EVENTS, Wanted, wanted
from devdash.tui.history_lines import LOADING, NONE_KEPT, event_blocks, failed
from devdash.tui.lines_view import LinesView
from devdash.tui.paint import Palette
from devdash.tui.sheets import DetailSheet, Sheet

if TYPE_CHECKING:
    from devdash.tui.alerting import Alerting

SETTLE_S = 0.2
"""The history is asked when nobody has typed for so long."""


class HistorySheet(Sheet[None]):
    """Asks the history one question at a time; what is typed meanwhile is the next one."""

    DEFAULT_CSS = """
    HistorySheet > Vertical { width: 96%; max-width: 150; }
    HistorySheet Input { border: none; height: 1; padding: 0 1; background: $boost; }
    """
    SHARE, MOST = 0.96, 150
    BESIDE = 2
    HINTS = (
        ("enter", "detail"),
        ("slash", "filter"),
        ("r", "look again"),
        ("escape", "close"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "type", show=False),
        Binding("r", "look", show=False),
    ]

    def __init__(self, source: "Alerting", palette: Palette) -> None:
        super().__init__("What happened", LOADING, palette)
        self._source = source
        self._words = Input(placeholder="filter: git critical 7d alerts words", compact=True)
        self._words.cursor_blink = False
        self._told = Bar(palette)
        self._busy = False
        self._next: Wanted | None = None

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            yield self._words
            yield self.view
            yield self._told
            yield self.hints
        box.border_title = escape(self._heading)

    def on_mount(self) -> None:
        super().on_mount()
        self.action_look()

    # ── asking ──────────────────────────────────────────────────────────────

    def action_look(self) -> None:
        """Ask for what the words say."""
        self._next = wanted(self._words.value, self._source.panes, self._source.now())
        self._tell(f"{self._next.told} …")
        if not self._busy:
            self._busy = True
            self.run_worker(self._ask(), exit_on_error=False)

    async def _ask(self) -> None:
        try:
            while (question := self._next) is not None:
                self._next = None
                await self._answer(question)
        finally:
            self._busy = False

    async def _answer(self, question: Wanted) -> None:
        log = self._source.events
        if log is None:
            self._show(NONE_KEPT, "")
            return
        try:
            found = await log.events(question.query)
        except DevdashError as error:
            self._show(failed(error), question.told)
            return
        if self._next is None:
            newest = "the newest " if len(found) >= MOST_EVENTS else ""
            count = f"{newest}{len(found)} {'event' if len(found) == 1 else 'events'}"
            self._show(event_blocks(found, self._source.now()), f"{count} · {question.told}")

    def _show(self, blocks: Sequence[Block], told: str) -> None:
        self.view.show_blocks(blocks)
        self._fit()
        self._tell(told)

    def _tell(self, told: str) -> None:
        self._told.show_line(compose([(clean(told), Tone.DIM)]))

    # ── keys ────────────────────────────────────────────────────────────────

    def action_type(self) -> None:
        """Go to the words."""
        self._go_to(self._words)

    def _go_to(self, widget: Widget) -> None:
        # At once: `Widget.focus` waits for its turn, and what is typed ahead would meet the other one.
        self.set_focus(widget, scroll_visible=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._settle()

    def _settle(self) -> None:
        """Ask, once typing has come to rest."""
        value = self._words.value
        self.set_timer(SETTLE_S, lambda: self.action_look() if self._words.value == value else None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._go_to(self.view)
        self.action_look()

    def on_key(self, event: events.Key) -> None:
        if self._words.has_focus and event.key == "down":
            event.stop()
            self._go_to(self.view)

    def action_close(self) -> None:
        """Leave the words, then the sheet."""
        if self._words.has_focus:
            self._go_to(self.view)
        else:
            self.dismiss(None)

    def on_lines_view_opened(self, message: LinesView.Opened) -> None:
        message.stop()
        row = find_row(self.view.blocks, message.item)
        if row is not None and row.detail:
            self.app.push_screen(DetailSheet("What happened", row.detail, self.view.palette))
