"""Help while a form is filled in: what could be meant, and what follows for other fields; a look into a cell.

Help is asked at every key, so nothing of it may disturb: what fails or takes too long is no help, no more.
"""

import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

import msgspec

from devdash.contract.actions import Action, ActionRequest, Field, Value
from devdash.contract.errors import DevdashError, PaneError
from devdash.contract.view import Block
from devdash.engine.acting import RequestProblem, check_value, find_action
from devdash.engine.containment import Containment, failure_of
from devdash.engine.guard import StepGuard
from devdash.engine.runner import Runner

log = logging.getLogger("devdash.engine")

HELP_TIMEOUT_S = 2.0
"""For completing: what comes later is of no use to somebody who types."""

FILL_TIMEOUT_S = 10.0
"""For filling in: it may read a history first, and what comes late disturbs nothing that was typed."""

MOST_COMPLETIONS = 50

T = TypeVar("T")


class Draft(msgspec.Struct, frozen=True):
    """A form on its way: the action's name, what it is about, and the values as they are typed."""

    action: str
    item: str | None
    values: Mapping[str, str]
    column: str | None = None
    items: tuple[str, ...] = ()


class Assistant:
    """Asks panes for help. Never raises for what a pane does.

    Raises:
        RequestProblem: from every call, when the pane has no such action or field (any more).
    """

    def __init__(self, guard: StepGuard) -> None:
        self._guard = guard

    async def complete(self, runner: Runner, draft: Draft, field: str) -> tuple[str, ...]:
        """What could be meant in `field`, the best first; at most `MOST_COMPLETIONS`."""
        action, request = _request(runner, draft)
        asked = _field(action, field)

        async def ask() -> object:
            pane = await runner.begin()
            return await pane.complete(action, asked, draft.values.get(field, ""), request)

        from devdash.engine.boundary import admit_completions

        offered = await self._helped(
            runner, HELP_TIMEOUT_S, ask, lambda value: admit_completions(_plugin(runner), value)
        )
        return tuple(dict.fromkeys(text for text in offered or () if text))[:MOST_COMPLETIONS]

    async def fill(self, runner: Runner, draft: Draft, left: str | None) -> tuple[Value, ...]:
        """Values that follow from those so far; `left` is the field that was changed, None at first."""
        action, request = _request(runner, draft)
        asked = None if left is None else _field(action, left)

        async def ask() -> object:
            pane = await runner.begin()
            return await pane.fill(action, request, asked)

        from devdash.engine.boundary import admit_filling

        names = [field.name for field in action.fields]
        plugin = _plugin(runner)
        values = await self._helped(
            runner, FILL_TIMEOUT_S, ask, lambda value: admit_filling(plugin, value, names)
        )
        return values or ()

    async def _helped(
        self,
        runner: Runner,
        limit_s: float,
        ask: Callable[[], Coroutine[Any, Any, object]],
        admit: Callable[[object], T],
    ) -> T | None:
        """The pane's answer, once admitted; None when there is none in time."""
        try:
            return admit(await Containment(self._guard).run(limit_s, ask))
        except Exception as error:
            failure = failure_of(error, 1)
            bug = None if isinstance(error, DevdashError) else error
            log.info("%s: no help with a form: %s", runner.snapshot.name, failure.message, exc_info=bug)
            return None


OPEN_TIMEOUT_S = 30.0
"""A person waits before the open sheet, and can close it."""


async def open_cell(guard: StepGuard, runner: Runner, item: str, column: str) -> tuple[Block, ...] | None:
    """What the pane shows of a cell; None: nothing of its own.

    Raises:
        PaneError: it cannot be told; a bug of the plug-in's is one as well, and is logged.
    """
    from devdash.engine.boundary import admit_opened

    async def ask() -> object:
        pane = await runner.begin()
        return await pane.open(item, column)

    try:
        return admit_opened(_plugin(runner), await Containment(guard).run(OPEN_TIMEOUT_S, ask))
    except Exception as error:
        failure = failure_of(error, 1)
        if failure.kind == "bug":
            log.warning("%s: opening a cell: %s", runner.snapshot.name, failure.message, exc_info=error)
        raise PaneError(failure.message, failure.hint) from error


def _plugin(runner: Runner) -> str:
    return runner.snapshot.plugin


def _request(runner: Runner, draft: Draft) -> tuple[Action, ActionRequest]:
    action = find_action(runner.actions, draft.action)
    values = tuple(_value(runner, field, draft.values.get(field.name, "")) for field in action.fields)
    return action, ActionRequest(draft.action, draft.item, values, draft.column, draft.items)


def _value(runner: Runner, field: Field, typed: str) -> Value:
    """Checked where it fits, else as it is typed. What is empty is empty, whatever the default."""
    try:
        return Value(field.name, check_value(field, typed, runner.now().date()))
    except DevdashError:
        return Value(field.name, typed)


def _field(action: Action, name: str) -> Field:
    found = next((field for field in action.fields if field.name == name), None)
    if found is None:
        raise RequestProblem(f"'{action.name}' has no field '{name}'")
    return found
