"""`Desk`: some actions of the ledger pane that belong together, and what they need to be offered and done.

The pane asks the desk of an action, and knows no action itself.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from devdash.api import Action, ActionRequest, Block, Confirmation, Field, Outcome, Value


class Desk(ABC):
    """One group of actions. The methods are those of `Pane`, for these actions alone.

    Attributes:
        actions: what is offered; fixed once the desk is made.
    """

    actions: Sequence[Action] = ()

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation | None:
        """See `Pane.confirmation`."""
        return None

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
        """What the desk has to show above the figures; asked with each reading."""
        return ()
