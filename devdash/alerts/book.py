"""All alerts of one process: what readings, time and people make of them, and what is to be told.

No clock, no file, no channel inside: everything comes in as values and goes
out as values, and equal inputs give equal outputs. How an alert lives is told
in docs/alerts.md.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from devdash.alerts import machine
from devdash.alerts.machine import FIRED_SPAN, Sight
from devdash.alerts.model import Alert, AlertId, Moment, Notice, Status, Verdict
from devdash.alerts.shelf import Shelf

MISSED = 3.0
"""A call that comes so many ticks after the last one is late: the process was stopped, or starved."""

OLD_S = 60.0
"""A gap that may have been longer, as when the machine has slept, makes all data old."""

MOST_QUIET = 200
"""Alerts that are OK are remembered for how often they fired; at most so many of them."""

FORGET_S = 3600.0


class Book:
    """The alerts.

    Every method that takes a `Moment` may be called in any order; `tick` every `tick_s` seconds,
    so that a gap is seen.

    Attributes:
        version: rises whenever an alert has changed, so that it is known when to store them.
    """

    def __init__(self, tick_s: float = 2.0) -> None:
        self.version = 0
        self._tick_s = tick_s
        self._shelves: dict[str, Shelf] = {}
        self._last: Moment | None = None
        self._forgot = 0.0
        self._known: tuple[int, tuple[Alert, ...], tuple[Alert, ...]] | None = None

    def observe(self, pane: str, verdicts: Sequence[Verdict], at: Moment) -> tuple[Notice, ...]:
        """Take in a good reading of `pane`; also one that says the same as the last.

        Rules of the pane that have no verdict have no current data.
        """
        now = self._arrive(at)
        shelf = self._shelves.get(pane)
        if shelf is None:
            shelf = self._shelves[pane] = Shelf()
        rules = shelf.rules
        changed = False
        for verdict in verdicts:
            terms = verdict.terms
            rule = rules.get(terms.name)
            if rule is None or rule.terms is not terms:
                rule = shelf.learn(terms)
            if (rule.alerts or verdict.entered) and rule.see(verdict, now):
                changed = True
        if shelf.unjudged(verdicts):
            changed = True
        if not changed:
            return ()
        self.version += 1
        return self._settle((shelf,), now)

    def lost(self, pane: str, at: Moment) -> tuple[Notice, ...]:
        """There are no current data of `pane`: nothing fires, ends or rings for it until the next reading."""
        self._arrive(at)
        shelf = self._shelves.get(pane)
        if shelf is not None and shelf.unseen(shelf.rules.values()):
            self.version += 1
        return ()

    def tick(self, at: Moment) -> tuple[Notice, ...]:
        """Let time pass: timers, repeats, escalations, snoozes that end."""
        now = self._arrive(at)
        self._move(lambda alert: machine.timed(machine.within_reach(alert, now.wall), now))
        self._forget(now)
        return self._settle(self._shelves.values(), now)

    def acknowledge(self, ids: Iterable[AlertId], at: Moment) -> tuple[Notice, ...]:
        """Silence these until they are OK. Those that are not open, or not there, stay as they are."""
        now = self._arrive(at)
        for alert in self._found(ids):
            self._put(alert, machine.acknowledged(alert))
        return self._settle(self._shelves.values(), now)

    def snooze(self, ids: Iterable[AlertId], until: datetime | None, at: Moment) -> tuple[Notice, ...]:
        """Silence these until `until` (aware wall time); None, or a time that has passed, ends a snooze.

        Those that do not fire are silenced all the same, if the rule has been seen.
        """
        now = self._arrive(at)
        end = None if until is None else until.astimezone(UTC)
        wanted = tuple(ids)
        self._begin(wanted, now)
        for alert in self._found(wanted):
            self._put(alert, machine.snoozed(alert, end, now.wall))
        return self._settle(self._shelves.values(), now)

    def untold(self, ids: Iterable[AlertId]) -> None:
        """The last notification of these reached nobody: it is due again, with the next tick or reading."""
        for alert in self._found(ids):
            self._put(alert, machine.untold(alert))

    def retain(self, rules: Collection[tuple[str, str]], at: Moment) -> tuple[Notice, ...]:
        """Keep only alerts of these rules, given as (pane, rule); the others are closed and forgotten."""
        now = self._arrive(at)
        gone = [
            (shelf, name)
            for pane, shelf in self._shelves.items()
            for name in shelf.rules
            if (pane, name) not in rules
        ]
        for shelf, name in gone:
            for alert in tuple(shelf.rules[name].alerts.values()):
                self._put(alert, machine.seen(alert, Sight.GONE, alert.text, now))
        notices = self._settle(self._shelves.values(), now)
        for shelf, name in gone:
            shelf.drop(name)
            self.version += 1
        return notices

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """All that there are, also those that are OK and remembered, by name."""
        return self._views()[1]

    @property
    def open_alerts(self) -> tuple[Alert, ...]:
        """Those that fire, or have fired and are not over yet: worst first, then the oldest."""
        return self._views()[2]

    def _views(self) -> tuple[int, tuple[Alert, ...], tuple[Alert, ...]]:
        """The version, and the alerts of that version in both orders: asked for with every tick."""
        if self._known is None or self._known[0] != self.version:
            alerts = sorted(self._all(), key=lambda alert: alert.id)
            ranked = sorted((alert for alert in alerts if alert.is_open), key=_rank)
            self._known = (self.version, tuple(alerts), tuple(ranked))
        return self._known

    def dump(self) -> tuple[Alert, ...]:
        """What `load` takes."""
        return self.alerts

    def load(self, alerts: Iterable[Alert], at: Moment) -> None:
        """Take over alerts in place of those that are here, as after a restart.

        What fires goes on firing, what was clearing fires again, what was pending is OK. Nothing rings
        before a reading has confirmed it, and then only what is due.
        """
        now = self._arrive(at)
        restored = (machine.restored(alert, now) for alert in alerts)
        self._fill(alert for alert in restored if not machine.is_nothing(alert))

    def mirror(self, alerts: Iterable[Alert], at: Moment) -> None:
        """Show alerts that live in another process, as they are, in place of those that are here."""
        self._arrive(at)
        self._fill(alerts)

    def _fill(self, alerts: Iterable[Alert]) -> None:
        self._shelves = {}
        for alert in alerts:
            shelf = self._shelves.setdefault(alert.id.pane, Shelf())
            if alert.id.rule not in shelf.rules:
                shelf.learn(alert.terms)
            shelf.put(alert)
        self.version += 1

    def _arrive(self, at: Moment) -> Moment:
        """`at` in UTC, after what a gap before it makes of the alerts."""
        now = Moment(at.wall.astimezone(UTC), at.monotonic)
        last, self._last = self._last, now
        if last is None:
            return now
        passed = now.monotonic - last.monotonic
        ahead = (now.wall - last.wall).total_seconds() - passed
        if max(passed, passed + ahead) > OLD_S:
            self._move(machine.unseen)
        elif passed < 0 or passed > MISSED * self._tick_s or abs(ahead) > self._tick_s:
            self._move(lambda alert: machine.interrupted(alert, now))
        return now

    def _settle(self, shelves: Iterable[Shelf], now: Moment) -> tuple[Notice, ...]:
        """Say what is to be said about these panes, the worst first."""
        notices: list[Notice] = []
        for shelf in shelves:
            changed, said = shelf.settle(now)
            notices += said
            self.version += changed
        if len(notices) > 1:
            notices.sort(key=lambda notice: (-notice.alert.level.weight, notice.alert.id))
        return tuple(notices)

    def _found(self, ids: Iterable[AlertId]) -> list[Alert]:
        found: list[Alert] = []
        for id_ in ids:
            shelf = self._shelves.get(id_.pane)
            rule = None if shelf is None else shelf.rules.get(id_.rule)
            if rule is not None and id_.item in rule.alerts:
                found.append(rule.alerts[id_.item])
        return found

    def _begin(self, ids: Iterable[AlertId], now: Moment) -> None:
        """Have alerts of these names, as far as their rules are known."""
        for id_ in ids:
            shelf = self._shelves.get(id_.pane)
            rule = None if shelf is None else shelf.rules.get(id_.rule)
            if rule is not None and id_.item not in rule.alerts:
                rule.put(rule.blank(id_.item, now))

    def _forget(self, now: Moment) -> None:
        """Once an hour, let go of what fired long ago, and of the oldest where there are too many."""
        if 0 <= now.monotonic - self._forgot < FORGET_S:
            return
        self._forgot = now.monotonic
        quiet = [
            alert
            for alert in self._all()
            if alert.status is Status.OK and alert.snoozed_until is None and alert.fired
        ]
        quiet.sort(key=lambda alert: (alert.fired[-1], alert.id), reverse=True)
        for place, alert in enumerate(quiet):
            if place >= MOST_QUIET or abs(now.wall - alert.fired[-1]) > FIRED_SPAN:
                self._put(alert, replace(alert, fired=()))

    def _move(self, step: Callable[[Alert], Alert]) -> None:
        for alert in self._all():
            self._put(alert, step(alert))

    def _put(self, before: Alert, after: Alert) -> None:
        if after is not before:
            self._shelves[after.id.pane].put(after)
            self.version += 1

    def _all(self) -> list[Alert]:
        return [alert for shelf in self._shelves.values() for alert in shelf.alerts()]


def _rank(alert: Alert) -> tuple[int, datetime, AlertId]:
    return -alert.level.weight, alert.fired[-1] if alert.fired else alert.since, alert.id
