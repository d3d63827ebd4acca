"""What the kernel knows of processes: their time, their memory, their children. Linux only."""

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


class Cpu(msgspec.Struct, frozen=True):
    """Processor time of a process, user and system together.

    Attributes:
        own: seconds, all its threads.
        children: seconds, of its children that have ended and been waited for.
    """

    own: float
    children: float


def cpu(pid: int) -> Cpu:
    """What the process has used so far."""
    fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    user, system, children_user, children_system = (int(field) for field in fields[11:15])
    return Cpu((user + system) / _TICKS, (children_user + children_system) / _TICKS)


def cpu_of_all(pids: Iterable[int]) -> float:
    """Seconds that these, and their children that have ended, have used. Those that are gone count 0."""
    total = 0.0
    for pid in pids:
        try:
            used = cpu(pid)
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += used.own + used.children
    return total


def resident_mib(pid: int | str) -> float:
    """Resident memory of the process (or of "self"), shared pages included, in MiB."""
    return _kib(pid, "status", "VmRSS:") / 1024


def proportional_mib(pids: Iterable[int]) -> float:
    """Memory of these processes, every shared page counted once among those that share it, in MiB."""
    return sum(_kib(pid, "smaps_rollup", "Pss:") for pid in pids) / 1024


def _kib(pid: int | str, file: str, field: str) -> int:
    for line in (_PROC / str(pid) / file).read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1])
    raise LookupError(f"{file} has no {field}")


def descendants(pid: int) -> list[int]:
    """The process's children, their children and so on."""
    found: list[int] = []
    for children in (_PROC / str(pid) / "task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            found += [child, *descendants(child)]
    return found


def with_home(home: Path) -> list[int]:
    """All processes whose environment has this HOME: what a program started in it, adopted or not."""
    mark = f"HOME={home}".encode()
    found: list[int] = []
    for environ in _PROC.glob("[0-9]*/environ"):
        try:
            if mark in environ.read_bytes().split(b"\0"):
                found.append(int(environ.parent.name))
        except OSError:  # gone meanwhile, or somebody else's
            continue
    return found
