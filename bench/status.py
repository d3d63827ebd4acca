"""`devdash status`, from start to exit, against an interpreter that imports asyncio."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

from bench.figures import Row, Unit, median
from bench.sandbox import ROOT, SHIPPED, Sandbox, devdash_program


def rows(sandbox: Sandbox, *, quick: bool) -> Iterator[Row]:
    """All panes, and the battery alone, which needs no other process."""
    program = [devdash_program(), "--config", str(SHIPPED), "status"]
    commands = (program, [*program, "battery"], [sys.executable, "-c", "import asyncio"])
    times: list[list[float]] = [[] for _ in commands]
    for round_ in range(4 if quick else 11):
        for command, found in zip(commands, times, strict=True):
            took = _run(sandbox, command)
            if round_:  # the first one fills caches
                found.append(took)
    whole, battery, bare = (median(found) * 1000 for found in times)
    yield Row(name="devdash status, four panes", unit=Unit.MILLISECONDS, figure=whole, reference=bare)
    yield Row(name="devdash status battery", unit=Unit.MILLISECONDS, figure=battery, reference=bare)


def _run(sandbox: Sandbox, command: Sequence[str]) -> float:
    """Seconds."""
    began = time.perf_counter()
    subprocess.run(command, env=sandbox.env, cwd=ROOT, capture_output=True, check=True)
    return time.perf_counter() - began
