"""What the first frame waits for, and what it must not wait for."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from panes import Registry, engine_for, good, scripted, settings_for
from textual.screen import Screen

from devdash.tui.app import DevdashApp

ROOT = Path(__file__).parents[2]

LATER = {
    "asttokens",
    "asyncinotify",
    "beancount",
    "devdash.alerts.model",
    "devdash.duty.model",
    "devdash.engine.boundary",
    "devdash.history.wire",
    "devdash.notify.voice",
    "devdash.tui.alerting",
    "devdash.tui.filter_bar",
    "devdash.tui.forms",
    "devdash.tui.help",
    "devdash.tui.history",
    "devdash.tui.needs",
    "devdash.tui.palette",
    "devdash.tui.reload",
    "devdash.tui.sheets",
    "devdash.tui.triage",
    "devdash.tui.voice",
    "devdash.workers.fleet",
    "devdash.workers.process",
    "devdash_battery.pane",
    "devdash_databases.pane",
    "devdash_git.pane",
    "devdash_ledger.pane",
    "django",
    "git",
    "icontract",
    "psutil",
    "tomlkit",
    "watchfiles",
}

PROGRAM = """
import asyncio, sys
from pathlib import Path
from devdash.config.load import load
from devdash.engine.engine import Engine
from devdash.engine.registry import Registry
from devdash.tui.app import DevdashApp

registry = Registry()
drawn = []
app = DevdashApp(
    load(Path("devdash.toml"), registry),
    lambda settings: Engine(settings, registry),
    drawn=lambda: drawn.extend(sys.modules),
)

async def main():
    async with app.run_test() as pilot:
        await pilot.pause()

asyncio.run(main())
print(" ".join(drawn))
"""


async def test_drawn_is_called_once_before_anything_is_read(tmp_path: Path) -> None:
    registry = Registry(one=scripted(lambda pane: good()))
    reads: list[object] = []
    app = DevdashApp(
        settings_for(registry),
        lambda settings: engine_for(tmp_path, registry, settings),
        drawn=lambda: reads.append(app.engine.snapshot("one").report),
    )
    async with app.run_test() as pilot:
        while app.engine.snapshot("one").report is None:
            await pilot.pause()
    assert reads == [None]


async def test_the_first_frame_names_the_panes(tmp_path: Path) -> None:
    registry = Registry(
        one=scripted(lambda pane: good(), title="Eins"), two=scripted(lambda pane: good(), title="Zwei")
    )
    app = DevdashApp(settings_for(registry), lambda settings: engine_for(tmp_path, registry, settings))
    frames: list[str] = []
    draw = app._display

    def seen(screen: Screen[Any], renderable: Any) -> None:
        if renderable is not None:
            frames.append(renderable.render_segments(app.console))
        draw(screen, renderable)

    app._display = seen
    async with app.run_test() as pilot:
        await pilot.pause()
    assert "Eins" in frames[0]
    assert "Zwei" in frames[0]


def test_the_first_frame_imports_nothing_that_it_does_not_show() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(ran.stdout.split())
    assert "devdash.tui.pane_view" in loaded
    assert loaded & LATER == set()
