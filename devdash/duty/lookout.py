"""The lookout: judges each good reading by the rules that are in force."""

import logging

from devdash.alerts.model import AlertId, Verdict
from devdash.alerts.rules import Armed, Judgement, arm, judge
from devdash.config.alerts import AlertsConfig
from devdash.contract.errors import one_line
from devdash.engine.containment import failure_of
from devdash.engine.engine import Engine
from devdash.engine.snapshot import Phase, Snapshot

log = logging.getLogger("devdash.duty")

BLIND = frozenset({Phase.FAILED, Phase.LATE, Phase.BROKEN, Phase.PAUSED})
"""Phases in which a pane's data are not current."""


class Lookout:
    """The rules of all panes of one engine, as one devdash.toml has them."""

    def __init__(self, engine: Engine, config: AlertsConfig) -> None:
        self._engine = engine
        self._config = config
        self._armed: dict[str, tuple[Armed, ...]] = {}
        self._wrong: dict[str, tuple[str, ...]] = {}
        self._failing: dict[str, tuple[str, ...]] = {}

    @property
    def troubles(self) -> tuple[str, ...]:
        """Rules of devdash.toml that are not in force, and rules that failed at the last reading."""
        tables = (*self._wrong.values(), *self._failing.values())
        return tuple(sentence for table in tables for sentence in table)

    def rules(self, pane: str) -> tuple[Armed, ...]:
        """The rules in force for `pane`; it must have been built. Raises KeyError."""
        if pane not in self._armed:
            changes = self._config.rules.get(pane, {})
            actions = [action.name for action in self._engine.actions(pane)]
            arms = arm(pane, self._engine.rules(pane), changes, actions)
            self._armed[pane] = arms.armed
            self._wrong[pane] = tuple(
                f"alerts.rules.{pane}.{one.rule}: {one.message}" for one in arms.problems
            )
            for sentence in self._wrong[pane]:
                log.warning("%s", sentence)
        return self._armed[pane]

    def stands(self, alert: AlertId) -> bool:
        """Whether the rule of `alert` is in force, or may be: its pane is there and was not read yet."""
        if not self._config.enabled or self._engine.settings.pane(alert.pane) is None:
            return False
        armed = self._armed.get(alert.pane)
        return armed is None or any(one.terms.name == alert.rule for one in armed)

    async def judge(self, snapshot: Snapshot) -> tuple[Verdict, ...]:
        """What the rules say of this reading; one that fails says nothing, and `troubles` and the log why."""
        report, pane = snapshot.report, snapshot.name
        if report is None or report.facts is None or not self._config.enabled:
            return ()
        rules, facts = self.rules(pane), report.facts
        if not rules:
            return ()

        async def step() -> Judgement:
            return judge(rules, facts)

        try:
            judged = await self._engine.contain(step)
        except Exception as error:  # noqa: BLE001 - conditions are a plug-in's code
            failure = failure_of(error, 1)
            self._fails(pane, f"the rules of {pane}: {one_line(failure.message, failure.hint)}")
            return ()
        failed = (f"{one.pane}.{one.rule}: {one_line(one.message, one.hint)}" for one in judged.failures)
        self._fails(pane, *failed)
        return judged.verdicts

    def _fails(self, pane: str, *sentences: str) -> None:
        for sentence in set(sentences).difference(self._failing.get(pane, ())):
            log.warning("%s", sentence)
        self._failing[pane] = sentences
