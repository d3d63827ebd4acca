"""Measures, from inside the running app, how late its loop is while all panes read.

python -m bench.stall_inside CONFIG ROUNDS
"""

import asyncio
import gc
import sys
import time
from pathlib import Path

import msgspec

from devdash.config.load import load
from devdash.engine.engine import Engine
from devdash.engine.registry import Registry
from devdash.engine.snapshot import Phase
from devdash.tui.app import DevdashApp

STEP_S = 0.001
IDLE_S = 0.7
TIMEOUT_S = 60.0


class Stall(msgspec.Struct, frozen=True):
    """One step of the ticker.

    Attributes:
        late_s: how much longer than `STEP_S` it took: others had the loop, or the machine.
        busy_s: processor time of the loop's thread in it: what was really computed.
    """

    late_s: float
    busy_s: float


class Stalls(msgspec.Struct, frozen=True):
    """All steps; a list for each round.

    Attributes:
        start: from the engine's start until every pane is read for the first time.
        reading: while all panes are read again.
        idle: between these, for comparison.
    """

    start: list[Stall]
    reading: list[list[Stall]]
    idle: list[list[Stall]]


class Ticker:
    """Wants to run every millisecond, and writes down what came of it."""

    def __init__(self) -> None:
        self.steps: list[Stall] = []

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            wall, busy = time.perf_counter(), time.thread_time()
            await asyncio.sleep(STEP_S)
            late = time.perf_counter() - wall - STEP_S
            self.steps.append(Stall(late, time.thread_time() - busy))

    def take(self) -> list[Stall]:
        """The steps since the last call."""
        steps, self.steps = self.steps, []
        return steps


async def measure(config: Path, rounds: int) -> Stalls:
    """Run the app headless, and let all panes read `rounds` times."""
    gc.disable()
    registry = Registry()
    app = DevdashApp(
        load(config, registry), lambda settings: Engine(settings, registry), drawn=collect_garbage
    )
    ticker = Ticker()
    reading: list[list[Stall]] = []
    idle: list[list[Stall]] = []
    async with app.run_test(size=(120, 34)):
        ticking = asyncio.create_task(ticker.run())
        await until_read(app, 0.0)
        start = ticker.take()
        for _ in range(rounds):
            await asyncio.sleep(IDLE_S)
            idle.append(ticker.take())
            began = app.engine.clock.elapsed()
            app.engine.refresh()
            await until_read(app, began)
            reading.append(ticker.take())
        ticking.cancel()
    return Stalls(start, reading, idle)


def collect_garbage() -> None:
    """After the first frame, as `devdash.cli.dashboard` does."""

    def begin() -> None:
        gc.freeze()
        gc.enable()

    asyncio.get_running_loop().call_later(3.0, begin)


async def until_read(app: DevdashApp, since: float, rest_s: float = 0.1) -> None:
    """Wait until every pane has a reading that is younger than `since` (`Clock.elapsed`), and it is drawn.

    Args:
        rest_s: seconds for that.
    """
    async with asyncio.timeout(TIMEOUT_S):
        while not all((shot.read_elapsed or 0.0) > since for shot in app.engine.snapshots):
            if failed := [
                shot for shot in app.engine.snapshots if shot.phase in (Phase.FAILED, Phase.BROKEN)
            ]:
                raise RuntimeError(f"{failed[0].name}: {failed[0].failure}")
            await asyncio.sleep(0.01)
        await asyncio.sleep(rest_s)


if __name__ == "__main__":
    print(msgspec.json.encode(asyncio.run(measure(Path(sys.argv[1]), int(sys.argv[2])))).decode())
