"""Which files this process may open itself: those that cannot keep it, whatever becomes of their drive."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from devdash.api import follow

LOCAL = frozenset(
    {"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "ramfs", "tmpfs", "xfs", "zfs"}
)
"""File systems that wait for nothing but the machine's own disks."""

COMPANIONS = ("-wal", "-shm", "-journal")
"""What SQLite opens beside a file."""

_FOREIGN_HANDS = stat.S_IWGRP | stat.S_IWOTH


def own_file(path: Path, kinds: Mapping[str, str]) -> str | None:
    """Where `path` leads, when that is a plain file on a disk of this machine that only this user can change.

    What somebody else could shorten while it is mapped would end this process, and what somebody else
    could replace might lie anywhere in the next moment.

    Args:
        path: absolute; its links are followed.
        kinds: the type of the file system at each mount point.

    Returns:
        The path without links; None when it is none of these, or there is no such file.
    """

    def is_barred(place: str) -> bool:
        return (place in kinds or place == "/") and kinds.get(place) not in LOCAL

    if not path.is_absolute():
        return None
    reached = follow(str(path), is_barred)
    place, status = reached.place, reached.status
    if status is None or not stat.S_ISREG(status.st_mode):
        return None
    try:
        folder = os.lstat(place.rpartition("/")[0] or "/")
        beside = [place + ending for ending in COMPANIONS]
        is_alone = all(not is_barred(one) and _is_plain_or_none(one) for one in beside)
    except OSError:
        return None
    return place if is_alone and _is_own(status) and _is_own(folder) else None


def _is_plain_or_none(place: str) -> bool:
    try:
        return stat.S_ISREG(os.lstat(place).st_mode)
    except FileNotFoundError:
        return True


def _is_own(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and not status.st_mode & _FOREIGN_HANDS
