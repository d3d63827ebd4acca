"""A pane whose actions take several rows at once."""

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar

from devdash.api import (
    Action,
    ActionRequest,
    Cell,
    Column,
    Confirmation,
    Field,
    Level,
    Outcome,
    Pane,
    PaneConfig,
    Report,
    Row,
    Scope,
    Table,
    Text,
)


class Lots(Pane[PaneConfig]):
    """Two tables; `keys` are the rows of the first."""

    title = "Lots"
    keys: ClassVar[tuple[str, ...]] = ("ant", "bee", "cat")

    def __init__(self, config: PaneConfig, context: Any) -> None:
        super().__init__(config, context)
        self.requests: list[ActionRequest] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def read(self) -> Report:
        rows = tuple(Row(key, (Cell(key), Cell(str(len(key))))) for key in type(self).keys)
        columns = (Column("name"), Column("length"))
        plants = tuple(Row(key, (Cell(key), Cell("0"))) for key in ("oak", "elm"))
        tables = (Table(columns, rows, heading="beasts"), Table(columns, plants, heading="plants"))
        return Report(Level.OK, "beasts and plants", tables)

    def actions(self) -> Sequence[Action]:
        return (
            _action("look", "l", Scope.ITEM, verb="show"),
            _action("feed", "f", Scope.EITHER, many=True),
            _action("eat", "e", Scope.ITEM, many=True, verb="delete"),
            _action("name", "n", Scope.ITEM, many=True, fields=(Field(name="name", label="Name"),)),
            _action("count", "c", Scope.PANE),
        )

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation | None:
        if action.name != "eat":
            return None
        return Confirmation("Eat them?", tuple(Text(f"{row} will be eaten") for row in request.rows))

    async def act(self, request: ActionRequest) -> Outcome:
        self.requests.append(request)
        await self.gate.wait()
        return Outcome(message=f"{request.action}: {', '.join(request.rows) or 'all'}")


def _action(name: str, key: str, scope: Scope, *, verb: str = "write", **more: Any) -> Action:
    permission = f"lots.beast.{verb}"
    return Action(name=name, key=key, title=name.title(), permission=permission, scope=scope, **more)
