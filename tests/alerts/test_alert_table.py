"""The table of docs/alerts.md, "How an alert lives": a test for each row."""

from datetime import timedelta

from alert_desk import AlertDesk, judged

from devdash.alerts.model import AlertId, Occasion, Status, Terms
from devdash.contract.levels import Level

FIRED, REPEATED, CLOSED = Occasion.FIRED, Occasion.REPEATED, Occasion.CLOSED
REMINDED, RESOLVED, ESCALATED = Occasion.REMINDED, Occasion.RESOLVED, Occasion.ESCALATED

ITEM = AlertId("p", "r", "i")


def terms(
    name: str = "r",
    *,
    for_s: float = 0.0,
    keep_s: float = 0.0,
    repeat_s: float = 0.0,
    max_repeats: int = 0,
    escalate_s: float = 0.0,
    resolve: bool = False,
    inhibited_by: tuple[str, ...] = (),
) -> Terms:
    return Terms(
        pane="p",
        name=name,
        level=Level.ATTENTION,
        for_s=for_s,
        keep_s=keep_s,
        repeat_s=repeat_s,
        max_repeats=max_repeats,
        escalate_s=escalate_s,
        resolve=resolve,
        inhibited_by=inhibited_by,
    )


def status(desk: AlertDesk) -> Status:
    return desk.alert("i", "r").status


def firing(rule: Terms) -> AlertDesk:
    """A desk where `rule` fires for the item i, and what that told is forgotten."""
    desk = AlertDesk()
    desk.read(judged(rule, "i"))
    desk.wait(rule.for_s)
    assert status(desk) is Status.FIRING
    desk.told.clear()
    return desk


def test_ok_enter_without_for_fires_and_notifies() -> None:
    desk = AlertDesk()
    assert desk.read(judged(terms(), "i", i="it is low")) == [FIRED]
    assert status(desk) is Status.FIRING
    assert desk.told[0][1].alert == desk.alert("i")
    assert desk.alert("i").text == "it is low"
    assert desk.alert("i").fired == (desk.at.wall,)


def test_ok_enter_with_for_is_pending_and_silent() -> None:
    desk = AlertDesk()
    assert desk.read(judged(terms(for_s=60), "i")) == []
    assert status(desk) is Status.PENDING
    assert desk.book.open_alerts == ()


def test_pending_that_does_not_hold_any_more_is_ok_even_if_not_clear() -> None:
    desk = AlertDesk()
    desk.read(judged(terms(for_s=60), "i"))
    desk.wait(58)
    assert desk.read(judged(terms(for_s=60))) == []
    assert desk.wait(100) == []
    assert desk.book.alerts == ()


def test_pending_held_for_long_enough_fires_and_notifies() -> None:
    desk = AlertDesk()
    desk.read(judged(terms(for_s=60), "i"))
    assert desk.wait(58) == []
    assert desk.wait(2) == [FIRED]
    assert desk.alert("i").since == desk.at.wall


def test_pending_fires_with_the_reading_that_shows_it_has_held() -> None:
    desk = AlertDesk()
    desk.read(judged(terms(for_s=3), "i"))
    desk.hang(3)
    assert desk.read(judged(terms(for_s=3), "i")) == [FIRED]


def test_pending_restarts_its_timer_after_a_missed_tick() -> None:
    desk = AlertDesk()
    desk.read(judged(terms(for_s=60), "i"))
    desk.wait(50)
    desk.hang(20)
    assert desk.wait(58) == []
    assert desk.wait(4) == [FIRED]


def test_pending_restarts_its_timer_when_the_clock_is_set() -> None:
    for by in (timedelta(seconds=-30), timedelta(seconds=30), timedelta(days=-365)):
        desk = AlertDesk()
        desk.read(judged(terms(for_s=60), "i"))
        desk.wait(50)
        desk.set_clock(by)
        assert desk.wait(58) == [], by
        assert desk.wait(4) == [FIRED], by


def test_pending_restarts_its_timer_with_the_first_reading_after_a_suspend() -> None:
    desk = AlertDesk()
    desk.read(judged(terms(for_s=60), "i"))
    desk.wait(50)
    desk.sleep(8 * 3600)
    assert desk.wait(300) == [], "what was true eight hours ago must not ring"
    assert status(desk) is Status.PENDING
    desk.read(judged(terms(for_s=60), "i"))
    assert desk.wait(58) == []
    assert desk.wait(2) == [FIRED]


def test_clearing_restarts_its_timer_after_a_gap_and_after_a_suspend() -> None:
    desk = firing(terms(keep_s=60))
    desk.read(judged(terms(keep_s=60), (), "i"))
    desk.wait(50)
    desk.hang(20)
    assert desk.wait(58) == []
    desk.sleep(8 * 3600)
    assert desk.wait(300) == []
    desk.read(judged(terms(keep_s=60), (), "i"))
    assert desk.wait(58) == []
    assert desk.wait(2) == [CLOSED]


