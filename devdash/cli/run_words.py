"""What stands behind `devdash run PANE ACTION`: the row, and a value for each field of the action.

The fields are the pane's, so argparse cannot know them: they are read here, once the action is known.
"""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

import msgspec

from devdash.cli.exits import UsageError
from devdash.contract.actions import Action, Field, FieldKind, Scope
from devdash.contract.view import Block, Cell, Column, Row, Table, Text, Tone
from devdash.render.clean import clean

_OWN = ("set", "column", "yes", "help")
"""Options of the command itself. A field of such a name is reached with --set."""


class Words(msgspec.Struct, frozen=True):
    """What was asked for.

    Attributes:
        item: the row, or None; None as well where there are several.
        column: the key of the column, where a cell of the row is meant.
        values: by the fields' names; those that --set names may be unknown.
        yes: its question is answered with yes.
        help: its fields are to be listed instead.
        items: the rows, where there are several.
    """

    item: str | None
    values: dict[str, str]
    yes: bool
    help: bool
    column: str | None = None
    items: tuple[str, ...] = ()


def read_words(action: Action, words: Sequence[str]) -> Words:
    """`words` in any order: ITEM, `--NAME VALUE`, `--NAME=VALUE`, `--set NAME=VALUE`,
    `--column KEY`, `--yes`, `--help`.

    A flag needs no value: `--NAME` is yes, `--no-NAME` is no. What follows another field is its
    value, even when it begins with "-". After `--` all that comes is ITEM; there may be several of them
    where the action takes many. An action about the whole
    pane has no ITEM: the word that stands alone is its first field. Where it has several fields that must
    be given, so many words are those, in their order, and `NAME VALUE` behind them is another field.

    Raises:
        UsageError: everything that does not fit, a line each.
    """
    fields = {field.name: field for field in action.fields if field.name not in _OWN}
    items: list[str] = []
    values: dict[str, str] = {}
    said: set[str] = set()
    column: str | None = None
    problems: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        name, equals, value = word.removeprefix("--").partition("=")
        if word == "--":
            items += left
            break
        if word in ("--yes", "--help", "-h"):
            said.add(word)
        elif not word.startswith("--") or name == "":
            items.append(word)
        elif name in ("set", "column") or (name in fields and fields[name].kind is not FieldKind.FLAG):
            if not equals and not left:
                problems.append(f"--{name} needs a value")
                continue
            given = value if equals else left.pop(0)
            if name == "column":
                column = given
            elif name != "set":
                values[name] = given
            elif given.find("=") < 1:
                problems.append(f"--set takes NAME=VALUE, not '{clean(given)}'")
            else:
                key, _, values[key] = given.partition("=")
        elif name in fields:
            values[name] = value if equals else "yes"
        elif name.startswith("no-") and _is_flag(fields.get(name[3:])) and not equals:
            values[name[3:]] = "no"
        else:
            problems.append(_unknown(action, name, (*fields, *_OWN)))
    lone = _lone_field(action)
    if lone is not None and len(items) == 1 and lone not in values:
        values[lone] = items.pop()
    if lone is not None and len(items) > 1 and (placed := _placed(action, items, values)) is not None:
        values |= placed
        items = []
    if len(items) > 1 and not action.many:
        problems.append("one ITEM at most, not " + ", ".join(f"'{clean(item)}'" for item in items))
    if problems:
        raise UsageError("\n".join(problems))
    helps = bool(said & {"--help", "-h"})
    alone = items[0] if len(items) == 1 else None
    return Words(alone, values, "--yes" in said, helps, column, tuple(items) if len(items) > 1 else ())


def _lone_field(action: Action) -> str | None:
    """The field whose name need not be said."""
    first = next(iter(action.fields), None)
    return first.name if first is not None and action.scope is Scope.PANE and not _is_flag(first) else None


def _given_fields(action: Action) -> tuple[str, ...]:
    """The fields that have to be given."""
    fields = (field for field in action.fields if field.kind is not FieldKind.FLAG)
    return tuple(field.name for field in fields if field.required and not field.default)


def _placed(action: Action, words: Sequence[str], values: Mapping[str, str]) -> dict[str, str] | None:
    """Words without dashes by their places: "vendor URL PATH as PLACE"; None when they do not fit."""
    first = [name for name in _given_fields(action) if name not in values]
    if len(first) < 2 or len(words) < len(first) or (len(words) - len(first)) % 2:
        return None
    behind = words[len(first) :]
    pairs = dict(zip(behind[::2], behind[1::2], strict=True))
    taken = {*first, *values}
    known = {field.name for field in action.fields if not _is_flag(field)} - taken
    if len(pairs) * 2 != len(behind) or not pairs.keys() <= known:
        return None
    return dict(zip(first, words, strict=False)) | pairs


def _is_flag(field: Field | None) -> bool:
    return field is not None and field.kind is FieldKind.FLAG


def _unknown(action: Action, name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    names = ", ".join(f"--{field.name}" for field in action.fields) or "it takes none"
    hint = f"did you mean --{close[0]}?" if close else f"fields: {names}"
    return f"'{action.name}' has no field '{clean(name)}'; {hint}"


def help_blocks(pane: str, action: Action) -> tuple[Block, ...]:
    """How the action is called, and its fields."""
    lone = _lone_field(action)
    placed = _given_fields(action)
    own = f" [{lone.upper()}]" if lone is not None else ""
    if lone is not None and len(placed) > 1:
        own = "".join(f" {name.upper()}" for name in placed)
    rows = "ITEM…" if action.many else "ITEM"
    item = {Scope.PANE: own, Scope.ITEM: f" {rows}", Scope.EITHER: f" [{rows}]"}[action.scope]
    fields = " [--NAME VALUE]…" if action.fields else ""
    usage = Text(f"devdash run {pane} {action.name}{item}{fields} [--yes]")
    does = Text(action.help or action.title, Tone.STRONG)
    if not action.fields:
        return usage, does
    columns = (Column("field"), Column("value"), Column("default"), Column("means", shrink=True))
    return usage, does, Table(columns, tuple(map(_row, action.fields)))


def _row(field: Field) -> Row:
    kind = "|".join(field.choices) if field.kind is FieldKind.CHOICE else _VALUES[field.kind]
    default = field.default or ("no" if _is_flag(field) else "" if field.required else "(empty)")
    means = f"{field.label}; {field.help}" if field.help else field.label
    return Row(field.name, (Cell(f"--{field.name}"), Cell(kind), Cell(default), Cell(means, Tone.DIM)))


_VALUES = {
    FieldKind.TEXT: "text",
    FieldKind.INTEGER: "number",
    FieldKind.FLAG: "yes|no",
    FieldKind.DATE: "date",
}
