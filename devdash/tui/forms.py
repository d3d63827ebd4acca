"""The form that asks for an action's fields."""

from collections.abc import Mapping
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.markup import escape
from textual.screen import ModalScreen
from textual.widgets import Checkbox, Input, Label, Select

from devdash.contract.actions import Action, Field, FieldKind
from devdash.contract.errors import PaneError, one_line
from devdash.engine.acting import check_value
from devdash.render.clean import clean
from devdash.tui.bars import HintBar
from devdash.tui.paint import Palette

Answers = Mapping[str, str]


class FormSheet(ModalScreen[Answers | None]):
    """One line per field; Enter in the last one (or Ctrl+S) sends, Escape gives up."""

    DEFAULT_CSS = """
    FormSheet { align: center middle; }
    FormSheet > Vertical {
        width: 90%; max-width: 80; height: auto; max-height: 90%;
        border: round $primary; border-title-color: $text; background: $background; padding: 0 1;
    }
    FormSheet VerticalScroll { height: auto; max-height: 100%; }
    FormSheet #form-problem { color: $error; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", show=False),
        Binding("ctrl+s", "send", show=False, priority=True),
    ]

    def __init__(self, action: Action, palette: Palette) -> None:
        super().__init__()
        self._action = action
        self._palette = palette
        self._hints = HintBar(palette)
        self._problem = Label("", id="form-problem")

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            with VerticalScroll():
                for field in self._action.fields:
                    yield Label(Content(clean(field.label)))
                    yield _editor(field)
                    if field.help:
                        yield Label(Content.styled(clean(field.help), "dim"))
            yield self._problem
            yield self._hints
        box.border_title = escape(clean(self._action.title))

    def on_mount(self) -> None:
        self._hints.show_keys((("ctrl+s", "do it"), ("tab", "next"), ("escape", "give up")))
        self.query(_EDITORS).first().focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_send()

    def on_key(self, event: events.Key) -> None:
        # Keys that no field wants end here: the dashboard below must not act on them.
        if event.key not in ("escape", "tab", "shift+tab"):
            event.stop()

    def action_send(self) -> None:
        """Check the values, and close with them if they are right."""
        answers = {field.name: self._answer(field) for field in self._action.fields}
        for field in self._action.fields:
            try:
                check_value(field, answers[field.name])
            except PaneError as error:
                said = one_line(error.message, error.hint)
                self._problem.update(Content(clean(said)))
                self.query_one(f"#field-{field.name}").focus()
                return
        self.dismiss(answers)

    def action_close(self) -> None:
        """Close without an answer."""
        self.dismiss(None)

    def _answer(self, field: Field) -> str:
        editor = self.query_one(f"#field-{field.name}")
        if isinstance(editor, Checkbox):
            return "yes" if editor.value else "no"
        if isinstance(editor, Select):
            return str(editor.value)
        assert isinstance(editor, Input)
        return editor.value


def _is_yes(field: Field) -> bool:
    """What the command would take the field's default for."""
    try:
        return check_value(field, None) == "yes"
    except PaneError:
        return False


_EDITORS = "Input, Select, Checkbox"


def _editor(field: Field) -> Input | Checkbox | Select[str]:
    name = f"field-{field.name}"
    if field.kind is FieldKind.FLAG:
        return Checkbox("yes", _is_yes(field), id=name)
    if field.kind is FieldKind.CHOICE:
        options = [(Content(clean(choice)), choice) for choice in field.choices]
        default = field.default if field.default in field.choices else field.choices[0]
        return Select(options, value=default, allow_blank=False, id=name)
    editor = Input(
        clean(field.default), id=name, type="integer" if field.kind is FieldKind.INTEGER else "text"
    )
    editor.cursor_blink = False
    return editor
