"""The git pane's facts: what rules, JSON and tests read."""

import msgspec

from devdash.api import Facts
from devdash_git.observe import Observation
from devdash_git.plain import printable
from devdash_git.states import Access, Head, Kind, Sync


class RepositoryFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One repository. What is not known, or does not apply, is None.

    Attributes:
        name: unique within the pane; the key of its row.
        path: its folder, absolute; printable.
        access: whether git could be asked; unless "ok", all below is None.
        kind: what sort of repository it is.
        branch: the current branch; None when HEAD is detached or invalid.
        head: where HEAD points.
        upstream: the upstream's short name, such as "origin/main", gone or not.
        sync: the branch against its upstream as of `last_fetch`; "in-sync" only when that is known.
        ahead, behind: commits; None without an upstream.
        staged, unstaged, untracked, conflicts: changed names; one that is both staged and unstaged
            counts in both, an untracked folder counts once. None for a bare repository.
        stash: entries of the stash.
        operation: "rebase", "am", "merge", "cherry-pick", "revert", "bisect"; a rebase and an am with
            their step where git tells it, such as "rebase 2/5".
        unpushed_branches: other local branches with commits that no remote has.
        last_fetch: the last known contact with the upstream's remote (without an upstream: with any),
            ISO-8601 with offset.
    """

    name: str
    path: str
    access: Access
    kind: Kind | None = None
    branch: str | None = None
    head: Head | None = None
    upstream: str | None = None
    sync: Sync | None = None
    ahead: int | None = None
    behind: int | None = None
    staged: int | None = None
    unstaged: int | None = None
    untracked: int | None = None
    conflicts: int | None = None
    stash: int | None = None
    operation: str | None = None
    unpushed_branches: int | None = None
    last_fetch: str | None = None


class VendoredFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One file that was taken over from another repository."""

    path: str
    url: str
    ref: str
    source: str
    state: str


class GitFacts(Facts, frozen=True):
    """All repositories, in the order of the config."""

    repos: tuple[RepositoryFacts, ...] = ()
    vendored: tuple[VendoredFacts, ...] = ()


def facts(observations: tuple[Observation, ...]) -> GitFacts:
    """The facts of what was observed."""
    return GitFacts(tuple(map(_repository, observations)))


def _repository(seen: Observation) -> RepositoryFacts:
    status, identity = seen.status, seen.identity
    known = RepositoryFacts(name=seen.target.name, path=printable(str(seen.target.path)), access=seen.access)
    if status is None or identity is None:
        return known
    tree = not identity.look.bare
    underway = seen.files.underway if seen.files else None
    return msgspec.structs.replace(
        known,
        kind=identity.kind,
        branch=None if status.branch is None else printable(status.branch),
        head=status.head,
        upstream=None if status.upstream is None else printable(status.upstream),
        sync=seen.sync,
        ahead=status.ahead,
        behind=status.behind,
        staged=status.staged if tree else None,
        unstaged=status.unstaged if tree else None,
        untracked=status.untracked if tree else None,
        conflicts=status.conflicts if tree else None,
        stash=seen.stash,
        operation=underway.text if underway else None,
        unpushed_branches=None if seen.unpushed is None else len(seen.unpushed),
        last_fetch=seen.contact.at.astimezone().isoformat(timespec="seconds") if seen.contact else None,
    )
