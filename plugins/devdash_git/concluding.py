"""From identity and status to what is told of a repository: its files, its fetches, its refs."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from devdash_git import branches, relations
from devdash_git.asking import Deadline
from devdash_git.contact import Contact, FetchBook, Record, Source, last_contact
from devdash_git.identity import Identity
from devdash_git.observation import Files, Observation
from devdash_git.operation import lock_time, oldest_entry, oldest_stash, underway
from devdash_git.porcelain import Status
from devdash_git.run import Git
from devdash_git.sync import HERE, judge, upstream_remote
from devdash_git.trust import Settings
from devdash_git.views import Views


class Concluder:
    """Concludes observations.

    Args:
        git: runs git.
        book: devdash's own fetches.
        deadline: begins the time that a repository has.

    Attributes:
        slots: at most so many git commands run at a time.
    """

    def __init__(self, git: Git, book: FetchBook, deadline: Callable[[], Deadline]) -> None:
        self._git = git
        self._book = book
        self._deadline = deadline
        self._views = Views(git)
        self.at_once = min(4, os.cpu_count() or 1)
        self.slots = asyncio.Semaphore(self.at_once)

    async def concluded(
        self,
        begun: Observation,
        identity: Identity,
        status: Status,
        files: Files,
        *,
        told: Mapping[tuple[str, ...], bytes] | None = None,
        view: relations.View | None = None,
    ) -> Observation:
        """`begun`, with all that follows from `identity`, `status` and `files`.

        Args:
            told: what git has said of the refs already, by command.
            view: what `view_of` has said just now.

        Raises:
            AccessProblem: TIMEOUT.
            ProcessError: as `PaneContext.run`.
        """
        names = remotes_of(identity, status)
        records = [record for name in names if (record := self._book.of(identity.look.common_dir, name))]
        contact = _latest(files.contact, records)
        version = await self._git.version()
        view = view or self.view_of(identity, status, files)
        if view is None:
            async with self.slots:
                known = _counted(identity, status) | dict(told or {})
                view = await self._views.ask(identity, status, files.refs, self._deadline(), known)
        stash = status.stash if version.tells_stash and status.counted and not identity.look.bare else None
        if stash and files.stashed is None:
            files = msgspec.structs.replace(files, stashed=await self._stashed(identity))
        return msgspec.structs.replace(
            begun,
            identity=identity,
            status=status,
            stash=stash,
            files=files,
            sync=None if identity.look.bare else judge(identity.settings, status, contact),
            contact=contact,
            failed=_failed(records, contact),
            tried=max((one for one in records if one.attempt), key=_attempt, default=None),
            unpushed=None
            if view.unpushed is None
            else tuple(name for name in view.unpushed if name != status.branch),
            view=view,
        )

    async def _stashed(self, identity: Identity) -> datetime | None:
        """When the oldest entry of the stash was made, asked of git: a reftable keeps no file for it."""
        walk = ("reflog", "show", "--no-show-signature", "--date=unix", "--format=%gd", "refs/stash")
        async with self.slots:
            answer = await self._git.read(identity.look.top, *walk, timeout=self._deadline().left())
        return oldest_entry(answer.out) if answer.code == 0 else None

    def view_of(self, identity: Identity, status: Status, files: Files) -> relations.View | None:
        """What the refs tell, where that is known; None: git has to be asked."""
        return self._views.known(identity, status, files.refs)


def remotes_of(identity: Identity, status: Status) -> tuple[str, ...]:
    """The remotes that a contact is asked about: the upstream's, else all."""
    remote = upstream_remote(identity.settings, status)
    return identity.settings.remotes if remote is None else (remote,)


def files_of(identity: Identity, status: Status, refs: branches.RefsStamp | None = None) -> Files:
    """What the files tell. Blocks shortly; run it in a thread.

    Args:
        refs: their stamp, where it is known to be the same still.
    """
    own, common = identity.look.git_dir, identity.look.common_dir
    remotes = remotes_of(identity, status)
    return Files(
        underway(own),
        lock_time(own),
        last_contact(own, common, remotes, status.upstream, _urls(identity.settings, remotes)),
        refs or branches.refs_stamp(common),
        oldest_stash(common),
    )


def _urls(settings: Settings, remotes: tuple[str, ...]) -> tuple[str, ...] | None:
    """Those of `remotes`; None where git may write others down, and there is no remote besides."""
    if remotes == settings.remotes and any(entry.key.endswith(".insteadof") for entry in settings.entries):
        return None
    return tuple(url for remote in remotes for url in settings.all(f"remote.{remote}.url"))


def _counted(identity: Identity, status: Status) -> dict[tuple[str, ...], bytes]:
    """What the status has counted need not be asked again."""
    branch, upstream, ahead, behind = status.branch, status.upstream, status.ahead, status.behind
    if branch is None or upstream is None or ahead is None or behind is None:
        return {}
    if upstream_remote(identity.settings, status) in (None, HERE):
        return {}
    return relations.told_by_status(branch, upstream, ahead, behind)


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
