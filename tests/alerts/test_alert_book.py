"""What the book promises besides the table: escalation, items, rules, order, clocks, and equal answers."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from alert_desk import START, AlertDesk, judged

from devdash.alerts.book import MOST_QUIET, Book
from devdash.alerts.model import AlertId, Moment, Occasion, Status, Terms
from devdash.contract.levels import Level

FIRED, REPEATED, CLOSED = Occasion.FIRED, Occasion.REPEATED, Occasion.CLOSED
REMINDED, RESOLVED, ESCALATED = Occasion.REMINDED, Occasion.RESOLVED, Occasion.ESCALATED

PLAIN = Terms(pane="p", name="r", level=Level.ATTENTION)
PATIENT = Terms(pane="p", name="r", level=Level.ATTENTION, escalate_s=600, resolve=True)
AGAIN = Terms(pane="p", name="r", level=Level.ATTENTION, repeat_s=120, max_repeats=100)
ITEM = AlertId("p", "r", "i")
YEAR = timedelta(days=365)


def firing(terms: Terms, *items: str) -> AlertDesk:
    """A desk where `terms` fire, and what that told is forgotten."""
    desk = AlertDesk()
    desk.read(judged(terms, items or "i"))
    desk.told.clear()
    return desk


def test_an_attention_that_nobody_heeds_becomes_critical_once() -> None:
    desk = firing(PATIENT)
    assert desk.wait(598) == []
    assert desk.wait(2) == [ESCALATED]
    assert desk.alert("i").level is Level.CRITICAL
    assert desk.wait(5000) == []


def test_escalation_ends_with_the_firing_and_its_end_is_told_at_the_level_that_was_told() -> None:
    desk = firing(PATIENT)
    desk.wait(600)
    assert desk.read(judged(PATIENT, (), "i")) == [CLOSED, RESOLVED]
    assert [notice.alert.level for _, notice in desk.told[-2:]] == [Level.CRITICAL, Level.CRITICAL]
    assert desk.alert("i").level is Level.ATTENTION
    desk.read(judged(PATIENT, "i"))
    assert desk.wait(598) == []
    assert desk.wait(2) == [ESCALATED]


def test_what_reached_nobody_is_told_anew_as_if_for_the_first_time() -> None:
    desk = firing(AGAIN)
    desk.book.untold([ITEM])
    assert desk.wait(2) == [FIRED]
    assert desk.wait(118) == []
    assert desk.wait(2) == [REPEATED]


def test_a_repeat_that_reached_nobody_is_told_once_more() -> None:
    desk = firing(AGAIN)
    assert desk.wait(120) == [REPEATED]
    desk.book.untold([ITEM])
    assert desk.wait(2) == [REMINDED]
    assert desk.wait(118) == []
    assert desk.wait(2) == [REPEATED]


def test_of_what_reached_nobody_the_end_is_not_told_either() -> None:
    desk = firing(PATIENT)
    desk.book.untold([ITEM])
    assert desk.read(judged(PATIENT, (), "i")) == []


def test_what_reached_nobody_but_was_acknowledged_stays_silent() -> None:
    desk = firing(AGAIN)
    desk.acknowledge(ITEM)
    desk.book.untold([ITEM])
    assert desk.wait(500) == []


def test_what_is_acknowledged_does_not_escalate() -> None:
    desk = firing(PATIENT)
    desk.acknowledge(ITEM)
    assert desk.wait(5000) == []
    assert desk.alert("i").level is Level.ATTENTION


def test_escalation_waits_for_the_end_of_a_snooze_and_is_its_reminder() -> None:
    desk = firing(PATIENT)
    desk.snooze(3600, ITEM)
    assert desk.wait(3598) == []
    assert desk.wait(2) == [ESCALATED]
    assert desk.wait(100) == []


def test_time_in_clearing_is_no_new_firing_for_the_escalation() -> None:
    terms = Terms(pane="p", name="r", level=Level.ATTENTION, escalate_s=600, keep_s=60)
    desk = firing(terms)
    desk.wait(500)
    desk.read(judged(terms, (), "i"))
    desk.wait(30)
    desk.read(judged(terms, "i"))
    assert desk.wait(68) == []
    assert desk.wait(2) == [ESCALATED]


def test_an_alert_whose_item_is_gone_is_over_at_once_and_not_resolved() -> None:
    terms = Terms(pane="p", name="r", level=Level.ATTENTION, keep_s=600, resolve=True)
    desk = firing(terms, "i", "j")
    assert desk.read(judged(terms, "j", (), "j")) == [CLOSED]
    assert [alert.id.item for alert in desk.book.open_alerts] == ["j"]


def test_a_pending_alert_whose_item_is_gone_is_forgotten() -> None:
    terms = Terms(pane="p", name="r", level=Level.ATTENTION, for_s=60)
    desk = AlertDesk()
    desk.read(judged(terms, "i"))
    desk.read(judged(terms, (), (), ()))
    assert desk.wait(100) == []
    assert desk.book.alerts == ()


def test_items_that_are_not_told_stay() -> None:
    desk = firing(PLAIN)
    assert desk.read(judged(PLAIN)) == []
    assert desk.alert("i").status is Status.FIRING


def test_a_rule_that_says_both_holds_and_over_rings_once() -> None:
    desk = firing(PLAIN)
    for _ in range(10):
        desk.read(judged(PLAIN, "i", "i", ()))
        desk.wait(10)
    assert desk.occasions == []


def test_a_text_that_changes_notifies_nobody() -> None:
    desk = AlertDesk()
    desk.read(judged(PLAIN, "i", i="12 % left"))
    assert desk.read(judged(PLAIN, "i", i="11 % left")) == []
    assert desk.alert("i").text == "11 % left"


def test_an_alert_without_a_text_is_called_by_its_name() -> None:
    assert firing(PLAIN).alert("i").text == "p.r:i"


def test_terms_that_change_apply_to_what_fires() -> None:
    desk = firing(PLAIN)
    sooner = Terms(pane="p", name="r", level=Level.CRITICAL, repeat_s=60, max_repeats=1)
    assert desk.read(judged(sooner, "i")) == []
    assert desk.alert("i").level is Level.CRITICAL
    assert desk.wait(60) == [REPEATED]


def test_terms_that_change_leave_what_has_escalated_critical() -> None:
    desk = firing(PATIENT)
    desk.wait(600)
    desk.read(judged(PLAIN, "i"))
    assert desk.alert("i").level is Level.CRITICAL


def test_rules_and_panes_that_are_gone_close_their_alerts() -> None:
    other = Terms(pane="q", name="r", level=Level.ATTENTION, resolve=True)
    desk = firing(PLAIN)
    desk.read(judged(other, "i"))
    assert desk.retain(("p", "r")) == [CLOSED]
    assert [alert.id.pane for alert in desk.book.alerts] == ["p"]
    assert desk.retain() == [CLOSED]
    assert desk.book.alerts == ()
    assert desk.read(judged(other, "i")) == [FIRED], "it has come back"


def test_what_a_rule_that_is_gone_has_silenced_is_heard() -> None:
    down = Terms(pane="p", name="down", level=Level.CRITICAL)
    lag = Terms(pane="p", name="lag", level=Level.ATTENTION, inhibited_by=("down",))
    desk = AlertDesk()
    desk.read(judged(down, "i"), judged(lag, "i"))
    assert desk.retain(("p", "lag")) == [CLOSED, REMINDED]


def test_open_alerts_are_worst_first_then_oldest() -> None:
    desk = firing(PLAIN, "old")
    worse = Terms(pane="q", name="r", level=Level.CRITICAL)
    desk.wait(10)
    desk.read(judged(PLAIN, ["old", "new", "also-new"]))
    desk.wait(10)
    desk.read(judged(worse, "i"))
    assert [alert.id.item for alert in desk.book.open_alerts] == ["i", "old", "also-new", "new"]


def test_of_several_notices_the_worst_comes_first() -> None:
    worse = Terms(pane="p", name="z", level=Level.CRITICAL)
    desk = AlertDesk()
    desk.read(judged(PLAIN, "i"), judged(worse, "i"))
    assert [notice.alert.level for _, notice in desk.told] == [Level.CRITICAL, Level.ATTENTION]


@pytest.mark.parametrize("by", [YEAR, -YEAR])
def test_repeats_go_on_at_their_pace_after_the_clock_was_set(by: timedelta) -> None:
    desk = firing(AGAIN)
    desk.wait(60)
    desk.set_clock(by)
    desk.read(judged(AGAIN, "i"))
    assert desk.wait(1200).count(REPEATED) in (9, 10, 11)


@pytest.mark.parametrize("by", [YEAR, -YEAR])
def test_a_snooze_ends_although_the_clock_was_set(by: timedelta) -> None:
    desk = firing(PLAIN)
    desk.snooze(600, ITEM)
    desk.wait(60)
    desk.set_clock(by)
    desk.wait(2)
    desk.read(judged(PLAIN, "i"))
    desk.wait(600)
    assert desk.occasions == [CLOSED, REMINDED]


def test_a_snooze_and_a_repeat_survive_a_clock_that_was_set_back_while_nothing_ran() -> None:
    desk = firing(AGAIN)
    desk.wait(60)
    desk.set_clock(-YEAR)
    desk.restart()
    desk.read(judged(AGAIN, "i"))
    assert desk.wait(118) == []
    assert desk.wait(2) == [REPEATED]
    desk.snooze(600, ITEM)
    desk.set_clock(-YEAR)
    desk.restart()
    desk.read(judged(AGAIN, "i"))
    assert desk.wait(598) == []
    assert desk.wait(2) == [REMINDED]


def test_a_repeat_that_is_due_after_a_suspend_waits_for_a_reading() -> None:
    """Low at night, plugged in and suspended: the morning must not begin with last night's alarm."""
    desk = firing(AGAIN)
    desk.sleep(8 * 3600)
    assert desk.wait(30) == []
    assert desk.read(judged(AGAIN, (), "i")) == [CLOSED]
    assert desk.wait(600) == []


