"""Where repositories are: the search of `scan` folders.

A breadth-first walk of directory entries. It does not follow symbolic links (so there are no circles and
nothing is found twice), does not enter repositories, and gives up after a time with what it has.
"""

import fnmatch
import os
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import msgspec

SEARCH_S = 10.0
"""How long one search may take."""

MAX_FOUND = 2_000
"""Repositories after which a search stops."""


class Found(msgspec.Struct, frozen=True):
    """What a search found.

    Attributes:
        root: the folder that was searched.
        repositories: their top folders, sorted.
        unfinished: why there may be more, as a sentence; empty when there are not.
        hint: the next step then.
    """

    root: Path
    repositories: tuple[Path, ...] = ()
    unfinished: str = ""
    hint: str = ""


SMALLER = "Give scan a smaller folder, or depth a smaller number."


def search(
    root: Path,
    depth: int,
    ignore: tuple[str, ...],
    *,
    seconds: float = SEARCH_S,
    clock: Callable[[], float] = time.monotonic,
) -> Found:
    """Look for repositories in `root`, which is level 0, down to level `depth`. Blocks; run it in a thread.

    A folder is a repository when it has an entry ".git", or is a git directory itself (bare).
    Folders below that may not be read are passed over.
    """
    found: list[Path] = []
    waiting = deque([(root, 0)])
    end = clock() + seconds
    while waiting:
        if clock() >= end:
            return _found(root, found, f"The search in {root} was stopped after {seconds:g} s.")
        if len(found) >= MAX_FOUND:
            return _found(root, found, f"The search in {root} was stopped at {MAX_FOUND} repositories.")
        folder, level = waiting.popleft()
        try:
            names, inside = _entries(folder)
        except OSError as error:
            if level == 0:
                return Found(root, (), f"{root} cannot be searched: {error.strerror}.", "Correct scan.")
            continue
        if ".git" in names or {"HEAD", "objects", "refs"} <= names:
            found.append(folder)
        elif level < depth:
            waiting.extend((folder / name, level + 1) for name in inside if not _ignored(name, ignore))
    return _found(root, found, "")


def _entries(folder: Path) -> tuple[set[str], list[str]]:
    """All names in `folder`, and those of real folders."""
    names: set[str] = set()
    inside: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            names.add(entry.name)
            if entry.is_dir(follow_symlinks=False):
                inside.append(entry.name)
    return names, inside


def _ignored(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _found(root: Path, found: list[Path], unfinished: str) -> Found:
    return Found(root, tuple(sorted(found)), unfinished, SMALLER if unfinished else "")
