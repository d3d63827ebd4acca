"""Actions: what a person can do in a pane, by key or by command."""

from enum import StrEnum

import msgspec

from devdash.contract.levels import Level
from devdash.contract.view import Block


class Scope(StrEnum):
    """What an action is about."""

    PANE = "pane"
    """The pane as a whole; no item is given."""
    ITEM = "item"
    """The row under the cursor, or the ITEM of the command; required."""
    EITHER = "either"
    """The row when there is one, else the pane."""


class FieldKind(StrEnum):
    """How a field is asked for."""

    TEXT = "text"
    INTEGER = "integer"
    CHOICE = "choice"
    FLAG = "flag"
    """Its value is "yes" or "no"."""
    DATE = "date"
    """A day, typed as "today", "-1d", "fri" or "2026-11-22"; its value is ISO-8601, such as "2026-11-22"."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One value that an action asks for.

    Attributes:
        name: what `--set NAME=VALUE` and `ActionRequest.value` use.
        label: what the form shows.
        kind: how it is asked for and checked.
        default: the value when nothing is given.
        choices: the permitted values of a CHOICE.
        required: an empty value is refused.
        help: one line, shown while the field has the focus.
        completes: `Pane.complete` is asked what could be meant while a TEXT is typed.
        closed: of a field that completes: only what is offered makes sense, as with
            the names of accounts. Tab then takes the first of the list; in a field that is
            not closed it never changes what was typed.
    """

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    default: str = ""
    choices: tuple[str, ...] = ()
    required: bool = True
    help: str = ""
    completes: bool = False
    closed: bool = False


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """Something a person can do. The same action is a key, a palette entry and a command (but see `screen`).

    Attributes:
        name: the command's name, such as "fetch"; lower case, words joined by "-".
        key: one key as Textual names it ("f", "F", "ctrl+o"); unique in the pane.
        title: what hint line and palette show, such as "Fetch".
        permission: "pane.resource.verb", such as "git.repo.fetch"; checked
            where the action runs, not only where the key is pressed.
        scope: what it is about.
        fields: what it asks for first.
        confirm: a question to be answered with yes first; empty: none. For a
            question that depends on the request, override `Pane.confirmation`.
        help: one sentence for the help screen.
        opened: of an action about rows: it works on the rows of what `Pane.open` shows as well,
            whose keys are its items then. Its item is not looked for in the report: whether it is
            there, and is still what was shown, the pane has to say.
        repeats: chosen again while it is under way, it is done once more: for what only changes the
            view, where a key is held down. Else it is refused, so that nothing is done twice.
        screen: it changes only what the screen shows: keys and palette have it, and no command,
            which would do nothing that lasts.
        many: of an action about rows: it takes several at once, those that are marked on the screen or
            named by the command. What is asked before and told after is the pane's, and says it of each.
    """

    name: str
    key: str
    title: str
    permission: str
    scope: Scope = Scope.PANE
    fields: tuple[Field, ...] = ()
    confirm: str = ""
    help: str = ""
    opened: bool = False
    repeats: bool = False
    screen: bool = False
    many: bool = False


class Value(msgspec.Struct, frozen=True):
    """A field's name and the value given for it."""

    name: str
    value: str


class ActionRequest(msgspec.Struct, frozen=True):
    """What `Pane.act` is asked to do; every value is already checked against its field.

    While a form is filled in, `Pane.complete` and `Pane.fill` get one as well: a draft, whose
    values are checked only as far as they can be, and else as they were typed.

    Attributes:
        action: the action's name.
        item: the key of the row, or None.
        values: one per field of the action, in the fields' order.
        column: the key of the column, where a cell of the row is chosen; else None.
        items: the keys of several rows, two at least, all different; only of an action with `many`. `item`
            is None then, which without them means the pane as a whole.
    """

    action: str
    item: str | None = None
    values: tuple[Value, ...] = ()
    column: str | None = None
    items: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[str, ...]:
        """The keys of all rows that it is about: none, one or several."""
        return self.items if self.item is None else (self.item,)

    def value(self, name: str) -> str:
        """The value of the field `name`.

        Raises:
            KeyError: the action has no such field.
        """
        for entry in self.values:
            if entry.name == name:
                return entry.value
        raise KeyError(name)


class Confirmation(msgspec.Struct, frozen=True):
    """A question before an action runs.

    Attributes:
        question: answered by yes or no.
        blocks: what exactly will happen, such as the text to be written.
        danger: shown in the colour of danger.
    """

    question: str
    blocks: tuple[Block, ...] = ()
    danger: bool = False


class CopyText(msgspec.Struct, frozen=True, tag="copy", tag_field="effect"):
    """Put `text` on the clipboard (the screen) or print it (the command)."""

    text: str


class PrintText(msgspec.Struct, frozen=True, tag="print", tag_field="effect"):
    """Print `text` byte for byte (the command) or show it in a sheet (the screen): what goes into a file."""

    text: str


class OpenEditor(msgspec.Struct, frozen=True, tag="editor", tag_field="effect"):
    """Open `path` (absolute) in the person's editor, at `line` (from 1; 0: nowhere special)."""

    path: str
    line: int = 0


class RunProgram(msgspec.Struct, frozen=True, kw_only=True, tag="program", tag_field="effect"):
    """Give the terminal to a program until it ends, such as a shell; the screen comes back then.

    Attributes:
        argv: the program and its arguments; no shell reads them.
        folder: where it runs (absolute).
        unset: variables that it must not inherit.
        judged: a code other than 0 is told as a failure. Not so for a shell, whose code is that of the
            last command that was typed into it.
    """

    argv: tuple[str, ...]
    folder: str
    unset: tuple[str, ...] = ()
    judged: bool = True


class AskNext(msgspec.Struct, frozen=True, tag="next", tag_field="effect"):
    """Go on with another action of the pane, which has fields and is about the whole pane.

    The screen opens its form with `values` in it; a command shows the fields, filled in, and what to type.
    """

    action: str
    values: tuple[Value, ...] = ()


Effect = CopyText | PrintText | OpenEditor | RunProgram | AskNext


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an action.

    Attributes:
        level: OK, ATTENTION (done, but …) or CRITICAL (failed).
        message: one sentence. "": nothing is said; for what only changes the view.
        blocks: more to show, such as a program's output; opened in a dialog.
        effects: what the face does for the pane, in order.
        reread: the pane is read again afterwards.
    """

    level: Level = Level.OK
    message: str
    blocks: tuple[Block, ...] = ()
    effects: tuple[Effect, ...] = ()
    reread: bool = True

    @property
    def is_silent(self) -> bool:
        """Whether nothing comes of it that anybody could look back on."""
        return self.level is Level.OK and not (self.message or self.blocks or self.effects)
