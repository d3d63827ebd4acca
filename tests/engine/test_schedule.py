"""The arithmetic of when a pane is read."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from devdash.engine.schedule import (
    BLOCKED_RETRY_S,
    HIDDEN_FACTOR,
    JITTER,
    LAST_RETRY_S,
    Pace,
    after_failure,
    after_success,
    catch_up_delay,
    late_after,
)

intervals = st.floats(1, 86_400)
chances = st.floats(0, 1)


@given(intervals, chances)
def test_a_good_reading_is_followed_by_the_next_within_the_jitter(interval: float, chance: float) -> None:
    assert abs(after_success(Pace(interval), chance) - interval) <= interval * JITTER * 1.0001


@given(intervals)
def test_a_hidden_pane_is_read_less_often_and_counts_as_late_later(interval: float) -> None:
    shown, hidden = Pace(interval), Pace(interval, visible=False)
    assert after_success(hidden, 0.5) == HIDDEN_FACTOR * after_success(shown, 0.5)
    assert late_after(hidden, 1) > late_after(shown, 1)


@given(intervals, st.integers(1, 10_000), chances)
def test_retries_back_off_and_never_stop(interval: float, failures: int, chance: float) -> None:
    delay = after_failure(Pace(interval), failures, chance)
    assert 0 < delay <= max(interval, LAST_RETRY_S) * (1 + JITTER) * 1.0001


@given(intervals, st.integers(1, 100))
def test_each_retry_waits_at_least_as_long_as_the_one_before(interval: float, failures: int) -> None:
    pace = Pace(interval)
    assert after_failure(pace, failures + 1, 0.5) >= after_failure(pace, failures, 0.5)


def test_a_pane_that_held_the_loop_waits_a_minute_at_least() -> None:
    assert after_failure(Pace(2), 1, 0.5, blocked=True) == BLOCKED_RETRY_S


@given(st.lists(chances, min_size=2, max_size=9))
def test_after_a_suspend_panes_are_read_one_after_the_other(chances_given: list[float]) -> None:
    delays = [catch_up_delay(position, chance) for position, chance in enumerate(chances_given)]
    assert delays == sorted(delays)
    assert all(later - earlier > 0.5 for earlier, later in pairwise(delays))
