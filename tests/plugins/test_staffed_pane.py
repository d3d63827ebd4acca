"""A staffed pane passes each action on to the desk that offers it, and to no other."""

from collections.abc import Callable, Iterable
from typing import ClassVar

import pytest

from devdash.api import (
    Action,
    ActionRequest,
    Block,
    Confirmation,
    Desk,
    Field,
    Level,
    Outcome,
    PaneConfig,
    Report,
    StaffedPane,
    Text,
    Value,
)
from devdash.engine.context import Context


def action(name: str, confirm: str = "") -> Action:
    return Action(name=name, key=name[0], title=name, permission=f"house.{name}.read", confirm=confirm)


class Plain(Desk):
    """A desk that only acts."""

    actions = (action("alpha", confirm="Really?"),)

    async def act(self, request: ActionRequest) -> Outcome:
        return Outcome(message=f"plain {request.action}")


class Whole(Desk):
    """A desk that answers everything."""

    actions = (action("beta"), action("gamma"))

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation | None:
        return Confirmation(question=f"whole {action.name}?")

    async def complete(
        self, action: Action, field: Field, text: str, draft: ActionRequest
    ) -> tuple[str, ...]:
        return (f"{text}!",)

    async def fill(self, action: Action, draft: ActionRequest, left: Field | None) -> tuple[Value, ...]:
        return (Value("x", action.name),)

    async def open(self, item: str, column: str) -> tuple[Block, ...] | None:
        return (Text(column),) if item == "mine" else None

    async def act(self, request: ActionRequest) -> Outcome:
        return Outcome(message=f"whole {request.action}")


class House(StaffedPane[PaneConfig]):
    """Two desks."""

    made: ClassVar[int] = 0

    def staff(self) -> Iterable[Desk]:
        type(self).made += 1
        yield Plain()
        yield Whole()

    async def read(self) -> Report:
        return Report(Level.OK, "")


@pytest.fixture
def house(context: Callable[..., Context]) -> House:
    return House(PaneConfig(), context())


async def test_each_action_goes_to_its_desk(house: House) -> None:
    """In the order of the desks; they are made once."""
    offered = house.actions()
    assert [one.name for one in offered] == ["alpha", "beta", "gamma"]
    said = [(await house.act(ActionRequest(one.name))).message for one in offered]
    assert said == ["plain alpha", "whole beta", "whole gamma"]
    questions = [await house.confirmation(one, ActionRequest(one.name)) for one in offered]
    assert [one.question if one else None for one in questions] == ["Really?", "whole beta?", "whole gamma?"]
    field, draft = Field(name="x", label="X"), ActionRequest("beta")
    assert await house.complete(offered[1], field, "a", draft) == ("a!",)
    assert await house.fill(offered[2], draft, None) == (Value("x", "gamma"),)
    assert not await house.complete(offered[0], field, "a", draft)
    assert not await house.fill(offered[0], draft, None)
    assert House.made == 1


async def test_a_cell_is_opened_by_the_first_desk_that_knows_it(house: House) -> None:
    """And by the row's own detail where none does."""
    assert await house.open("mine", "Nov") == (Text("Nov"),)
    assert await house.open("another", "Nov") is None
