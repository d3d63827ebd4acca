"""Who is told what and when: routes, storms, and channels that fail, hang or recover."""

import asyncio
import logging

import pytest
from alert_samples import LOW, Names, Recorder, notice
from manual_clock import ManualClock, settle

from devdash.alerts.model import Occasion
from devdash.contract.levels import Level
from devdash.notify.dispatcher import Dispatcher, Outlet
from devdash.notify.lane import LATE_S, SEND_LIMIT_S
from devdash.notify.message import ChannelFailed


class Office:
    """A dispatcher with two channels, "desk" and "phone"; the phone is for critical alerts."""

    def __init__(self, *, most: int = 10, default: tuple[str, ...] = ("desk", "phone")) -> None:
        self.clock = ManualClock()
        self.desk, self.phone = Recorder(), Recorder()
        outlets = {
            "desk": Outlet(self.desk, Level.ATTENTION, buttons=True),
            "phone": Outlet(self.phone, Level.CRITICAL),
        }
        self.dispatcher = Dispatcher(
            outlets,
            default=default,
            most=most,
            per_s=60.0,
            names=Names(),
            clock=self.clock,
            absent=("terminal",),
        )


@pytest.fixture
async def office() -> Office:
    return Office()


async def test_a_message_says_where_it_comes_from_and_what_helps(office: Office) -> None:
    """The pane's title, the text, the action's title; of both only what cannot steer a screen."""
    text = "fetch\x1b]0;owned\x07 \u202efailed\n  at once\0 " + "x" * 1000
    office.dispatcher.tell([notice(text=text, action="fetch")])
    await settle()
    (one,) = office.desk.messages
    assert (one.title, one.fix, one.id, one.level) == ("Battery", "Fetch", LOW, Level.ATTENTION)
    assert one.text.startswith("fetch failed at once xxx")
    assert one.text.endswith("x…")
    assert len(one.text) == 400


async def test_a_channel_is_told_what_is_grave_enough_for_it(office: Office) -> None:
    """`least`; an alert that escalates reaches the phone then."""
    office.dispatcher.tell([notice(text="a")])
    await settle()
    office.dispatcher.tell([notice(text="b", occasion=Occasion.ESCALATED, level=Level.CRITICAL)])
    await settle()
    assert office.desk.told == ["a", "b"]
    assert office.phone.told == ["b"]


async def test_a_rule_s_own_channels_come_before_the_default(office: Office) -> None:
    """`channels = ["phone"]`; and none at all with `[]`."""
    office.dispatcher.tell([notice(text="a", level=Level.CRITICAL, channels=("phone",))])
    office.dispatcher.tell([notice("full", text="b", level=Level.CRITICAL, channels=())])
    await settle()
    assert (office.desk.told, office.phone.told) == ([], ["a"])


async def test_a_channel_that_does_not_exist_is_a_trouble_one_that_is_only_absent_is_none(
    office: Office,
) -> None:
    """A typing error in a rule is seen in `doctor`; a watch without a terminal is nothing wrong."""
    office.dispatcher.tell([notice(channels=("telegraph", "terminal", "desk"))])
    await settle()
    assert office.desk.told == ["battery at 12 %"]
    (trouble,) = office.dispatcher.troubles
    assert trouble.channel == "telegraph"
    assert "phone" in trouble.hint


async def test_what_is_closed_is_taken_away_where_it_was_told(office: Office) -> None:
    """And not asked of channels that never heard of it."""
    office.dispatcher.tell([notice(text="a")])
    await settle()
    office.dispatcher.tell([notice(occasion=Occasion.CLOSED)])
    await settle()
    assert office.desk.told == ["a", "close low"]
    assert office.phone.told == []


@pytest.mark.parametrize(
    "order", [(Occasion.RESOLVED, Occasion.CLOSED), (Occasion.CLOSED, Occasion.RESOLVED)]
)
async def test_the_end_of_what_was_told_is_told(order: tuple[Occasion, Occasion], office: Office) -> None:
    """In whichever order the two notices come."""
    office.dispatcher.tell([notice(text="a")])
    await settle()
    office.dispatcher.tell([notice(text="a", occasion=occasion) for occasion in order])
    await settle()
    assert office.desk.told == ["a", "over: a", "close low"]
    assert office.desk.messages[-1].level is Level.OK


