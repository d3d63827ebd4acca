"""Marked rows: what is marked is seen, stays through readings, and is what a key acts on."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lots import Lots
from panes import Registry, Rows

from devdash.api import ActionRequest, Cell, Column, Level, Report, Row, Table
from devdash.tui.app import DevdashApp
from devdash.tui.needs import Need
from devdash.tui.pane_view import PaneView

Perform = Callable[..., Any]
Look = Callable[[Any], None]


@pytest.fixture(autouse=True)
def beasts() -> Iterator[None]:
    """Whatever a test makes of them, the next one begins with three."""
    yield
    Lots.keys = ("ant", "bee", "cat")


def view(app: DevdashApp, name: str = "lots") -> PaneView:
    return app._grid.views[name]


def requests(app: DevdashApp) -> list[ActionRequest]:
    pane = app.engine._members["lots"].runner.pane
    assert isinstance(pane, Lots)
    return pane.requests


async def test_marks_are_seen_without_colour(stage: Perform, look: Look) -> None:
    """Also on the row of the cursor. The header counts, and the hints begin with what takes several."""
    async with stage(Registry(lots=Lots), size=(80, 16)) as s:
        await s.press("x", "x", "up")
        look(s.app)


async def test_a_key_acts_on_all_that_is_marked_and_on_nothing_else(stage: Perform) -> None:
    async with stage(Registry(lots=Lots)) as s:
        await s.press("down", "x", "end", "x", "home", "f")
        await s.pass_time(0.1)
        assert requests(s.app) == [ActionRequest("feed", items=("bee", "elm"))]
        assert "feed: bee, elm" in s.text
        assert view(s.app).marked == ("bee", "elm"), "they stay marked for the next key"


async def test_one_marked_row_is_acted_on_rather_than_that_of_the_cursor(stage: Perform) -> None:
    async with stage(Registry(lots=Lots)) as s:
        await s.press("x", "f")
        await s.pass_time(0.1)
        assert requests(s.app) == [ActionRequest("feed", "ant")]


async def test_an_action_on_one_row_is_about_the_cursor_s(stage: Perform) -> None:
    async with stage(Registry(lots=Lots)) as s:
        await s.press("x", "x", "l")
        await s.pass_time(0.1)
        assert requests(s.app) == [ActionRequest("look", "cat")]


async def test_before_the_yes_each_is_shown(stage: Perform, look: Look) -> None:
    async with stage(Registry(lots=Lots), size=(80, 16)) as s:
        await s.press("A", "e")
        await s.pass_time(0.1)
        look(s.app)
        await s.press("y")
        await s.pass_time(0.1)
        assert requests(s.app) == [ActionRequest("eat", items=("ant", "bee", "cat"))]


async def test_a_form_is_filled_in_once_for_all(stage: Perform) -> None:
    async with stage(Registry(lots=Lots)) as s:
        await s.press("x", "x", "n", "z", "enter")
        await s.pass_time(0.1)
        (request,) = requests(s.app)
        assert (request.rows, request.value("name")) == (("ant", "bee"), "z")


async def test_all_none_and_the_others_of_a_table(stage: Perform) -> None:
    async with stage(Registry(lots=Lots)) as s:
        await s.press("x", "I")
        assert view(s.app).marked == ("bee", "cat")
        await s.press("A")
        assert view(s.app).marked == ("ant", "bee", "cat")
        await s.press("end", "A")
        assert view(s.app).marked == ("ant", "bee", "cat", "oak", "elm")
        await s.press("A")
        assert view(s.app).marked == ("ant", "bee", "cat")
        await s.press("escape")
        assert view(s.app).marked == ()
        assert "marked" not in s.text


class Folding(Lots):
    """Some are folded away."""

    async def read(self) -> Report:
        folds = {"elm": 0, "others": 0, "ivy": 1}
        rows = (Row(key, (Cell(key),), indent=deep, folded=key == "others") for key, deep in folds.items())
        return Report(Level.OK, "", (Table((Column("name"),), tuple(rows)),))


async def test_what_is_folded_away_is_not_marked_with_all(stage: Perform) -> None:
    """Nor is the row that folds it away, which may be no thing at all."""
    async with stage(Registry(lots=Folding)) as s:
        await s.press("A")
        assert view(s.app).marked == ("elm",)
        await s.press("slash", "i", "v", "y", "enter", "A")
        assert view(s.app).marked == ("elm", "ivy")


async def test_marks_stay_through_readings_and_go_with_their_rows(stage: Perform) -> None:
    """A row of the same name that comes later is another one."""
    async with stage(Registry(lots=Lots)) as s:
        await s.press("A")
        Lots.keys = ("ape", "cat", "ant")
        await s.press("r")
        await s.pass_time(0.1)
        assert view(s.app).marked == ("cat", "ant")
        Lots.keys = ("ant", "bee", "cat")
        await s.press("r")
        await s.pass_time(0.1)
        assert view(s.app).marked == ("ant", "cat")
        assert "✓ 2 marked" in s.text


async def test_what_a_filter_hides_stays_marked_and_is_counted(stage: Perform) -> None:
    """And all that is shown is all that is marked at once."""
    async with stage(Registry(lots=Lots)) as s:
        await s.press("x", "slash", "c", "a", "t", "enter", "A")
        assert "✓ 2 marked" in s.text
        assert view(s.app).marked == ("ant", "cat")
        await s.press("escape")
        assert view(s.app).pattern == ""
        assert view(s.app).marked == ("ant", "cat"), "the first Esc was for the filter"


async def test_where_nothing_takes_several_rows_there_are_no_marks(stage: Perform) -> None:
    async with stage(Registry(rows=Rows)) as s:
        await s.press("x", "A", "I")
        assert view(s.app, "rows").marked == ()
        assert "Nothing here takes several rows" in s.text
        assert "x mark" not in s.text


async def test_the_marks_of_a_pane_are_its_own(stage: Perform) -> None:
    """What the palette offers for another pane is about none of its rows."""
    async with stage(Registry(lots=Lots, more=Lots)) as s:
        await s.press("A", "2", "x")
        assert view(s.app, "more").marked == ("ant",)
        about = {(deed.pane, deed.items, deed.item) for deed in s.app.deeds() if deed.action.name == "feed"}
        assert about == {("more", ("ant",), "bee"), ("lots", (), None)}


async def test_the_palette_acts_on_what_is_marked_and_says_so(stage: Perform) -> None:
    async with stage(Registry(lots=Lots)) as s:
        await s.press("x", "x", "ctrl+p")
        await s.pilot.press(*"feed")
        await s.pilot.pause(0.3)
        assert "Lots: Feed (2 marked)" in s.text
        await s.press("enter")
        await s.pass_time(0.1)
        while not requests(s.app):
            await s.pass_time(0.1)
        assert requests(s.app) == [ActionRequest("feed", items=("ant", "bee"))]


async def test_what_needs_a_hand_is_mended_alone_whatever_is_marked(stage: Perform) -> None:
    """The marks are of the pane, and have nothing to do with the entry."""
    async with stage(Registry(lots=Lots)) as s:
        await s.press("A")
        assert s.app._alerting is not None
        need = Need(
            key="k",
            pane="lots",
            title="Lots",
            level=Level.ATTENTION,
            text="hungry",
            action="feed",
            item="elm",
        )
        assert s.app._alerting.mend(need)
        await s.pass_time(0.1)
        assert requests(s.app) == [ActionRequest("feed", "elm")]


async def test_marking_a_row_draws_its_line_the_next_and_the_header(stage: Perform) -> None:
    """No more: three hundred rows would flicker."""
    async with stage(Registry(lots=Lots)) as s:
        before = [view(s.app).render_line(y).text for y in range(10)]
        await s.press("x")
        after = [view(s.app).render_line(y).text for y in range(10)]
        assert [y for y in range(10) if before[y] != after[y]] == [0, 3, 4]
