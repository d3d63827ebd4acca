"""Promises of the age of data that are read on time: it is true, and it does not change needlessly."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devdash.render.age import TOLERANCE, age, current_age

MINUTE = 60


@pytest.mark.parametrize(
    ("seconds", "interval", "text"),
    [
        (-5, 15, "<1 min"),
        (0, 15, "<1 min"),
        (16, 15, "<1 min"),
        (1, 120, "<2 min"),
        (126, 120, "<2 min"),
        (133, 120, "2 min"),
        (240, 3600, "<5 min"),
        (300, 3600, "<10 min"),
        (3599, 3600, "<60 min"),
        (3601, 3600, "1 h"),
        (7300, 86400, "2 h"),
        (30, 0, "<1 min"),
        (math.nan, 60, "?"),
        (math.inf, 60, "?"),
    ],
)
def test_the_bound_goes_up_in_steps_of_the_interval(seconds: float, interval: float, text: str) -> None:
    assert current_age(seconds, interval) == text


@given(st.floats(1, 300), st.floats(0, 1 + TOLERANCE / 2))
def test_data_that_are_read_on_time_say_the_same_from_one_reading_to_the_next(
    interval: float, part: float
) -> None:
    assert current_age(part * interval, interval) == current_age(0, interval)


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_the_bound_is_true_but_for_the_jitter_of_an_interval(seconds: float, interval: float) -> None:
    text = current_age(seconds, interval)
    bound = re.fullmatch(r"<(\d+) min", text)
    if bound is None:
        assert text == age(seconds)
    else:
        assert seconds <= int(bound[1]) * MINUTE * (1 + TOLERANCE)


@given(st.floats(0, 3600), st.floats(1, 1e6))
def test_the_bound_is_no_more_than_one_step_away(seconds: float, interval: float) -> None:
    bound = re.fullmatch(r"<(\d+) min", current_age(seconds, interval))
    if bound is not None:
        assert int(bound[1]) * MINUTE - seconds <= min(interval + MINUTE, 5 * MINUTE)
