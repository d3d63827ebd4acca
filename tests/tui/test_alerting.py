"""The duty beside the engine: how it lives, how it fails, and how it speaks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from desks import PlainDesk
from panes import Registry, good, scripted

from devdash.api import Attention, Level, Report, Text

Perform = Callable[..., Any]


def two_panes() -> Registry:
    """One that wants a hand and one that is calm."""
    low = Attention("low", Level.CRITICAL, "battery at 12 %: plug in")
    report = Report(Level.CRITICAL, "12 %", (Text("12 %"),), attention=(low,))
    return Registry(battery=scripted(lambda pane: report), calm=scripted(lambda pane: good()))


async def test_the_duty_lives_inside_the_engine_s_life(stage: Perform) -> None:
    desk = PlainDesk()
    async with stage(two_panes(), make_desk=desk) as s:
        assert desk.engine is s.app.engine
        assert not desk.ended
    assert desk.ended


async def test_a_bug_in_the_duty_costs_the_alerts_and_is_told(
    stage: Perform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state-home"))

    def broken(engine: object, voice: object) -> Any:
        raise RuntimeError("hunter2")

    async with stage(two_panes(), make_desk=broken) as s:
        await s.press("r")
        await s.pass_time(1)
        assert "RuntimeError" in s.text
        assert "hunter2" not in s.text
        assert "! alert trouble" in s.text
        assert "1 needs a hand" in s.text, "panes go on"


async def test_the_voice_is_the_screen_s(stage: Perform) -> None:
    desk = PlainDesk()
    async with stage(two_panes(), make_desk=desk) as s:
        assert desk.voice is not None
        desk.voice.toast("[red]battery\x1b[2J low", Level.CRITICAL)
        desk.voice.bell()
        desk.voice.osc9("battery low")
        await s.drawn()
        assert "[red]battery low" in s.text
