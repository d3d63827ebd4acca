"""What was seen of a repository, as a value."""

from datetime import datetime

import msgspec

from devdash_git import branches, relations
from devdash_git.contact import Contact, Record
from devdash_git.glance import Glance
from devdash_git.identity import Identity
from devdash_git.jobs import Job
from devdash_git.operation import Underway
from devdash_git.porcelain import Status
from devdash_git.problems import AccessProblem
from devdash_git.remotes import Found
from devdash_git.states import Access, Sync
from devdash_git.targets import Target


class Files(msgspec.Struct, frozen=True):
    """What is read from files under the git directory.

    Attributes:
        underway: the operation in the work tree.
        lock_time: when index.lock was made, in seconds since 1970.
        contact: what git's own files tell of the last contact.
        refs: changes when a branch does; None when that cannot be relied on.
        stashed: when the oldest entry of the stash was made, aware; None when there is none, or
            git keeps it elsewhere.
    """

    underway: Underway | None
    lock_time: float | None
    contact: Contact | None
    refs: branches.RefsStamp | None
    stashed: datetime | None = None


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of one repository. All but target, access and message is unknown unless access is OK.

    Attributes:
        target: which.
        access: whether git could be asked.
        message, hint: what is wrong and the next step, when access is not OK.
        identity: who it is; known for some problems too.
        remotes: for show; None when they could not be read.
        status: what `git status` says. For a bare repository only HEAD.
        stash: entries of the stash; None when git is too old to say, or there is no work tree.
        files: operation, lock and contact.
        sync: the branch against its upstream; None when HEAD is on no branch with commits.
        contact: when the remote was last heard.
        failed: devdash's last fetch, if that failed and nothing was heard since.
        tried: the last of devdash's own fetches, whatever came of it.
        unpushed: other branches with commits that no remote has, as raw bytes; None when there is no
            remote, or it could not be told.
        view: what the refs tell besides; nothing of a bare repository.
        glance: what its key paths looked like before git was asked; None unless access is OK.
        took_s: what `git status` took.
        job: what devdash did last in it, or does.
        under: the name of the repository below which it stands, as a linked worktree or submodule; or "".
    """

    target: Target
    access: Access = Access.OK
    message: str = ""
    hint: str = ""
    identity: Identity | None = None
    remotes: Found = None
    status: Status | None = None
    stash: int | None = None
    files: Files | None = None
    sync: Sync | None = None
    contact: Contact | None = None
    failed: Record | None = None
    tried: Record | None = None
    unpushed: tuple[bytes, ...] | None = None
    view: relations.View = relations.View()
    glance: Glance | None = None
    took_s: float = 0.0
    under: str = ""
    job: Job | None = None


def unseen(target: Target, problem: AccessProblem) -> Observation:
    """One that could not be looked at."""
    return Observation(target=target, access=problem.access, message=problem.message, hint=problem.hint)
