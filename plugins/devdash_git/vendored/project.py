"""The project that vendored files go into: the lock file's folder, and the repository that it lies in."""

import os
from pathlib import Path

import msgspec

from devdash_git.identity import Look, look
from devdash_git.problems import AccessProblem

HERE = "."
"""The source that is the project's own repository."""


class Project(msgspec.Struct, frozen=True):
    """Where files go.

    Attributes:
        root: the lock file's folder, a real path; what a file's place is relative to.
        lock: the lock file.
        top: the top of the repository that `root` lies in, a real path; None when it lies in none.
        held: what is held while something is written: that repository's git folder, else `root`.
    """

    root: Path
    lock: Path
    top: Path | None
    held: Path

    def url(self, source: str) -> str:
        """What git is to be given for `source`: a path without a scheme is relative to the project."""
        if "://" in source or (":" in source.partition("/")[0]):
            return source
        return os.path.normpath(self.root / Path(source).expanduser())


def project_at(lock: Path) -> Project:
    """The project of the lock file `lock`, an absolute path. Blocks shortly.

    Raises:
        OSError: there is no such folder.
    """
    root = lock.parent.resolve(strict=True)
    seen = _repository(root)
    lock = root / lock.name
    return Project(root, lock, None, root) if seen is None else Project(root, lock, seen.top, seen.common_dir)


def _repository(root: Path) -> Look | None:
    for folder in (root, *root.parents):
        if (folder / ".git").exists():
            try:
                return look(folder)
            except AccessProblem:
                return None
    return None
