"""The actions `only` and `order`: how the pane is looked at. To look is no change: a viewer may."""

import msgspec

from devdash.api import Action, ActionRequest, Desk, Outcome
from devdash_git.sight import Sight, following

_PERMISSION = "git.view.show"

ONLY = Action(
    name="only",
    key="n",
    title="Only",
    permission=_PERMISSION,
    repeats=True,
    screen=True,
    help="Show the next of: all repositories, those that need a hand, dirty ones, ahead, behind.",
)
ORDER = Action(
    name="order",
    key="N",
    title="Order",
    permission=_PERMISSION,
    repeats=True,
    screen=True,
    help="Sort by the next of: the order of the config, what needs a hand, name.",
)


class SightDesk(Desk):
    """Keeps how the pane is looked at.

    Args:
        sight: what to begin with.
    """

    actions = (ONLY, ORDER)

    def __init__(self, sight: Sight) -> None:
        self.sight = sight

    async def act(self, request: ActionRequest) -> Outcome:
        """Look at it differently."""
        if request.action == ONLY.name:
            self.sight = msgspec.structs.replace(self.sight, only=following(self.sight.only))
        else:
            self.sight = msgspec.structs.replace(self.sight, order=following(self.sight.order))
        return Outcome(message="")
