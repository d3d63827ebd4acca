"""Which alerts and attention are one entry, what an entry says, and in which order they stand."""

from datetime import timedelta

import pytest
from desks import NOW, alert
from msgspec.structs import replace

from devdash.alerts.model import Alert, AlertId, Status
from devdash.api import Attention, Level, Report
from devdash.engine.snapshot import Failure, Phase, Snapshot
from devdash.tui.memory import FAILED, Aside, Memory
from devdash.tui.needs import Hush, Need, needs, paired


def entry(key: str, item: str | None = None, action: str | None = None) -> Attention:
    return Attention(key, Level.ATTENTION, f"about {key}", action, item)


def pane(*attention: Attention, name: str = "git", phase: Phase = Phase.FRESH) -> Snapshot:
    return Snapshot(
        name=name,
        plugin=name,
        title=name.title(),
        phase=phase,
        report=Report(Level.ATTENTION, "", attention=attention),
    )


def found(snapshots: list[Snapshot], *alerts: Alert) -> tuple[Need, ...]:
    return needs(snapshots, alerts, Memory(), 0.0)


@pytest.mark.parametrize(
    ("attention", "one"),
    [
        (entry("low"), alert("p", "low")),
        (entry("api:diverged", "api"), alert("p", "diverged", "api")),
        (entry("db:refused", "db", "ping"), alert("p", "down", "db", action="ping")),
        (entry("error:1", None, "edit"), alert("p", "errors", action="edit")),
    ],
)
def test_an_alert_and_an_attention_about_the_same_are_one(attention: Attention, one: Alert) -> None:
    assert paired([attention], [one]) == {attention.key: one}


@pytest.mark.parametrize(
    ("attention", "one"),
    [
        (entry("low"), alert("p", "low", "item")),
        (entry("api:diverged", "api"), alert("p", "diverged", "web")),
        (entry("api:lock", "api"), alert("p", "far-ahead", "api")),
        (entry("api:fetch", "api", "fetch"), alert("p", "far-ahead", "api", action="push")),
        (entry("web:fetch", "web", "fetch"), alert("p", "old", "api", action="fetch")),
    ],
)
def test_what_is_about_something_else_stays_apart(attention: Attention, one: Alert) -> None:
    assert paired([attention], [one]) == {}


def test_an_alert_goes_with_one_attention_and_the_name_comes_before_the_action() -> None:
    by_name, by_action = alert("p", "down", "db", action="ping"), alert("p", "slow", "db", action="ping")
    attention = [
        entry("db:late", "db", "ping"),
        entry("db:down", "db", "ping"),
        entry("db:odd", "db", "ping"),
    ]
    assert paired(attention, [by_action, by_name]) == {"db:down": by_name, "db:late": by_action}


def test_alerts_of_other_panes_are_never_mixed_in() -> None:
    (one, other) = found([pane(entry("low"), name="one")], alert("other", "low", level=Level.ATTENTION))
    assert (one.pane, one.alert) == ("one", None)
    assert (other.title, other.alert) == ("other", AlertId("other", "low"))


def test_an_entry_has_the_newest_text_and_the_graver_level() -> None:
    (need,) = found([pane(entry("low"))], alert("git", "low", text="of before", action="plug"))
    assert (need.text, need.level, need.action, need.often) == ("about low", Level.CRITICAL, "plug", 1)


@pytest.mark.parametrize(
    ("change", "hush"),
    [
        ({}, Hush.NOT),
        ({"acknowledged": True}, Hush.ACKNOWLEDGED),
        ({"snoozed_until": NOW}, Hush.SNOOZED),
        ({"acknowledged": True, "snoozed_until": NOW}, Hush.ACKNOWLEDGED),
        ({"status": Status.CLEARING}, Hush.ENDING),
        ({"status": Status.CLEARING, "acknowledged": True}, Hush.ACKNOWLEDGED),
        ({"inhibited": True}, Hush.NOT),
    ],
)
def test_what_waits_for_no_hand(change: dict[str, object], hush: Hush) -> None:
    (need,) = found([], alert("git", "low", **change))
    assert need.hush is hush


