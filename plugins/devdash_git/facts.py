"""The git pane's facts: what rules, JSON and tests read."""

from datetime import datetime

import msgspec

from devdash.api import Facts
from devdash_git.jobs import Stage
from devdash_git.observation import Observation
from devdash_git.plain import printable
from devdash_git.problems import FetchFailure
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
            ISO-8601 with offset, as all times here.
        push: where a push of the branch would go, such as "fork/topic"; None also when it was never there.
        push_ahead, push_behind: commits against it.
        base: the branch that the current one is based on, such as "origin/main"; None when that is its
            upstream.
        behind_base: its commits that the branch lacks.
        gone_branches: local branches whose upstream is configured but not there any more.
        submodules: submodules among the changed names.
        unpushed_since: when the oldest commit that no remote has was made, on whichever branch.
        stash_since: when the oldest entry of the stash was made.
        operation_since: when the operation began.
        unpushed_age_s, stash_age_s, operation_age_s: seconds since then, in whole hours;
            below two hours in whole minutes.
        index_lock_age_s: the age of index.lock, in seconds, in whole minutes; None when there is none.
        last_attempt: devdash's own last fetch, whatever came of it.
        fetch_error: why that failed, when nothing was heard of the remote since.
        fetch_failures: how many have failed in a row then; None where `fetch_error` is.
        job: what devdash does in it: "idle" (nothing so far), "queued", "working", "success", "fail".
        job_action: the action, such as "push"; None when idle.
        job_since: when it came so far.
        job_error: why it failed.
        group: the group that the config puts it into; None: none.
        tags: the tags that the config gives it.
        worktree_of: of a linked worktree the name of its repository, where that is shown too.
        submodule_of: of a submodule that is shown with the repository that it is in, the name of that.
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
    push: str | None = None
    push_ahead: int | None = None
    push_behind: int | None = None
    base: str | None = None
    behind_base: int | None = None
    gone_branches: int | None = None
    submodules: int | None = None
    unpushed_since: str | None = None
    unpushed_age_s: int | None = None
    stash_since: str | None = None
    stash_age_s: int | None = None
    operation_since: str | None = None
    operation_age_s: int | None = None
    index_lock_age_s: int | None = None
    last_attempt: str | None = None
    fetch_error: FetchFailure | None = None
    fetch_failures: int | None = None
    job: Stage = Stage.IDLE
    job_action: str | None = None
    job_since: str | None = None
    job_error: str | None = None
    group: str | None = None
    tags: tuple[str, ...] = ()
    worktree_of: str | None = None
    submodule_of: str | None = None

    @property
    def dirty(self) -> bool:
        """Whether the work tree has something that no commit has; False also when that is not known."""
        return any((self.staged, self.unstaged, self.untracked, self.conflicts))


class VendoredFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One file that was taken over from another repository.

    Attributes:
        path: its place in the project, relative; unique.
        url: the repository that it is from, without passwords; "." is the project's own.
        ref: branch, tag or commit; "" is the HEAD of `url`.
        source: its path there.
        state: "current", "upstream-changed", "locally-modified", "diverged", "converged", "local-missing",
            "upstream-deleted", "ref-gone", "unreachable" or "never-checked".
        local: the file against what was taken, known without any check: "unchanged", "modified",
            "missing"; None: it cannot be used.
        commit: the commit that it was taken from; None: nothing was taken yet.
        checked: the last time the repository was asked, ISO-8601 with offset; None: never.
    """

    path: str
    url: str
    ref: str
    source: str
    state: str
    local: str | None = None
    commit: str | None = None
    checked: str | None = None


class GitFacts(Facts, frozen=True):
    """All repositories, in the order of the config.

    Attributes:
        repos: one each.
        day_over: it is later than `day_end`; False when there is none.
        vendored: files that came from other repositories.
    """

    repos: tuple[RepositoryFacts, ...] = ()
    day_over: bool = False
    vendored: tuple[VendoredFacts, ...] = ()


def repository_facts(seen: Observation, now: datetime) -> RepositoryFacts:
    """The facts of one repository, as of `now` (aware)."""
    status, identity = seen.status, seen.identity
    known = RepositoryFacts(
        name=seen.target.name,
        path=printable(str(seen.target.path)),
        access=seen.access,
        group=seen.target.group or None,
        tags=seen.target.tags,
        job=seen.job.stage if seen.job else Stage.IDLE,
        job_action=seen.job.action if seen.job else None,
        job_since=_text(seen.job.since) if seen.job else None,
        job_error=seen.job.message or None if seen.job else None,
    )
    if status is None or identity is None:
        return known
    tree = not identity.look.bare and status.counted
    underway = seen.files.underway if seen.files else None
    known = msgspec.structs.replace(
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
        worktree_of=None if seen.target.of else seen.under or None,
        submodule_of=seen.target.of or None,
        submodules=status.submodules if tree else None,
        stash=seen.stash,
        operation=underway.text if underway else None,
        unpushed_branches=None if seen.unpushed is None else len(seen.unpushed),
        last_fetch=_text(seen.contact.at) if seen.contact else None,
        last_attempt=_text(seen.tried.attempt) if seen.tried else None,
        fetch_error=seen.failed.failure if seen.failed else None,
        fetch_failures=seen.failed.failures if seen.failed else None,
    )
    return _times(_relations(known, seen), seen, now)


def _relations(known: RepositoryFacts, seen: Observation) -> RepositoryFacts:
    push, base, gone = seen.view.push, seen.view.base, seen.view.gone
    return msgspec.structs.replace(
        known,
        push=None if push is None else printable(push.name),
        push_ahead=None if push is None else push.ahead,
        push_behind=None if push is None else push.behind,
        base=None if base is None else printable(base.name),
        behind_base=None if base is None else base.behind,
        gone_branches=None if gone is None else len(gone),
    )


def _times(known: RepositoryFacts, seen: Observation, now: datetime) -> RepositoryFacts:
    stashed = seen.files.stashed if seen.files and seen.stash else None
    underway = seen.files.underway if seen.files else None
    begun = underway.since if underway else None
    lock = seen.files.lock_time if seen.files else None
    return msgspec.structs.replace(
        known,
        unpushed_since=_text(seen.view.since),
        unpushed_age_s=_age(seen.view.since, now),
        stash_since=_text(stashed),
        stash_age_s=_age(stashed, now),
        operation_since=_text(begun),
        operation_age_s=_age(begun, now),
        index_lock_age_s=None if lock is None else _whole(now.timestamp() - lock, 60),
    )


def _text(at: datetime | None) -> str | None:
    return at.astimezone().isoformat(timespec="seconds") if at is not None else None


def _age(since: datetime | None, now: datetime) -> int | None:
    if since is None:
        return None
    seconds = (now - since).total_seconds()
    return _whole(seconds, 60 if seconds < 7200 else 3600)


def _whole(seconds: float, unit: int) -> int:
    """Whole units, so that facts are equal from reading to reading; a time that lies ahead is no age."""
    return max(0, int(seconds) // unit * unit)
