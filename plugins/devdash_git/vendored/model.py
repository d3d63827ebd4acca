"""What a vendored file is, and which of the ten states it is in. Pure."""

import hashlib
from enum import StrEnum

import msgspec

from devdash_git.problems import FetchFailure


class State(StrEnum):
    """A vendored file against its upstream, as of the last check."""

    CURRENT = "current"
    UPSTREAM_CHANGED = "upstream-changed"
    LOCALLY_MODIFIED = "locally-modified"
    DIVERGED = "diverged"
    """Changed on both sides since it was taken."""
    CONVERGED = "converged"
    """Changed on both sides since it was taken, to the same."""
    LOCAL_MISSING = "local-missing"
    """Also: it is listed, and was not taken yet."""
    UPSTREAM_DELETED = "upstream-deleted"
    REF_GONE = "ref-gone"
    UNREACHABLE = "unreachable"
    """The last check failed."""
    NEVER_CHECKED = "never-checked"


DRIFTED = frozenset(State) - {State.CURRENT, State.CONVERGED, State.UNREACHABLE, State.NEVER_CHECKED}
"""States in which somebody has to do something. Of the last two nothing is known."""


class Local(StrEnum):
    """The file in the project against what was taken; known without any check."""

    UNCHANGED = "unchanged"
    MODIFIED = "modified"
    MISSING = "missing"
    UNKNOWN = "unknown"
    """It cannot be read as a file of the project, such as behind a symbolic link."""


class Origin(msgspec.Struct, frozen=True, order=True):
    """Where something is from.

    Attributes:
        source: a URL, a path relative to the project, or "." for the project's own repository.
        ref: a branch, a tag, a full ref or a commit; "" for the source's HEAD.
        path: a file, a folder (with or without "/" at its end) or a pattern such as "docs/*.md".
    """

    source: str
    ref: str
    path: str


class Taken(msgspec.Struct, frozen=True, order=True):
    """One file as it was taken: the base of the next merge.

    Attributes:
        to: where it lies in the project, relative.
        path: where it lay upstream.
        commit: the upstream commit that it was taken from.
        blob: its content there, by the name that the source's repository has for it; after hunks
            were chosen, the content with those hunks.
    """

    to: str
    path: str
    commit: str
    blob: str


class Entry(msgspec.Struct, frozen=True, order=True):
    """What is tracked: one file, or what a folder or pattern holds.

    Attributes:
        to: a file's place in the project; of a folder or pattern the folder that its files go into.
        origin: where from.
        files: what was taken, by `to`; empty until then.
    """

    to: str
    origin: Origin
    files: tuple[Taken, ...] = ()


class Blob(msgspec.Struct, frozen=True, order=True):
    """A file upstream.

    Attributes:
        path: as in the upstream repository.
        oid: the name of its content.
        executable: whether it is meant to be run.
    """

    path: str
    oid: str
    executable: bool = False


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What a check of one origin found.

    Attributes:
        origin: which.
        at: seconds since 1970.
        ref_at: what the source said that the ref is at, a commit or a tag; None for the project itself.
        commit: the upstream's commit; None when it could not be told.
        whole: the path is one file.
        files: what is there, by path; empty when there is nothing of that name.
        ref_gone: the source answered, and has no such ref.
        failure: why it could not be asked.
        message, hint: what is wrong, and the next step.
    """

    origin: Origin
    at: float
    ref_at: str | None = None
    commit: str | None = None
    whole: bool = False
    files: tuple[Blob, ...] = ()
    ref_gone: bool = False
    failure: FetchFailure | None = None
    message: str = ""
    hint: str = ""


def judge(base: str | None, local: str | None, upstream: str | None, finding: Finding | None) -> State:
    """The state of a file.

    Args:
        base: the content that was taken; None when it never was.
        local: the content in the project, named as `base` and `upstream` are; None: there is no such file.
        upstream: the content that `finding` has for it; None: it has none.
        finding: the last check; None when there was none.
    """
    if finding is None:
        return State.NEVER_CHECKED
    if finding.failure is not None:
        return State.UNREACHABLE
    if finding.ref_gone:
        return State.REF_GONE
    if upstream is None:
        return State.UPSTREAM_DELETED
    if local is None:
        return State.LOCAL_MISSING
    if local == base:
        return State.CURRENT if upstream == base else State.UPSTREAM_CHANGED
    if upstream == base:
        return State.LOCALLY_MODIFIED
    return State.CONVERGED if local == upstream else State.DIVERGED


def compare(base: str | None, local: str | None) -> Local:
    """The project's file against what was taken."""
    if local is None:
        return Local.MISSING
    return Local.UNCHANGED if local == base else Local.MODIFIED


def blob_name(content: bytes, like: str) -> str:
    """What git calls `content` in a repository that has names such as `like`: SHA-1 or SHA-256."""
    digest = hashlib.sha256() if len(like) == 64 else hashlib.sha1(usedforsecurity=False)
    digest.update(b"blob %d\0" % len(content))
    digest.update(content)
    return digest.hexdigest()
