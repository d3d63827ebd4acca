"""What is mounted where, and where a path leads, without touching a drive that may hang.

A thread that waits in the kernel for a drive of the network, or for the program behind a file system, cannot
be ended, and while it waits its process does not end either: the terminal would not come back. So a pane
that opens files of the person's asks first on what they lie. Only Linux has a table of mounts that asks no
drive; elsewhere nothing is known.
"""

import os
import re
import select
import stat
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

import msgspec

MOUNTS = Path("/proc/self/mountinfo")
"""See `proc(5)`: one line for each mount, the uppermost last."""

_MOST_LINKS = 40
"""As many as Linux follows."""

_ESCAPED = re.compile(r"\\([0-7]{3})")


class Mounts:
    """The table of mounts, read anew only when the kernel tells that it has changed.

    proc(5): an open table is told by poll(2) as in an exceptional state, once for each change.

    Args:
        table: where it is; another one than the kernel's is never read anew.
    """

    def __init__(self, table: Path = MOUNTS) -> None:
        self._path = table
        self._table: BinaryIO | None = None
        self._changes: select.poll | None = None
        self._kinds: Mapping[str, str] = {}

    def kinds(self) -> Mapping[str, str]:
        """The type of the file system at each mount point, of the uppermost where several lie on one another.

        The same object until something is mounted or unmounted; empty where there is no table. Not for
        several threads at once.
        """
        try:
            if self._table is None:
                self._table = self._path.open("rb", buffering=0)
                self._changes = select.poll()
                self._changes.register(self._table, select.POLLPRI)
                weakref.finalize(self, self._table.close)
            elif self._changes is None or not self._changes.poll(0):
                return self._kinds
            self._table.seek(0)
            self._kinds = _kinds(self._table.read())
        except OSError:
            self._kinds = {}
        return self._kinds


class Reached(msgspec.Struct, frozen=True):
    """Where a path leads.

    Attributes:
        place: without links; the first barred place, where it is `barred`.
        status: of `place`; None: there is nothing, or it is barred.
        barred: the way ends before a place that must not be touched.
    """

    place: str
    status: os.stat_result | None
    barred: bool


def follow(path: str, is_barred: Callable[[str], bool]) -> Reached:
    """Follow `path` step by step, links too; each place is shown to `is_barred` before it is touched.

    Blocks for as long as the drives take that are not barred. Raises nothing: what cannot be looked at, or is
    a name that no system has, is not there.

    Args:
        path: absolute.
    """
    if is_barred("/"):
        return Reached("/", None, barred=True)
    at, waiting, links, place = "", _steps(path), 0, "/"
    try:
        status = root = os.lstat("/")
        while waiting:
            if not stat.S_ISDIR(status.st_mode):
                return Reached(place, None, barred=False)
            step = waiting.pop()
            if step in ("", "."):
                continue
            place = at.rpartition("/")[0] if step == ".." else f"{at}/{step}"
            if is_barred(place or "/"):
                return Reached(place, None, barred=True)
            found = os.lstat(place or "/")
            if not stat.S_ISLNK(found.st_mode):
                at, status = place, found
                continue
            target, links = str(Path(place).readlink()), links + 1
            if links > _MOST_LINKS:
                return Reached(place, None, barred=False)
            if target.startswith("/"):
                at, status = "", root
            waiting += _steps(target)
    except (OSError, ValueError):  # ValueError: a name that no system has
        return Reached(place, None, barred=False)
    return Reached(at or "/", status, barred=False)


def _steps(path: str) -> list[str]:
    """The parts of `path`, the first one last; empty ones too: what a slash follows must be a folder."""
    return path.split("/")[::-1]


def _kinds(table: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in os.fsdecode(table).splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) > 4:  # the fifth is the mount point
            point = _ESCAPED.sub(lambda code: chr(int(code[1], 8)), fields[4])
            found[point] = after.partition(" ")[0]
    return found
