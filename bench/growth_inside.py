"""Measures, from inside the running app, how much memory ten thousand refreshes of a pane leave behind.

python -m bench.growth_inside dashboard|bare WARM_UP REFRESHES
"""

import asyncio
import gc
import sys
from pathlib import Path
from typing import Any

import msgspec

from bench.bare import BareApp
from bench.processes import resident_mib
from devdash.api import Cell, Column, Level, Pane, PaneConfig, Report, Row, Sparkline, Table
from devdash.config.keys import DEFAULT_BINDINGS
from devdash.config.model import DashboardConfig, PaneSpec, PolicyConfig, Settings
from devdash.engine.engine import Engine
from devdash.tui.app import DevdashApp

ROWS = 20


class Changing(Pane[PaneConfig]):
    """Says something else each time."""

    title = "Changing"
    reads = 0

    async def read(self) -> Report:
        """Twenty rows of new numbers, with trends and details."""
        self.reads += 1
        trend = tuple(float((self.reads + at) % 17) for at in range(12))
        rows = tuple(
            Row(
                f"row {at}",
                (Cell(f"row {at}"), Cell(str(self.reads * at)), Cell(trend=trend)),
                detail=(Sparkline(trend),),
            )
            for at in range(ROWS)
        )
        columns = (Column("name"), Column("number"), Column("trend"))
        return Report(Level.OK, f"reading {self.reads}", (Table(columns, rows),))


class OnlyChanging:
    """Knows one plug-in."""

    def pane_type(self, plugin: str) -> type[Pane[Any]]:
        """Always the same."""
        return Changing

    def title(self, plugin: str) -> str:
        """Always the same."""
        return Changing.title


class Growth(msgspec.Struct, frozen=True):
    """Resident MiB, before and after."""

    before: float
    after: float


async def dashboard(warm_up: int, refreshes: int) -> Growth:
    """Read and draw `refreshes` times in the headless dashboard, after `warm_up` times."""
    settings = Settings(
        file=None,
        folder=Path.cwd(),
        dashboard=DashboardConfig(layout=(("changing",),)),
        panes=(PaneSpec("changing", "changing", None, PaneConfig()),),
        keys=DEFAULT_BINDINGS,
        policy=PolicyConfig(),
    )
    app = DevdashApp(settings, lambda chosen: Engine(chosen, OnlyChanging()))
    async with app.run_test(size=(120, 34), notifications=False) as pilot:
        await pilot.pause(0.5)
        await _refresh(app, warm_up)
        before = _memory()
        await _refresh(app, refreshes)
        return Growth(before, _memory())


async def _refresh(app: DevdashApp, times: int) -> None:
    for _ in range(times):
        before = app.engine.snapshots[0].report
        app.engine.refresh()
        while app.engine.snapshots[0].report is before:  # noqa: ASYNC110 - an event would cost more
            await asyncio.sleep(0)
        app._draw_changes()  # now, instead of with the next frame: that would take minutes
        await asyncio.sleep(0)


async def bare(warm_up: int, refreshes: int) -> Growth:
    """The same with the bare app's one changing pane."""
    app = BareApp()
    async with app.run_test(size=(120, 34)) as pilot:
        await pilot.pause(0.5)
        before = 0.0
        for number in range(warm_up + refreshes):
            if number == warm_up:
                before = _memory()
            app.action_count(1)
            await asyncio.sleep(0)
        return Growth(before, _memory())


def _memory() -> float:
    gc.collect()
    return resident_mib("self")


if __name__ == "__main__":
    measure = {"dashboard": dashboard, "bare": bare}[sys.argv[1]]
    print(msgspec.json.encode(asyncio.run(measure(int(sys.argv[2]), int(sys.argv[3])))).decode())
