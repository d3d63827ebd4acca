"""What is under way in a work tree, read from the files that git keeps for it.

The files are those that git's own prompt (contrib/completion/git-prompt.sh) and wt-status.c look at.
`git status --porcelain=v2` does not tell them. All functions block shortly; run them in a thread.
"""

from pathlib import Path

import msgspec

from devdash_git.files import first_bytes
from devdash_git.states import Operation


class Underway(msgspec.Struct, frozen=True):
    """An operation that waits for the person.

    Attributes:
        operation: which.
        step, total: how far a rebase or am is, from 1; None when git does not tell.
        branch: the branch that a rebase will put back, as raw bytes; None when it is not known.
    """

    operation: Operation
    step: int | None = None
    total: int | None = None
    branch: bytes | None = None

    @property
    def text(self) -> str:
        """Such as "rebase 2/5"."""
        if self.step is None or self.total is None:
            return self.operation.value
        return f"{self.operation.value} {self.step}/{self.total}"


def underway(git_dir: Path) -> Underway | None:
    """The operation under way in the work tree whose git directory (a worktree's own) is `git_dir`.

    Of several the outermost: a rebase stops with CHERRY_PICK_HEAD present, and is still a rebase.
    """
    rebase, apply = git_dir / "rebase-merge", git_dir / "rebase-apply"
    if rebase.is_dir():
        return Underway(
            Operation.REBASE,
            _number(rebase / "msgnum"),
            _number(rebase / "end"),
            _branch(rebase / "head-name"),
        )
    if apply.is_dir():
        which = Operation.REBASE if (apply / "rebasing").exists() else Operation.AM
        return Underway(which, _number(apply / "next"), _number(apply / "last"), _branch(apply / "head-name"))
    for name, operation in (
        ("MERGE_HEAD", Operation.MERGE),
        ("CHERRY_PICK_HEAD", Operation.CHERRY_PICK),
        ("REVERT_HEAD", Operation.REVERT),
    ):
        if (git_dir / name).exists():
            return Underway(operation)
    sequence = _sequence(git_dir / "sequencer" / "todo")
    if sequence is not None:
        return Underway(sequence)
    return Underway(Operation.BISECT) if (git_dir / "BISECT_LOG").exists() else None


def lock_time(git_dir: Path) -> float | None:
    """When index.lock was made, in seconds since 1970; None when there is none."""
    try:
        return (git_dir / "index.lock").stat().st_mtime
    except OSError:
        return None


def _sequence(todo: Path) -> Operation | None:
    """Between two steps of a cherry-pick or revert of several commits only the list is there."""
    first = _head(todo).split(b" ", 1)[0]
    return {
        b"pick": Operation.CHERRY_PICK,
        b"p": Operation.CHERRY_PICK,
        b"revert": Operation.REVERT,
    }.get(first)


def _number(path: Path) -> int | None:
    text = _head(path).strip()
    return int(text) if text.isdigit() else None


def _branch(path: Path) -> bytes | None:
    name = _head(path).strip()
    return name.removeprefix(b"refs/heads/") if name.startswith(b"refs/heads/") else None


def _head(path: Path) -> bytes:
    try:
        return first_bytes(path)
    except OSError:
        return b""
