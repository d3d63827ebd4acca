"""What it costs to be watched over all day: processor time and memory of `devdash watch`, over ten minutes.

All candidates run at the same time, each in a home of its own, since one process of a user is on duty;
beside them the loop that the idea began with: psutil asked every 120 s, in bare Python.

The history's hand-over comes once an hour, not in these ten minutes. What it costs is the difference that it
makes to a watch in which it does come, because records wait there that are old.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from bench.figures import Aim, Row, Unit
from bench.processes import cpu, cpu_of_all, descendants, proportional_mib, resident_mib
from bench.sandbox import ROOT, SHIPPED, Sandbox
from devdash.history.spool import Spool
from devdash.history.wire import SampleRecord

SETTLE_S = 20.0
WINDOW_S = 600.0
QUICK_S = 60.0
"""Long enough for the hand-over of old records, which comes a minute after the start."""

HOUR_S = 3600.0

NAIVE = "import psutil, time\nwhile True:\n    psutil.sensors_battery()\n    time.sleep(120)\n"


class Usage(msgspec.Struct, frozen=True):
    """What one candidate used in the window.

    Attributes:
        own, children: percent of one core; the process itself, and all that it started.
        resident: MiB of the process at the end.
        all: MiB at the end, of all processes, shared pages counted once.
    """

    own: float
    children: float
    resident: float
    all: float

    @property
    def total(self) -> float:
        """Percent of one core, of all processes."""
        return self.own + self.children


def rows(sandbox: Sandbox, *, quick: bool) -> Iterator[Row]:
    """A laptop's battery alone; and the shipped config with all four panes."""
    alone = sandbox.home / "battery.toml"
    _leave_old_records(sandbox.home / "watch-handing" / ".local" / "state" / "devdash" / "history")
    alone.write_text(f'[panes.battery]\nsysfs = "{_battery(sandbox.home / "power")}"\n')
    devdash = [sys.executable, "-m", "devdash", "--config"]
    with ExitStack() as stack:
        pids = [
            stack.enter_context(_running(sandbox, name, argv))
            for name, argv in (
                ("watch-battery", [*devdash, str(alone), "watch"]),
                ("watch-handing", [*devdash, str(alone), "watch"]),
                ("watch-shipped", [*devdash, str(SHIPPED), "watch"]),
                ("watch-naive", [sys.executable, "-c", NAIVE]),
            )
        ]
        time.sleep(SETTLE_S)
        window = QUICK_S if quick else WINDOW_S
        battery, handing, shipped, naive = _measure(pids, window)
    handed = (handing.total - battery.total) * window / HOUR_S
    yield _percent("watch, battery alone: CPU", battery.total, naive, Aim(0.2))
    yield _mib("… RSS", battery.resident, naive.resident, Aim(45))
    yield _percent("watch, shipped panes: CPU of all", shipped.total, naive, Aim(0.2))
    yield _percent("… of git and workers", shipped.children, naive, None)
    yield _percent(
        "… of all, with the history's hand-over each hour", shipped.total + handed, naive, Aim(0.2)
    )
    yield _mib("… RSS of the process", shipped.resident, naive.resident, Aim(45))
    yield _mib("… PSS of all", shipped.all, naive.all, Aim(45))


@contextmanager
def _running(sandbox: Sandbox, name: str, argv: Sequence[str]) -> Iterator[int]:
    home = sandbox.home / name
    home.mkdir(exist_ok=True)
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            argv,
            cwd=ROOT,
            env={**sandbox.env, "HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process.pid
        if process.poll() is not None:
            raise RuntimeError(f"{name} has ended: {(home / 'log').read_text(errors='replace')}")
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _measure(pids: Sequence[int], seconds: float) -> list[Usage]:
    before = [_spent(pid) for pid in pids]
    began = time.perf_counter()
    time.sleep(seconds)
    window = time.perf_counter() - began
    found: list[Usage] = []
    for pid, first in zip(pids, before, strict=True):
        own, children = (
            100 * (after - start) / window for after, start in zip(_spent(pid), first, strict=True)
        )
        family = [pid, *descendants(pid)]
        found.append(Usage(own, max(children, 0.0), resident_mib(pid), proportional_mib(family)))
    return found


def _spent(pid: int) -> tuple[float, float]:
    """Seconds of the process, and of all that it has started; those that have ended count through it."""
    used = cpu(pid)
    return used.own, used.children + cpu_of_all(descendants(pid))


def _leave_old_records(spool: Path) -> None:
    """As many as an hour makes with four panes, of an earlier watch."""
    spool.parent.mkdir(parents=True)
    begin = time.time() - 3 * HOUR_S
    Spool(spool).append(
        [
            SampleRecord(begin + minute * 60, "databases", f"latency {series}", "default", 1.0)
            for minute in range(60)
            for series in range(4)
        ]
    )


def _battery(tree: Path) -> Path:
    """A battery as the kernel shows it, discharging at half."""
    supplies = {
        "BAT0": {"type": "Battery", "present": "1", "capacity": "50", "status": "Discharging"},
        "AC": {"type": "Mains", "online": "0"},
    }
    for name, attributes in supplies.items():
        (tree / name).mkdir(parents=True)
        for key, value in attributes.items():
            (tree / name / key).write_text(value + "\n")
    return tree


def _percent(name: str, figure: float, naive: Usage, aim: Aim | None) -> Row:
    return Row(name=name, unit=Unit.PERCENT, figure=figure, reference=naive.own, aim=aim)


def _mib(name: str, figure: float, reference: float, aim: Aim | None) -> Row:
    return Row(name=name, unit=Unit.MIB, figure=figure, reference=reference, aim=aim)
