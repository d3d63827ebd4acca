"""Which files lie on a drive that can keep whoever touches them waiting for good.

A thread that waits in the kernel for a drive of the network, or for the program behind a file system, cannot
be ended, and while it waits its process does not end either: the terminal would not come back. So a program
touches such a drive first (see `patience`), and nobody watches it. Which drives there are, the table of
mounts says; only Linux has one that asks no drive. Elsewhere none is known.
"""

import os
import re
import select
import stat
import weakref
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

MOUNTS = Path("/proc/self/mountinfo")
"""See `proc(5)`: one line for each mount, the uppermost last."""

_NETWORK = frozenset(
    ("9p", "afs", "autofs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse", "glusterfs", "gpfs", "lustre")
) | {"ncpfs", "nfs", "nfs4", "orangefs", "smb3", "smbfs"}
_FUSE = "fuse."
_OWN_FUSE = frozenset(f"{_FUSE}{name}" for name in ("bindfs", "cryfs", "encfs", "gocryptfs", "mergerfs"))
"""Programs that serve what lies on the machine's own disks."""

_MOST_LINKS = 40
_ESCAPED = re.compile(r"\\([0-7]{3})")


def points(table: Path = MOUNTS) -> frozenset[str]:
    """Where such drives are mounted. Asks the kernel alone, for some 0.1 ms."""
    try:
        return _points(table.read_bytes())
    except OSError:
        return frozenset()


class Watched:
    """`points`, read anew only when the kernel tells that something was mounted or unmounted.

    proc(5): an open table of mounts is told by poll(2) as in an exceptional state, once for each change.
    """

    def __init__(self) -> None:
        self._table: BinaryIO | None = None
        self._changes: select.poll | None = None
        self._points: frozenset[str] = frozenset()

    def points(self) -> frozenset[str]:
        """Where such drives are mounted now."""
        try:
            if self._table is None:
                self._table = MOUNTS.open("rb", buffering=0)
                self._changes = select.poll()
                self._changes.register(self._table, select.POLLPRI)
                weakref.finalize(self, self._table.close)
            elif self._changes is None or not self._changes.poll(0):
                return self._points
            self._table.seek(0)
            self._points = _points(self._table.read())
        except OSError:  # no such table: nothing is known
            self._points = frozenset()
        return self._points


def _points(table: bytes) -> frozenset[str]:
    return frozenset(point for point, kind in _mounts(table).items() if _is_foreign(kind))


def foreign(paths: Iterable[str], points: Collection[str]) -> dict[str, str]:
    """Those of the absolute `paths` that lead onto such a drive, and its mount point. Touches none of them.

    Blocks for as long as the machine's own disks take.

    Args:
        points: where such drives are mounted.
    """
    known: dict[str, str | None] = {}
    found: dict[str, str] = {}
    for path in paths:
        folder = os.path.dirname(path)  # noqa: PTH120  # thousands of includes
        if folder not in known:
            known[folder] = _drive(folder, points)
        if (point := known[folder] or _drive(path, points)) is not None:
            found[path] = point
    return found


def _mounts(table: bytes) -> Mapping[str, str]:
    """The type of the file system at each mount point."""
    found: dict[str, str] = {}
    for line in os.fsdecode(table).splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) > 4:  # the fifth is the mount point
            point = _ESCAPED.sub(lambda code: chr(int(code[1], 8)), fields[4])
            found[point] = after.partition(" ")[0]
    return found


def _is_foreign(kind: str) -> bool:
    return kind in _NETWORK or (kind.startswith(_FUSE) and kind not in _OWN_FUSE)


def _drive(path: str, points: Collection[str]) -> str | None:
    """The mount point of the drive that `path` leads onto, step by step, so that none is touched."""
    if "/" in points:
        return "/"
    at, waiting, links = "", _steps(path), 0
    while waiting:
        step = waiting.pop()
        if step == "..":
            at = at.rpartition("/")[0]
            continue
        place = f"{at}/{step}"
        if place in points:
            return place
        try:
            is_link = stat.S_ISLNK(os.lstat(place).st_mode)
            target = str(Path(place).readlink()) if is_link else ""
        except OSError:
            return None  # nothing is there
        links += is_link
        if not is_link or links > _MOST_LINKS:
            at = place
            continue
        at = "" if target.startswith("/") else at
        waiting += _steps(target)
    return None


def _steps(path: str) -> list[str]:
    """The parts of `path`, the first one last."""
    return [step for step in reversed(path.split("/")) if step not in ("", ".")]
