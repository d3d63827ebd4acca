"""What Enter opens: a row's detail, or what the pane has to show of a cell."""

from textual.app import App

from devdash.contract.errors import PaneError
from devdash.contract.levels import Level
from devdash.contract.view import Block, Notice, Text, Tone
from devdash.engine.engine import Engine
from devdash.engine.snapshot import Snapshot
from devdash.render.rows import column_title, find_row
from devdash.tui.opened_sheet import OpenedSheet
from devdash.tui.paint import Palette


def open_row(
    app: App[None], engine: Engine, snapshot: Snapshot, item: str, column: str | None, palette: Palette
) -> None:
    """Open the row `item` of a pane, or its cell in `column`. The sheet is there before the next key."""
    blocks = snapshot.report.blocks if snapshot.report is not None else ()
    row = find_row(blocks, item)
    if row is None:
        return
    heading = f"{snapshot.title}: {row.cells[0].text.strip() or row.key}"
    if column is None:
        if row.detail:
            app.push_screen(OpenedSheet(heading, row.detail, palette))
        return
    heading += f", {column_title(blocks, item, column)}"
    sheet = OpenedSheet(heading, (Text("reading …", Tone.DIM),), palette)
    detail = row.detail

    async def fetch() -> None:
        found: tuple[Block, ...] | None
        try:
            found = await engine.open(snapshot.name, item, column)
        except PaneError as error:
            found = (Notice(Level.CRITICAL, error.message, error.hint),)
        if not sheet.is_attached:
            return
        if found or detail:
            sheet.show_blocks(found or detail)
        else:
            sheet.dismiss(None)

    app.push_screen(sheet)
    sheet.fetching = app.run_worker(fetch(), exit_on_error=False)
