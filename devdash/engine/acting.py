"""From a wish to an outcome: the one way by which keys, palette and commands act.

check → policy → the pane's question → (a person's yes) → policy again → act → outcome
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import date
from difflib import get_close_matches

import msgspec

from devdash.contract.actions import (
    Action,
    ActionRequest,
    Confirmation,
    Field,
    FieldKind,
    Outcome,
    Scope,
    Value,
)
from devdash.contract.errors import PaneError, Unavailable, one_line
from devdash.contract.levels import Level
from devdash.contract.report import Report
from devdash.engine.containment import Containment, failure_of
from devdash.engine.guard import StepGuard
from devdash.engine.runner import Runner
from devdash.engine.snapshot import Failure
from devdash.policy import Policy
from devdash.render.rows import cell_keys, row_keys

log = logging.getLogger("devdash.engine")

QUESTION_TIMEOUT_S = 30.0
ROW_S = 1.0
"""What each of several rows has besides."""


class RequestProblem(PaneError):
    """The request cannot be made: an unknown action or item, a value that does not fit its field."""

    kind = "request"


class Forbidden(PaneError):
    """The policy does not permit the action."""

    kind = "forbidden"


class Asked(msgspec.Struct, frozen=True):
    """A request that may be made, and the question to answer first, if any."""

    action: Action
    request: ActionRequest
    confirmation: Confirmation | None


class Desk:
    """Takes the wishes of all faces. Holds what is under way, so that nothing is done twice at once."""

    def __init__(self, policy: Policy, guard: StepGuard) -> None:
        self.policy = policy
        self._guard = guard
        self._busy: list[tuple[str, ActionRequest]] = []

    async def ask(
        self,
        runner: Runner,
        name: str,
        item: str | None,
        values: Mapping[str, str],
        column: str | None = None,
        items: Sequence[str] = (),
    ) -> Asked:
        """Check a wish and fetch its question.

        Raises:
            RequestProblem, Forbidden: it cannot or must not be done.
            PaneError: the pane says that it cannot be done now.
        """
        _must_be_built(runner)
        action = find_action(runner.actions, name)
        self._permit(action)
        today = runner.now().date()
        request = check_request(action, runner.snapshot.report, item, values, today, column, items)
        work = Containment(self._guard)
        limit_s = QUESTION_TIMEOUT_S + ROW_S * len(request.items)
        try:
            pane = await runner.begin()
            answer = await work.run(limit_s, pane.confirmation, action, request)
        except Exception as error:  # also a PaneError of the plug-in's, whose words may be anything
            failure = _noted(error, runner, action.name)
            raise PaneError(failure.message, failure.hint) from error
        from devdash.engine.boundary import admit_confirmation

        return Asked(action, request, admit_confirmation(runner.snapshot.plugin, answer))

    async def act(self, runner: Runner, asked: Asked) -> Outcome:
        """Do what was asked and, where needed, confirmed. Failures become the outcome.

        Raises:
            Forbidden: the policy does not permit it (checked again here).
        """
        self._permit(asked.action)
        request = asked.request
        busy = (runner.snapshot.name, request)
        if not asked.action.repeats and any(_meet(busy, other) for other in self._busy):
            return Outcome(
                level=Level.ATTENTION, message=f"{asked.action.title}: already under way", reread=False
            )
        self._busy.append(busy)
        try:
            outcome = await self._perform(runner, request)
        finally:
            self._busy.remove(busy)
            runner.tell_progress("")
        if outcome.reread:
            runner.refresh(anew=not outcome.is_silent)
        return outcome

    async def _perform(self, runner: Runner, request: ActionRequest) -> Outcome:
        from devdash.engine.boundary import admit_outcome

        try:
            # Begun already, unless the pane was started anew while its question was answered.
            pane = await runner.begin()
            value = await Containment(self._guard).run(None, pane.act, request)
            return admit_outcome(runner.snapshot.plugin, value)
        except Exception as error:  # noqa: BLE001 - a pane's failure becomes the outcome that says so
            failure = _noted(error, runner, request.action)
            said = one_line(failure.message, failure.hint)
            return Outcome(level=Level.CRITICAL, message=said, reread=failure.kind != "request")

    def _permit(self, action: Action) -> None:
        decision = self.policy.allows(action.permission)
        if not decision.allowed:
            raise Forbidden(
                f"{action.title} is not permitted: {decision.reason}", "see [policy] in devdash.toml"
            )


def _meet(one: tuple[str, ActionRequest], other: tuple[str, ActionRequest]) -> bool:
    """Whether two wishes are about the same: of what both have, the one would do it a second time."""
    (pane, first), (another, second) = one, other
    if (pane, first.action, first.column) != (another, second.action, second.column):
        return False
    return first.rows == second.rows or not set(first.rows).isdisjoint(second.rows)


def _noted(error: Exception, runner: Runner, action: str) -> Failure:
    """What a person is told; a bug goes to the log with its traceback, as the person is told too."""
    failure = failure_of(error, 1)
    if failure.kind == "bug":
        log.warning("%s: %s: %s", runner.snapshot.name, action, failure.message, exc_info=error)
    return failure


def _must_be_built(runner: Runner) -> None:
    """A pane that could not be built has no actions; its failure says more than that one is unknown."""
    if runner.pane is None:
        failure = runner.snapshot.failure
        raise Unavailable(failure.message if failure else "the pane has a problem in devdash.toml")


def find_action(actions: tuple[Action, ...], name: str) -> Action:
    """The action called `name`.

    Raises:
        RequestProblem: there is none; suggests a similar one.
    """
    for action in actions:
        if action.name == name:
            return action
    names = [action.name for action in actions]
    close = get_close_matches(name, names, n=1)
    hint = f"did you mean '{close[0]}'?" if close else "actions: " + (", ".join(names) or "none")
    raise RequestProblem(f"unknown action '{name}'", hint)


def check_request(
    action: Action,
    report: Report | None,
    item: str | None,
    values: Mapping[str, str],
    today: date,
    column: str | None = None,
    items: Sequence[str] = (),
) -> ActionRequest:
    """A request whose items exist and whose values fit the action's fields.

    Args:
        today: what dates are counted from.
        items: further rows, or all of them; what is named twice counts once.

    Raises:
        RequestProblem: everything that does not fit, a line each.
    """
    problems: list[RequestProblem] = []
    names = [field.name for field in action.fields]
    for name in values:
        if name not in names:
            known = ", ".join(names) or "it takes none"
            problems.append(RequestProblem(f"'{action.name}' has no field '{name}'", f"fields: {known}"))
    checked: list[Value] = []
    for field in action.fields:
        try:
            checked.append(Value(field.name, check_value(field, values.get(field.name), today)))
        except RequestProblem as problem:
            problems.append(problem)
    rows = tuple(dict.fromkeys((*(() if item is None else (item,)), *items)))
    alone = rows[0] if len(rows) == 1 else None
    try:
        if len(rows) > 1:
            _check_items(action, report, rows)
        else:
            _check_item(action, report, alone)
        _check_column(action, report, alone, column)
    except RequestProblem as problem:
        problems.append(problem)
    if problems:
        raise _all_of(problems)
    return ActionRequest(action.name, alone, tuple(checked), column, rows if len(rows) > 1 else ())


def _all_of(problems: Sequence[RequestProblem]) -> RequestProblem:
    """One problem for all; where there are several, each has its hint in its line."""
    if len(problems) == 1:
        return problems[0]
    lines = [f"{one.message}; {one.hint}" if one.hint else one.message for one in problems]
    return RequestProblem("\n".join(lines))


def _check_items(action: Action, report: Report | None, rows: Sequence[str]) -> None:
    """All that is wrong with several rows."""
    if not action.many and action.scope is not Scope.PANE:
        raise RequestProblem(f"'{action.name}' takes one row, not {len(rows)}", "name one of them")
    problems: list[RequestProblem] = []
    for row in rows:
        try:
            _check_item(action, report, row)
        except RequestProblem as problem:
            problems.append(problem)
    if problems:
        raise _all_of(problems)


def _check_item(action: Action, report: Report | None, item: str | None) -> None:
    if action.scope is Scope.PANE:
        if item is not None:
            raise RequestProblem(f"'{action.name}' is about the whole pane; it takes no item")
        return
    if item is None:
        if action.scope is Scope.ITEM:
            raise RequestProblem(
                f"'{action.title}' needs a row", "choose one with the arrow keys, or name it"
            )
        return
    if action.opened:
        return
    keys = row_keys(report.blocks) if report else ()
    if item not in keys:
        close = get_close_matches(item, keys, n=1)
        hint = f"did you mean '{close[0]}'?" if close else "rows: " + (", ".join(keys[:20]) or "none")
        raise RequestProblem(f"there is no row '{item}'", hint)


def _check_column(action: Action, report: Report | None, item: str | None, column: str | None) -> None:
    if column is None:
        return
    if item is None:
        raise RequestProblem(f"'{action.name}' can have a column only with a row")
    keys = cell_keys(report.blocks, item) if report else ()
    if column not in keys:
        close = get_close_matches(column, keys, n=1)
        hint = f"did you mean '{close[0]}'?" if close else "columns: " + (", ".join(keys) or "none")
        raise RequestProblem(f"the row '{item}' has no column '{column}'", hint)


def check_value(field: Field, value: str | None, today: date) -> str:
    """`value`, or the field's default, if it fits the field.

    Args:
        today: what dates are counted from.

    Raises:
        RequestProblem: it does not.
    """
    given = (field.default if value is None else value).strip()
    if not given:
        if field.required and field.kind is not FieldKind.FLAG:
            raise RequestProblem(f"'{field.label}' is empty", field.help)
        return "no" if field.kind is FieldKind.FLAG else ""
    if field.kind is FieldKind.CHOICE and given not in field.choices:
        raise RequestProblem(f"'{field.label}' cannot be '{given}'", "one of: " + ", ".join(field.choices))
    if field.kind is FieldKind.FLAG:
        return _flag(field, given)
    if field.kind is FieldKind.INTEGER:
        try:
            return str(int(given))
        except ValueError:
            raise RequestProblem(f"'{field.label}' must be a whole number, not '{given}'") from None
    if field.kind is FieldKind.DATE:
        return _date(field, given, today)
    return given


def _date(field: Field, given: str, today: date) -> str:
    from devdash.engine.dates import EXAMPLES, BadDate, day_of

    try:
        return day_of(given, today).isoformat()
    except BadDate as error:
        raise RequestProblem(f"'{field.label}' {error}", f"such as {EXAMPLES}") from None


def _flag(field: Field, given: str) -> str:
    lower = given.lower()
    if lower in ("yes", "y", "true", "1", "on"):
        return "yes"
    if lower in ("no", "n", "false", "0", "off"):
        return "no"
    raise RequestProblem(f"'{field.label}' must be yes or no, not '{given}'")
