"""However many alerts fire at once, a person is told a bearable number of times, and of what matters."""

from alert_samples import notice
from hypothesis import given
from hypothesis import strategies as st
from manual_clock import settle
from test_dispatcher import Office

from devdash.alerts.model import Occasion
from devdash.contract.levels import Level
from devdash.notify.storm import CRITICAL_FACTOR, Limit

MORE = "and {} more: devdash alerts shows them"


async def test_three_hundred_alerts_are_ten_and_a_summary() -> None:
    """260 critical toasts in 14 minutes is what people complain about."""
    office = Office()
    office.dispatcher.tell([notice(f"r{n}", text=f"{n}") for n in range(300)])
    await office.clock.advance(10)
    assert office.desk.told == [*(str(n) for n in range(10)), MORE.format(290)]
    assert office.desk.messages[-1].id is None
    assert office.desk.messages[-1].level is Level.ATTENTION


async def test_a_storm_that_goes_on_is_summed_up_once_a_minute() -> None:
    """Ten an hour of every minute, and one summary; not one summary for each."""
    office = Office()
    for minute in range(5):
        for n in range(30):
            office.dispatcher.tell([notice(f"r{minute}-{n}")])
            await office.clock.advance(2)
    summaries = [one for one in office.desk.messages if one.id is None]
    assert len(office.desk.messages) - len(summaries) == 50
    assert len(summaries) == 5


async def test_a_critical_alert_passes_when_others_have_used_up_the_limit() -> None:
    """It is not hidden by what is harmless; its repeats are no reason to pass."""
    office = Office()
    office.dispatcher.tell([notice(f"r{n}") for n in range(50)])
    office.dispatcher.tell([notice("fire", text="fire", level=Level.CRITICAL)])
    office.dispatcher.tell([notice("fire", text="again", level=Level.CRITICAL, occasion=Occasion.REPEATED)])
    await settle()
    assert office.phone.told == ["fire"]
    assert "fire" in office.desk.told


async def test_a_storm_of_critical_alerts_ends_too_and_its_summary_is_critical() -> None:
    """Ten, twice ten more, and then a number; the phone is told it too."""
    office = Office()
    office.dispatcher.tell([notice(f"r{n}", level=Level.CRITICAL) for n in range(100)])
    await office.clock.advance(10)
    assert len(office.phone.told) == 10 + 20 + 1
    assert office.phone.told[-1] == MORE.format(70)
    assert office.phone.messages[-1].level is Level.CRITICAL


async def test_a_summary_counts_what_each_channel_would_have_told() -> None:
    """The phone, for critical alerts only, is not told of the others."""
    office = Office(most=1)
    office.dispatcher.tell([notice(f"r{n}") for n in range(4)])
    await office.clock.advance(10)
    assert office.desk.told[-1] == MORE.format(3)
    assert office.phone.told == []


async def test_closing_always_passes_and_what_is_over_is_not_counted() -> None:
    """A storm that is over before it was summed up leaves no word."""
    office = Office(most=1)
    office.dispatcher.tell([notice(f"r{n}", text=f"{n}") for n in range(3)])
    office.dispatcher.tell([notice(f"r{n}", occasion=Occasion.CLOSED) for n in range(3)])
    await office.clock.advance(120)
    assert office.desk.told == []
    office.dispatcher.tell([notice(f"s{n}", text=f"{n}") for n in range(3)])
    await settle()
    office.dispatcher.tell([notice(f"s{n}", occasion=Occasion.CLOSED) for n in range(3)])
    await office.clock.advance(120)
    assert office.desk.told == ["0", "close s0"]


async def test_a_channel_that_is_down_is_told_the_summary_later() -> None:
    """Like any other message; and not any more when all that it counts is over."""
    for closed, told in ((0, 1), (3, 0)):
        office = Office(most=1)
        office.desk.fail()
        office.dispatcher.tell([notice(f"r{n}") for n in range(4)])
        await office.clock.advance(60)
        office.dispatcher.tell([notice(f"r{n + 1}", occasion=Occasion.CLOSED) for n in range(closed)])
        office.desk.recover()
        await office.clock.advance(600)
        assert office.desk.told.count(MORE.format(3)) == told


moments = st.lists(st.tuples(st.floats(0, 30), st.booleans(), st.sampled_from(list(Occasion))), max_size=200)


@given(moments, st.integers(1, 5), st.integers(1, 60))
def test_no_window_has_more_than_the_limit(
    steps: list[tuple[float, bool, Occasion]], most: int, per: int
) -> None:
    """Whatever comes when: `most`, and for first words of critical alerts twice as many more."""
    limit, now, passed = Limit(most, per), 0.0, list[tuple[float, bool]]()
    for pause, critical, occasion in steps:
        now += pause
        one = notice(occasion=occasion, level=Level.CRITICAL if critical else Level.ATTENTION)
        first_word = critical and occasion in (Occasion.FIRED, Occasion.ESCALATED)
        before = [urgent for moment, urgent in passed if moment > now - per]
        admitted = limit.admits(one, now)
        assert admitted or len(before) >= most, "refused although there was room"
        if admitted:
            assert len(before) < most * (1 + CRITICAL_FACTOR)
            passed.append((now, first_word))
    for start, _ in passed:
        window = [urgent for moment, urgent in passed if start <= moment < start + per]
        assert len(window) <= most * (1 + CRITICAL_FACTOR)
        assert window.count(False) <= most