def test_firing_that_clears_is_clearing_and_its_notification_stays() -> None:
    desk = firing(terms(keep_s=60))
    assert desk.read(judged(terms(keep_s=60), (), "i")) == []
    assert status(desk) is Status.CLEARING
    assert [alert.id for alert in desk.book.open_alerts] == [ITEM]


def test_firing_that_neither_holds_nor_is_clear_goes_on_firing() -> None:
    desk = firing(terms())
    assert desk.read(judged(terms())) == []
    assert status(desk) is Status.FIRING


def test_clearing_that_is_not_clear_any_more_fires_again_and_says_nothing() -> None:
    rule = terms(keep_s=60)
    for again in ("i", ""):
        desk = firing(rule)
        since = desk.alert("i").since
        desk.read(judged(rule, (), "i"))
        desk.wait(58)
        assert desk.read(judged(rule, again)) == []
        assert status(desk) is Status.FIRING
        assert desk.alert("i").since == since, "it never stopped"
        assert len(desk.alert("i").fired) == 1


def test_clearing_held_for_keep_is_ok_and_closes_the_notification() -> None:
    desk = firing(terms(keep_s=60))
    desk.read(judged(terms(keep_s=60), (), "i"))
    assert desk.wait(58) == []
    assert desk.wait(2) == [CLOSED]
    assert status(desk) is Status.OK
    assert desk.book.open_alerts == ()


def test_a_rule_that_asks_for_it_says_that_it_is_over_after_the_notification_was_closed() -> None:
    desk = firing(terms(resolve=True))
    assert desk.read(judged(terms(resolve=True), (), "i")) == [CLOSED, RESOLVED]


def test_nobody_is_told_of_the_end_of_what_nobody_was_told_of() -> None:
    rule = terms(resolve=True)
    desk = AlertDesk()
    desk.read(judged(rule))
    desk.snooze(60, ITEM)
    assert desk.read(judged(rule, "i")) == []
    desk.wait(80)
    assert desk.occasions == [REMINDED]
    desk.snooze(600, ITEM)
    assert desk.read(judged(rule, (), "i")) == [], "snoozed: not now"


def test_a_repeat_that_is_due_is_told_until_the_maximum() -> None:
    desk = firing(terms(repeat_s=120, max_repeats=2))
    assert desk.wait(118) == []
    assert desk.wait(2) == [REPEATED]
    assert desk.wait(1000) == [REPEATED]
    assert desk.alert("i").notified == 3


def test_without_a_maximum_nothing_is_repeated() -> None:
    assert firing(terms(repeat_s=120)).wait(1000) == []


def test_what_is_clearing_is_not_repeated() -> None:
    rule = terms(repeat_s=120, max_repeats=9, keep_s=600)
    desk = firing(rule)
    desk.read(judged(rule, (), "i"))
    assert desk.wait(500) == []


def test_acknowledge_closes_and_silences_until_ok() -> None:
    rule = terms(repeat_s=60, max_repeats=9, escalate_s=300, keep_s=10)
    desk = firing(rule)
    assert desk.acknowledge(ITEM) == [CLOSED]
    assert status(desk) is Status.FIRING
    assert desk.wait(1000) == []
    desk.read(judged(rule, (), "i"))
    desk.read(judged(rule, "i"))
    assert desk.wait(1000) == [], "it was not OK in between"
    desk.read(judged(rule, (), "i"))
    assert desk.wait(20) == []
    assert desk.read(judged(rule, "i")) == [FIRED]
    assert desk.wait(60) == [REPEATED]


def test_acknowledging_twice_closes_once() -> None:
    desk = firing(terms())
    assert desk.acknowledge(ITEM, ITEM) == [CLOSED]
    assert desk.acknowledge(ITEM) == []


def test_what_is_not_open_cannot_be_acknowledged_in_advance() -> None:
    rule = terms(for_s=10)
    desk = AlertDesk()
    desk.read(judged(rule, "i"))
    assert desk.acknowledge(ITEM, AlertId("p", "r", "nobody"), AlertId("q", "r")) == []
    assert desk.wait(10) == [FIRED]


def test_snooze_closes_and_reminds_once_if_it_still_fires() -> None:
    rule = terms(repeat_s=60, max_repeats=9)
    desk = firing(rule)
    assert desk.snooze(3600, ITEM) == [CLOSED]
    assert status(desk) is Status.FIRING
    assert desk.wait(3598) == []
    assert desk.wait(2) == [REMINDED]
    assert desk.wait(60) == [REPEATED]


def test_a_snooze_of_what_is_over_before_it_ends_is_silent() -> None:
    desk = firing(terms())
    desk.snooze(3600, ITEM)
    desk.read(judged(terms(), (), "i"))
    assert desk.wait(4000) == []
    assert desk.read(judged(terms(), "i")) == [FIRED]