@pytest.mark.parametrize(
    "order", [(Occasion.RESOLVED, Occasion.CLOSED), (Occasion.CLOSED, Occasion.RESOLVED)]
)
async def test_the_end_of_what_nobody_heard_of_is_not_told(
    order: tuple[Occasion, Occasion], office: Office
) -> None:
    """The alert came and went while the channel was down."""
    office.desk.fail()
    office.dispatcher.tell([notice(text="a")])
    await settle()
    office.dispatcher.tell([notice(text="a", occasion=occasion) for occasion in order])
    office.desk.recover()
    await office.clock.advance(3600)
    assert office.desk.told == ["close low"]


async def test_a_channel_that_hangs_delays_no_other_and_is_given_up(office: Office) -> None:
    """Each has a queue of its own; a send that never ends is cancelled and is a failure."""
    forever = asyncio.Event()
    office.desk.trouble = lambda message: forever
    office.dispatcher.tell([notice(level=Level.CRITICAL)])
    await settle()
    assert office.phone.told == ["battery at 12 %"]
    assert office.dispatcher.troubles == ()
    await office.clock.advance(SEND_LIMIT_S)
    (trouble,) = office.dispatcher.troubles
    assert (trouble.channel, trouble.sentence) == ("desk", "it did not come back within 120 s")
    office.desk.recover()
    await office.clock.advance(60)
    assert office.desk.told == ["battery at 12 %"]


async def test_a_channel_with_a_bug_is_a_trouble_and_its_words_are_not_logged(
    office: Office, logged: pytest.LogCaptureFixture
) -> None:
    """An exception's text may quote what was sent, a token included."""
    office.desk.trouble = lambda message: KeyError("hunter2")
    office.dispatcher.tell([notice()])
    await settle()
    (trouble,) = office.dispatcher.troubles
    assert trouble.sentence == "it has a fault (KeyError)"
    assert "alert_samples.py" in logged.text
    assert "hunter2" not in logged.text


async def test_one_failure_begins_and_ends_once_in_the_log(
    office: Office, logged: pytest.LogCaptureFixture
) -> None:
    """However often it is tried; and since when is remembered."""
    office.desk.fail("it is\x1b[31m down")
    began = office.clock.now()
    office.dispatcher.tell([notice()])
    await office.clock.advance(3600)
    (trouble,) = office.dispatcher.troubles
    assert (trouble.sentence, trouble.hint, trouble.since) == ("it is down", "mend it", began)
    assert office.desk.attempts > 5
    office.desk.recover()
    await office.clock.advance(3600)
    assert office.dispatcher.troubles == ()
    mine = [record for record in logged.records if record.name == "devdash.notify"]
    assert [(record.levelno, record.getMessage()) for record in mine] == [
        (logging.WARNING, "channel desk: it is down"),
        (logging.INFO, "channel desk delivers again"),
    ]


async def test_what_only_went_away_is_not_called_delivered(
    office: Office, logged: pytest.LogCaptureFixture
) -> None:
    """The desktop that cannot be reached has nothing to take away, and does that well."""
    office.desk.trouble = lambda message: None if message is None else ChannelFailed("it is down")
    office.dispatcher.tell([notice()])
    await settle()
    office.dispatcher.tell([notice(occasion=Occasion.CLOSED)])
    await office.clock.advance(60)
    assert office.dispatcher.troubles == ()
    mine = [record.getMessage() for record in logged.records if record.name == "devdash.notify"]
    assert mine == ["channel desk: it is down", "channel desk has nothing left to tell"]


