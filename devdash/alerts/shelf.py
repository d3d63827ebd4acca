"""The alerts of one pane: rules, their alerts by item, and which rule silences which.

Mutable, and the book's own: it is here that an evaluation of many quiet rules
must cost next to nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from devdash.alerts import machine
from devdash.alerts.machine import Sight
from devdash.alerts.model import Alert, AlertId, Moment, Notice, Status, Terms, Verdict
from devdash.alerts.telling import told


class ShelvedRule:
    """A rule and its alerts, by item."""

    __slots__ = ("alerts", "terms")

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.alerts: dict[str, Alert] = {}

    def put(self, alert: Alert) -> None:
        """Keep `alert` in place of an earlier one about the same."""
        self.alerts[alert.id.item] = alert

    def see(self, verdict: Verdict, now: Moment) -> bool:
        """Move every alert as `verdict` says. Returns whether any has changed."""
        changed = False
        for item, before in self.alerts.items():
            sight = _sight(verdict, item)
            if sight is not Sight.HOLDS and before.status is Status.OK:
                continue
            alert = before if before.terms is self.terms else machine.under(before, self.terms)
            alert = machine.seen(alert, sight, verdict.texts.get(item, alert.text), now)
            if alert is not before:
                self.alerts[item] = alert
                changed = True
        for item in verdict.entered.difference(self.alerts):
            alert = self.blank(item, now, verdict.texts.get(item, ""))
            self.put(machine.seen(alert, Sight.HOLDS, alert.text, now))
            changed = True
        return changed

    def blank(self, item: str, now: Moment, text: str = "") -> Alert:
        """An alert about `item` of which nothing is known yet."""
        name = AlertId(self.terms.pane, self.terms.name, item)
        terms = self.terms
        return Alert(id=name, terms=terms, level=terms.level, text=text or str(name), since=now.wall)


class Shelf:
    """All rules of one pane, by name."""

    __slots__ = ("_silencers", "rules")

    def __init__(self) -> None:
        self.rules: dict[str, ShelvedRule] = {}
        self._silencers: Mapping[str, tuple[str, ...]] | None = None

    def learn(self, terms: Terms) -> ShelvedRule:
        """The rule of these terms, which are in force from now on."""
        rule = self.rules.get(terms.name)
        if rule is None:
            rule = self.rules[terms.name] = ShelvedRule(terms)
        rule.terms = terms
        self._silencers = None
        return rule

    def drop(self, rule: str) -> None:
        """Forget the rule of this name and its alerts."""
        del self.rules[rule]
        self._silencers = None

    def alerts(self) -> Iterator[Alert]:
        """All of them, rule by rule; the shelf may be changed meanwhile."""
        for rule in tuple(self.rules.values()):
            yield from tuple(rule.alerts.values())

    def put(self, alert: Alert) -> None:
        """Keep `alert` in place of an earlier one; its rule is known."""
        self.rules[alert.id.rule].put(alert)

    def settle(self, now: Moment) -> tuple[bool, list[Notice]]:
        """Say what is to be said, now that all have moved. Returns whether any has changed, and that."""
        if self._silencers is None:
            self._silencers = silencers([rule.terms for rule in self.rules.values()])
        changed, notices = False, list[Notice]()
        for before in self.alerts():
            alert = before
            if alert.is_open:
                inhibited = self._is_silenced(alert.id)
                if inhibited != alert.inhibited:
                    alert = replace(alert, inhibited=inhibited)
            alert, said = told(alert, now.wall)
            notices += said
            if machine.is_nothing(alert):
                del self.rules[alert.id.rule].alerts[alert.id.item]
                changed = True
            elif alert is not before:
                self.put(alert)
                changed = True
        return changed, notices

    def unjudged(self, verdicts: Sequence[Verdict]) -> bool:
        """Take note that rules without a verdict have no current data. Returns whether any has changed."""
        if len(verdicts) >= len(self.rules):
            return False
        judged = {verdict.terms.name for verdict in verdicts}
        return self.unseen(rule for name, rule in self.rules.items() if name not in judged)

    def unseen(self, rules: Iterable[ShelvedRule]) -> bool:
        """Take note that these have no current data. Returns whether any alert has changed."""
        changed = False
        for rule in rules:
            for item, before in rule.alerts.items():
                alert = machine.unseen(before)
                if alert is not before:
                    rule.alerts[item] = alert
                    changed = True
        return changed

    def _is_silenced(self, alert: AlertId) -> bool:
        assert self._silencers is not None
        for name in self._silencers.get(alert.rule, ()):
            others = self.rules[name].alerts
            for item in (alert.item, ""):
                other = others.get(item)
                if other is not None and other.is_open:
                    return True
        return False


def silencers(rules: Iterable[Terms]) -> Mapping[str, tuple[str, ...]]:
    """The names of rules to those that silence them, where there are any.

    Rules in a ring do not silence each other, for then none of them would ever be heard; names of
    rules that are not there silence nothing.
    """
    named = {terms.name: terms.inhibited_by for terms in rules}
    found: dict[str, tuple[str, ...]] = {}
    for name, above in named.items():
        if above:
            fit = tuple(other for other in above if other in named and name not in _above(other, named))
            if fit:
                found[name] = fit
    return found


def _above(name: str, named: Mapping[str, tuple[str, ...]]) -> set[str]:
    """`name`, and all that silence it, directly or through others."""
    found, left = set[str](), [name]
    while left:
        one = left.pop()
        if one not in found:
            found.add(one)
            left += named.get(one, ())
    return found


def _sight(verdict: Verdict, item: str) -> Sight:
    """What `verdict` says of `item`. A rule that contradicts itself holds: that cannot flap."""
    if item in verdict.entered:
        return Sight.HOLDS
    if verdict.present is not None and item not in verdict.present:
        return Sight.GONE
    return Sight.OVER if item in verdict.cleared else Sight.NEITHER
