"""A day as people type it. Pure: today is given, so that tests and time zones are the caller's."""

import re
from calendar import day_name, monthrange
from datetime import date, timedelta

EXAMPLES = "today, -1d, +2w, fri, 22, 11-22 or 2026-11-22"

_WORDS = {"today": 0, "yesterday": -1, "tomorrow": 1}
_WEEKDAYS = tuple(name.lower() for name in day_name)
_STEP = re.compile(r"([+-])\s*(\d{1,5})\s*([dwmy]?)\Z")
_NUMBERS = re.compile(r"(?:(?:(\d{4})[-/.])?(\d{1,2})[-/.])?(\d{1,2})\Z")
_LEAST_WEEKDAY = 2
"""Letters of a weekday's name that are enough: "tu" is Tuesday."""


class BadDate(ValueError):
    """The text names no day; its words go on after the name of what was asked for."""


def day_of(text: str, today: date) -> date:
    """The day that `text` means.

    - `today`, `yesterday`, `tomorrow`;
    - `-1d`, `+2w`, `-3m`, `-1y`, and `-1` for days: counted from today. Months and years keep the day
      of the month, or end at the month's last one;
    - `fri`, `Friday`: the last such day, today included;
    - `2026-11-22`; `11-22` and `22`: the last such day, today included. `/` and `.` do for `-`.

    Raises:
        BadDate: it means none.
    """
    word = text.strip().lower()
    try:
        found = _word(word, today) or _step(word, today) or _numbers(word, today)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise BadDate(f"is no date: '{text.strip()}'")
    return found


def _word(word: str, today: date) -> date | None:
    if word in _WORDS:
        return today + timedelta(days=_WORDS[word])
    if len(word) < _LEAST_WEEKDAY:
        return None
    weekday = next((n for n, name in enumerate(_WEEKDAYS) if name.startswith(word)), None)
    return None if weekday is None else today - timedelta(days=(today.weekday() - weekday) % 7)


def _step(word: str, today: date) -> date | None:
    found = _STEP.match(word)
    if found is None:
        return None
    count = int(found[2]) * (-1 if found[1] == "-" else 1)
    match found[3]:
        case "w":
            return today + timedelta(weeks=count)
        case "m":
            return _months_on(today, count)
        case "y":
            return _months_on(today, 12 * count)
    return today + timedelta(days=count)


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _numbers(word: str, today: date) -> date | None:
    """A date in numbers; of one without year or month, the last one there was."""
    found = _NUMBERS.match(word)
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    assert day is not None
    if year is not None and month is not None:
        return date(year, month, day)
    if month is not None:
        # 29 February may be eight years ago.
        years = range(today.year, today.year - 9, -1)
        days = (date(y, month, day) for y in years if day <= monthrange(y, month)[1])
    else:
        firsts = (_months_on(today.replace(day=1), -back) for back in range(3))
        days = (first.replace(day=day) for first in firsts if day <= monthrange(first.year, first.month)[1])
    return next((one for one in days if one <= today), None)
