"""What the keys do, from the press to the effect."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from panes import Registry, Rows, Scripted, good, scripted, settings_for
from showcase import EVERYTHING

from devdash.api import (
    Action,
    ActionRequest,
    Attention,
    Cell,
    Column,
    Confirmation,
    CopyText,
    Field,
    FieldKind,
    Level,
    OpenEditor,
    Outcome,
    PaneConfig,
    Report,
    Row,
    Scope,
    Table,
    Text,
)
from devdash.config.keys import DEFAULT_BINDINGS
from devdash.config.model import KeyBinding
from devdash.tui.app import DevdashApp
from devdash.tui.pane_view import PaneView
from devdash.tui.sheets import ConfirmSheet, DetailSheet
from devdash.tui.triage import TriageSheet

Perform = Callable[..., Any]
Look = Callable[[Any], None]


def rows_pane(app: DevdashApp, name: str = "rows") -> Rows:
    pane = app.engine._members[name].runner.pane
    assert isinstance(pane, Rows)
    return pane


def reads(app: DevdashApp, name: str) -> int:
    pane = app.engine._members[name].runner.pane
    assert isinstance(pane, Scripted)
    return pane.reads


def focused(app: DevdashApp) -> str:
    assert isinstance(app.focused, PaneView)
    return app.focused.pane_name


def four() -> Registry:
    names = ("one", "two", "three", "four")
    return Registry(**{name: scripted(lambda pane: good(), title=name.title()) for name in names})


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
        await s.press("escape")
        assert "one " in s.text


async def test_letters_typed_into_the_filter_are_not_keys(stage: Perform) -> None:
    async with stage(Registry(rows=Rows)) as s:
        await s.press("slash", "q", "t", "z")
        assert s.app.is_running
        assert rows_pane(s.app).requests == []


async def test_a_key_acts_on_the_row_under_the_cursor(stage: Perform) -> None:
    async with stage(Registry(rows=Rows)) as s:
        await s.press("down", "t")
        await s.pass_time(0.1)
        assert rows_pane(s.app).requests == [ActionRequest("touch", "two")]
        assert "touch two" in s.text


async def test_a_question_is_asked_first_and_no_means_no(stage: Perform, look: Look) -> None:
    async with stage(Registry(rows=Rows)) as s:
        await s.press("b")
        assert isinstance(s.app.screen, ConfirmSheet)
        look(s.app)
        await s.press("n")
        assert rows_pane(s.app).requests == []
        await s.press("b", "y")
        await s.pass_time(0.1)
        assert rows_pane(s.app).requests == [ActionRequest("burn", "one")]


async def test_enter_does_not_confirm_what_is_dangerous(stage: Perform) -> None:
    class Dangerous(Rows):
        async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation:
            return Confirmation("Really?", (Text("all of it"),), danger=True)

    async with stage(Registry(rows=Dangerous)) as s:
        await s.press("b")
        assert "all of it" in s.text
        await s.press("enter")
        assert rows_pane(s.app).requests == []
        assert not isinstance(s.app.screen, ConfirmSheet)


class Asking(Rows):
    """An action with a field of each kind."""

    def actions(self) -> Sequence[Action]:
        fields = (
            Field(name="name", label="Name", help="whatever you like"),
            Field(name="count", label="Count", kind=FieldKind.INTEGER, default="3"),
            Field(name="colour", label="Colour", kind=FieldKind.CHOICE, choices=("red", "green")),
            Field(name="fast", label="Fast", kind=FieldKind.FLAG),
        )
        return (Action(name="ask", key="n", title="Ask", permission="rows.row.write", fields=fields),)


async def test_a_form_asks_checks_and_sends(stage: Perform, look: Look) -> None:
    async with stage(Registry(rows=Asking)) as s:
        await s.press("n")
        await s.press("ctrl+s")
        assert "'Name' is empty" in s.text
        look(s.app)
        await s.press("a", "b", "ctrl+s")
        await s.pass_time(0.1)
        (request,) = rows_pane(s.app).requests
        assert {value.name: value.value for value in request.values} == {
            "name": "ab",
            "count": "3",
            "colour": "red",
            "fast": "no",
        }


async def test_escape_gives_a_form_up(stage: Perform) -> None:
    async with stage(Registry(rows=Asking)) as s:
        await s.press("n", "x", "escape")
        assert rows_pane(s.app).requests == []


async def test_an_action_that_fails_says_so_and_nothing_breaks(stage: Perform) -> None:
    async with stage(Registry(rows=Rows)) as s:
        await s.press("f")
        await s.pass_time(0.1)
        assert "not today: come back tomorrow" in s.text
        await s.press("c")
        await s.pass_time(0.1)
        assert "KeyError" in s.text
        assert "hunter2" not in s.text


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


async def test_the_palette_finds_an_action_and_runs_it(stage: Perform) -> None:
    async with stage(Registry(rows=Rows)) as s:
        await s.press("down", "ctrl+p", *"touch")
        while "Rows: Touch (two)" not in s.text:
            await s.pilot.pause(0.02)
        await s.press("down", "enter")
        while not rows_pane(s.app).requests:
            await s.pass_time(0.05)
        assert rows_pane(s.app).requests == [ActionRequest("touch", "two")]


def needing(pane: Scripted) -> Report:
    rows = (Row("calm", (Cell("calm"),)), Row("wild", (Cell("wild"),), Level.CRITICAL))
    attention = (Attention("wild:1", Level.CRITICAL, "wild has gone wild", action="tame", item="wild"),)
    return Report(Level.CRITICAL, "one is wild", (Table((Column("name"),), rows),), attention=attention)


class Wild(Rows):
    """One row needs a hand, and an action helps."""

    async def read(self) -> Report:
        return needing(self)  # type: ignore[arg-type]

    def actions(self) -> Sequence[Action]:
        return (Action(name="tame", key="t", title="Tame", permission="rows.row.write", scope=Scope.ITEM),)


async def test_triage_lists_the_worst_first_and_goes_there(stage: Perform, look: Look) -> None:
    registry = Registry(calm=scripted(lambda pane: EVERYTHING, title="Calm"), rows=Wild)
    async with stage(registry) as s:
        await s.press("a")
        assert isinstance(s.app.screen, TriageSheet)
        look(s.app)
        assert s.text.index("wild has gone wild") < s.text.index("web is below zero")
        await s.press("enter")
        assert focused(s.app) == "rows"
        view = s.app.focused
        assert isinstance(view, PaneView)
        assert view.item == "wild"


async def test_from_triage_one_key_does_what_helps(stage: Perform) -> None:
    async with stage(Registry(calm=scripted(lambda pane: good()), rows=Wild)) as s:
        await s.press("a", "x")
        await s.pass_time(0.1)
        assert rows_pane(s.app).requests == [ActionRequest("tame", "wild")]


class Handing(Rows):
    """Its actions hand things to the screen."""

    path = ""

    def actions(self) -> Sequence[Action]:
        return (
            Action(name="copy", key="y", title="Copy", permission="rows.row.copy"),
            Action(name="edit", key="e", title="Edit", permission="rows.row.open"),
            Action(name="show", key="s", title="Show", permission="rows.row.show"),
        )

    async def act(self, request: ActionRequest) -> Outcome:
        if request.action == "copy":
            return Outcome(message="here", effects=(CopyText("sudo tee"),))
        if request.action == "edit":
            return Outcome(message="", effects=(OpenEditor(type(self).path, 7),))
        return Outcome(message="shown", blocks=(Text("a long story"),))


async def test_copied_text_reaches_the_clipboard(stage: Perform) -> None:
    async with stage(Registry(rows=Handing)) as s:
        await s.press("y")
        await s.pass_time(0.1)
        assert s.app.clipboard == "sudo tee"


async def test_what_an_action_has_to_show_opens_in_a_sheet(stage: Perform) -> None:
    async with stage(Registry(rows=Handing)) as s:
        await s.press("s")
        await s.pass_time(0.1)
        assert "a long story" in s.text


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


async def test_q_quits(stage: Perform) -> None:
    async with stage(four()) as s:
        await s.press("q")
        assert not s.app.is_running


async def test_a_bug_in_the_screen_ends_in_a_sentence_and_a_log_without_locals(
    stage: Perform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state-home"))

    def explode(self: DevdashApp) -> None:
        password = "hunter2"
        raise RuntimeError(f"broken{len(password)}")

    monkeypatch.setattr(DevdashApp, "action_zoom", explode)
    app = None
    with pytest.raises(RuntimeError, match="broken7"):
        async with stage(four()) as s:
            app = s.app
            await s.press("z")
    assert app is not None
    log = next((tmp_path / "state-home").rglob("crash-*.log"))
    assert str(log) in app.crash
    assert "RuntimeError" in log.read_text()
    assert "hunter2" not in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


async def test_saving_the_config_changes_only_what_changed(stage: Perform) -> None:
    registry = Registry(rows=Rows, other=scripted(lambda pane: good("before"), title="Other"))
    before = settings_for(registry)
    after = msgspec.structs.replace(
        before,
        panes=(
            before.panes[0],
            msgspec.structs.replace(before.panes[1], config=PaneConfig(title="x"), title="New"),
        ),
        dashboard=msgspec.structs.replace(before.dashboard, layout=(("other",), ("rows",))),
    )
    async with stage(registry, settings=before) as s:
        await s.press("down")
        view, pane = s.app.focused, rows_pane(s.app)
        assert await s.app.rebuild(after) == ("other",)
        await s.pass_time(1)
        assert s.app.focused is view, "the focus stays"
        assert isinstance(view, PaneView)
        assert view.item == "two", "the cursor stays"
        assert rows_pane(s.app) is pane, "the unchanged pane is not started anew"
        assert s.text.index("1 New") < s.text.index("2 Rows")


async def test_a_bad_config_changes_nothing_and_says_why(stage: Perform, tmp_path: Path) -> None:
    registry = Registry(rows=Rows)
    file = tmp_path / "devdash.toml"
    file.write_text("")
    before = msgspec.structs.replace(settings_for(registry), file=file)

    def load() -> Any:
        from devdash.config.errors import ConfigError
        from devdash.config.model import Problem

        raise ConfigError([Problem("devdash.toml", 4, "panes.rows", "unknown key")])

    async with stage(registry, settings=before, load=load) as s:
        pane = rows_pane(s.app)
        file.write_text("[panes.rows]\nbad = 1\n")
        while "Nothing was changed" not in s.text:
            await asyncio.sleep(0.02)
            await s.drawn()
        assert "devdash.toml:4" in s.text
        assert rows_pane(s.app) is pane