def test_daylight_saving_changes_nothing() -> None:
    """Repeats are counted in real time, whatever zone the moments are told in."""
    book, repeats = Book(2.0), []
    book.observe("p", [judged(AGAIN, "i")], Moment(START, 0.0))
    for tick in range(1, 121):
        zone = timezone(timedelta(hours=2 if tick < 60 else 1))
        at = Moment((START + timedelta(seconds=2 * tick)).astimezone(zone), 2.0 * tick)
        repeats += [2 * tick for notice in book.tick(at) if notice.occasion is REPEATED]
    assert repeats == [120, 240]


def test_how_often_it_fired_is_remembered_for_a_week() -> None:
    desk = AlertDesk()
    for _ in range(60):
        desk.read(judged(PLAIN, "i"))
        desk.read(judged(PLAIN, (), "i"))
        desk.wait(2)
    assert len(desk.alert("i").fired) == 50
    desk.sleep(8 * 86_400)
    desk.read(judged(PLAIN, "i"))
    assert desk.alert("i").fired == (desk.at.wall,)


def test_what_is_long_over_is_forgotten() -> None:
    desk = firing(PLAIN)
    desk.read(judged(PLAIN, (), "i"))
    desk.wait(3700)
    assert [alert.status for alert in desk.book.alerts] == [Status.OK]
    desk.sleep(8 * 86_400)
    desk.wait(3700)
    assert desk.book.alerts == ()


