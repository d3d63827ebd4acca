"""`PlannedDesk`: actions that first show what would happen, and then do exactly that or nothing.

The plan is made twice: for the question, and again after the yes. When the two differ, somebody has
changed the repository in between, and what was agreed to is no longer what would happen.
"""

from abc import abstractmethod
from typing import Generic, TypeVar

from devdash.api import Action, ActionRequest, Confirmation, Outcome
from devdash_git.desk import GitDesk, Means
from devdash_git.hands import Hands, Refused

P = TypeVar("P")

KEPT_PLANS = 16
"""Questions that were never answered leave their plans behind."""


class PlannedDesk(GitDesk, Generic[P]):
    """A desk whose every action is planned, shown, and carried out.

    A plan is a value: two that are equal do the same. It names commits, never branches alone.
    """

    def __init__(self, means: Means, hands: Hands) -> None:
        super().__init__(means)
        self._hands = hands
        self._shown: dict[ActionRequest, P] = {}

    @abstractmethod
    async def plan(self, request: ActionRequest) -> P:
        """What would be done. It only looks.

        Raises:
            PaneError: it cannot be done, and why.
        """

    @abstractmethod
    def question(self, plan: P) -> Confirmation:
        """What the person is asked."""

    @abstractmethod
    async def carry_out(self, plan: P) -> Outcome:
        """Do it.

        Raises:
            PaneError: it could not be done; nothing is lost.
        """

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation | None:
        """The plan, to be agreed to."""
        plan = await self.plan(request)
        self._shown[request] = plan
        while len(self._shown) > KEPT_PLANS:
            del self._shown[next(iter(self._shown))]
        return self.question(plan)

    async def act(self, request: ActionRequest) -> Outcome:
        """Do what was shown.

        Raises:
            Refused: it would be something else now.
        """
        shown = self._shown.pop(request, None)
        async with self._hands.turn(request.item or ""):
            plan = await self.plan(request)
            if shown is not None and plan != shown:
                raise Refused(
                    "Something has changed since it was shown; nothing was done.", "Look at it again."
                )
            return await self.carry_out(plan)
