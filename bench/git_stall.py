"""Measures, in the app, how soon a change in one of many repositories is seen, and how late the loop is.

python -m bench.git_stall REPOSITORIES FOLDER ROUNDS

FOLDER is for the config.
"""

import asyncio
import gc
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench.stall_inside import Stall, Ticker, collect_garbage, until_read
from devdash.config.load import load
from devdash.engine.engine import Engine
from devdash.engine.registry import Registry
from devdash.tui.app import DevdashApp
from devdash.tui.lines_view import LinesView

REST_S = 2.5
"""Between rounds: what follows a reading of one's own, and the pause after it, belong to the reading."""

FULL = 3


class Seen(msgspec.Struct):
    """What was measured.

    Attributes:
        shown_s: seconds from the end of a `git switch` until the lines on the screen are those of its branch.
        full: the ticker's steps in full passes.
        idle: its steps between these.
    """

    shown_s: list[float]
    full: list[Stall]
    idle: list[Stall]


async def measure(repositories: Path, folder: Path, rounds: int) -> Seen:
    """Run the app headless with the git pane alone."""
    config = folder / "git-stall.toml"
    table = f'[panes.git]\nscan = ["{repositories}"]\ntimeout = "10m"\n'
    config.write_text(f'[devdash]\nlayout = [["git"]]\nclock = false\n\n{table}', "utf-8")
    changed = sorted(repositories.iterdir())[:8]  # noqa: ASYNC240 - before the app
    gc.disable()
    registry = Registry()
    app = DevdashApp(
        load(config, registry), lambda settings: Engine(settings, registry), drawn=collect_garbage
    )
    ticker = Ticker()
    seen = Seen([], [], [])
    async with app.run_test(size=(120, 34)):
        await until_read(app, 0.0)
        await asyncio.sleep(2 * REST_S)
        for number in range(rounds):
            await asyncio.sleep(REST_S)
            seen.shown_s.append(await _shown(app, changed[number % len(changed)], f"b{number}"))
        ticking = asyncio.create_task(ticker.run())
        for _ in range(FULL):
            ticker.take()
            await asyncio.sleep(REST_S)
            seen.idle += ticker.take()
            since = app.engine.clock.elapsed()
            app.engine.refresh()
            await until_read(app, since)
            seen.full += ticker.take()
        ticking.cancel()
    return seen


async def _shown(app: DevdashApp, repository: Path, branch: str) -> float:
    await asyncio.to_thread(
        subprocess.run, ["git", "-C", str(repository), "switch", "-q", "-c", branch], check=True
    )
    began = time.perf_counter()
    async with asyncio.timeout(20):
        while not any(branch in words for words in _words(app)):  # noqa: ASYNC110 - the screen tells nobody
            await asyncio.sleep(0.002)
    return time.perf_counter() - began


def _words(app: DevdashApp) -> Iterator[list[str]]:
    """What the lines of the pane say; they are painted with the app's next frame."""
    for view in app.screen.query(LinesView):
        for line in view.lines[: view.size.height]:
            yield "".join(span.text for span in line.spans).split()


if __name__ == "__main__":
    found = asyncio.run(measure(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
    print(msgspec.json.encode(found).decode())
