"""What the keys of the dashboard do, from the press to the effect."""

from collections.abc import Callable
from typing import Any

from panes import Registry, Rows, Scripted, good, scripted, settings_for
from reach import focused, reads, rows_pane
from textual.events import Key

from devdash.api import (
    Action,
    ActionRequest,
    Cell,
    Column,
    Level,
    Report,
    Row,
    Table,
)
from devdash.config.keys import DEFAULT_BINDINGS
from devdash.config.model import KeyBinding
from devdash.tui.help import help_blocks
from devdash.tui.keymap import KeyMap
from devdash.tui.pane_view import PaneView
from devdash.tui.sheets import DetailSheet

Perform = Callable[..., Any]
Look = Callable[[Any], None]


def four() -> Registry:
    names = ("one", "two", "three", "four")
    return Registry(**{name: scripted(lambda pane: good(), title=name.title()) for name in names})


class Kinds(Rows):
    """Rows of two kinds; of one only one action is of use."""

    def actions(self) -> tuple[Action, ...]:
        names = {"t": "first", "b": "second", "n": "third", "c": "fourth"}
        return tuple(Action(name=n, key=k, title=n, permission="p.r.go") for k, n in names.items())

    async def read(self) -> Report:
        rows = (Row("x", (Cell("x"),)), Row("y", (Cell("y"),), first=("fourth",)), Row("z", (Cell("z"),)))
        return Report(Level.OK, "", (Table((Column("a"),), rows),), first=("second",))


async def test_numbers_and_tab_move_between_panes(stage: Perform) -> None:
    async with stage(four()) as s:
        assert focused(s.app) == "one"
        await s.press("3")
        assert focused(s.app) == "three"
        await s.press("tab")
        assert focused(s.app) == "four"
        await s.press("tab")
        assert focused(s.app) == "one"
        await s.press("shift+tab")
        assert focused(s.app) == "four"


async def test_r_reads_the_focused_pane_and_shift_r_all(stage: Perform) -> None:
    async with stage(four()) as s:
        await s.press("2", "r")
        await s.pass_time(0.5)
        assert (reads(s.app, "one"), reads(s.app, "two")) == (1, 2)
        await s.press("R")
        await s.pass_time(0.5)
        assert (reads(s.app, "one"), reads(s.app, "two")) == (2, 3)


async def test_zoom_shows_one_pane_and_rests_the_others(stage: Perform) -> None:
    async with stage(four()) as s:
        await s.press("2", "z")
        assert "Two" in s.text
        assert "One" not in s.text
        await s.press("3")
        assert "Three" in s.text, "another pane is shown zoomed as well"
        await s.press("escape")
        assert all(name in s.text for name in ("One", "Two", "Three", "Four"))


async def test_enter_opens_the_detail_and_escape_closes_it(stage: Perform, look: Look) -> None:
    async with stage(Registry(rows=Rows)) as s:
        await s.press("enter")
        assert isinstance(s.app.screen, DetailSheet)
        assert "all about one" in s.text
        look(s.app)
        await s.press("escape")
        assert "all about one" not in s.text


async def test_the_filter_narrows_stays_and_goes(stage: Perform) -> None:
    async with stage(Registry(rows=Rows)) as s:
        await s.press("slash", "t", "w")
        assert "two" in s.text
        assert "one " not in s.text
        await s.press("enter")
        assert isinstance(s.app.focused, PaneView)
        assert "one " not in s.text
        assert "· /tw" in s.text, "rows are hidden: the header says so"
        await s.press("escape")
        assert "one " in s.text
        assert "/tw" not in s.text


async def test_the_hint_line_shows_whole_hints_and_always_the_key_of_all_keys(stage: Perform) -> None:
    for width, shown in ((100, 5), (60, 3), (40, 2)):
        async with stage(Registry(rows=Rows), size=(width, 24)) as s:
            line = s.text.splitlines()[-1].rstrip()
            assert line.endswith("? keys")
            assert "…" not in line
            assert line.count("   ") >= shown, line
            assert "Enter detail" in line, "not pushed out by the pane's own actions"


