"""A dashboard on which nothing changes draws nothing."""

from collections.abc import Callable
from typing import Any

from desks import PlainDesk, alert
from panes import Registry, good, scripted, settings_for
from textual.app import App

from devdash.api import PaneConfig
from devdash.config.model import DashboardConfig

Perform = Callable[..., Any]


class Frames:
    """Counts what is sent to the terminal."""

    def __init__(self, app: App[None]) -> None:
        self.count = 0
        draw = app._display

        def counted(screen: object, renderable: object) -> None:
            self.count += renderable is not None
            draw(screen, renderable)  # type: ignore[arg-type]

        app._display = counted  # type: ignore[method-assign]


async def test_alerts_that_stay_as_they_are_draw_nothing_not_even_in_the_open_list(stage: Perform) -> None:
    registry = Registry(calm=scripted(lambda pane: good()))
    settings = settings_for(
        registry,
        PaneConfig(interval=90),  # type: ignore[arg-type]
        dashboard=DashboardConfig(layout=(("calm",),), clock=False),
    )
    desk = PlainDesk(alert("calm", "low"), alert("calm", "high"))
    async with stage(registry, settings=settings, make_desk=desk) as s:
        await s.press("a")
        frames = Frames(s.app)
        before = s.text
        for _ in range(20):
            await s.pass_time(17)
        assert s.text == before
        assert frames.count == 0


async def test_panes_that_are_read_on_time_and_say_the_same_draw_nothing(stage: Perform) -> None:
    registry = Registry(calm=scripted(lambda pane: good()), still=scripted(lambda pane: good()))
    settings = settings_for(
        registry,
        PaneConfig(interval=90),  # type: ignore[arg-type]
        dashboard=DashboardConfig(layout=(("calm", "still"),), clock=False),
    )
    async with stage(registry, settings=settings) as s:
        frames = Frames(s.app)
        before = s.text
        for _ in range(20):
            await s.pass_time(17)
        assert s.text == before
        assert frames.count == 0
        assert s.app.engine.snapshot("calm").read_elapsed > 1250
