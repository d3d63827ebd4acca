"""Measures the git pane's own readings, each round in turns with what reads the same repositories elsewhere.

python -m bench.git_inside FOLDER ROUNDS

FOLDER holds the repositories.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from bench.sandbox import ROOT
from devdash.api import Duration
from devdash.engine.clock import SystemClock
from devdash.engine.context import Context
from devdash_git.config import GitConfig
from devdash_git.pane import GitPane

LOOP = 'for r in "$1"/*/; do git -C "$r" status --porcelain=v2 --branch --show-stash >/dev/null; done'
"""What a person would write."""


class Times(msgspec.Struct):
    """Seconds, one for each round.

    Attributes:
        first: the very first reading, with everything that is asked once.
        full: git is asked about every repository.
        unchanged: nothing changed, and it is not time yet to ask again.
        shell: the loop.
        library: GitPython, as its documentation says.
    """

    first: float = 0.0
    full: list[float] = msgspec.field(default_factory=list)
    unchanged: list[float] = msgspec.field(default_factory=list)
    shell: list[float] = msgspec.field(default_factory=list)
    library: list[float] = msgspec.field(default_factory=list)


async def measure(folder: Path, rounds: int) -> Times:
    """A pane in a context of its own; no screen."""
    asked = [True]
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as home:
        context = Context(
            name="git",
            folder=folder,
            state_dir=Path(home),
            cache_dir=Path(home),
            now=clock.now,
            monotonic=clock.monotonic,
            on_wake=lambda: None,
            on_progress=lambda text: None,
            asked=lambda: asked[0],
        )
        config = GitConfig(scan=(folder,), timeout=Duration(600), repo_timeout=Duration(60))
        pane = GitPane(config, context)
        times = Times(first=await _reading(pane))
        for _ in range(rounds):
            asked[0] = True
            times.full.append(await _reading(pane))
            asked[0] = False
            times.unchanged.append(await _reading(pane))
            times.shell.append(_program(["sh", "-c", LOOP, "sh", str(folder)]))
            printed = subprocess.run(  # noqa: ASYNC221 - nothing else is to run meanwhile
                [sys.executable, "-m", "bench.git_library", str(folder)],
                cwd=ROOT,
                capture_output=True,
                check=True,
            )
            times.library.append(float(printed.stdout))
        await pane.stop()
        await context.close()
    return times


async def _reading(pane: GitPane) -> float:
    began = time.perf_counter()
    await pane.read()
    return time.perf_counter() - began


def _program(argv: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    print(msgspec.json.encode(asyncio.run(measure(Path(sys.argv[1]), int(sys.argv[2])))).decode())
