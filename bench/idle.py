"""What it costs to show a dashboard on which nothing changes: processor time, and bytes to the terminal.

All candidates run at the same time, beside the bare app, in the same window of time.
"""

import select
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import msgspec

from bench.figures import Aim, Row, Unit
from bench.processes import cpu, cpu_of_all, descendants
from bench.sandbox import Sandbox
from bench.terminal import Terminal

SETTLE_S = 20.0
"""After which every pane has been read, the workers have started, and the toasts are gone."""


class Usage(msgspec.Struct, frozen=True):
    """What one candidate used in the window.

    Attributes:
        own: percent of one core, the process itself.
        children: percent of one core, all other processes that it started.
        drawn: bytes that reached the terminal.
    """

    own: float
    children: float
    drawn: int


def rows(sandbox: Sandbox, *, quick: bool) -> Iterator[Row]:
    """Long intervals, where only devdash itself can cost anything; and the shipped ones."""
    resting = sandbox.shipped("idle-resting", interval="1h", clock=False)
    clock = sandbox.shipped("idle-clock", interval="1h")
    living = sandbox.shipped("idle-living")
    with ExitStack() as stack:
        terminals = [stack.enter_context(sandbox.devdash(config)) for config in (resting, clock, living)]
        terminals.append(stack.enter_context(sandbox.bare()))
        _watch(terminals, SETTLE_S)
        resting_use, clock_use, living_use, bare = _measure(terminals, 15.0 if quick else 60.0)
    at_most = Aim(0.5)
    yield _cpu("idle CPU, nothing changes", resting_use.own, bare, at_most)
    yield _bytes("… bytes to the terminal, no clock", resting_use, bare, Aim(0))
    yield _bytes("… bytes to the terminal, with the clock", clock_use, bare, None)
    yield _cpu("idle CPU, shipped intervals, UI process", living_use.own, bare, at_most)
    yield _cpu("… git, workers and other processes", living_use.children, bare, None)
    yield _bytes("… bytes to the terminal", living_use, bare, None)


def _measure(terminals: Sequence[Terminal], seconds: float) -> list[Usage]:
    families = [descendants(terminal.pid) for terminal in terminals]
    before = [_spent(t, family) for t, family in zip(terminals, families, strict=True)]
    drawn = [terminal.received for terminal in terminals]
    began = time.perf_counter()
    _watch(terminals, seconds)
    window = time.perf_counter() - began
    found: list[Usage] = []
    for number, terminal in enumerate(terminals):
        # Those that came meanwhile count from their beginning, those that went through their parent.
        family = [*families[number], *(p for p in descendants(terminal.pid) if p not in families[number])]
        own, others = _spent(terminal, family)
        share = [
            100 * (after - first) / window for after, first in zip((own, others), before[number], strict=True)
        ]
        found.append(Usage(share[0], max(share[1], 0.0), terminal.received - drawn[number]))
    return found


def _spent(terminal: Terminal, family: Sequence[int]) -> tuple[float, float]:
    used = cpu(terminal.pid)
    return used.own, used.children + cpu_of_all(family)


def _watch(terminals: Sequence[Terminal], seconds: float) -> None:
    """Take what is drawn, as a terminal does."""
    end = time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        for terminal in select.select(terminals, [], [], left)[0]:
            terminal.read(0)
            if terminal.exit_code is not None:
                raise RuntimeError("a program that was to be idle has ended")


def _cpu(name: str, figure: float, bare: Usage, aim: Aim | None) -> Row:
    return Row(name=name, unit=Unit.PERCENT, figure=figure, reference=bare.own, aim=aim)


def _bytes(name: str, use: Usage, bare: Usage, aim: Aim | None) -> Row:
    return Row(name=name, unit=Unit.BYTES, figure=use.drawn, reference=bare.drawn, aim=aim)