async def test_the_hint_line_begins_with_what_helps_the_row_under_the_cursor(stage: Perform) -> None:
    """Also where the pane has other actions first; marks come before both."""
    async with stage(Registry(kinds=Kinds), size=(50, 16)) as s:
        hints = [s.text.splitlines()[-1]]
        for key in ("down", "down", "up"):
            await s.press(key)
            hints.append(s.text.splitlines()[-1])
    begins = [line.split()[0:2] for line in hints]
    assert begins == [["b", "second"], ["c", "fourth"], ["b", "second"], ["c", "fourth"]]
    assert "b second" in hints[1].split("c fourth")[1], "then what is first in any row"


async def test_letters_typed_into_the_filter_are_not_keys(stage: Perform) -> None:
    async with stage(Registry(rows=Rows)) as s:
        await s.press("slash", "q", "t", "z")
        assert s.app.is_running
        assert rows_pane(s.app).requests == []


async def test_letters_typed_ahead_of_the_filter_are_for_the_filter(stage: Perform) -> None:
    async with stage(Registry(rows=Rows)) as s:
        for key in ("slash", "t", "w"):
            s.app.post_message(Key(key, "/" if key == "slash" else key))
        await s.press()
        assert rows_pane(s.app).requests == []
        assert "· /tw" in s.text


async def test_space_pauses_and_r_ends_the_pause(stage: Perform) -> None:
    async with stage(four()) as s:
        await s.press("space")
        assert "paused" in s.text
        await s.press("r")
        await s.pass_time(0.5)
        assert "paused" not in s.text


async def test_help_lists_every_key_with_its_command(stage: Perform, look: Look) -> None:
    async with stage(Registry(rows=Rows), size=(110, 45)) as s:
        await s.press("question_mark")
        for command in ("devdash run rows touch ROW", "devdash run rows burn [ROW]", "devdash run rows name"):
            assert command in s.text
        look(s.app)


def test_what_only_the_screen_shows_is_listed_without_a_command() -> None:
    """There is none; what lasts has one."""
    fold = Action(name="fold", key="f", title="Fold", permission="a.view.show", screen=True)
    mark = Action(name="mark", key="m", title="Mark", permission="a.row.write")
    told = str(help_blocks(KeyMap(DEFAULT_BINDINGS), [("a", "A", (fold, mark))]))
    assert "devdash run a mark" in told and "devdash run a fold" not in told


async def test_keys_can_be_rebound(stage: Perform) -> None:
    bindings = [b for b in DEFAULT_BINDINGS if b.id != "read"]
    keys = (*bindings, KeyBinding("read", "f5"), KeyBinding("rows.touch", "T"))
    registry = Registry(rows=Rows)
    async with stage(registry, settings=settings_for(registry, keys=keys)) as s:
        await s.press("t")
        assert rows_pane(s.app).requests == []
        await s.press("T")
        await s.pass_time(0.1)
        assert rows_pane(s.app).requests == [ActionRequest("touch", "one")]
        assert "f5 read again" in s.text


async def test_a_key_for_an_unknown_action_is_a_problem_that_is_told(stage: Perform) -> None:
    registry = Registry(rows=Rows)
    keys = (*DEFAULT_BINDINGS, KeyBinding("rows.tuch", "T", 9))
    async with stage(registry, settings=settings_for(registry, keys=keys)) as s:
        await s.drawn()
        assert "keys.rows.tuch" in s.text


async def test_the_cursor_stays_on_its_row_when_rows_come_and_go(stage: Perform) -> None:
    def changing(pane: Scripted) -> Report:
        keys = ["a", "b", "c"] if pane.reads == 1 else ["0", "1", "b", "c"]
        return Report(
            Level.OK, "", (Table((Column("n"),), tuple(Row(key, (Cell(f"row {key}"),)) for key in keys)),)
        )

    async with stage(Registry(only=scripted(changing))) as s:
        await s.press("down", "r")
        await s.pass_time(0.5)
        view = s.app.focused
        assert isinstance(view, PaneView)
        assert "row 0" in s.text
        assert view.item == "b"
