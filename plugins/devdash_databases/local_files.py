"""Which files this process may open itself: those that cannot keep it, whatever becomes of their drive.

A thread that waits in the kernel for a drive of the network, or for a program that serves a file system,
cannot be ended, and keeps the process from ending. So no part of a path is touched before the table of mounts
has said on what it lies. Only Linux has that table; elsewhere no file is such a file.
"""

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
"""Of `proc(5)`: one line for each mount; the kernel tells it without asking any drive."""

LOCAL = frozenset(
    {"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "ramfs", "tmpfs", "xfs", "zfs"}
)
"""File systems that wait for nothing but the machine's own disks."""

COMPANIONS = ("-wal", "-shm", "-journal")
"""What SQLite opens beside a file."""

_MOST_LINKS = 40
_FOREIGN_HANDS = stat.S_IWGRP | stat.S_IWOTH
_ESCAPED = re.compile(r"\\([0-7]{3})")


def mounts(table: Path = MOUNTS) -> Mapping[str, str]:
    """The type of the file system at each mount point, the uppermost where several lie on one another.

    Raises:
        OSError: the system has no such table.
    """
    found: dict[str, str] = {}
    for line in os.fsdecode(table.read_bytes()).splitlines():
        before, _, after = line.partition(" - ")
        point = _ESCAPED.sub(lambda code: chr(int(code[1], 8)), before.split(" ")[4])
        found[point] = after.partition(" ")[0]
    return found


def own_file(path: Path, table: Mapping[str, str]) -> str | None:
    """Where `path` leads, when that is a plain file on a disk of this machine that only this user can change.

    What somebody else could shorten while it is mapped would end this process, and what somebody else
    could replace might lie anywhere in the next moment.

    Args:
        path: absolute; its links are followed.
        table: of `mounts`.

    Returns:
        The path without links; None when it is none of these, or there is no such file.
    """
    try:
        found = _walk(path, table)
        if found is None:
            return None
        place, status = found
        folder = os.lstat(place.rpartition("/")[0] or "/")
        beside = [_beside(place + ending, table) for ending in COMPANIONS]
    except (OSError, ValueError):  # ValueError: a name that no system has
        return None
    return place if all((_is_own(status), _is_own(folder), stat.S_ISREG(status.st_mode), *beside)) else None


def _walk(path: Path, table: Mapping[str, str]) -> tuple[str, os.stat_result] | None:
    """Follow `path` part by part, each looked up before it is touched. None: it leaves the local disks."""
    if not path.is_absolute() or table.get("/") not in LOCAL:
        return None
    at, links = "", 0
    waiting = [*reversed(path.parts[1:])]
    status = os.lstat("/")
    while waiting:
        part = waiting.pop()
        if part == "..":
            if not stat.S_ISDIR(status.st_mode):
                return None
            at = at.rpartition("/")[0]
            continue
        step = f"{at}/{part}"
        if not _is_local(step, table):
            return None
        status = os.lstat(step)
        if not stat.S_ISLNK(status.st_mode):
            at = step
            continue
        target = str(Path(step).readlink())
        links += 1
        if links > _MOST_LINKS:
            return None
        at = "" if target.startswith("/") else at
        waiting.extend(part for part in reversed(target.split("/")) if part not in ("", "."))
    return at, status


def _beside(place: str, table: Mapping[str, str]) -> bool:
    """Whether there is a plain file at `place`, or nothing."""
    if not _is_local(place, table):
        return False
    try:
        return stat.S_ISREG(os.lstat(place).st_mode)
    except FileNotFoundError:
        return True


def _is_local(place: str, table: Mapping[str, str]) -> bool:
    kind = table.get(place)
    return kind is None or kind in LOCAL


def _is_own(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and not status.st_mode & _FOREIGN_HANDS