def test_what_is_ok_or_pending_or_clearing_can_be_snoozed() -> None:
    rule = terms(for_s=10, keep_s=10)
    desk = AlertDesk()
    desk.read(judged(rule))
    assert desk.snooze(600, ITEM) == []
    desk.read(judged(rule, "i"))
    assert desk.wait(500) == []
    assert status(desk) is Status.FIRING
    desk.read(judged(rule, (), "i"))
    assert desk.snooze(600, ITEM) == []
    desk.read(judged(rule, "i"))
    assert desk.wait(598) == []
    assert desk.wait(2) == [REMINDED]


def test_ending_a_snooze_reminds_at_once() -> None:
    desk = firing(terms())
    desk.snooze(600, ITEM)
    assert desk.snooze(0, ITEM) == [REMINDED]


def test_a_snooze_of_an_unknown_alert_is_nothing() -> None:
    desk = firing(terms())
    assert desk.snooze(600, AlertId("p", "unknown"), AlertId("q", "r")) == []
    assert [alert.id for alert in desk.book.alerts] == [ITEM]


def test_an_inhibitor_that_fires_closes_and_its_end_reminds_once() -> None:
    down, lag = terms("down"), terms(inhibited_by=("down",), repeat_s=60, max_repeats=9)
    desk = firing(lag)
    assert desk.read(judged(down, "i"), judged(lag, "i")) == [FIRED, CLOSED]
    assert desk.alert("i", "r").inhibited
    assert desk.wait(1000) == []
    assert desk.read(judged(down, (), "i"), judged(lag, "i")) == [CLOSED, REMINDED]
    assert not desk.alert("i", "r").inhibited


def test_without_data_an_alert_is_stale_and_rings_nothing() -> None:
    desk = firing(terms(repeat_s=60, max_repeats=9, escalate_s=300))
    assert desk.lose("p") == []
    assert desk.alert("i").stale
    assert status(desk) is Status.FIRING
    assert desk.wait(1000) == []
    assert desk.read(judged(terms(repeat_s=60, max_repeats=9, escalate_s=300), "i")) == [ESCALATED]
    assert not desk.alert("i").stale


def test_without_data_timers_stand_still_and_begin_anew_when_data_return() -> None:
    rule = terms(for_s=60, keep_s=60)
    desk = AlertDesk()
    desk.read(judged(rule, "i"))
    desk.wait(50)
    desk.lose("p")
    assert desk.wait(1000) == []
    desk.read(judged(rule, "i"))
    assert desk.wait(58) == []
    assert desk.wait(2) == [FIRED]
    desk.read(judged(rule, (), "i"))
    desk.wait(50)
    desk.lose("p")
    assert desk.wait(1000) == []
    desk.read(judged(rule, (), "i"))
    assert desk.wait(58) == []
    assert desk.wait(2) == [CLOSED]


def test_a_rule_without_a_verdict_has_no_data() -> None:
    desk = firing(terms(repeat_s=60, max_repeats=9))
    desk.read(judged(terms("other")))
    assert desk.alert("i").stale
    assert desk.wait(600) == []


def test_a_restart_keeps_what_fires_and_repeats_it_only_when_due_and_confirmed() -> None:
    rule = terms(repeat_s=120, max_repeats=9)
    desk = firing(rule)
    desk.wait(60)
    desk.restart()
    assert status(desk) is Status.FIRING
    assert desk.read(judged(rule, "i")) == []
    assert desk.wait(58) == []
    desk.restart()
    assert desk.wait(600) == [], "not before a reading has said that it still holds"
    assert desk.read(judged(rule, "i")) == [REPEATED]


def test_a_restart_makes_pending_ok_and_clearing_firing() -> None:
    desk = AlertDesk()
    desk.read(judged(terms(for_s=60), "i"))
    desk.restart()
    assert desk.book.alerts == ()
    assert desk.wait(100) == []

    desk = firing(terms(keep_s=60))
    since = desk.alert("i").since
    desk.read(judged(terms(keep_s=60), (), "i"))
    desk.restart()
    assert status(desk) is Status.FIRING
    assert desk.alert("i").since == since
    assert desk.read(judged(terms(keep_s=60), (), "i")) == []
    assert desk.wait(60) == [CLOSED]


def test_a_restart_keeps_acknowledgements_and_snoozes() -> None:
    rule = terms(repeat_s=60, max_repeats=9)
    desk = firing(rule)
    desk.acknowledge(ITEM)
    desk.restart()
    desk.read(judged(rule, "i"))
    assert desk.wait(1000) == []

    desk = firing(rule)
    desk.snooze(600, ITEM)
    desk.restart()
    desk.read(judged(rule, "i"))
    assert desk.wait(598) == []
    assert desk.wait(2) == [REMINDED]
