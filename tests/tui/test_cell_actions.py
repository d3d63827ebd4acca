"""Actions on the rows of what a cell opens: those that say so, with the row's key; the sheet is told anew."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from panes import Registry, Rows, settings_for
from reach import rows_pane
from textual import events

from devdash.api import (
    Action,
    ActionRequest,
    Block,
    Cell,
    Column,
    Field,
    Level,
    Outcome,
    PaneError,
    Report,
    Row,
    Scope,
    Table,
    Text,
)
from devdash.config.keys import DEFAULT_BINDINGS
from devdash.config.model import KeyBinding
from devdash.tui.opened_sheet import OpenedSheet

Perform = Callable[..., Any]
Look = Callable[[Any], None]

PERMISSION = "rows.row.write"


class Bookings(Rows):
    """One cell that opens two bookings, which can be ticked off."""

    title = "Bookings"

    def __init__(self, config: Any, context: Any) -> None:
        super().__init__(config, context)
        self.ticked: set[str] = set()
        self.opened = 0

    async def read(self) -> Report:
        columns = (Column("account"), Column("11", key="2026-11"))
        rows = (Row("Food", (Cell("Food"), Cell("7.00")), detail=(Text("all about it"),)),)
        return Report(Level.OK, "an account", (Table(columns, rows, cells=True),))

    def actions(self) -> Sequence[Action]:
        return (
            Action(name="tick", key="t", title="Tick", permission=PERMISSION, scope=Scope.ITEM, opened=True),
            Action(name="other", key="o", title="Other", permission=PERMISSION, scope=Scope.EITHER),
            Action(
                name="copy",
                key="c",
                title="Copy",
                permission=PERMISSION,
                scope=Scope.EITHER,
                opened=True,
                fields=(Field(name="date", label="Date", default="today"),),
            ),
            Action(name="whole", key="w", title="Whole", permission=PERMISSION),
        )

    async def open(self, item: str, column: str) -> tuple[Block, ...] | None:
        self.opened += 1
        rows = tuple(
            Row(f"entry:{name}", (Cell("✓" if f"entry:{name}" in self.ticked else "-"), Cell(name)))
            for name in ("Baker", "Grocer")
        )
        return (Table((Column(), Column("payee")), rows),)

    async def act(self, request: ActionRequest) -> Outcome:
        self.requests.append(request)
        if request.item is None or not request.item.startswith("entry:"):
            raise PaneError(f"{request.item} is no booking")
        self.ticked.add(request.item)
        return Outcome(message=f"ticked {request.item}")


async def test_an_action_works_on_the_row_under_the_cursor_and_the_sheet_shows_it(
    stage: Perform, look: Look
) -> None:
    async with stage(Registry(rows=Bookings), size=(80, 24)) as s:
        await s.press("right", "enter", "down", "t")
        while "✓" not in s.text:
            await s.pass_time(0.1)
        pane = rows_pane(s.app)
        assert pane.requests == [ActionRequest("tick", "entry:Grocer")]
        assert pane.opened == 2
        assert isinstance(s.app.screen, OpenedSheet) and s.app.screen.view.item == "entry:Grocer"
        assert "- Baker" in " ".join(s.text.split()) and "✓ Grocer" in " ".join(s.text.split())
        look(s.app)


async def test_a_form_about_such_a_row_says_which_it_is(stage: Perform) -> None:
    """In words: without colours nothing else on the screen would."""
    async with stage(Registry(rows=Bookings), size=(80, 24)) as s:
        await s.press("right", "enter", "down", "c")
        assert "Copy: - Grocer" in s.text
        await s.press("escape", "up", "c")
        assert "Copy: - Baker" in s.text


async def test_other_actions_do_not_work_there(stage: Perform) -> None:
    """Nor while the filter's words are typed, nor in a row's detail."""
    async with stage(Registry(rows=Bookings)) as s:
        await s.press("right", "enter", "o", "w", "slash", "t", "escape", "escape")
        await s.pass_time(0.5)
        assert rows_pane(s.app).requests == []
        await s.press("left", "enter", "t")
        await s.pass_time(0.5)
        assert isinstance(s.app.screen, OpenedSheet)
        assert rows_pane(s.app).requests == []


async def test_a_key_changed_in_the_settings_is_the_one_that_works(stage: Perform) -> None:
    """The hint says it too."""
    registry = Registry(rows=Bookings)
    keys = (*DEFAULT_BINDINGS, KeyBinding("rows.tick", "y"))
    settings = msgspec.structs.replace(settings_for(registry), keys=keys)
    async with stage(registry, settings=settings) as s:
        await s.press("right", "enter", "t")
        assert "y tick" in s.text
        await s.press("y")
        while not rows_pane(s.app).requests:
            await s.pass_time(0.1)


async def test_an_item_that_no_report_has_is_for_the_pane_to_judge() -> None:
    """Other actions refuse it before the pane is asked."""
    from datetime import date

    from devdash.engine.acting import RequestProblem, check_request

    tick, other, *_ = Bookings.actions(None)  # type: ignore[arg-type]  # needs no pane
    report = Report(Level.OK, "")
    today = date(2026, 11, 22)
    assert check_request(tick, report, "entry:Baker", {}, today).item == "entry:Baker"
    with pytest.raises(RequestProblem, match="no row"):
        check_request(other, report, "entry:Baker", {}, today)
    with pytest.raises(RequestProblem, match="needs a row"):
        check_request(tick, report, None, {}, today)


async def test_a_key_typed_right_after_a_move_is_for_the_row_it_moved_to(stage: Perform) -> None:
    """However fast they come: never for the row on which the cursor was."""
    async with stage(Registry(rows=Bookings)) as s:
        await s.press("right", "enter")
        for key, char in (("end", None), ("t", "t")):  # without a pause, as a terminal sends them
            s.app.post_message(events.Key(key, char))
        while not rows_pane(s.app).requests:
            await s.pass_time(0.1)
        assert rows_pane(s.app).requests == [ActionRequest("tick", "entry:Grocer")]
