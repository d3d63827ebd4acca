"""The screen while everything changes at once: panes go, keys come early, the theme is another."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from panes import Registry, Rows, settings_for
from reach import focused, rows_pane
from textual import events
from textual.widgets import Input

from devdash.api import Cell, Column, Level, Report, Row, Table
from devdash.config.model import Settings
from devdash.tui.lines_view import LinesView

Perform = Callable[..., Any]
KEYS = ("t", "r", "space", "tab", "1", "2", "space", "z", "z", "R", "j", "shift+tab")


def registry(*names: str) -> Registry:
    return Registry(**dict.fromkeys(names, Rows))


def without(settings: Settings, *names: str) -> Settings:
    """The settings after `names` were taken out of devdash.toml."""
    panes = tuple(pane for pane in settings.panes if pane.name not in names)
    rows = (tuple(name for name in row if name not in names) for row in settings.dashboard.layout)
    dashboard = msgspec.structs.replace(settings.dashboard, layout=tuple(row for row in rows if row))
    return msgspec.structs.replace(settings, panes=panes, dashboard=dashboard)


@pytest.mark.parametrize(
    "gone", [("one",), ("one", "two"), ("two", "three"), ("one", "two", "three", "four")], ids="+".join
)
@pytest.mark.parametrize("zoomed", [False, True])
async def test_panes_are_taken_away_while_somebody_types(
    stage: Perform, gone: tuple[str, ...], zoomed: bool
) -> None:
    panes = registry("one", "two", "three", "four")
    before = settings_for(panes)
    after = without(before, *gone)
    async with stage(panes, settings=before) as s:
        if zoomed:
            await s.press("z")
        change = asyncio.create_task(s.app.rebuild(after))
        while not change.done():
            for key in KEYS:
                s.app.post_message(events.Key(key, key))
            s.app.post_message(events.Resize(s.app.size, s.app.size))
            await asyncio.sleep(0)
        await s.pass_time(1)
        await s.press("tab", "r", "question_mark", "escape", "a", "escape")
        assert s.app.is_running
        assert set(s.app._grid.views) == {pane.name for pane in after.panes}
        if after.panes:
            assert focused(s.app) not in gone


async def test_without_any_pane_keys_do_no_harm_and_the_first_that_comes_has_the_focus(
    stage: Perform,
) -> None:
    panes = registry("one", "two")
    before = settings_for(panes)
    async with stage(panes, settings=before) as s:
        await s.app.rebuild(without(before, "one", "two"))
        await s.pass_time(1)
        assert "touch" not in s.text
        assert "? keys" in s.text
        await s.press("slash", "enter", "question_mark", "escape", "a", "escape", *KEYS)
        await s.app.rebuild(before)
        await s.pass_time(1)
        assert focused(s.app) == "one"
        assert "t touch" in s.text


async def test_tab_goes_from_pane_to_pane_in_a_zoom_too(stage: Perform) -> None:
    async with stage(registry("one", "two", "three")) as s:
        await s.press("z", "tab")
        assert focused(s.app) == "two"
        assert s.app._grid.is_zoomed
        await s.press("shift+tab", "shift+tab")
        assert focused(s.app) == "three"


async def test_going_to_another_pane_leaves_the_filter_with_the_one_that_it_is_for(stage: Perform) -> None:
    async with stage(registry("one", "two")) as s:
        await s.press("slash", "t", "w", "o", "tab")
        assert focused(s.app) == "two"
        assert not s.app._filter.is_open, "its text would stand below a pane that it is not for"
        assert (s.app._grid.views["one"].pattern, s.app._grid.views["two"].pattern) == ("two", "")
        await s.press("1", "escape")
        assert s.app._grid.views["one"].pattern == ""


async def test_a_new_theme_reaches_what_lies_above_and_below(stage: Perform) -> None:
    async with stage(registry("one")) as s:
        await s.press("question_mark")
        s.app.theme = "nord"
        await s.drawn()
        views = [view for screen in s.app.screen_stack for view in screen.query(LinesView)]
        assert len(views) == 2
        assert all(view.palette is s.app.palette for view in views)


async def test_what_is_typed_ahead_for_a_form_is_not_taken_for_keys_of_the_dashboard(stage: Perform) -> None:
    async with stage(registry("rows")) as s:
        for key in ("n", "q", "t", "a", "z"):
            s.app.post_message(events.Key(key, key))
        await s.press()
        while not s.app.screen.query(Input):
            await s.drawn()
        assert s.app.is_running, "q is not for quitting any more"
        assert rows_pane(s.app).requests == []
        assert not s.app._grid.is_zoomed


class Growing(Rows):
    """Has more rows above the old ones at every reading."""

    reads = 0

    async def read(self) -> Report:
        self.reads += 1
        keys = [f"row {number}" for number in range(-30 * self.reads, 10)]
        rows = tuple(Row(key, (Cell(key),)) for key in keys)
        return Report(Level.OK, "rows", (Table((Column("name"),), rows),))


async def test_the_row_that_keys_act_on_stays_in_sight_when_rows_come_above_it(stage: Perform) -> None:
    async with stage(Registry(rows=Growing), size=(80, 16)) as s:
        await s.press("down", "down")
        item = s.app.focused.item
        await s.press("r")
        await s.pass_time(2)
        assert s.app.focused.item == item
        assert f"▌{item}" in s.text
