"""What needs a hand, across panes: attention, failed panes and open alerts, merged. Pure.

An alert and an attention of the same pane are one entry when

1. the attention's key names the rule: "RULE" for the pane as a whole, "ITEM:RULE" for an item, or
2. they are about the same item and the same action helps with both: it is one thing to do.

The entry has the attention's text, which is of the newest reading, the more severe of the two
levels, and everything else from the alert.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from devdash.alerts.model import Alert, AlertId, Status
from devdash.contract.levels import Level, worst
from devdash.contract.report import Attention
from devdash.engine.snapshot import Phase, Snapshot
from devdash.tui.memory import FAILED, Memory, is_failed


class Hush(StrEnum):
    """Why an entry waits for no hand."""

    NOT = "not"
    SNOOZED = "snoozed"
    ACKNOWLEDGED = "acknowledged"
    ENDING = "ending"
    """The alert's condition no longer holds; a while is waited to be sure."""
    OVER = "over"
    """It is no longer there; shown where the cursor stands, so that no key meets its neighbour."""


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """One entry.

    Attributes:
        key: unique among all, and the same over time.
        title: the pane's.
        action: the name of the action that helps; None: none.
        reread: reading the pane again may help.
        item: the row that it is about.
        alert: the alert behind it; None: no rule watches this.
        attention: the key of the pane's attention, or `FAILED`; None for an alert alone.
        since: None where it is not known.
        often: how often it fired in the last 7 days; 0: not known.
        until: the end of a snooze.
        stale: the pane's data are not current.
        follows: the name of the rule whose alert silences this one, which counts with that one; "".
    """

    key: str
    pane: str
    title: str
    level: Level
    text: str
    action: str | None = None
    reread: bool = False
    item: str | None = None
    alert: AlertId | None = None
    attention: str | None = None
    since: datetime | None = None
    often: int = 0
    hush: Hush = Hush.NOT
    until: datetime | None = None
    stale: bool = False
    follows: str = ""

    @property
    def is_loud(self) -> bool:
        """Whether it waits for a hand."""
        return self.hush is Hush.NOT

    @property
    def is_failure(self) -> bool:
        """Whether it is a pane that has failed."""
        return self.attention == FAILED


def needs(
    snapshots: Iterable[Snapshot], alerts: Iterable[Alert], memory: Memory, elapsed: float
) -> tuple[Need, ...]:
    """All entries: those that wait for a hand, worst first, then the others; of equals in the panes' order.

    Args:
        elapsed: now, on `Clock.elapsed`.
    """
    by_pane: defaultdict[str, list[Alert]] = defaultdict(list)
    for alert in alerts:
        by_pane[alert.id.pane].append(alert)
    found: list[Need] = []
    for snapshot in snapshots:
        found += _of_pane(snapshot, by_pane.pop(snapshot.name, []), memory, elapsed)
    for pane, own in by_pane.items():
        found += [_of_alert(alert, pane, own) for alert in own]
    return tuple(sorted(found, key=in_order))


def in_order(need: Need) -> tuple[bool, int]:
    """What `needs` sorts by."""
    return need.hush not in (Hush.NOT, Hush.OVER), -need.level.weight


def _of_pane(snapshot: Snapshot, alerts: Sequence[Alert], memory: Memory, elapsed: float) -> Iterable[Need]:
    report = snapshot.report
    attention = report.attention if report else ()
    pairs = paired(attention, alerts)
    if is_failed(snapshot) and snapshot.failure is not None:
        yield _remembered(_of_failure(snapshot, snapshot.failure.message), memory, elapsed)
    for entry in attention:
        plain = Need(
            key=f"{snapshot.name}\0{entry.key}",
            pane=snapshot.name,
            title=snapshot.title,
            level=entry.level,
            text=entry.text,
            action=entry.action,
            item=entry.item,
            attention=entry.key,
            stale=snapshot.stale,
        )
        alert = pairs.get(entry.key)
        yield _remembered(plain, memory, elapsed) if alert is None else _with_alert(plain, alert, alerts)
    alone = {alert.id for alert in alerts} - {alert.id for alert in pairs.values()}
    for alert in alerts:
        if alert.id in alone:
            need = _of_alert(alert, snapshot.title, alerts)
            yield msgspec.structs.replace(need, stale=need.stale or snapshot.stale)


def paired(attention: Sequence[Attention], alerts: Sequence[Alert]) -> dict[str, Alert]:
    """Keys of attention to the alerts about the same; an alert goes with one of them at the most."""
    found: dict[str, Alert] = {}
    keys = {entry.key for entry in attention}
    left: list[Alert] = []
    for alert in alerts:
        name = f"{alert.id.item}:{alert.id.rule}" if alert.id.item else alert.id.rule
        if name in keys:
            found[name] = alert
        else:
            left.append(alert)
    for alert in left:
        if alert.terms.action is None:
            continue
        same = (alert.id.item, alert.terms.action)
        for entry in attention:
            if entry.key not in found and (entry.item or "", entry.action) == same:
                found[entry.key] = alert
                break
    return found


def _of_failure(snapshot: Snapshot, message: str) -> Need:
    return Need(
        key=f"{snapshot.name}\0{FAILED}",
        pane=snapshot.name,
        title=snapshot.title,
        level=Level.CRITICAL,
        text=message,
        reread=snapshot.phase is Phase.FAILED,
        attention=FAILED,
    )


def _remembered(need: Need, memory: Memory, elapsed: float) -> Need:
    """`need` with what the screen remembers of it."""
    key = need.attention or FAILED
    aside = memory.aside(need.pane, key, elapsed)
    hush, until = Hush.NOT, None
    if aside is not None:
        hush, until = (Hush.SNOOZED if aside.until else Hush.ACKNOWLEDGED), aside.until
    return msgspec.structs.replace(need, since=memory.since(need.pane, key), hush=hush, until=until)


def _of_alert(alert: Alert, title: str, others: Sequence[Alert]) -> Need:
    """An alert that no attention is about."""
    pane, rule, item = alert.id.pane, alert.id.rule, alert.id.item
    plain = Need(
        key=f"{pane}\0\0{rule}\0{item}",
        pane=pane,
        title=title,
        level=alert.level,
        text=alert.text,
        item=item or None,
    )
    need = _with_alert(plain, alert, others)
    if alert.status is Status.CLEARING and need.is_loud:
        return msgspec.structs.replace(need, hush=Hush.ENDING)
    return need


def _with_alert(need: Need, alert: Alert, others: Sequence[Alert]) -> Need:
    """`need` with what its alert knows."""
    hush = Hush.NOT
    if alert.acknowledged:
        hush = Hush.ACKNOWLEDGED
    elif alert.snoozed_until is not None:
        hush = Hush.SNOOZED
    return msgspec.structs.replace(
        need,
        level=worst((need.level, alert.level)),
        action=need.action or alert.terms.action,
        alert=alert.id,
        since=alert.fires_since,
        often=len(alert.fired),
        hush=hush,
        until=alert.snoozed_until if hush is Hush.SNOOZED else None,
        stale=need.stale or alert.stale,
        follows=_silencer(alert, others) if alert.inhibited else "",
    )


def _silencer(alert: Alert, others: Sequence[Alert]) -> str:
    names = [other.id.rule for other in others if other.id.rule in alert.terms.inhibited_by]
    return next(iter([*names, *alert.terms.inhibited_by]), "")
