"""Local branches with commits that no remote has: work that would be lost with the disk.

The answer can only change when a ref does, so it is asked for again only then.
"""

import os
import time
from pathlib import Path

QUESTION = (
    "log",
    "--branches",
    "--not",
    "--remotes",
    "--simplify-by-decoration",
    "--decorate=full",
    "--decorate-refs=refs/heads/",
    "--no-show-signature",
    "--no-notes",
    "--no-mailmap",
    "--format=%D",
    "-z",
)
"""One call: the tips of branches that cannot be reached from any remote-tracking branch."""

SETTLED_S = 2.0
"""Refs younger than this may change again within the same tick of the file system's clock."""

RefsStamp = tuple[tuple[str, int, int], ...]

_PREFIX = b"refs/heads/"


def unpushed(answer: bytes) -> tuple[bytes, ...]:
    """The short names of the branches in git's answer to `QUESTION`, sorted."""
    names: set[bytes] = set()
    for line in answer.split(b"\0"):
        for entry in line.split(b", "):
            name = entry.strip().removeprefix(b"HEAD -> ")
            if name.startswith(_PREFIX):
                names.add(name.removeprefix(_PREFIX))
    return tuple(sorted(names))


def refs_stamp(common_dir: Path) -> RefsStamp | None:
    """Changes whenever a branch or remote-tracking branch does. Blocks shortly; run it in a thread.

    git writes a ref beside its place and renames it there, which moves the time of the folder; packed
    refs are one file (gitrepository-layout(5)).

    Returns:
        None when that cannot be relied on: just changed, unreadable, or another storage of refs.
    """
    if (common_dir / "reftable").exists():
        return None
    newest = 0
    stamp: list[tuple[str, int, int]] = []
    try:
        for path in _ref_places(common_dir):
            info = path.stat()
            newest = max(newest, info.st_mtime_ns)
            stamp.append((str(path), info.st_ino, info.st_mtime_ns))
    except OSError:
        return None
    return tuple(stamp) if time.time_ns() - newest > SETTLED_S * 1e9 else None


def _ref_places(common_dir: Path) -> list[Path]:
    packed = common_dir / "packed-refs"
    places = [packed] if packed.exists() else []
    for root in ("refs/heads", "refs/remotes"):
        places += [Path(folder) for folder, _, _ in os.walk(common_dir / root)]
    return places
