"""Branches that git is in the middle of, though no work tree is at them: rebased, bisected, moved along.

`git branch -d` refuses to delete such a branch, since the operation ends on it; `git for-each-ref` does not
tell of it. The files are those that git's own branch.c looks at.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from devdash_git.refs import HEADS

_MOST = 1_000_000
"""Bytes that are read of a file: git writes one line for each branch that is moved along."""


def occupied(common_dir: Path) -> frozenset[str]:
    """The full names of such branches, in all work trees of a repository. Blocks; run it in a thread.

    Raises:
        OSError: it could not be told.
    """
    return frozenset(name for folder in _git_dirs(common_dir) for name in _in(folder))


def _git_dirs(common_dir: Path) -> Iterator[Path]:
    yield common_dir
    try:
        yield from (common_dir / "worktrees").iterdir()
    except FileNotFoundError:
        return


def _in(git_dir: Path) -> Iterator[str]:
    for file in ("rebase-merge/head-name", "rebase-apply/head-name", "rebase-merge/update-refs"):
        for line in _lines(git_dir / file):
            if line.startswith(HEADS):
                yield line
    for line in _lines(git_dir / "BISECT_START"):  # a name as it was given, or a commit
        yield line if line.startswith(HEADS) else HEADS + line


def _lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as opened:
            return os.fsdecode(opened.read(_MOST)).split("\n")
    except (FileNotFoundError, NotADirectoryError):
        return []
