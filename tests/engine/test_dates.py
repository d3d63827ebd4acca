"""Days as people type them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devdash.engine.dates import BadDate, day_of

TODAY = date(2026, 11, 22)
"""A Sunday."""


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", "2026-11-22"),
        (" Yesterday ", "2026-11-21"),
        ("tomorrow", "2026-11-23"),
        ("-1d", "2026-11-21"),
        ("-1", "2026-11-21"),
        ("+ 2w", "2026-12-06"),
        ("-3m", "2026-08-22"),
        ("-1y", "2025-11-22"),
        ("sun", "2026-11-22"),
        ("fri", "2026-11-20"),
        ("Monday", "2026-11-16"),
        ("22", "2026-11-22"),
        ("23", "2026-10-23"),
        ("31", "2026-10-31"),
        ("11-22", "2026-11-22"),
        ("12/24", "2025-12-24"),
        ("2.29", "2024-02-29"),
        ("2026-11-22", "2026-11-22"),
        ("2027/1/5", "2027-01-05"),
    ],
)
def test_what_people_type_is_the_day_that_they_mean(text: str, day: str) -> None:
    """What names a day without its year is the last such day, today included."""
    assert day_of(text, TODAY).isoformat() == day


@pytest.mark.parametrize(
    "text",
    ["", " ", "f", "soon", "fr1", "-", "-d", "-1h", "2026-13-01", "2026-02-30", "0", "32", "13-1", "-99999y",
     "99999-01-01", "26-11-22", "2026-11-22T10:00", "2026 11 22"],
)  # fmt: skip
def test_what_names_no_day_is_refused(text: str) -> None:
    with pytest.raises(BadDate, match="is no date"):
        day_of(text, TODAY)


def test_months_that_are_shorter_end_at_their_last_day() -> None:
    assert day_of("-1m", date(2026, 3, 31)) == date(2026, 2, 28)
    assert day_of("-1y", date(2024, 2, 29)) == date(2023, 2, 28)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.integers(-20_000, 20_000))
def test_every_day_is_understood_in_each_of_its_forms(today: date, days: int) -> None:
    then = today + timedelta(days=days)
    assert day_of(then.isoformat(), today) == then
    assert day_of(f"{days:+d}d", today) == then
    for text in (f"{then:%A}", f"{then.day}", f"{then.month}-{then.day}"):
        assert day_of(text, today) <= today


@given(st.text(), st.dates())
def test_whatever_is_typed_is_a_day_or_refused(text: str, today: date) -> None:
    try:
        day_of(text, today)
    except BadDate:
        pass
    else:
        assert text.strip()
