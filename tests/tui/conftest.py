"""The screen under test: an app over panes that behave as told, on a clock that the test turns.

`look` stores what the screen shows twice, as text (whose diffs can be read)
and as SVG (which shows the colours), below tests/snapshots.
"""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from manual_clock import ManualClock, run_dry
from panes import Registry, engine_for, settings_for
from rich.console import Console
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual import events
from textual.app import App
from textual.pilot import Pilot

from devdash.config.model import Settings
from devdash.engine.context import Context
from devdash.tui.alerting import MakeDesk
from devdash.tui.app import DevdashApp


class _ScreenFile(SingleFileSnapshotExtension):
    """One file per picture, in tests/snapshots/<module>/."""

    _write_mode = WriteMode.TEXT

    @classmethod
    def dirname(cls, *, test_location: Any) -> str:
        module = Path(test_location.filepath)
        return str(module.parent.parent / "snapshots" / module.stem)


class TextFile(_ScreenFile):
    """What the screen says."""

    file_extension = "txt"


class SvgFile(_ScreenFile):
    """How the screen looks."""

    file_extension = "svg"


def screen_text(app: App[Any]) -> str:
    """The characters on the screen, line by line."""
    width, height = app.size
    console = Console(width=width, height=height, file=io.StringIO(), record=True, legacy_windows=False)
    console.print(app.screen._compositor.render_update(full=True))
    lines = console.export_text(styles=False).splitlines()
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


Look = Callable[[App[Any]], None]


@pytest.fixture
def look(snapshot: SnapshotAssertion) -> Look:
    """Compare the screen with the stored text and SVG."""

    text, svg = snapshot.use_extension(TextFile), snapshot.use_extension(SvgFile)

    def compare(app: App[Any]) -> None:
        assert screen_text(app) == text
        assert app.export_screenshot(title="devdash", simplify=True) == svg

    return compare


class Stage:
    """A running app and what moves it."""

    def __init__(self, app: DevdashApp, pilot: Pilot[None], clock: ManualClock) -> None:
        self.app = app
        self.pilot = pilot
        self.clock = clock

    async def begun(self) -> None:
        """The engine reads panes: what they need has been imported, in a thread, which takes real time."""
        while self.app.engine._heart is None:
            await asyncio.sleep(0.005)

    async def pass_time(self, seconds: float) -> None:
        """Time passes, and the screen has shown what came of it."""
        await self.clock.advance(seconds)
        await self.drawn()

    async def drawn(self) -> None:
        """Every change has reached the screen."""
        self.app._draw_changes()
        self.app._tick()
        await self.pilot.pause()
        await run_dry()
        self.app.screen._on_timer_update()
        await run_dry()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.clock.advance(0.01)
        await self.drawn()

    async def paste(self, text: str) -> None:
        """As a terminal does it: at once, where each key of a long text would be waited for."""
        self.app.post_message(events.Paste(text))
        await self.drawn()

    @property
    def text(self) -> str:
        return screen_text(self.app)


Perform = Callable[..., Any]


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Perform:
    """`async with stage(registry, settings=…, size=…) as s`: the app, its panes read once.

    Nobody tells the panes of changed files: that would come in real time, between any two moments of
    the clock.
    """
    monkeypatch.setattr(Context, "watch", lambda self, paths: None)

    @asynccontextmanager
    async def perform(
        registry: Registry,
        *,
        settings: Settings | None = None,
        size: tuple[int, int] = (100, 30),
        read: bool = True,
        load: Callable[[], Settings] | None = None,
        make_desk: MakeDesk | None = None,
    ) -> AsyncIterator[Stage]:
        clock = ManualClock()
        chosen = settings or settings_for(registry)
        app = DevdashApp(
            chosen, lambda s: engine_for(tmp_path, registry, s, clock=clock), load, make_desk=make_desk
        )
        async with app.run_test(size=size, notifications=True) as pilot:
            stage = Stage(app, pilot, clock)
            await pilot.pause()
            if read:
                await stage.begun()
                await stage.pass_time(1)
            yield stage

    return perform
