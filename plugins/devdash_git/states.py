"""The states that a repository can be in, as the values that facts and JSON carry."""

from enum import StrEnum


class Access(StrEnum):
    """Whether git could be asked."""

    OK = "ok"
    MISSING = "missing"
    NOT_A_REPO = "not-a-repo"
    UNTRUSTED_OWNER = "untrusted-owner"
    """Another user owns it; git refuses it."""
    UNTRUSTED_CONFIG = "untrusted-config"
    """Its own config names a program that reading its status would run."""
    UNSUPPORTED_FORMAT = "unsupported-format"
    CORRUPT = "corrupt"
    NO_PERMISSION = "no-permission"
    TIMEOUT = "timeout"
    """No answer in time: nothing is known."""


class Kind(StrEnum):
    """What sort of repository it is; of several that apply, the first in this order."""

    BARE = "bare"
    WORKTREE = "linked-worktree"
    SUBMODULE = "submodule"
    PARTIAL = "partial"
    SHALLOW = "shallow"
    SPARSE = "sparse"
    NORMAL = "normal"


class Head(StrEnum):
    """Where HEAD points."""

    BRANCH = "branch"
    DETACHED = "detached"
    UNBORN = "unborn"
    """A branch without a commit."""
    INVALID = "invalid"


class Tracking(StrEnum):
    """Whether the branch has an upstream, as `git status` tells it."""

    NONE = "none"
    GONE = "gone"
    """Configured, but there is no such branch any more."""
    PRESENT = "present"


class Sync(StrEnum):
    """The branch against its upstream, as of the last contact with the remote."""

    NO_REMOTE = "no-remote"
    NO_UPSTREAM = "no-upstream"
    GONE = "gone"
    NEVER_FETCHED = "never-fetched"
    """Equal to what is known of the upstream, but no contact with the remote is on record."""
    IN_SYNC = "in-sync"
    AHEAD = "ahead"
    BEHIND = "behind"
    DIVERGED = "diverged"


class Operation(StrEnum):
    """What is under way in the work tree."""

    REBASE = "rebase"
    AM = "am"
    MERGE = "merge"
    CHERRY_PICK = "cherry-pick"
    REVERT = "revert"
    BISECT = "bisect"
