"""The help screen: every key, and the command that does the same."""

from collections.abc import Iterable, Sequence

from devdash.contract.actions import Action, Scope
from devdash.contract.view import Block, Cell, Column, Row, Table, Tone
from devdash.tui.bars import key_label
from devdash.tui.keymap import KeyMap

_MOVES = (
    ("↑ ↓ j k", "move within the pane"),
    ("PgUp PgDn Home End g G", "move further"),
    ("Enter", "open the row's detail"),
    ("1 – 9", "go to a pane"),
    ("Esc", "leave filter, zoom or sheet"),
)


def help_blocks(keys: KeyMap, panes: Iterable[tuple[str, str, Sequence[Action]]]) -> tuple[Block, ...]:
    """All keys as tables.

    Args:
        keys: those in force.
        panes: (name, title, actions).
    """
    columns = (Column("key"), Column("does", shrink=True), Column("command", priority=1, shrink=True))
    general = [(key_label(key), title, "") for key, title in keys.titled]
    tables = [_table(columns, "Everywhere", [*general, *((key, does, "") for key, does in _MOVES)])]
    for name, title, actions in panes:
        rows = [(key_label(keys.of(name, a)), a.help or a.title, _command(name, a)) for a in actions]
        if rows:
            tables.append(_table(columns, title, rows))
    return tuple(tables)


def _command(pane: str, action: Action) -> str:
    item = {Scope.PANE: "", Scope.ITEM: " ROW", Scope.EITHER: " [ROW]"}[action.scope]
    return f"devdash run {pane} {action.name}{item}"


def _table(columns: tuple[Column, ...], heading: str, rows: Sequence[tuple[str, str, str]]) -> Table:
    return Table(
        columns,
        tuple(
            Row(f"{heading}{position}", (Cell(key, Tone.ACCENT), Cell(does), Cell(command, Tone.DIM)))
            for position, (key, does, command) in enumerate(rows)
        ),
        heading=heading,
    )