def test_a_clearing_alert_whose_pane_still_wants_a_hand_is_not_over() -> None:
    (need,) = found([pane(entry("low"))], alert("git", "low", status=Status.CLEARING))
    assert need.is_loud


def test_a_clearing_alert_tells_since_when_it_fired_not_since_when_it_clears() -> None:
    fired = NOW - timedelta(hours=5)
    (need,) = found([], alert("git", "low", status=Status.CLEARING, since=NOW, fired=(fired,)))
    assert need.since == fired


def test_one_that_fires_for_longer_than_the_week_that_is_remembered_still_has_a_beginning() -> None:
    since = NOW - timedelta(days=30)
    (need,) = found([], alert("git", "low", since=since, fired=()))
    assert (need.since, need.often) == (since, 0)


@pytest.mark.parametrize("phase", [Phase.LATE, Phase.FAILED, Phase.PAUSED])
def test_what_a_stale_pane_said_is_stale(phase: Phase) -> None:
    entries = found([pane(entry("low"), entry("x"), phase=phase)], alert("git", "other"), alert("git", "x"))
    assert [need.stale for need in entries] == [True, True, True]


def test_what_is_silenced_names_the_rule_that_silences_it() -> None:
    one = alert("git", "lag", inhibited=True, inhibited_by=("down", "gone"))
    assert [need.follows for need in found([], one, alert("git", "gone"))] == ["gone", ""]


def test_those_that_wait_come_first_the_worst_of_them_at_the_top() -> None:
    alerts = (
        alert("b", "one", level=Level.ATTENTION),
        alert("b", "two", acknowledged=True),
        alert("b", "three"),
    )
    failed = replace(pane(name="a", phase=Phase.FAILED), failure=Failure("x", "no answer", "", 1))
    order = [need.text for need in found([pane(entry("low"), name="b"), failed], *alerts)]
    assert order == ["b is three", "no answer", "about low", "b is one", "b is two"]


def test_keys_are_unique_and_tell_alerts_from_attention() -> None:
    entries = found([pane(entry("low"), entry("x"))], alert("git", "low", "item"), alert("git", "y"))
    assert len({need.key for need in entries}) == 4


# ── what the screen remembers ───────────────────────────────────────────────


def test_of_what_the_first_report_has_the_beginning_is_not_known() -> None:
    memory = Memory()
    memory.note(pane(entry("old")), NOW)
    memory.note(pane(entry("old"), entry("new")), NOW + timedelta(hours=1))
    memory.note(pane(entry("old"), entry("new")), NOW + timedelta(hours=2))
    assert memory.since("git", "old") is None
    assert memory.since("git", "new") == NOW + timedelta(hours=1)


def test_a_failure_before_the_first_report_does_not_date_what_that_has() -> None:
    memory = Memory()
    failed = Snapshot(
        name="git", plugin="git", title="", phase=Phase.FAILED, failure=Failure("x", "no", "", 1)
    )
    memory.note(failed, NOW)
    assert memory.since("git", FAILED) == NOW
    memory.note(pane(entry("old")), NOW + timedelta(hours=1))
    assert memory.since("git", "old") is None
    assert memory.since("git", FAILED) is None


def test_what_is_set_aside_comes_back_after_its_time_or_when_it_is_over() -> None:
    memory = Memory()
    memory.note(pane(entry("a"), entry("b")), NOW)
    memory.set_aside("git", "a", Aside(NOW, 100.0))
    memory.set_aside("git", "b", Aside())
    assert memory.aside("git", "a", 99.9)
    assert memory.aside("git", "a", 100.0) is None
    assert memory.aside("git", "b", 1e9)
    memory.note(pane(entry("a")), NOW)
    memory.note(pane(entry("a"), entry("b")), NOW)
    assert memory.aside("git", "b", 0.0) is None


def test_panes_that_are_gone_are_forgotten() -> None:
    memory = Memory()
    memory.note(pane(entry("a")), NOW)
    memory.set_aside("git", "a", Aside())
    memory.keep(["other"])
    assert memory.aside("git", "a", 0.0) is None
    memory.note(pane(entry("a")), NOW)
    assert memory.since("git", "a") is None, "its first report is a first report again"