@pytest.mark.parametrize(("lasting", "tries"), [(False, (0, 2, 6, 14, 30)), (True, (0, 10, 30, 70, 150))])
async def test_pauses_grow(lasting: bool, tries: tuple[int, ...], office: Office) -> None:
    """Each twice as long as the last, and five minutes at most."""
    office.desk.fail(lasting=lasting)
    office.dispatcher.tell([notice()])
    seen: list[int] = []
    for second in range(tries[-1] + 1):
        await office.clock.advance(0 if second == 0 else 1)
        seen += [second] * (office.desk.attempts - len(seen))
    assert tuple(seen) == tries
    await office.clock.advance(3600)
    before = office.desk.attempts
    await office.clock.advance(3000)
    assert office.desk.attempts == before + 10


async def test_an_alarm_that_nobody_could_be_told_is_told_hours_later(office: Office) -> None:
    """At login, before the notification daemon runs: told once, when it can be."""
    office.desk.fail(lasting=True)
    office.dispatcher.tell([notice(text="a")])
    await office.clock.advance(3 * 3600)
    assert office.desk.told == []
    office.desk.recover()
    await office.clock.advance(300)
    assert office.desk.told == ["a"]
    await office.clock.advance(3600)
    assert office.desk.told == ["a"]


async def test_a_daemon_that_comes_is_spoken_to_at_once(office: Office) -> None:
    """The channel itself has heard of it."""
    office.desk.fail(lasting=True)
    office.dispatcher.tell([notice(text="a")])
    await office.clock.advance(3600)
    office.desk.recover()
    office.dispatcher.nudge("desk")
    await settle()
    assert office.desk.told == ["a"]


async def test_what_was_told_elsewhere_is_said_ten_minutes_later_but_not_hours_later(office: Office) -> None:
    """The person knows; a notification of the past would only puzzle."""
    for downtime, said in ((LATE_S / 2, ["a"]), (3 * LATE_S, [])):
        one = Office()
        one.desk.fail()
        one.dispatcher.tell([notice(text="a", level=Level.CRITICAL)])
        await one.clock.advance(downtime)
        assert one.phone.told == ["a"]
        one.desk.recover()
        await one.clock.advance(3600)
        assert one.desk.told == said


async def test_what_is_closed_before_it_was_told_is_never_told(office: Office) -> None:
    """Acknowledged, snoozed or over: there is nothing to say any more."""
    office.desk.fail()
    office.dispatcher.tell([notice(text="a")])
    await office.clock.advance(60)
    office.dispatcher.tell([notice(occasion=Occasion.CLOSED)])
    office.desk.recover()
    await office.clock.advance(3600)
    assert office.desk.told == ["close low"]


async def test_what_is_closed_while_it_is_being_told_is_taken_away(office: Office) -> None:
    """The message is on its way: closing comes after it, not before."""
    sent = asyncio.Event()
    office.desk.trouble = lambda message: sent
    office.dispatcher.tell([notice(text="a")])
    await settle()
    office.dispatcher.tell([notice(occasion=Occasion.CLOSED)])
    await settle()
    assert office.desk.told == []
    sent.set()
    await settle()
    assert office.desk.told == ["a", "close low"]


async def test_a_newer_message_takes_the_place_of_one_that_waits(office: Office) -> None:
    """A channel that was down for an hour is told the last, not all; and in the order of the alerts."""
    office.desk.fail()
    for percent in (20, 19, 18):
        office.dispatcher.tell([notice(text=f"{percent} %")])
        await settle()
    office.dispatcher.tell([notice("full", text="full")])
    await settle()
    office.desk.recover()
    await office.clock.advance(60)
    assert office.desk.told == ["18 %", "full"]


async def test_an_alert_that_fires_again_is_not_taken_away_by_the_old_closing(office: Office) -> None:
    """The closing could not be delivered; the new notification must stay."""
    office.dispatcher.tell([notice(text="a")])
    await settle()
    office.desk.fail()
    office.dispatcher.tell([notice(occasion=Occasion.CLOSED)])
    await settle()
    office.dispatcher.tell([notice(text="b")])
    office.desk.recover()
    await office.clock.advance(60)
    assert office.desk.told == ["a", "b"]


