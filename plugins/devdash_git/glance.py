"""A glance at a repository: does anything under `.git` look different from last time?

git changes no state without changing a file: HEAD and the index are renamed into place, a branch is, every
movement is added to a reflog. So the times of a dozen paths tell whether asking git again could tell
anything new of branches, index, stash and operations. What is edited in the work tree they do not tell
(but for names that come and go at its top); for that git is asked at intervals, see `devdash_git.rounds`.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from devdash_git.identity import Look

Mark = tuple[int, int, int] | None
"""Time, size and inode of a path; None when it is not there."""

REF_FOLDERS = 200
"""Folders of refs that are looked at; of more, the reflog of HEAD and the packed refs have to tell."""

_OWN = ("HEAD", "index", "index.lock", "FETCH_HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD",
        "BISECT_LOG", "logs/HEAD", "rebase-merge", "rebase-apply", "sequencer")  # fmt: skip
"""Not the git folder itself: each `git status` of the person makes a lock in it, and takes it away again."""

_SHARED = ("config", "config.worktree", "packed-refs", "refs/stash", "info/exclude", "info/sparse-checkout",
           "reftable/tables.list", "worktrees")  # fmt: skip

_LOCKED = ("HEAD", "index", "logs/HEAD", "info/sparse-checkout")
"""What git writes under a lock in the git folder: HEAD.lock, for a line in its reflog too; index.lock, also
when other files are to be there."""


class Glance(msgspec.Struct, frozen=True):
    """What key paths looked like.

    Attributes:
        folders: those that changes are noticed in: the top, the git folders, the folders of refs.
        paths: all that was looked at, in a fixed order.
        marks: one each.
        replaced: of some of `paths` the folder that moves as well when git changes them.
        refs_left_out: there are more folders of refs than were looked at.
    """

    folders: tuple[str, ...]
    paths: tuple[str, ...]
    marks: tuple[Mark, ...]
    replaced: Mapping[str, str] = {}
    refs_left_out: bool = False

    def still(self) -> bool:
        """Whether everything looks the same now. Blocks shortly; run it in a thread."""
        return all(_mark(path) == mark for path, mark in zip(self.paths, self.marks, strict=True))


def glance(seen: Look) -> Glance:
    """Look at the key paths of a repository. Blocks shortly; run it in a thread.

    It has to come before git is asked: what changes in between is then noticed the next time.
    """
    own, common = str(seen.git_dir), str(seen.common_dir)
    refs = tuple(_ref_folders(seen.common_dir))
    top = () if seen.bare else (str(seen.top),)
    link = (f"{seen.top}/.git",) if top and f"{seen.top}/.git" != own else ()
    inside = (*(f"{own}/{name}" for name in _OWN), *(f"{common}/{name}" for name in _SHARED))
    paths = tuple(dict.fromkeys((*top, *link, *inside, *refs)))
    folders = tuple(dict.fromkeys((*top[:1], own, common, f"{common}/refs", f"{own}/logs", *refs)))
    locked = {f"{own}/{name}": own for name in _LOCKED} | {f"{common}/packed-refs": common}
    return Glance(folders, paths, tuple(map(_mark, paths)), locked, len(refs) >= REF_FOLDERS)


def _ref_folders(common_dir: Path) -> list[str]:
    """A new folder changes the time of the one that it is made in, so the list is right until then."""
    found: list[str] = []
    for root in ("refs/heads", "refs/remotes"):
        for folder, _, _ in os.walk(common_dir / root):
            if len(found) >= REF_FOLDERS:
                return found
            found.append(folder)
    return found


def _mark(path: str) -> Mark:
    try:
        info = os.stat(path)  # noqa: PTH116 - a Path for each of thousands would cost more than the look
    except OSError:
        return None
    return info.st_mtime_ns, info.st_size, info.st_ino
