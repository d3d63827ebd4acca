"""Leaving the dashboard while every pane hangs: how long it takes, and what it leaves behind."""

import time
from collections.abc import Iterator

from bench.figures import Aim, Row, Unit, median
from bench.processes import with_home
from bench.sandbox import HANGS, Sandbox
from bench.terminal import Terminal

TIMEOUT_S = 30.0


def rows(sandbox: Sandbox, *, quick: bool) -> Iterator[Row]:
    """From the key to the end of the process, against the bare app; and the processes that are left."""
    config = sandbox.all_hung("quitting")
    took: list[float] = []
    bare: list[float] = []
    left = 0
    for _ in range(2 if quick else 7):
        with sandbox.devdash(config) as dashboard:
            dashboard.read_until(HANGS[-1].capitalize().encode(), TIMEOUT_S)
            _until_all_hang(sandbox, dashboard)
            took.append(_quit(dashboard))
            left += len(with_home(sandbox.home))
        with sandbox.bare() as reference:
            reference.settle(0.5, 5.0)
            bare.append(_quit(reference))
    figure, compared = median(took), median(bare)
    yield Row(name="quit, every pane hung", unit=Unit.SECONDS, figure=figure, reference=compared, aim=Aim(1))
    yield Row(name="… longest", unit=Unit.SECONDS, figure=max(took), reference=max(bare), aim=Aim(1))
    yield Row(name="… processes left", unit=Unit.PROCESSES, figure=left, aim=Aim(0))


def _until_all_hang(sandbox: Sandbox, dashboard: Terminal) -> None:
    """The program and its child, and the worker, are there besides the dashboard; and a while longer."""
    while len(with_home(sandbox.home)) < 4:
        dashboard.read(0.1)
    dashboard.settle(1.0, 3.0)


def _quit(terminal: Terminal) -> float:
    """Seconds."""
    began = time.perf_counter()
    terminal.press("q")
    return terminal.wait(TIMEOUT_S) - began
