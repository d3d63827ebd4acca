"""`Pane`: the class that a plug-in implements."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

from devdash.contract.actions import Action, ActionRequest, Confirmation, Field, Outcome, Value
from devdash.contract.context import PaneContext
from devdash.contract.report import Report
from devdash.contract.rules import Rule
from devdash.contract.settings import PaneConfig
from devdash.contract.view import Block

C = TypeVar("C", bound=PaneConfig)


class Pane(ABC, Generic[C]):
    """One pane: observes a part of the world, offers actions on it.

    Its life: `__init__` → `start` → any number of `read`, `confirmation` and
    `act` → `stop`. All run on the one event loop and must not block it: use
    `context.run`, `context.in_thread` or `context.worker`. A step of `start`, `read`,
    `confirmation`, `act` or `stop` that holds the loop is interrupted and the pane
    fails; nothing watches over `__init__`, `actions` and `rules`, which only give values.
    `read` is never called while another `read` of the same pane is under way; `act`
    may run beside it.

    Class attributes:
        Config: the pane's table in devdash.toml.
        title: the heading when the table gives none.
        looks_closer: it is read soon after the cursor has come to rest on a row; see `PaneContext.dwelt`.
    """

    Config: ClassVar[type[PaneConfig]] = PaneConfig
    title: ClassVar[str] = ""
    looks_closer: ClassVar[bool] = False

    def __init__(self, config: C, context: PaneContext) -> None:
        """Keep config and context. Do no work here: the first frame waits for it."""
        self.config = config
        self.context = context

    async def start(self) -> None:
        """Called once before the first `read` or `act`, within a reading's timeout. May raise `PaneError`."""

    @abstractmethod
    async def read(self) -> Report:
        """Observe the world.

        Called every `interval`, after `context.wake()`, and when a person asks.
        It is cancelled after `timeout`.

        Raises:
            PaneError: the world cannot be read now. The last report stays, dimmed.
        """

    def actions(self) -> Sequence[Action]:
        """What a person can do here. Called once, after `__init__`; keys and names are unique."""
        return ()

    def rules(self) -> Sequence[Rule[Any]]:
        """The default alert rules over this pane's facts. Called once, after `__init__`."""
        return ()

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation | None:
        """The question to ask before `request` runs; None for none.

        Raises:
            PaneError: the request cannot be done; said instead of asking. A form stays as it was filled in.
        """
        return Confirmation(question=action.confirm) if action.confirm else None

    async def complete(self, action: Action, field: Field, text: str, draft: ActionRequest) -> Sequence[str]:
        """What could be meant by `text`, the best first. Asked while a field with `completes` is typed in.

        It only looks, and it is quick: an answer that takes longer than 2 seconds, or that is
        overtaken by the next key, is thrown away; so is a failure.

        Args:
            text: what has been typed into `field`; may be empty.
            draft: all values so far.
        """
        return ()

    async def fill(self, action: Action, draft: ActionRequest, left: Field | None) -> Sequence[Value]:
        """Values for other fields that follow from those so far, such as a template or a balance.

        Fields that the person has changed stay as they are, whatever is returned. It only looks. An answer
        that takes longer than 10 seconds is thrown away, and so is a failure.

        Args:
            draft: all values so far.
            left: the field that was changed and has just been left; None: the form opens.
        """
        return ()

    async def open(self, item: str, column: str) -> tuple[Block, ...] | None:
        """What Enter opens of a chosen cell; None: the row's own `detail`.

        It only looks. It is cancelled when the person closes the sheet, and after 30 seconds.

        Args:
            item: the row's key.
            column: the key of the column, in a table with `cells`.

        Raises:
            PaneError: it cannot be told now; said in its place.
        """
        return None

    async def act(self, request: ActionRequest) -> Outcome:
        """Do it. `request` is permitted, checked against the action's fields, and confirmed.

        Raises:
            PaneError: it could not be done; becomes an outcome that says so.
        """
        raise NotImplementedError(f"{type(self).__name__} offers actions but has no act()")

    async def stop(self) -> None:
        """Let go of what `start` took, also of a `start` that failed half way.

        Workers and programs are ended by the dashboard anyway.
        """
