"""Which desks act on repositories, and the hands that they share."""

from collections.abc import Iterator

from devdash.api import Desk
from devdash_git.branch_desk import BranchDesk
from devdash_git.desk import Means
from devdash_git.forward_desk import ForwardDesk
from devdash_git.hands import Hands
from devdash_git.look_desk import LookDesk
from devdash_git.open_desk import OpenDesk
from devdash_git.push_desk import BranchPushDesk, PushDesk
from devdash_git.stash_desk import StashDesk
from devdash_git.trust_desk import TrustDesk
from devdash_git.worktree_desk import WorktreeDesk


def acting(means: Means) -> Iterator[Desk]:
    """The desks, in the order in which their actions are listed."""
    hands = Hands(means)
    yield ForwardDesk(means, hands)
    yield PushDesk(means, hands)
    yield StashDesk(means, hands)
    yield BranchDesk(means, hands)
    yield BranchPushDesk(means, hands)
    yield WorktreeDesk(means, hands)
    yield LookDesk(means, hands)
    yield OpenDesk(means, hands)
    yield TrustDesk(means, hands)
