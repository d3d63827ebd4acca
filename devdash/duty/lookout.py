"""The lookout: judges each good reading by the rules that are in force."""

import logging
from collections.abc import Sequence

import msgspec

from devdash.alerts.model import AlertId, Verdict
from devdash.alerts.rules import Armed, Judgement, RuleProblem, arm, judge
from devdash.config.alerts import AlertsConfig
from devdash.contract.errors import one_line
from devdash.contract.report import Facts
from devdash.duty.reliance import reliance
from devdash.engine.containment import LoopHeld, failure_of
from devdash.engine.engine import Engine
from devdash.engine.snapshot import Phase, Snapshot

log = logging.getLogger("devdash.duty")

BLIND = frozenset({Phase.FAILED, Phase.LATE, Phase.BROKEN, Phase.PAUSED})
"""Phases in which a pane's data are not current."""

RESTS_S = 600.0
"""A rule that has held the loop rests so long: each time costs the screen half a second."""


class _Rest(msgspec.Struct, frozen=True):
    """Why a rule is not asked now, and until when on the monotonic clock."""

    until: float
    sentence: str


class Lookout:
    """The rules of all panes of one engine, as one devdash.toml has them."""

    def __init__(self, engine: Engine, config: AlertsConfig) -> None:
        self._engine = engine
        self._config = config
        self._armed: dict[str, tuple[Armed, ...]] = {}
        self._wrong: dict[str, tuple[str, ...]] = {}
        self._failing: dict[str, tuple[str, ...]] = {}
        self._resting: dict[str, dict[str, _Rest]] = {}

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
            self._wrong[pane] = tuple(f"{_path(pane, one)}: {one.message}" for one in arms.problems)
            for sentence in self._wrong[pane]:
                log.warning("%s", sentence)
        return self._armed[pane]

    def reliance(self, pane: str, interval_s: float, *, stirred: bool) -> float | None:
        """How often, in seconds, `pane` is to be read for its alerts' sake; see `reliance`."""
        armed = self._armed.get(pane)
        if armed is None:
            return interval_s if self._config.enabled else None
        terms = [one.terms for one in armed]
        return reliance(interval_s, terms, self._config.channels, stirred=stirred)

    def stands(self, alert: AlertId) -> bool:
        """Whether the rule of `alert` is in force, or may be: its pane is there and was not read yet."""
        if not self._config.enabled or self._engine.settings.pane(alert.pane) is None:
            return False
        change = self._config.rules.get(alert.pane, {}).get(alert.rule)
        if change is not None and not change.enabled:
            return False
        armed = self._armed.get(alert.pane)
        return armed is None or any(one.terms.name == alert.rule for one in armed)

    async def judge(self, snapshot: Snapshot) -> tuple[Verdict, ...]:
        """What the rules say of this reading; one that fails says nothing, and `troubles` and the log why."""
        report, pane = snapshot.report, snapshot.name
        if report is None or report.facts is None or not self._config.enabled:
            return ()
        resting = self._rests(pane)
        rules = [rule for rule in self.rules(pane) if rule.terms.name not in resting]
        if not (rules or resting):
            return ()
        facts, failed = report.facts, [rest.sentence for rest in resting.values()]
        try:
            judgements = [await self._ask(rules, facts)]
        except Exception:  # noqa: BLE001 - conditions are a plug-in's code; told below, by the rule's name
            judgements, alone = await self._one_by_one(rules, facts)
            failed += alone
        failed += [
            f"{one.pane}.{one.rule}: {one_line(one.message, one.hint)}"
            for judgement in judgements
            for one in judgement.failures
        ]
        self._fails(pane, *failed)
        return tuple(verdict for judgement in judgements for verdict in judgement.verdicts)

    async def _ask(self, rules: Sequence[Armed], facts: Facts) -> Judgement:
        async def step() -> Judgement:
            return judge(rules, facts)

        return await self._engine.contain(step)

    async def _one_by_one(self, rules: Sequence[Armed], facts: Facts) -> tuple[list[Judgement], list[str]]:
        """One of them held the loop, or worse: the others are judged all the same."""
        judgements: list[Judgement] = []
        failed: list[str] = []
        for rule in rules:
            try:
                judgements.append(await self._ask((rule,), facts))
            except Exception as error:  # noqa: BLE001 - as above
                failure = failure_of(error, 1)
                name = f"{rule.terms.pane}.{rule.terms.name}"
                failed.append(f"{name}: {one_line(failure.message, failure.hint)}")
                if isinstance(error, LoopHeld):
                    until = self._engine.clock.monotonic() + RESTS_S
                    self._resting[rule.terms.pane][rule.terms.name] = _Rest(until, failed[-1])
        return judgements, failed

    def _rests(self, pane: str) -> dict[str, _Rest]:
        """The rules of `pane` that are not asked now, by name."""
        now, before = self._engine.clock.monotonic(), self._resting.get(pane, {})
        self._resting[pane] = {name: rest for name, rest in before.items() if now < rest.until}
        return self._resting[pane]

    def _fails(self, pane: str, *sentences: str) -> None:
        for sentence in set(sentences).difference(self._failing.get(pane, ())):
            log.warning("%s", sentence)
        self._failing[pane] = sentences


def _path(pane: str, problem: RuleProblem) -> str:
    return ".".join(filter(None, ("alerts.rules", pane, problem.rule, problem.key)))
