"""What Enter opens: a row's detail, or what the pane has to show of a cell."""

from typing import TYPE_CHECKING

from devdash.contract.actions import Action
from devdash.contract.errors import PaneError
from devdash.contract.levels import Level
from devdash.contract.view import Block, Notice, Text, Tone
from devdash.engine.snapshot import Snapshot
from devdash.render.rows import column_title, find_row
from devdash.tui.deeds import Deed
from devdash.tui.opened_sheet import OpenedSheet

if TYPE_CHECKING:
    from devdash.tui.app import DevdashApp


def open_row(app: "DevdashApp", snapshot: Snapshot, item: str, column: str | None) -> None:
    """Open the row `item` of a pane, or its cell in `column`. The sheet is there before the next key."""
    blocks = snapshot.report.blocks if snapshot.report is not None else ()
    row = find_row(blocks, item)
    if row is None:
        return
    heading = f"{snapshot.title}: {row.cells[0].text.strip() or row.key}"
    if column is not None:
        heading += f", {column_title(blocks, item, column)}"
        _open_cell(app, snapshot, item, column, heading, row.detail)
    elif row.detail:
        app.push_screen(OpenedSheet(heading, row.detail, app.palette))


def _open_cell(
    app: "DevdashApp", snapshot: Snapshot, item: str, column: str, heading: str, detail: tuple[Block, ...]
) -> None:
    """Show what the pane has to tell of a cell, and tell it anew after an action on one of its rows."""
    pane = snapshot.name

    def act(action: Action, chosen: str) -> None:
        app.perform(Deed(pane, snapshot.title, action, chosen, about=sheet.told(chosen)), again)

    keys = [(app.key_map.of(pane, one), one) for one in app.engine.actions(pane) if one.opened]
    sheet = OpenedSheet(heading, (Text("reading …", Tone.DIM),), app.palette, keys, act)

    async def bring() -> None:
        found: tuple[Block, ...] | None
        try:
            found = await app.engine.open(pane, item, column)
        except PaneError as error:
            found = (Notice(Level.CRITICAL, error.message, error.hint),)
        if not sheet.is_attached:
            return
        if found or detail:
            sheet.show_blocks(found or detail)
        else:
            sheet.dismiss(None)

    def fetch() -> None:
        sheet.fetch(app.run_worker(bring(), exit_on_error=False))

    def again() -> None:
        if sheet.is_attached:
            fetch()

    app.push_screen(sheet)
    fetch()
