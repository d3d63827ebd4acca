"""What is under way in a work tree, read from the files that git keeps for it.

The files are those that git's own prompt (contrib/completion/git-prompt.sh) and wt-status.c look at.
`git status --porcelain=v2` does not tell them. All functions block shortly; run them in a thread.
"""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from devdash_git.files import first_bytes
from devdash_git.states import Operation

_REFLOG_TIME = re.compile(rb"[^\t\n]*> (\d{1,11}) [+-]\d{4}\t")

_TRACES = frozenset({"rebase-merge", "rebase-apply", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD",
                     "sequencer", "BISECT_LOG"})  # fmt: skip


class Underway(msgspec.Struct, frozen=True):
    """An operation that waits for the person.

    Attributes:
        operation: which.
        step, total: how far a rebase or am is, from 1; None when git does not tell.
        branch: the branch that a rebase will put back, as raw bytes; None when it is not known.
        since: when git began to keep track of it, aware; None when it is not known.
    """

    operation: Operation
    step: int | None = None
    total: int | None = None
    branch: bytes | None = None
    since: datetime | None = None

    @property
    def text(self) -> str:
        """Such as "rebase 2/5"."""
        if self.step is None or self.total is None:
            return self.operation.value
        return f"{self.operation.value} {self.step}/{self.total}"

    @property
    def leaving(self) -> str:
        """The command that puts everything back as it was before."""
        word = "reset" if self.operation is Operation.BISECT else "--abort"
        return f"git {self.operation.value} {word}"


def underway(git_dir: Path) -> Underway | None:
    """The operation under way in the work tree whose git directory (a worktree's own) is `git_dir`.

    Of several the outermost: a rebase stops with CHERRY_PICK_HEAD present, and is still a rebase.
    """
    if not _hints(git_dir):
        return None
    rebase, apply = git_dir / "rebase-merge", git_dir / "rebase-apply"
    if rebase.is_dir():
        return Underway(
            Operation.REBASE,
            _number(rebase / "msgnum"),
            _number(rebase / "end"),
            _branch(rebase / "head-name"),
            _begun(rebase / "onto"),
        )
    if apply.is_dir():
        which = Operation.REBASE if (apply / "rebasing").exists() else Operation.AM
        step, total = _number(apply / "next"), _number(apply / "last")
        return Underway(which, step, total, _branch(apply / "head-name"), _begun(apply / "last"))
    for name, operation in (
        ("MERGE_HEAD", Operation.MERGE),
        ("CHERRY_PICK_HEAD", Operation.CHERRY_PICK),
        ("REVERT_HEAD", Operation.REVERT),
    ):
        if (git_dir / name).exists():
            return Underway(operation, since=_begun(git_dir / name))
    sequence = _sequence(git_dir / "sequencer" / "todo")
    if sequence is not None:
        return Underway(sequence, since=_begun(git_dir / "sequencer/head"))
    start = git_dir / "BISECT_START"
    return Underway(Operation.BISECT, since=_begun(start)) if (git_dir / "BISECT_LOG").exists() else None


def _hints(git_dir: Path) -> bool:
    """Whether there is anything that an operation leaves: one look for the many work trees without one."""
    try:
        return not _TRACES.isdisjoint(os.listdir(git_dir))  # noqa: PTH208 - no Path for each name
    except OSError:
        return True


def lock_time(git_dir: Path) -> float | None:
    """When index.lock was made, in seconds since 1970; None when there is none."""
    try:
        return (git_dir / "index.lock").stat().st_mtime
    except OSError:
        return None


def oldest_stash(common_dir: Path) -> datetime | None:
    """When the oldest entry of the stash was made, as its reflog tells; aware. None: there is none."""
    match = _REFLOG_TIME.match(_head(common_dir / "logs/refs/stash"))
    return datetime.fromtimestamp(int(match[1]), UTC) if match else None


def oldest_entry(walk: bytes) -> datetime | None:
    """The same from the lines "stash@{SECONDS}" of a walk through that reflog, newest first."""
    match = re.search(rb"@\{(\d{1,11})\}\s*\Z", walk)
    return datetime.fromtimestamp(int(match[1]), UTC) if match else None


def _sequence(todo: Path) -> Operation | None:
    """Between two steps of a cherry-pick or revert of several commits only the list is there."""
    first = _head(todo).split(b" ", 1)[0]
    return {
        b"pick": Operation.CHERRY_PICK,
        b"p": Operation.CHERRY_PICK,
        b"revert": Operation.REVERT,
    }.get(first)


def _begun(path: Path) -> datetime | None:
    """When git wrote a file that it writes once, at the beginning."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None


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
