"""What the branch's relation to its upstream is called, and when "in sync" may be said."""

from devdash_git.contact import Contact
from devdash_git.porcelain import Status
from devdash_git.states import Head, Sync, Tracking
from devdash_git.trust import Settings

HERE = "."
"""As a branch's remote: its upstream is a local branch (git-config(1), branch.<name>.remote)."""


def upstream_remote(settings: Settings, status: Status) -> str | None:
    """The remote that the branch's upstream is on; None when there is none, `HERE` for a local upstream."""
    if status.branch is None or status.tracking is Tracking.NONE:
        return None
    return settings.last(f"branch.{status.branch.decode('utf-8', 'surrogateescape')}.remote")


def judge(settings: Settings, status: Status, contact: Contact | None) -> Sync | None:
    """Compare the branch with its upstream as of `contact`.

    Returns:
        None when HEAD is detached, invalid, or on a branch without a commit. IN_SYNC only when a
        contact with the remote is known, or the upstream is a local branch and needs none.
    """
    if status.head is not Head.BRANCH:
        return None
    if status.tracking is Tracking.NONE:
        return Sync.NO_UPSTREAM if settings.remotes else Sync.NO_REMOTE
    if status.tracking is Tracking.GONE or status.ahead is None or status.behind is None:
        return Sync.GONE
    if status.ahead and status.behind:
        return Sync.DIVERGED
    if status.ahead:
        return Sync.AHEAD
    if status.behind:
        return Sync.BEHIND
    known = contact is not None or upstream_remote(settings, status) == HERE
    return Sync.IN_SYNC if known else Sync.NEVER_FETCHED
