"""One field of a form on the screen: its label, what it is typed or chosen in, and what completes it."""

from datetime import date

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Label, Select

from devdash.contract.actions import Field, FieldKind
from devdash.contract.errors import PaneError
from devdash.engine.acting import check_value
from devdash.render.clean import cell_width, clean
from devdash.tui.completions import Completions
from devdash.tui.paint import Palette

MOST_LABEL = 24
"""Cells for the labels; a longer one is wrapped."""


class Box(Checkbox):
    """A box with a cross or without: the colour alone, as Textual has it, does not say it to everybody."""

    def render(self) -> Content:
        """The box as it is now."""
        self.BUTTON_INNER = "X" if self.value else " "
        return super().render()


class FieldRow(Vertical):
    """A line of a form.

    Attributes:
        field: what is asked for.
        given: the value that devdash put there last; what differs from it is the person's.
    """

    DEFAULT_CSS = """
    FieldRow { height: auto; border-left: blank; }
    FieldRow:focus-within { border-left: outer $primary; }
    FieldRow Horizontal { height: auto; }
    FieldRow Label { margin-right: 1; }
    FieldRow:focus-within Label { text-style: bold; }
    FieldRow Input, FieldRow Select { width: 1fr; }
    FieldRow Completions { margin-left: 1; }
    """

    def __init__(self, field: Field, labels: int, palette: Palette, today: date) -> None:
        super().__init__()
        self.field = field
        self._labels = labels
        self.given = _default(field, today)
        self._editor = _editor(field, self.given)
        self._today = today
        self._touched = False
        self.list = Completions(palette) if field.completes else None

    def compose(self) -> ComposeResult:
        with Horizontal():
            label = Label(Content(clean(self.field.label)))
            label.styles.width = self._labels
            yield label
            yield self._editor
        if self.list is not None:
            self.list.styles.margin = (0, 0, 0, self._labels)
            yield self.list

    @property
    def editor(self) -> Widget:
        """What has the focus while the field is filled in."""
        return self._editor

    @property
    def answer(self) -> str:
        """What it says now."""
        if isinstance(self._editor, Checkbox):
            return "yes" if self._editor.value else "no"
        if isinstance(self._editor, Select):
            return str(self._editor.value)
        return self._editor.value

    @property
    def is_touched(self) -> bool:
        """Whether the person has ever changed it."""
        self._touched = self._touched or self.answer != self.given
        return self._touched

    def give(self, value: str) -> None:
        """Put a value there that is not the person's; what does not fit is left out."""
        self._put(value)
        self.given = self.answer

    def take(self, value: str) -> None:
        """Put a value there that the person has chosen."""
        self._put(value)
        self._touched = True

    def _put(self, value: str) -> None:
        editor = self._editor
        with self.app.prevent(Input.Changed):
            if isinstance(editor, Checkbox):
                editor.value = _is_yes(self.field, value, self._today)
            elif isinstance(editor, Select):
                if value in self.field.choices:
                    editor.value = value
            else:
                editor.value = clean(value)
                editor.action_end()
                if editor.has_focus:
                    editor.action_select_all()  # typing replaces it, as in a field that is gone to


def label_width(labels: list[str]) -> int:
    """Cells for all labels."""
    return min(max(cell_width(clean(label)) for label in labels), MOST_LABEL) + 1


def _is_yes(field: Field, value: str | None, today: date) -> bool:
    """What the command would take the value for."""
    try:
        return check_value(field, value, today) == "yes"
    except PaneError:
        return False


def _default(field: Field, today: date) -> str:
    """The value that the field begins with."""
    match field.kind:
        case FieldKind.FLAG:
            return "yes" if _is_yes(field, None, today) else "no"
        case FieldKind.CHOICE:
            return field.default if field.default in field.choices else field.choices[0]
    return clean(field.default)


def _editor(field: Field, default: str) -> Input | Checkbox | Select[str]:
    name = f"field-{field.name}"
    if field.kind is FieldKind.FLAG:
        return Box("yes", default == "yes", id=name, compact=True)
    if field.kind is FieldKind.CHOICE:
        options = [(Content(clean(choice)), choice) for choice in field.choices]
        return Select(options, value=default, allow_blank=False, id=name, compact=True)
    is_number = field.kind is FieldKind.INTEGER
    editor = Input(default, id=name, type="integer" if is_number else "text", compact=True)
    editor.cursor_blink = False
    return editor
