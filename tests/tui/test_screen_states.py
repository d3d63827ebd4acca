"""Every state that a pane can be in, as a picture: what is known, how old it is, what went wrong."""

from collections.abc import Callable
from typing import Any

import pytest
from panes import Registry, Scripted, hang, scripted, settings_for
from showcase import EVERYTHING

from devdash.api import Column, Duration, Level, PaneConfig, PaneError, Report, Table
from devdash.config.model import PaneSpec, Problem

Perform = Callable[..., Any]
Look = Callable[[Any], None]

SIZE = (60, 20)


def everything(pane: Scripted) -> Report:
    return EVERYTHING


def once(pane: Scripted) -> Report:
    if pane.reads > 1:
        raise PaneError("the server does not answer", "look whether it runs")
    return EVERYTHING


def never(pane: Scripted) -> Report:
    raise PaneError("the server does not answer", "look whether it runs")


def empty(pane: Scripted) -> Report:
    return Report(Level.OK, "no repositories", (Table((Column("name"),), (), empty="There are none yet."),))


def showcase(script: Callable[[Scripted], Any]) -> Registry:
    return Registry(showcase=scripted(script, title="Showcase"))


async def test_fresh(stage: Perform, look: Look) -> None:
    async with stage(showcase(everything), size=SIZE) as s:
        look(s.app)


async def test_loading(stage: Perform, look: Look) -> None:
    async with stage(showcase(hang), size=SIZE) as s:
        look(s.app)


async def test_stale_after_a_failure(stage: Perform, look: Look) -> None:
    async with stage(showcase(once), size=SIZE) as s:
        await s.pass_time(300)
        look(s.app)


async def test_failed_before_any_data(stage: Perform, look: Look) -> None:
    async with stage(showcase(never), size=SIZE) as s:
        look(s.app)


async def test_late(stage: Perform, look: Look) -> None:
    def then_hang(pane: Scripted) -> Any:
        return EVERYTHING if pane.reads == 1 else hang(pane)

    registry = showcase(then_hang)
    settings = settings_for(registry, PaneConfig(interval=Duration(10), timeout=Duration(60)))
    async with stage(registry, settings=settings, size=SIZE) as s:
        await s.pass_time(200)
        look(s.app)


async def test_paused(stage: Perform, look: Look) -> None:
    async with stage(showcase(everything), size=SIZE) as s:
        await s.press("space")
        await s.pass_time(7200)
        look(s.app)


async def test_empty(stage: Perform, look: Look) -> None:
    async with stage(showcase(empty), size=SIZE) as s:
        look(s.app)


async def test_broken_table_beside_a_pane_that_runs(stage: Perform, look: Look) -> None:
    registry = Registry(good=scripted(empty), bad=scripted(empty))
    settings = settings_for(registry)
    message = "unknown key; did you mean 'interval'?"
    problem = Problem("devdash.toml", 3, "panes.bad.intervall", message, "bad")
    broken = PaneSpec("bad", "bad", "Bad", None, (problem,))
    from msgspec.structs import replace

    settings = replace(settings, panes=(settings.panes[0], broken))
    async with stage(registry, settings=settings, size=(110, 12)) as s:
        look(s.app)


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (200, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_four_panes(stage: Perform, look: Look, size: tuple[int, int]) -> None:
    registry = Registry(
        one=scripted(everything, title="Everything"),
        two=scripted(never, title="Never"),
        three=scripted(empty, title="Empty"),
        four=scripted(once, title="Once"),
    )
    async with stage(registry, size=size) as s:
        await s.pass_time(130)
        look(s.app)


async def test_a_terminal_that_is_too_small_says_so(stage: Perform, look: Look) -> None:
    async with stage(showcase(everything), size=(20, 5)) as s:
        look(s.app)


async def test_without_colour_everything_still_has_a_sign(
    stage: Perform, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with stage(showcase(everything), size=SIZE) as s:
        await s.press("down")
        assert "▌" in s.text
        assert "▲" in s.text
        assert "✖" in s.text
        look(s.app)
