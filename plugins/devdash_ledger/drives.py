"""Which files lie on a drive that can keep whoever touches them waiting for good.

A program touches such a drive first (see `patience`), and nobody watches it.
"""

import os
from collections.abc import Collection, Iterable, Mapping

from devdash.api import follow

_NETWORK = frozenset(
    ("9p", "afs", "autofs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse", "glusterfs", "gpfs", "lustre")
) | {"ncpfs", "nfs", "nfs4", "orangefs", "smb3", "smbfs"}
_FUSE = "fuse."
_OWN_FUSE = frozenset(f"{_FUSE}{name}" for name in ("bindfs", "cryfs", "encfs", "gocryptfs", "mergerfs"))
"""Programs that serve what lies on the machine's own disks."""


def points(kinds: Mapping[str, str]) -> frozenset[str]:
    """Where such drives are mounted.

    Args:
        kinds: of the table of mounts.
    """
    return frozenset(point for point, kind in kinds.items() if _is_foreign(kind))


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


def _is_foreign(kind: str) -> bool:
    return kind in _NETWORK or (kind.startswith(_FUSE) and kind not in _OWN_FUSE)


def _drive(path: str, points: Collection[str]) -> str | None:
    """The mount point of the drive that `path` leads onto."""
    reached = follow(path, points.__contains__)
    return reached.place if reached.barred else None
