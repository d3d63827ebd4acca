"""Promises of durations."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devdash.render.age import age, countdown, span


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "<1 min"),
        (0, "<1 min"),
        (59.9, "<1 min"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (86399, "23 h"),
        (86400, "1 d"),
        (400 * 86400, "400 d"),
        (math.nan, "?"),
        (math.inf, "?"),
    ],
)
def test_an_age_is_rounded_down(seconds: float, text: str) -> None:
    assert age(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "now"),
        (0, "now"),
        (0.2, "in 1 s"),
        (8, "in 8 s"),
        (59.5, "in 1 min"),
        (61, "in 2 min"),
        (3540, "in 59 min"),
        (3541, "in 1 h"),
        (3601, "in 2 h"),
        (82800, "in 23 h"),
        (82801, "in 1 d"),
        (86401, "in 2 d"),
        (math.nan, "?"),
    ],
)
def test_a_countdown_is_rounded_up(seconds: float, text: str) -> None:
    assert countdown(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (-0.2, "0 s"),
        (45.4, "45 s"),
        (59.7, "1 min"),
        (3000, "50 min"),
        (3599, "1 h"),
        (10200, "2 h 50 min"),
        (86399, "1 d"),
        (86400 * 3 + 4 * 3600, "3 d 4 h"),
        (-90 * 60, "−1 h 30 min"),
        (math.inf, "?"),
    ],
)
def test_a_span_has_at_most_two_units(seconds: float, text: str) -> None:
    assert span(seconds) == text


@given(st.floats(0, 1e7))
def test_no_duration_shows_sixty_minutes_or_twenty_four_hours(seconds: float) -> None:
    shown = f"{age(seconds)}|{countdown(seconds)}|{span(seconds)}"
    assert "60 " not in shown.replace("160 ", "") or " d" in shown
    assert "24 h" not in shown
