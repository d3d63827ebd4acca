"""From a key to the end of the frame that it causes, while one pane hangs."""

import random
import time
from collections.abc import Iterator
from itertools import cycle, islice

from bench.figures import Aim, Row, Unit, median, percentile
from bench.sandbox import HANGS, Sandbox
from bench.terminal import FRAME_END, Terminal

PRESSES = 200
TIMEOUT_S = 10.0


def rows(sandbox: Sandbox, *, quick: bool) -> Iterator[Row]:
    """The cursor of the ledger pane goes down and up; each way to hang has its share of the presses.

    The pane that hangs is given up and read again every few seconds, and its processes with it.
    """
    share = (PRESSES // 4 if quick else PRESSES) // len(HANGS)
    hung: list[float] = []
    bare: list[float] = []
    chance = random.Random(1)
    for kind in HANGS:
        config = sandbox.shipped(f"keys-{kind}", clock=False, hung=kind)
        with sandbox.devdash(config) as dashboard, sandbox.bare() as reference:
            dashboard.settle(2.0, 15.0)
            dashboard.press("2")
            for terminal in (dashboard, reference):
                terminal.settle(0.5, 5.0)
            for key in islice(cycle("jk"), share):
                hung.append(_key_to_frame(dashboard, key, chance))
                bare.append(_key_to_frame(reference, key, chance))
    yield _row("key to frame, one pane hung, p99", percentile(hung, 0.99), percentile(bare, 0.99), Aim(50))
    yield _row("… median", median(hung), median(bare), None)


def _key_to_frame(terminal: Terminal, key: str, chance: random.Random) -> float:
    """Seconds. The pauses before vary, so that no timer marches in step with the presses."""
    end = time.perf_counter() + chance.uniform(0.02, 0.1)
    while (left := end - time.perf_counter()) > 0:
        terminal.read(left)
    began = time.perf_counter()
    terminal.press(key)
    return terminal.read_until(FRAME_END, TIMEOUT_S) - began


def _row(name: str, figure: float, reference: float, aim: Aim | None) -> Row:
    return Row(name=name, unit=Unit.MILLISECONDS, figure=figure * 1000, reference=reference * 1000, aim=aim)
