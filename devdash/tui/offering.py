"""What can be done in a pane just now, and about what: the deeds of its keys, and the line of hints. Pure."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from devdash.contract.actions import Action
from devdash.render.rows import find_row
from devdash.tui.bars import ENTER
from devdash.tui.deeds import Deed
from devdash.tui.grid import PaneGrid
from devdash.tui.keymap import KeyMap
from devdash.tui.pane_view import PaneView

if TYPE_CHECKING:
    from textual.command import Provider

Hint = tuple[str, str]
"""A key and what it does."""


def deed_of(view: PaneView, action: Action) -> Deed:
    """`action` on the rows that are marked, if it takes many; else on that of the cursor."""
    marked = view.marked if action.many else ()
    return Deed(view.pane_name, view.snapshot.title, action, view.item, view.column, items=marked)


def deeds(grid: PaneGrid, actions: Callable[[str], Sequence[Action]]) -> Iterator[Deed]:
    """Everything that could be done now, the focused pane first: its cursor and marks alone count."""
    for view in sorted(grid.views.values(), key=lambda view: (view is not grid.view, view.number)):
        for action in actions(view.pane_name):
            if view is grid.view:
                yield deed_of(view, action)
            else:
                yield Deed(view.pane_name, view.snapshot.title, action, None)


def action_commands() -> "type[Provider]":
    """What the palette offers; imported when it opens."""
    from devdash.tui.palette import ActionCommands

    return ActionCommands


def takes_many(actions: Sequence[Action]) -> bool:
    """Whether marks are of any use."""
    return any(action.many for action in actions)


def hints(keys: KeyMap, view: PaneView | None, actions: Callable[[str], Sequence[Action]]) -> Iterator[Hint]:
    """The pane's own part of the line of hints. First is what helps the row under the cursor; while rows are
    marked, what takes them."""
    if view is None:
        return
    offered, report = actions(view.pane_name), view.snapshot.report
    row = find_row(report.blocks, view.item) if report is not None and view.item is not None else None
    first = tuple(dict.fromkeys((*(row.first if row else ()), *(report.first if report else ()))))
    if view.marked:
        first = tuple(action.name for action in offered if action.many)
        yield "escape", "unmark"
    yield from keys.hints(view.pane_name, offered, first)
    yield ENTER, "detail"
    if takes_many(offered):
        yield keys.everywhere["mark"], "mark"
