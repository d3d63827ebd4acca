"""What a notification's button does: the alert's action, as far as it can be done without the screen."""

import logging

from devdash.alerts.model import Alert
from devdash.contract.actions import Action, CopyText, Outcome, Scope
from devdash.contract.errors import DevdashError, PaneError, one_line
from devdash.contract.levels import Level
from devdash.engine.engine import Engine

log = logging.getLogger("devdash.duty")


class Fixer:
    """Finds, names and runs the action that helps with an alert. Implements `notify.wording.Names`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def title(self, pane: str) -> str:
        """The pane's heading; its name when it is gone."""
        return next((one.title for one in self._engine.snapshots if one.name == pane), pane)

    def fix(self, pane: str, action: str) -> str:
        """The action's title; "" when there is none of that name, or it asks for values first."""
        found = self._action(pane, action)
        return found.title if found is not None else ""

    def _action(self, pane: str, name: str) -> Action | None:
        try:
            actions = self._engine.actions(pane)
        except KeyError:
            return None
        return next((one for one in actions if one.name == name and not one.fields), None)

    async def run(self, alert: Alert) -> Outcome:
        """Run it. What it asks a person first is not answered here: the outcome says where it can be."""
        action = self._action(alert.id.pane, alert.terms.action or "")
        if action is None:
            return Outcome(level=Level.ATTENTION, message="nothing helps with this from here")
        pane, item = alert.id.pane, self._item(alert, action)
        try:
            asked = await self._engine.ask(pane, action.name, item, {})
            if asked.confirmation is not None:
                command = " ".join(["devdash run", pane, action.name, *([item] if item else [])])
                question = asked.confirmation.question
                return Outcome(
                    level=Level.ATTENTION, message=f"{question} Answer it in devdash, or: {command}"
                )
            outcome = await self._engine.act(pane, asked)
        except PaneError as error:
            return Outcome(level=Level.CRITICAL, message=one_line(error.message, error.hint))
        except DevdashError as error:
            return Outcome(level=Level.CRITICAL, message=error.message)
        copied = [effect.text for effect in outcome.effects if isinstance(effect, CopyText)]
        return Outcome(level=outcome.level, message=" ".join([outcome.message, *copied]))

    def _item(self, alert: Alert, action: Action) -> str | None:
        return alert.id.item or None if action.scope is not Scope.PANE else None
