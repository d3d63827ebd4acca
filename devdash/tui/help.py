"""The help screen: every key, and the command that does the same."""

from collections.abc import Iterable, Sequence

from devdash.contract.actions import Action, Scope
from devdash.contract.view import Block, Cell, Column, Row, Table, Tone
from devdash.tui.bars import key_label
from devdash.tui.keymap import KeyMap

_MOVES = (
    ("↑ ↓ j k", "Move within the pane."),
    ("PgUp PgDn Home End g G", "Move further."),
    ("← →", "Choose a cell of the row, in tables whose cells can be opened."),
    ("Enter", "Open the row's detail, or the cell."),
    ("1 – 9", "Go to a pane."),
    ("Esc", "Leave the filter, the marks, the zoom or the sheet."),
)

_TRIAGE = (
    ("Enter", "Do what helps with the entry; where nothing does from here, go there."),
    ("o", "Go to the entry's pane and row."),
    ("s", "Snooze it: 1 hour, 4 hours, until tomorrow."),
    ("x", "Acknowledge it: it is silent until it is over."),
    ("u", "Take a snooze back."),
    ("h", "Show what happened."),
)


def help_blocks(keys: KeyMap, panes: Iterable[tuple[str, str, Sequence[Action]]]) -> tuple[Block, ...]:
    """All keys as tables.

    Args:
        keys: those in force.
        panes: (name, title, actions).
    """
    columns = (Column("key"), Column("does", shrink=True), Column("command", priority=1, shrink=True))
    general = [*((key_label(key), does) for key, does in keys.explained), *_MOVES]
    tables = [_table(columns[:2], "Everywhere", general)]
    last = _table(columns[:2], "In the triage list", _TRIAGE)
    for name, title, actions in panes:
        rows = [(key_label(keys.of(name, a)), a.help or a.title, _command(name, a)) for a in actions]
        if rows:
            tables.append(_table(columns, title, rows))
    return (*tables, last)


def _command(pane: str, action: Action) -> str:
    if action.screen:
        return ""
    rows = "ROW…" if action.many else "ROW"
    item = {Scope.PANE: "", Scope.ITEM: f" {rows}", Scope.EITHER: f" [{rows}]"}[action.scope]
    return f"devdash run {pane} {action.name}{item}"


def _table(columns: tuple[Column, ...], heading: str, rows: Sequence[tuple[str, ...]]) -> Table:
    tones = (Tone.ACCENT, Tone.PLAIN, Tone.DIM)
    return Table(
        columns,
        tuple(
            Row(f"{heading}{position}", tuple(map(Cell, texts, tones))) for position, texts in enumerate(rows)
        ),
        heading=heading,
    )
