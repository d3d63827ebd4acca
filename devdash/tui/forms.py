"""The form that asks for an action's fields.

It stays open until the pane has accepted what is in it and the person has confirmed: whatever is
refused or answered with no comes back to the form, and nothing that was typed is lost.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.markup import escape
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Label
from textual.worker import Worker

from devdash.contract.errors import PaneError
from devdash.contract.levels import Level
from devdash.contract.view import Notice
from devdash.engine.acting import Asked, check_value
from devdash.engine.assisting import Draft
from devdash.engine.engine import Engine
from devdash.render.blocks import notice_lines
from devdash.render.clean import clean
from devdash.tui.bars import HintBar
from devdash.tui.deeds import Deed
from devdash.tui.form_fields import FieldRow, label_width
from devdash.tui.paint import Palette

Offer = Callable[[Mapping[str, str]], Awaitable[Asked | None]]
"""Asks the pane, then the person. None: the answer is no. Raises PaneError: the pane refuses."""

MOST_PROBLEM = 8
"""Lines that a refusal may take from the fields."""

_FILLING = (("ctrl+s", "do it"), ("tab", "next"), ("escape", "give up"))
_READING = ("", "reading …")
_CHOOSING = (("↑↓", "choose"), ("tab", "take"), ("escape", "close the list"))
_OFFERING = (("↑↓", "choose"), ("tab", "next"), ("escape", "close the list"))
"""Of a list of which nothing is taken unless it is chosen."""


class FormSheet(ModalScreen[Asked | None]):
    """One line per field; Enter or Ctrl+S sends, Escape gives up.

    Closes with what may now be done, or None.
    """

    DEFAULT_CSS = """
    FormSheet { align: center middle; }
    FormSheet > Vertical {
        width: 90%; max-width: 80; height: auto; max-height: 90%;
        border: round $primary; border-title-color: $text; background: $background; padding: 0 1;
    }
    FormSheet VerticalScroll { height: auto; }
    FormSheet #form-help { color: $text-muted; height: 1; }
    FormSheet #form-problem { color: $error; height: auto; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", show=False),
        Binding("ctrl+s", "send", show=False, priority=True),
        Binding("down", "choose(1)", show=False, priority=True),
        Binding("up", "choose(-1)", show=False, priority=True),
        Binding("tab", "take", show=False, priority=True),
        Binding("enter", "take_chosen", show=False, priority=True),
    ]

    def __init__(self, deed: Deed, engine: Engine, palette: Palette, offer: Offer) -> None:
        super().__init__()
        self._deed = deed
        self._engine = engine
        self._offer = offer
        self._hints = HintBar(palette)
        self._help, self._problem = Label("", id="form-help"), Label("", id="form-problem")
        fields, today = deed.action.fields, engine.clock.now().date()
        labels = label_width([field.label for field in fields])
        self._rows = {field.name: FieldRow(field, labels, palette, today) for field in fields}
        self._entered = ""
        """The value of the current field when it was gone to."""
        self._turn = asyncio.Lock()
        self._looking: Worker[None] | None = None
        self._owed: FieldRow | None = None
        """The closed field that was left before what completes it was known."""
        self._sending: Worker[None] | None = None
        self._filling: list[Worker[None]] = []
        self._reads = False
        """What follows from the fields so far is asked for."""

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            with VerticalScroll(can_focus=False):
                yield from self._rows.values()
            if any(row.field.help for row in self._rows.values()):
                yield self._help
            yield self._problem
            yield self._hints
        named = (self._deed.action.title, self._deed.about)
        box.border_title = escape(clean(": ".join(text for text in named if text)))

    def on_mount(self) -> None:
        self._hints.show_keys(_FILLING)
        self._fit(())
        # At once: `Widget.focus` waits for its turn, and would take the focus back from who typed ahead.
        self.set_focus(next(iter(self._rows.values())).editor, scroll_visible=False)
        self._ask_for_filling(None)

    def on_unmount(self) -> None:
        for worker in (self._looking, self._sending, *self._filling):
            if worker is not None:
                worker.cancel()

    def on_resize(self) -> None:
        self._fit(())

    # ── fields ──────────────────────────────────────────────────────────────

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        row = _row_of(event.widget)
        if row is not None:
            self._entered = row.answer
            self._help.update(Content(clean(row.field.help)))

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        row = _row_of(event.widget)
        if row is not None:
            self._close_list(row)
            self._left(row)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        row = _row_of(event.input)
        if row is not None and row.list is not None and row.editor.has_focus:
            self._look_up(row)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._begin(_row_of(event.input))

    @property
    def _row(self) -> FieldRow | None:
        """The field that has the focus."""
        return _row_of(self.focused) if self.focused is not None else None

    def _draft(self) -> Draft:
        values = {name: row.answer for name, row in self._rows.items()}
        deed = self._deed
        return Draft(deed.action.name, deed.item, values, deed.column, deed.items)

    # ── what could be meant ─────────────────────────────────────────────────

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The keys of the list belong to it only while it is there."""
        row = self._row
        if action not in ("choose", "take_chosen"):
            return True
        if row is None or row.list is None:
            return False
        return action == "choose" or row.list.chosen is not None

    def action_choose(self, step: int) -> None:
        """Go down and up in the list; ask for it where it is closed."""
        row = self._row
        assert row is not None
        assert row.list is not None
        if row.list.is_open:
            row.list.move(step)
            self._show_keys()
        elif step > 0:
            self._look_up(row)

    def action_take(self) -> None:
        """Take what is chosen, in a closed field the first one, and go on."""
        row = self._row
        if row is not None and row.list is not None:
            closed = row.field.closed and bool(row.answer.strip())
            if row.list.chosen is not None or (closed and row.list.is_open):
                self._take(row, row.list.chosen, row.list.offered)
            elif closed and self._looking is not None and not self._looking.is_finished:
                self._owed = row
        self.focus_next()

    def action_take_chosen(self) -> None:
        """Take what is chosen, and go on."""
        self.action_take()

    def _take(self, row: FieldRow, chosen: str | None, offered: tuple[str, ...]) -> None:
        typed = row.answer.strip().casefold()
        if chosen is None and any(text.casefold() == typed for text in offered):
            return  # it is one of them already
        row.take(offered[0] if chosen is None else chosen)

    def _look_up(self, row: FieldRow) -> None:
        """Ask what could be meant. Only the newest question counts."""
        if self._looking is not None:
            self._looking.cancel()
        self._owed = None
        self._looking = self.app.run_worker(self._complete(row), exit_on_error=False)

    async def _complete(self, row: FieldRow) -> None:
        typed = row.answer
        try:
            offered = await self._engine.complete(self._deed.pane, self._draft(), row.field.name)
        except PaneError:
            return  # the pane was changed meanwhile; sending will say so
        if row.answer != typed or row.list is None:
            return
        if row is self._row:
            below = self.size.height - row.region.bottom
            row.list.show([text for text in offered if clean(text) != typed], below, row.region.y)
            self._show_keys()
        elif row is self._owed and offered:
            self._owed = None
            self._take(row, None, tuple(map(clean, offered)))
            self._ask_for_filling(row.field.name)

    def _close_list(self, row: FieldRow) -> None:
        if row.list is not None and row.list.is_open:
            row.list.close()
            self._show_keys()

    def _show_keys(self) -> None:
        """The keys of the field; before them that what is empty may soon be filled in."""
        if self._sending is None or self._sending.is_finished:
            row = self._row
            keys = _FILLING
            if row is not None and row.list is not None and row.list.is_open:
                keys = _CHOOSING if row.field.closed or row.list.chosen is not None else _OFFERING
            self._hints.show_keys((_READING, *keys) if self._reads else keys)

    # ── what follows ────────────────────────────────────────────────────────

    def _left(self, row: FieldRow) -> None:
        """A field is left: where it was changed, others may follow."""
        if row.answer != self._entered:
            self._entered = row.answer
            self._ask_for_filling(row.field.name)

    def _ask_for_filling(self, left: str | None) -> None:
        self._filling = [worker for worker in self._filling if not worker.is_finished]
        self._filling.append(self.app.run_worker(self._fill(left), exit_on_error=False))

    async def _fill(self, left: str | None) -> None:
        """One after the other, so that what was left first is answered first."""
        async with self._turn:
            self._reads = True
            self._show_keys()
            try:
                values = await self._engine.fill(self._deed.pane, self._draft(), left)
            except PaneError:
                return
            finally:
                self._reads = False
                if self.is_mounted:
                    self._show_keys()
            for value in values:
                row = self._rows[value.name]
                if not row.is_touched:
                    row.give(value.value)
                    if row is self._row:
                        self._entered = row.answer

    # ── sending ─────────────────────────────────────────────────────────────

    def action_send(self) -> None:
        """Check the values, ask the pane, ask the person; close when all agree."""
        self._begin(None)

    def _begin(self, entered: FieldRow | None) -> None:
        if self._sending is None or self._sending.is_finished:
            self._sending = self.app.run_worker(self._send(entered), exit_on_error=False)

    async def _send(self, entered: FieldRow | None) -> None:
        self.show_problem("")
        if entered is not None and await self._completed(entered):
            return
        row = self._row
        if row is not None:
            self._close_list(row)
            self._left(row)
        self._hints.show_keys((("", "asking …"), ("escape", "give up")))
        await self._settled()
        if not self._is_right():
            self._hints.show_keys(_FILLING)
            return
        answers = {name: one.answer for name, one in self._rows.items()}
        try:
            asked = await self._offer(answers)
        except PaneError as error:
            self.show_problem(error.message, error.hint)
        else:
            if asked is not None:
                self.dismiss(asked)
                return
        self._hints.show_keys(_FILLING)

    async def _completed(self, row: FieldRow) -> bool:
        """Whether Enter has put the only one there that could be meant: it is seen before it is sent."""
        typed = row.answer
        if not row.field.closed or not typed.strip():
            return False
        try:
            offered = await self._engine.complete(self._deed.pane, self._draft(), row.field.name)
        except PaneError:
            return False  # sending will say what is wrong
        if len(offered) != 1 or clean(offered[0]) == typed.strip() or row.answer != typed:
            return False
        self._close_list(row)
        row.take(clean(offered[0]))
        self._hints.show_keys(_FILLING)
        return True

    async def _settled(self) -> None:
        """What was asked before sending has been answered; each answer has its own time limit."""
        if self._owed is not None and self._looking is not None:
            await self._looking.wait()
        while waiting := [worker for worker in self._filling if not worker.is_finished]:
            await waiting[0].wait()

    def _is_right(self) -> bool:
        """Whether every value fits its field; where one does not, go there and say so."""
        today = self._engine.clock.now().date()
        for row in self._rows.values():
            try:
                check_value(row.field, row.answer, today)
            except PaneError as error:
                self.show_problem(error.message, error.hint)
                self.set_focus(row.editor)
                return False
        return True

    def show_problem(self, message: str, hint: str = "") -> None:
        """Say what is wrong below the fields; "" for nothing."""
        if not message:
            self._fit(())
            return
        width = max(self._hints.size.width - 1, 20)
        paragraphs = message.splitlines()
        notices = [Notice(Level.CRITICAL, text) for text in paragraphs[:-1]]
        notices.append(Notice(Level.CRITICAL, paragraphs[-1], hint))
        lines = [line.text for notice in notices for line in notice_lines(notice, width)]
        if len(lines) > MOST_PROBLEM:
            lines = [*lines[: MOST_PROBLEM - 1], "  …"]
        self._fit(tuple(lines))

    def _fit(self, problem: tuple[str, ...]) -> None:
        """The fields have the room that border, help, problem and hints leave."""
        self._problem.update(Content("\n".join(problem)))
        self._problem.display = bool(problem)
        room = int(self.size.height * 0.9) - 4 - len(problem)
        self.query_one(VerticalScroll).styles.max_height = max(room, 1)

    def action_close(self) -> None:
        """Close the list; where there is none, give up."""
        row = self._row
        if self._sending is not None and not self._sending.is_finished:
            self._sending.cancel()
        if row is not None and row.list is not None and row.list.is_open:
            self._close_list(row)
        else:
            self.dismiss(None)


def _row_of(widget: Widget) -> FieldRow | None:
    """The field that a widget is a part of."""
    return next((node for node in widget.ancestors_with_self if isinstance(node, FieldRow)), None)
