"""The life of the app: reload, crash, end."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from panes import Registry, Rows, good, scripted, settings_for
from reach import rows_pane

from devdash.api import (
    PaneConfig,
)
from devdash.tui.app import DevdashApp
from devdash.tui.pane_view import PaneView

Perform = Callable[..., Any]
Look = Callable[[Any], None]


def four() -> Registry:
    names = ("one", "two", "three", "four")
    return Registry(**{name: scripted(lambda pane: good(), title=name.title()) for name in names})


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


async def test_another_theme_repaints_the_panes(stage: Perform) -> None:
    async with stage(four()) as s:
        dark = s.app.export_screenshot(title="x")
        s.app.theme = "textual-light"
        await s.drawn()
        assert s.app.export_screenshot(title="x") != dark
        assert {view.palette for view in s.app.query(PaneView)} == {s.app.palette}
        assert s.app.palette.base.bgcolor is not None
        assert s.app.palette.base.bgcolor.name == s.app.theme_variables["background"].lower()
