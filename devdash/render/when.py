"""Points in time for people: as short as they can be without being mistaken. All times are aware."""

from datetime import date, datetime, time, timedelta


def day_or_time(at: datetime, now: datetime) -> str:
    """When something began: "14:02" today, "Mon" this week, "12 Nov" this year, else "12 Nov 2025"."""
    local = in_zone_of(now, at)
    return f"{local:%H:%M}" if local.date() == now.date() else _day(local.date(), now.date())


def day_and_time(at: datetime, now: datetime) -> str:
    """The same to the minute: "14:02", "Mon 14:02", "12 Nov 14:02", "12 Nov 2025 14:02"."""
    local = in_zone_of(now, at)
    clock = f"{local:%H:%M}"
    return clock if local.date() == now.date() else f"{_day(local.date(), now.date())} {clock}"


def morning_after(now: datetime, hour: int = 8) -> datetime:
    """That hour of the day after `now`, where `now` is."""
    morning = datetime.combine(now.date() + timedelta(days=1), time(hour))
    return morning.astimezone() if _is_system_zone(now) else morning.replace(tzinfo=now.tzinfo)


def in_zone_of(now: datetime, at: datetime) -> datetime:
    """`at` on the clocks where `now` is; in the system's zone with its changes to summer time."""
    try:
        return at.astimezone() if _is_system_zone(now) else at.astimezone(now.tzinfo)
    except (OverflowError, OSError, ValueError):  # the first and last days that there are
        return at


def _is_system_zone(now: datetime) -> bool:
    return now.utcoffset() == now.astimezone().utcoffset()


def _day(day: date, today: date) -> str:
    if 0 < abs((today - day).days) < 7:
        return f"{day:%a}"
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b} {day.year}"
