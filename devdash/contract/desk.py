"""`Desk` and `StaffedPane`: a pane of many actions, in groups that know nothing of each other.

A pane with three actions needs none of this. One with thirty would be a god class: so each group of
actions that belong together is a desk, with what it needs handed in, and the pane only says which desks
there are.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TypeVar

from devdash.contract.actions import Action, ActionRequest, Confirmation, Field, Outcome, Value
from devdash.contract.pane import Pane
from devdash.contract.settings import PaneConfig
from devdash.contract.view import Block

C = TypeVar("C", bound=PaneConfig)


class Desk(ABC):
    """One group of actions. The methods are those of `Pane`, for these actions alone.

    Attributes:
        actions: what is offered; fixed once the desk is made.
        first: the names of those with which the line of hints begins just now (`Report.first`).
    """

    actions: Sequence[Action] = ()
    first: Sequence[str] = ()

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation | None:
        """See `Pane.confirmation`."""
        return Confirmation(question=action.confirm) if action.confirm else None

    async def complete(self, action: Action, field: Field, text: str, draft: ActionRequest) -> Sequence[str]:
        """See `Pane.complete`."""
        return ()

    async def fill(self, action: Action, draft: ActionRequest, left: Field | None) -> Sequence[Value]:
        """See `Pane.fill`."""
        return ()

    async def open(self, item: str, column: str) -> tuple[Block, ...] | None:
        """See `Pane.open`; None: another desk may know."""
        return None

    @abstractmethod
    async def act(self, request: ActionRequest) -> Outcome:
        """See `Pane.act`."""

    async def blocks(self) -> Sequence[Block]:
        """What the desk has to show above the pane's own blocks, such as what waits for a decision.

        The pane asks with each reading, if it shows such blocks.
        """
        return ()


class StaffedPane(Pane[C]):
    """A pane whose actions are all at desks: it passes each on to the desk that offers it."""

    @abstractmethod
    def staff(self) -> Iterable[Desk]:
        """The desks, in the order in which their actions are listed. Called once, when first needed."""

    @cached_property
    def desks(self) -> tuple[Desk, ...]:
        """Those of `staff`."""
        return tuple(self.staff())

    def actions(self) -> Sequence[Action]:
        """Those of all desks."""
        return tuple(action for desk in self.desks for action in desk.actions)

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation | None:
        """See `Pane.confirmation`."""
        return await self._desk(action.name).confirmation(action, request)

    async def complete(self, action: Action, field: Field, text: str, draft: ActionRequest) -> Sequence[str]:
        """See `Pane.complete`."""
        return await self._desk(action.name).complete(action, field, text, draft)

    async def fill(self, action: Action, draft: ActionRequest, left: Field | None) -> Sequence[Value]:
        """See `Pane.fill`."""
        return await self._desk(action.name).fill(action, draft, left)

    async def open(self, item: str, column: str) -> tuple[Block, ...] | None:
        """What the first desk that knows the cell has to tell of it."""
        for desk in self.desks:
            if (found := await desk.open(item, column)) is not None:
                return found
        return None

    async def act(self, request: ActionRequest) -> Outcome:
        """See `Pane.act`."""
        return await self._desk(request.action).act(request)

    def _desk(self, action: str) -> Desk:
        return next(desk for desk in self.desks if any(one.name == action for one in desk.actions))
