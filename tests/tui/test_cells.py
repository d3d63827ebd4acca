"""Cells of a table: chosen with left and right, opened with Enter, told to actions."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from panes import Registry, Rows
from reach import rows_pane
from textual.strip import Strip

from devdash.api import (
    Action,
    ActionRequest,
    Align,
    Block,
    Cell,
    Column,
    Level,
    Report,
    Row,
    Scope,
    Table,
    Text,
    Unavailable,
)
from devdash.tui.lines_view import LinesView
from devdash.tui.opened_sheet import OpenedSheet

Perform = Callable[..., Any]
Look = Callable[[Any], None]

MONTHS = ("2026-08", "2026-09", "2026-10", "2026-11")


class Months(Rows):
    """Accounts by months. Opens a cell with two transactions, or as `answer` says."""

    title = "Months"

    def __init__(self, config: Any, context: Any) -> None:
        super().__init__(config, context)
        self.opened: list[tuple[str, str]] = []
        self.answer: Any = "transactions"
        self.gate = asyncio.Event()
        self.gate.set()
        self.reads = 0

    async def read(self) -> Report:
        self.reads += 1
        columns = (
            Column("account"),
            *(
                Column(month[5:], Align.RIGHT, priority=9 - place, key=month)
                for place, month in enumerate(MONTHS)
            ),
            Column("trend"),
        )
        rows = tuple(
            Row(
                name,
                (Cell(name), *(Cell(f"{base + n}.00 EUR") for n in range(len(MONTHS))), Cell("-")),
                detail=(Text(f"all about {name}"),) if name == "Food" else (),
            )
            for name, base in (("Food", 100), ("Rent", 700))
        )
        return Report(Level.OK, "two accounts", (Table(columns, rows, cells=True),))

    def actions(self) -> Sequence[Action]:
        act = Action(name="mark", key="m", title="Mark", permission="rows.row.write", scope=Scope.EITHER)
        whole = Action(name="whole", key="w", title="Whole", permission="rows.row.write")
        return act, whole

    async def open(self, item: str, column: str) -> tuple[Block, ...] | None:
        self.opened.append((item, column))
        await self.gate.wait()
        if self.answer == "transactions":
            rows = tuple(
                Row(who, (Cell(f"{column}-0{n}"), Cell(who), Cell(f"{n}.00")))
                for n, who in enumerate(("Grocer", "Baker", "Market"), 1)
            )
            columns = (Column("date"), Column("payee", shrink=True), Column("balance", Align.RIGHT))
            return (Text(f"{item} in {column}"), Table(columns, rows))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer  # type: ignore[no-any-return]  # also what breaks the contract


def chosen(s: Any) -> tuple[str | None, str | None]:
    view = s.app.focused
    assert isinstance(view, LinesView)
    return view.item, view.column


async def test_left_and_right_choose_a_cell_and_the_whole_row_again(stage: Perform) -> None:
    async with stage(Registry(rows=Months)) as s:
        assert chosen(s) == ("Food", None)
        await s.press("left")
        assert chosen(s) == ("Food", None)
        await s.press("right")
        assert chosen(s) == ("Food", "2026-08")
        await s.press("right", "down")
        assert chosen(s) == ("Rent", "2026-09")
        await s.press(*["right"] * 9)
        assert chosen(s) == ("Rent", "2026-11")
        await s.press(*["left"] * 4)
        assert chosen(s) == ("Rent", None)


@pytest.mark.parametrize("size", [(80, 24), (44, 12)])
async def test_the_chosen_cell_is_seen(stage: Perform, look: Look, size: Any) -> None:
    async with stage(Registry(rows=Months), size=size) as s:
        await s.press("down", "right", "right")
        look(s.app)


async def test_the_chosen_cell_is_seen_without_colour(
    stage: Perform, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with stage(Registry(rows=Months), size=(80, 24)) as s:
        await s.press("right")
        assert "[100.00 EUR]" in s.text
        look(s.app)


async def test_a_move_among_the_cells_draws_its_row_and_no_other(
    stage: Perform, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage(Registry(rows=Months)) as s:
        drawn: list[int] = []
        draw = LinesView.render_line

        def render_line(self: LinesView, y: int) -> Strip:
            drawn.append(y)
            return draw(self, y)

        monkeypatch.setattr(LinesView, "render_line", render_line)
        await s.press("right")
        assert len(drawn) == 1
        drawn.clear()
        await s.press("r")
        await s.pass_time(1)
        assert rows_pane(s.app).reads == 2
        assert all(y == 0 for y in drawn)  # the header says how old the data are


async def test_the_chosen_column_stays_on_a_refresh_and_while_it_has_no_room(stage: Perform) -> None:
    """Keys act on what is seen: a column that is not shown is not chosen, until it is back."""
    async with stage(Registry(rows=Months)) as s:
        await s.press("right", "r")
        await s.pass_time(1)
        assert chosen(s) == ("Food", "2026-08")
        await s.pilot.resize_terminal(44, 12)
        await s.drawn()
        assert "08" not in s.text.splitlines()[2]
        assert chosen(s) == ("Food", None)
        await s.pilot.resize_terminal(100, 30)
        await s.drawn()
        assert chosen(s) == ("Food", "2026-08")


async def test_enter_opens_the_cell_and_its_rows_can_be_filtered(stage: Perform, look: Look) -> None:
    async with stage(Registry(rows=Months), size=(80, 24)) as s:
        await s.press("down", "right", "right", "enter")
        assert rows_pane(s.app).opened == [("Rent", "2026-09")]
        assert "Rent in 2026-09" in s.text
        look(s.app)
        await s.press("slash", *"bak")
        assert "Baker" in s.text
        assert "Grocer" not in s.text
        await s.press("enter", "escape")
        assert "Grocer" in s.text
        await s.press("escape")
        assert not isinstance(s.app.screen, OpenedSheet)


async def test_enter_on_the_row_opens_its_detail(stage: Perform) -> None:
    async with stage(Registry(rows=Months)) as s:
        await s.press("enter")
        assert "all about Food" in s.text
        assert rows_pane(s.app).opened == []


async def test_a_cell_with_nothing_of_its_own_opens_the_row_s_detail_or_nothing(stage: Perform) -> None:
    async with stage(Registry(rows=Months)) as s:
        rows_pane(s.app).answer = None
        await s.press("right", "enter")
        assert "all about Food" in s.text
        await s.press("escape", "down", "enter")
        assert rows_pane(s.app).opened[-1] == ("Rent", "2026-08")
        assert not isinstance(s.app.screen, OpenedSheet)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Unavailable("the journal is being written", "try again"), "the journal is being written"),
        (KeyError("hunter2"), "failed with KeyError"),
        (["text"], "open() returns a tuple of blocks or None"),
        (("text",), "open() returns a tuple of blocks or None"),
    ],
)
async def test_a_cell_that_cannot_be_told_says_why(stage: Perform, answer: Any, said: str) -> None:
    async with stage(Registry(rows=Months)) as s:
        rows_pane(s.app).answer = answer
        await s.press("right", "enter")
        await s.press()
        assert said in s.text
        assert "hunter2" not in s.text


async def test_a_cell_that_takes_long_can_be_closed_and_disturbs_nobody(stage: Perform) -> None:
    async with stage(Registry(rows=Months)) as s:
        rows_pane(s.app).gate.clear()
        await s.press("right", "enter")
        assert "reading …" in s.text
        await s.press("escape", "down")
        rows_pane(s.app).gate.set()
        await s.press()
        assert chosen(s) == ("Rent", "2026-08")
        assert "transactions" not in s.text


async def test_actions_are_told_the_cell(stage: Perform) -> None:
    async with stage(Registry(rows=Months)) as s:
        await s.press("m", "right", "m", "w")
        while len(rows_pane(s.app).requests) < 3:
            await s.pass_time(0.1)
        assert rows_pane(s.app).requests == [
            ActionRequest("mark", "Food"),
            ActionRequest("mark", "Food", column="2026-08"),
            ActionRequest("whole"),
        ]
