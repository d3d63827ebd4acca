"""Asking one repository for its status, within its own time."""

from pathlib import Path

import msgspec

from devdash.api import PaneContext, ProcessTimeout
from devdash_git.config import GitConfig
from devdash_git.identity import Identity
from devdash_git.outline import outlined, question
from devdash_git.porcelain import MalformedStatus, Status, parse
from devdash_git.problems import AccessProblem, closed, timed_out, unreadable
from devdash_git.run import Git
from devdash_git.states import Access, Head

STATUS = ("status", "--porcelain=v2", "--branch", "--show-stash", "-z", "--untracked-files=normal")

COUNTING = 0.6
"""The part of a repository's time in which its files have to be looked at; else they are left out."""

UNCOUNTED_S = 300.0
"""How long they are left out then."""

UNTOUCHED_SUBMODULES = "--ignore-submodules=dirty"
"""A submodule has a config of its own, which nobody has looked at; git would run a status in it.
With this only its commit is compared."""


def question_about(submodules: bool) -> tuple[str, ...]:
    """The command that is run; with what is inside of `submodules` where those are trusted."""
    return STATUS if submodules else (*STATUS, UNTOUCHED_SUBMODULES)


def understood(answer: bytes) -> Status:
    """What git said.

    Raises:
        AccessProblem: CORRUPT; it is no answer that git gives.
    """
    try:
        return parse(answer)
    except MalformedStatus as error:
        raise AccessProblem(Access.CORRUPT, f"git's answer is not understood: {error}.") from error


def partly(status: Status, stderr: bytes) -> Status:
    """`status`, which tells nothing of the files when git could not look at all of them."""
    place = closed(stderr)
    return msgspec.structs.replace(status, counted=False, closed=place) if place else status


class Deadline:
    """The time that one repository has left."""

    def __init__(self, context: PaneContext, seconds: float) -> None:
        self._context = context
        self._seconds = seconds
        self._end = context.monotonic() + seconds

    def left(self) -> float:
        """Seconds; raises `AccessProblem` (TIMEOUT) when there are none."""
        left = self._end - self._context.monotonic()
        if left <= 0:
            raise timed_out(self._seconds)
        return left


class Asker:
    """Asks git for the status of one repository.

    Args:
        config: the pane's table.
        context: the clock.
        git: runs git.
    """

    def __init__(self, config: GitConfig, context: PaneContext, git: Git) -> None:
        self._config = config
        self._context = context
        self._git = git
        self._uncounted: dict[Path, float] = {}

    def leaves_files_out(self, top: Path) -> bool:
        """Whether the files of the repository at `top` took too long a while ago."""
        return self._context.monotonic() < self._uncounted.get(top, 0.0)

    async def status(self, identity: Identity, deadline: Deadline, *, submodules: bool) -> Status:
        """What `git status` says; without the files where those take too long.

        Args:
            submodules: those are trusted, and looked into.

        Raises:
            AccessProblem: git fails, or there is no time left.
            ProcessError: as `PaneContext.run`.
        """
        top = identity.look.top
        if identity.look.bare:
            return await self._head(top, deadline, bare=True)
        if self.leaves_files_out(top):
            return await self._outline(top, deadline)
        share = min(deadline.left(), COUNTING * self._config.repo_timeout)
        try:
            answer = await self._git.read(top, *question_about(submodules), timeout=share)
        except ProcessTimeout:
            outline = await self._outline(top, deadline)
            self._uncounted[top] = self._context.monotonic() + UNCOUNTED_S
            return outline
        if answer.code != 0:
            raise unreadable(top, answer.err)
        return partly(understood(answer.out), answer.err)

    async def _outline(self, top: Path, deadline: Deadline) -> Status:
        head = await self._head(top, deadline, bare=False)
        if head.branch is None:
            return outlined(head, b"")
        answer = await self._git.read(top, *question(head.branch), timeout=deadline.left())
        return outlined(head, answer.out if answer.code == 0 else b"")

    async def _head(self, top: Path, deadline: Deadline, *, bare: bool) -> Status:
        branch = await self._git.read(
            top, "symbolic-ref", "--quiet", "--short", "HEAD", timeout=deadline.left(), bare=bare
        )
        commit = await self._git.read(
            top, "rev-parse", "--quiet", "--verify", "HEAD^{commit}", timeout=deadline.left(), bare=bare
        )
        oid = commit.out.decode("ascii", "backslashreplace").strip() or None if commit.code == 0 else None
        if branch.code != 0:
            return Status(oid=oid, head=Head.DETACHED if oid else Head.INVALID)
        return Status(oid=oid, head=Head.BRANCH if oid else Head.UNBORN, branch=branch.out.rstrip(b"\n"))
