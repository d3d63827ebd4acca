"""A watch that stands by takes the seat of one that shows no sign of life."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from manual_clock import ManualClock

from devdash.cli.watch import Watch
from devdash.config.load import load
from devdash.duty.seat import SILENT_S, holder_of
from devdash.engine.registry import Registry

HOLD = """
import sys
from pathlib import Path
from devdash.duty.seat import Seat
assert Seat(Path(sys.argv[1]), "devdash", "").take()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[int]:
    """A process that holds the seat and was stopped (Ctrl+Z); its pid."""
    pipe = subprocess.PIPE
    argv = [sys.executable, "-c", HOLD, str(tmp_path / "state")]
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        process.send_signal(signal.SIGSTOP)
        yield process.pid
        process.kill()


async def test_it_takes_the_seat_of_who_is_silent_for_long_and_not_before(
    tmp_path: Path, sleeper: int
) -> None:
    """The one whole way: standing by, losing patience, being on duty."""
    clock, registry, state = ManualClock(), Registry(), tmp_path / "state"
    config = tmp_path / "devdash.toml"
    config.write_text('[panes.battery]\nsysfs = "power"\n[history]\nenabled = false\n')
    watch = asyncio.create_task(Watch(load(config, registry), registry, state, clock=clock).live())
    await clock.advance(SILENT_S - 10)
    holder = holder_of(state)
    assert holder is not None and holder.pid == sleeper
    for _ in range(20):
        await clock.advance(2)
    holder = holder_of(state)
    assert holder is not None and holder.pid == os.getpid()
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait({watch}, timeout=20)
    assert watch.done() and watch.exception() is None
    while (
        holder_of(state) is not None
    ):  # a child that some thread has just forked holds the lock until it runs
        await asyncio.sleep(0.01)
