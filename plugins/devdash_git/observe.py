"""One repository, observed: files, identity, trust, status, in that order, within its own time."""

import asyncio
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from devdash.api import PaneContext, PaneError, ProcessTimeout, ProgramMissing, Unavailable
from devdash_git import adapter, branches, relations
from devdash_git.agreed import is_agreed
from devdash_git.asking import Asker, Deadline
from devdash_git.config import GitConfig
from devdash_git.contact import Contact, FetchBook, Record, Source, last_contact
from devdash_git.glance import Glance, glance
from devdash_git.identity import Identity, Look, identify, look
from devdash_git.operation import Underway, lock_time, oldest_stash, underway
from devdash_git.patience import Patience
from devdash_git.plain import printable
from devdash_git.porcelain import Status
from devdash_git.problems import AccessProblem, timed_out
from devdash_git.run import Git
from devdash_git.states import Access, Sync
from devdash_git.sync import judge, upstream_remote
from devdash_git.targets import Target, tidy
from devdash_git.views import Views

T = TypeVar("T")


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
        under: of a linked worktree the name of its repository, where that is shown too; else "".
    """

    target: Target
    access: Access = Access.OK
    message: str = ""
    hint: str = ""
    identity: Identity | None = None
    remotes: tuple[adapter.Remote, ...] | None = None
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


class Observer:
    """Observes repositories, a few at a time.

    Args:
        config: the pane's table.
        context: processes, threads, clocks.
        git: runs git.
        patience: looks at files.
        book: devdash's own fetches.
    """

    def __init__(
        self, config: GitConfig, context: PaneContext, git: Git, patience: Patience, book: FetchBook
    ) -> None:
        self._config = config
        self._context = context
        self._git = git
        self._patience = patience
        self._book = book
        self._slots = asyncio.Semaphore(min(4, os.cpu_count() or 1))
        self._asker = Asker(config, context, git)
        self._views = Views(git)
        self._looks = asyncio.Semaphore(4)
        self._known: dict[Path, tuple[Identity, tuple[adapter.Remote, ...] | None]] = {}
        self._trusted = {tidy(context.folder / path.expanduser()) for path in config.trust}

    async def observe(self, target: Target) -> Observation:
        """See `target`; whatever is wrong with it becomes its access state.

        Raises:
            Unavailable, ProgramMissing: git itself is not there.
        """
        try:
            return await self._observe(target)
        except AccessProblem as problem:
            return _unseen(target, problem)
        except (Unavailable, ProgramMissing):
            raise
        except ProcessTimeout:
            return _unseen(target, timed_out(self._config.repo_timeout))
        except PaneError as error:  # too much output, no more threads: nothing is known of this one
            return _unseen(target, AccessProblem(Access.TIMEOUT, error.message, error.hint))

    def _deadline(self) -> Deadline:
        """Begun when it is a repository's turn: the wait for it is not the repository's fault."""
        return Deadline(self._context, self._config.repo_timeout)

    async def verified(self, target: Target, timeout: float) -> Identity:
        """Who `target` is, asked anew: for what acts on it.

        Raises:
            AccessProblem: it is not what it was, or cannot be read.
        """
        identity = await self.identified(target, timeout)
        await self._check_reading(target, identity)
        return identity

    async def identified(self, target: Target, timeout: float) -> Identity:
        """Who `target` is, whether its config is trusted or not: for looking at the config alone.

        Raises:
            AccessProblem: it is not what it was, or cannot be read.
        """
        try:
            deadline = Deadline(self._context, timeout)
            seen = await self._look(target.path, deadline, look)
            return await identify(self._git, seen, deadline.left())
        except ProcessTimeout as error:
            raise timed_out(timeout) from error

    def trusts(self, target: Target, seen: Look) -> bool:
        """Whether the person listed it under `trust`: it and its submodules and hooks."""
        return not self._trusted.isdisjoint({target.path, seen.top})

    async def agrees(self, target: Target, identity: Identity) -> bool:
        """Whether the programs that its config names may run: it is listed, or was agreed to as it is now."""
        if not identity.programs.lines or self.trusts(target, identity.look):
            return True
        return await self._context.in_thread(is_agreed, self._context.state_dir, identity)

    async def _observe(self, target: Target) -> Observation:
        """Looks at files have a few more slots than git, so that a processor is not idle while one waits."""
        async with self._looks:
            seen, glanced = await self._look(target.path, self._deadline(), look_closely)
        async with self._slots:
            deadline = self._deadline()
            identity, remotes = await self._identity(target, seen, deadline)
            began = self._context.monotonic()
            status = await self._asker.status(
                identity, deadline, submodules=self.trusts(target, identity.look)
            )
            took_s = self._context.monotonic() - began
        remote = upstream_remote(identity.settings, status)
        names = identity.settings.remotes if remote is None else (remote,)
        files = await self._patience.call(
            target.path, self._config.repo_timeout, _files, identity.look, names, status.upstream
        )
        records = [record for name in names if (record := self._book.of(identity.look.common_dir, name))]
        contact = _latest(files.contact, records)
        version = await self._git.version()
        view = self._views.known(identity, status, files.refs)
        if view is None:
            async with self._slots:
                view = await self._views.ask(identity, status, files.refs, self._deadline())
        return Observation(
            target=target,
            identity=identity,
            remotes=remotes,
            status=status,
            stash=status.stash if version.tells_stash and status.counted and not identity.look.bare else None,
            files=files,
            sync=None if identity.look.bare else judge(identity.settings, status, contact),
            contact=contact,
            failed=_failed(records, contact),
            tried=max((one for one in records if one.attempt), key=_attempt, default=None),
            unpushed=None
            if view.unpushed is None
            else tuple(name for name in view.unpushed if name != status.branch),
            view=view,
            glance=glanced,
            took_s=took_s,
        )

    async def _look(self, folder: Path, deadline: Deadline, how: Callable[[Path], T]) -> T:
        if self._patience.strained:  # a drive hangs: ask through a process first, since that can be killed
            await self._git.read(folder, "rev-parse", "--git-dir", timeout=deadline.left())
        return await self._patience.call(folder, deadline.left(), how, folder)

    async def _identity(
        self, target: Target, seen: Look, deadline: Deadline
    ) -> tuple[Identity, tuple[adapter.Remote, ...] | None]:
        known = self._known.get(target.path)
        if known is not None and known[0].look == seen:
            await self._check_reading(target, known[0])
            return known
        self._known.pop(target.path, None)
        identity = await identify(self._git, seen, deadline.left())
        await self._check_reading(target, identity)
        remotes = await self._patience.call(target.path, deadline.left(), adapter.remotes, seen.top)
        if identity.lasting:
            self._known[target.path] = (identity, remotes)
        return identity, remotes

    async def _check_reading(self, target: Target, identity: Identity) -> None:
        if identity.programs.reading and not await self.agrees(target, identity):
            named = ", ".join(map(printable, identity.programs.reading))
            raise AccessProblem(
                Access.UNTRUSTED_CONFIG,
                f"Its own config names programs that git status would run: {named}.",
                f'If you trust them: trust = ["{printable(str(target.path))}"]',
            )


def look_closely(folder: Path) -> tuple[Look, Glance]:
    """Who is there, and what the key paths look like, before git is asked."""
    seen = look(folder)
    return seen, glance(seen)


def _files(seen: Look, remotes: tuple[str, ...], upstream: bytes | None) -> Files:
    return Files(
        underway(seen.git_dir),
        lock_time(seen.git_dir),
        last_contact(seen.git_dir, seen.common_dir, remotes, upstream),
        branches.refs_stamp(seen.common_dir),
        oldest_stash(seen.common_dir),
    )


def _attempt(record: Record) -> datetime:
    assert record.attempt is not None
    return record.attempt


def _latest(contact: Contact | None, records: Sequence[Record]) -> Contact | None:
    own = [Contact(record.success, Source.OWN) for record in records if record.success is not None]
    return max((*own, *([contact] if contact else [])), default=None)


def _failed(records: Sequence[Record], contact: Contact | None) -> Record | None:
    """A fetch that failed and was not followed by a contact, such as a fetch in a terminal."""
    return next(
        (
            record
            for record in records
            if record.failure is not None
            and record.attempt is not None
            and (contact is None or contact.at <= record.attempt)
        ),
        None,
    )


def _unseen(target: Target, problem: AccessProblem) -> Observation:
    return Observation(target=target, access=problem.access, message=problem.message, hint=problem.hint)
