"""Points in time are as short as they can be without being mistaken, in the zone where the person is."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from devdash.render.when import day_and_time, day_or_time, morning_after

EAST = timezone(timedelta(hours=9))
NOW = datetime(2026, 11, 22, 10, 55, tzinfo=EAST)


@pytest.mark.parametrize(
    ("at", "short", "long"),
    [
        (datetime(2026, 11, 22, 9, 5, tzinfo=EAST), "09:05", "09:05"),
        (datetime(2026, 11, 22, 0, 5, tzinfo=UTC), "09:05", "09:05"),
        (datetime(2026, 11, 21, 23, 0, tzinfo=EAST), "Sat", "Sat 23:00"),
        (datetime(2026, 11, 23, 8, 0, tzinfo=EAST), "Mon", "Mon 08:00"),
        (datetime(2026, 11, 16, 8, 0, tzinfo=EAST), "Mon", "Mon 08:00"),
        (datetime(2026, 11, 15, 8, 0, tzinfo=EAST), "15 Nov", "15 Nov 08:00"),
        (datetime(2025, 11, 20, 8, 0, tzinfo=EAST), "20 Nov 2025", "20 Nov 2025 08:00"),
        (datetime.max.replace(tzinfo=UTC), "31 Dec 9999", "31 Dec 9999 23:59"),
    ],
)
def test_words(at: datetime, short: str, long: str) -> None:
    assert (day_or_time(at, NOW), day_and_time(at, NOW)) == (short, long)


def test_tomorrow_morning_is_eight_where_the_person_is() -> None:
    assert morning_after(NOW) == datetime(2026, 11, 23, 8, 0, tzinfo=EAST)
    assert morning_after(NOW.replace(hour=0)) == datetime(2026, 11, 23, 8, 0, tzinfo=EAST)


def test_where_the_clocks_change_over_night_eight_is_still_eight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    try:
        evening = datetime(2026, 10, 24, 20, 0).astimezone()
        morning = morning_after(evening)
        assert f"{morning:%d %H:%M}" == "25 08:00"
        assert morning - evening == timedelta(hours=13)
        summer = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
        assert day_and_time(summer, datetime(2026, 11, 22, 12, 0).astimezone()) == "1 Jul 12:00"
    finally:
        monkeypatch.undo()
        time.tzset()