def test_a_pane_with_ever_new_items_does_not_fill_the_memory() -> None:
    desk = AlertDesk()
    desk.read(*[judged(PLAIN, [f"item-{number}" for number in range(2 * MOST_QUIET)])])
    desk.read(judged(PLAIN, (), (), ()))
    desk.wait(3700)
    assert len(desk.book.alerts) == MOST_QUIET


def test_the_version_rises_with_every_change_and_only_then() -> None:
    desk = firing(PLAIN)
    before = desk.book.version
    desk.read(judged(PLAIN, "i"))
    desk.wait(600)
    assert desk.book.version == before
    desk.acknowledge(ITEM)
    assert desk.book.version > before


def test_equal_inputs_give_equal_outputs_whatever_order_sets_have() -> None:
    def run(items: list[str]) -> tuple[object, ...]:
        desk = AlertDesk()
        for _ in range(3):
            desk.read(judged(AGAIN, items, (), items))
            desk.wait(130)
            desk.snooze(60, AlertId("p", "r", "a"))
            desk.read(judged(AGAIN, items[1:], items[:1]))
        return tuple(desk.told), desk.book.dump()

    names = [f"{number}" for number in range(30)]
    assert run(["a", *names]) == run(["a", *names[::-1]])


def test_time_before_the_epoch_of_the_process_is_no_gap() -> None:
    """The first call of all finds no earlier one to compare with."""
    book = Book(2.0)
    pending = Terms(pane="p", name="r", level=Level.ATTENTION, for_s=4)
    zone = timezone(timedelta(hours=1))
    first = Moment(datetime(2026, 1, 1, tzinfo=zone), 9e6)
    assert book.observe("p", [judged(pending, "i")], first) == ()
    later = Moment(datetime(2026, 1, 1, 0, 0, 4, tzinfo=zone), 9e6 + 4)
    assert [notice.occasion for notice in book.tick(later)] == [FIRED]


def test_a_mirror_shows_what_lives_elsewhere_as_it_is() -> None:
    """Another process is on duty: what clears there is not shown as firing here, nor as old."""
    terms = Terms(pane="p", name="r", level=Level.ATTENTION, keep_s=60)
    desk = firing(terms, "i", "j")
    desk.read(judged(terms, "j", "i"))
    other = Book(2.0)
    other.mirror(desk.book.dump(), desk.at)
    assert other.open_alerts == desk.book.open_alerts
    assert {alert.status for alert in other.alerts} == {Status.FIRING, Status.CLEARING}


def test_every_firing_has_all_its_repeats() -> None:
    terms = Terms(pane="p", name="r", level=Level.ATTENTION, repeat_s=60, max_repeats=2)
    desk = firing(terms)
    assert desk.wait(600) == [REPEATED, REPEATED]
    desk.read(judged(terms, (), "i"))
    desk.read(judged(terms, "i"))
    assert desk.wait(600) == [REPEATED, REPEATED]


def test_times_of_alerts_are_in_utc_whatever_zone_the_moments_are_told_in() -> None:
    book, here = Book(2.0), timezone(timedelta(hours=5, minutes=45))
    book.observe("p", [judged(PLAIN, "i")], Moment(START.astimezone(here), 0.0))
    book.snooze([ITEM], START.astimezone(here) + timedelta(hours=1), Moment(START.astimezone(here), 1.0))
    (alert,) = book.alerts
    times = [alert.since, alert.notified_at, alert.snoozed_at, alert.snoozed_until, *alert.fired]
    assert [time.tzinfo for time in times if time is not None] == [UTC] * 5