async def test_one_message_that_is_always_refused_does_not_hold_up_the_others(office: Office) -> None:
    """Such as one that a server cannot take: others are tried beside it."""
    from devdash.notify.message import ChannelFailed

    office.desk.trouble = lambda message: (
        ChannelFailed("too odd") if message is not None and message.text == "odd" else None
    )
    office.dispatcher.tell([notice("odd", text="odd"), notice("full", text="full"), notice(text="low")])
    await settle()
    assert office.desk.told == ["full", "low"]


async def test_what_a_button_has_led_to_is_told_where_buttons_are(office: Office) -> None:
    """As a word of its own: the alert goes on, and closing it does not take the outcome away."""
    first = notice(text="a", level=Level.CRITICAL)
    office.dispatcher.tell([first])
    await settle()
    office.dispatcher.answer(first.alert, "fetched\nall", Level.OK)
    office.dispatcher.tell([notice(occasion=Occasion.CLOSED, level=Level.CRITICAL)])
    await settle()
    assert office.desk.told == ["a", "fetched all", "close low"]
    assert office.desk.messages[-1].parting
    assert office.phone.told == ["a", "close low"]


async def test_stopping_ends_all_at_once(office: Office) -> None:
    """A channel that hangs, one that waits, a summary that gathers: nothing is left running."""
    tasks = asyncio.all_tasks()
    busy = Office(most=1)
    busy.phone.fail()
    busy.desk.trouble = lambda message: asyncio.Event()
    for number in range(5):
        busy.dispatcher.tell([notice(f"r{number}", level=Level.CRITICAL)])
    await settle()
    await busy.dispatcher.stop()
    await settle()
    assert asyncio.all_tasks() == tasks
    assert busy.desk.stopped and busy.phone.stopped
    busy.dispatcher.tell([notice()])
    await settle()
    assert asyncio.all_tasks() == tasks


async def test_what_waits_when_it_ends_is_named_so_that_another_can_tell_it(office: Office) -> None:
    """Not what one channel has told already, and nothing is said after that."""
    office.desk.trouble = lambda message: ChannelFailed("no daemon")
    office.dispatcher.tell([notice(text="a")])
    office.dispatcher.tell([notice("full", text="b", level=Level.CRITICAL)])
    await settle()
    assert office.phone.told == ["b"]
    assert office.dispatcher.withdraw() == {LOW}
    office.desk.trouble = lambda message: None
    await office.clock.advance(600)
    assert office.desk.told == []


async def test_what_is_on_its_way_when_it_ends_counts_as_told(office: Office) -> None:
    """A daemon that hangs shows it when it wakes; two would be one too many."""
    never = asyncio.Event()
    office.desk.trouble = lambda message: never
    office.dispatcher.tell([notice(text="a")])
    await settle()
    assert office.desk.attempts == 1
    assert office.dispatcher.withdraw() == frozenset()


async def test_what_has_failed_and_is_tried_again_when_it_ends_is_told_by_another(office: Office) -> None:
    """A server that does not answer is being asked most of the time."""
    office.desk.trouble = lambda message: ChannelFailed("no answer")
    office.dispatcher.tell([notice(text="a")])
    await settle()
    never = asyncio.Event()
    office.desk.trouble = lambda message: never
    await office.clock.advance(5)
    assert office.desk.attempts == 2
    assert office.dispatcher.withdraw() == {LOW}


async def test_what_a_daemon_that_hangs_has_in_hand_is_not_told_by_another_as_well(office: Office) -> None:
    """Whether it is just asked again, or waited for the next time to do so."""
    failure = ChannelFailed("no answer")
    failure.pending = True
    office.desk.trouble = lambda message: failure
    office.dispatcher.tell([notice(text="a")])
    await settle()
    assert office.desk.attempts == 1
    assert office.dispatcher.withdraw() == frozenset()


async def test_what_the_summary_would_have_stood_for_is_named_as_well() -> None:
    """A storm that ends with the process."""
    office = Office(most=1)
    office.dispatcher.tell([notice(text="a"), notice("full", text="b")])
    await settle()
    assert office.dispatcher.withdraw() == {notice("full").alert.id}
