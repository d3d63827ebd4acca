"""All vendored files of a project, each with its state: lock file, config and last checks together.

Needs no network and runs no program.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from devdash_git.plain import printable
from devdash_git.vendored.ground import GroundProblem, read_file
from devdash_git.vendored.lockfile import LockProblem, read_lock
from devdash_git.vendored.model import (
    Blob,
    Entry,
    Finding,
    Local,
    Origin,
    State,
    Taken,
    blob_name,
    compare,
    judge,
)
from devdash_git.vendored.paths import place
from devdash_git.vendored.project import Project

MARK = "./"
"""What the keys of rows begin with, so that a file is never taken for a repository of that name."""


class Tracked(msgspec.Struct, frozen=True, kw_only=True):
    """One vendored file.

    Attributes:
        to: its place in the project, relative.
        entry: what it belongs to.
        path: its path upstream; of a folder or pattern without a check the entry's.
        taken: what was taken; None: nothing yet.
        upstream: what the last check found for it.
        finding: the last check of its origin; None: there was none.
        state: see `State`.
        local: see `Local`.
        oid: the name of the project's file; None when there is none.
        problem, hint: why the project's file cannot be used.
        pending: it stands for all files of a folder or pattern that was never checked.
    """

    to: str
    entry: Entry
    path: str
    taken: Taken | None
    upstream: Blob | None
    finding: Finding | None
    state: State
    local: Local
    oid: str | None
    problem: str = ""
    hint: str = ""
    pending: bool = False

    @property
    def key(self) -> str:
        """The key of its row."""
        return MARK + self.to

    @property
    def origin(self) -> Origin:
        """Where it is from."""
        return self.entry.origin

    @property
    def base(self) -> str | None:
        """The content that was taken."""
        return self.taken.blob if self.taken else None


class Survey(msgspec.Struct, frozen=True):
    """What is known of a project's vendored files.

    Attributes:
        project: where they go; None when the lock file's folder cannot be read.
        entries: what is tracked.
        files: by place.
        problems: what keeps files from being shown, each with its next step.
    """

    project: Project | None = None
    entries: tuple[Entry, ...] = ()
    files: tuple[Tracked, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()


class Contents:
    """Names of the contents of a project's files, and its lock file, kept as long as stat says that they
    are the same: a look at what has not changed reads nothing."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, int], tuple[tuple[int, ...], str]] = {}
        self._locked: tuple[Path, tuple[int, ...], tuple[Entry, ...]] | None = None

    def entries(self, lock: Path) -> tuple[Entry, ...]:
        """The entries of the lock file.

        Raises:
            LockProblem: it cannot be used.
        """
        stamp = stamp_of(lock)
        if stamp is not None and self._locked is not None and self._locked[:2] == (lock, stamp):
            return self._locked[2]
        self._locked = None
        entries = read_lock(lock)
        if stamp is not None:
            self._locked = (lock, stamp, entries)
        return entries

    def name(self, root: Path, to: str, like: str) -> str | None:
        """What git calls the content of the file; None when there is none.

        Raises:
            GroundProblem: it cannot be used.
        """
        key = (root / to, len(like))
        stamp = stamp_of(root / to)
        known = self._known.get(key)
        if stamp is not None and known is not None and known[0] == stamp:
            return known[1]
        self._known.pop(key, None)
        standing = read_file(root, to)
        if standing is None:
            return None
        oid = blob_name(standing.content, like)
        if stamp is not None:
            self._known[key] = (stamp, oid)
        return oid


def stamp_of(path: Path) -> tuple[int, ...] | None:
    """Changes whenever the file does; None when there is none."""
    try:
        info = path.lstat()
    except OSError:
        return None
    return (info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_mode)


def entries_of(locked: Iterable[Entry], wanted: Iterable[Entry]) -> tuple[Entry, ...]:
    """What is tracked: the lock file's entries and the config's; where both name a place the config says
    where it is from, and the lock file what was taken."""
    entries = {entry.to: entry for entry in locked}
    for want in wanted:
        known = entries.get(want.to)
        entries[want.to] = want if known is None else msgspec.structs.replace(known, origin=want.origin)
    return tuple(entries[to] for to in sorted(entries))


def survey(
    project: Project, wanted: Sequence[Entry], findings: Mapping[Origin, Finding], contents: Contents
) -> Survey:
    """See all files. Blocks as long as reading them takes; run it in a thread."""
    try:
        entries = entries_of(contents.entries(project.lock), wanted)
    except LockProblem as problem:
        return Survey(project, problems=((problem.message, problem.hint),))
    files: dict[str, Tracked] = {}
    problems: list[tuple[str, str]] = []
    for entry in entries:
        for tracked in _files(project, entry, findings.get(entry.origin), contents):
            other = files.get(tracked.to)
            if other is not None or tracked.to == project.lock.name:
                problems.append((f"{printable(tracked.to)} is there for two things.", "Take one entry out."))
            if tracked.to != project.lock.name and (other is None or other.taken is None):
                files[tracked.to] = tracked  # of two, it is of the one that took it
    return Survey(project, entries, tuple(files[to] for to in sorted(files)), tuple(problems))


def _files(project: Project, entry: Entry, finding: Finding | None, contents: Contents) -> Iterable[Tracked]:
    taken = {file.to: file for file in entry.files}
    found = upstream_places(entry, finding) if finding else {}
    if not taken and not found:
        yield _tracked(project, entry, entry.to, None, None, finding, contents)
        return
    for to in sorted({*taken, *found}):
        yield _tracked(project, entry, to, taken.get(to), found.get(to), finding, contents)


def upstream_places(entry: Entry, finding: Finding) -> dict[str, Blob]:
    """The files that `finding` has, by the places that they have or would have in the project."""
    if finding.whole:
        (blob,) = finding.files
        return {entry.to: blob}
    return {place(entry.to, entry.origin.path, blob.path): blob for blob in finding.files}


def _tracked(
    project: Project,
    entry: Entry,
    to: str,
    taken: Taken | None,
    blob: Blob | None,
    finding: Finding | None,
    contents: Contents,
) -> Tracked:
    like = (taken.blob if taken else None) or (blob.oid if blob else "")
    # A folder or pattern of which nothing is known has one row, for no file in particular.
    pending = taken is None and blob is None
    known = Tracked(
        to=to,
        entry=entry,
        path=blob.path if blob else taken.path if taken else entry.origin.path,
        taken=taken,
        upstream=blob,
        finding=finding,
        state=judge(None, None, None, finding) if pending else State.NEVER_CHECKED,
        local=Local.MISSING if pending else Local.UNKNOWN,
        oid=None,
        pending=pending,
    )
    if pending:
        return known
    base, there = taken.blob if taken else None, blob.oid if blob else None
    try:
        oid = contents.name(project.root, to, like)
    except GroundProblem as problem:
        state = judge(base, "", there, finding)
        return msgspec.structs.replace(known, state=state, problem=problem.message, hint=problem.hint)
    return msgspec.structs.replace(
        known, state=judge(base, oid, there, finding), local=compare(base, oid), oid=oid
    )
