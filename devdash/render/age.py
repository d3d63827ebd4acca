"""Durations and ages for people.

They are coarse on purpose: a label that changes every second repaints the
screen every second, and the person looks at it for no gain.
"""

import math

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def age(seconds: float) -> str:
    """How old something is, rounded down: "<1 min", "1 min", "59 min", "2 h", "3 d".

    A negative age (the clock was set back) is "<1 min"; one that is no number is "?".
    """
    if not math.isfinite(seconds):
        return "?"
    if seconds < MINUTE:
        return "<1 min"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} min"
    if seconds < DAY:
        return f"{int(seconds // HOUR)} h"
    return f"{int(seconds // DAY)} d"


LONGEST_STEP = 5 * MINUTE
TOLERANCE = 0.1
"""By this part of its interval a reading may be late without being overdue: intervals are jittered."""


def current_age(seconds: float, interval: float) -> str:
    """The age of data that are read every `interval` seconds, as a bound: "<1 min", "<2 min", "<10 min".

    The bound goes up in steps of the interval, of five minutes at the most: a
    pane that is read on time, and always says the same, repaints nothing. When
    the next reading is overdue, and from an hour on, it is as `age`.
    """
    if not seconds <= min(interval * (1 + TOLERANCE), HOUR):
        return age(seconds)
    step = min(max(math.ceil(interval / MINUTE), 1) * MINUTE, LONGEST_STEP)
    passed = int(max(min(seconds, interval - 0.001), 0.0) // step)
    return f"<{(passed + 1) * step // MINUTE} min"


def countdown(seconds: float) -> str:
    """When something happens, rounded up: "now", "in 8 s", "in 2 min", "in 3 h", "in 2 d"."""
    if not math.isfinite(seconds):
        return "?"
    whole = math.ceil(seconds)
    if whole <= 0:
        return "now"
    if whole < MINUTE:
        return f"in {whole} s"
    if whole <= HOUR - MINUTE:
        return f"in {math.ceil(whole / MINUTE)} min"
    if whole <= DAY - HOUR:
        return f"in {math.ceil(whole / HOUR)} h"
    return f"in {math.ceil(whole / DAY)} d"


def span(seconds: float) -> str:
    """A duration of at most two units, rounded to the smaller: "45 s", "50 min", "2 h 50 min", "3 d 4 h".

    Below zero it has a sign; one that is no number is "?".
    """
    if not math.isfinite(seconds):
        return "?"
    sign, seconds = ("−", -seconds) if seconds < 0 else ("", seconds)
    if round(seconds) < MINUTE:
        return f"{sign if round(seconds) else ''}{round(seconds)} s"
    minutes = round(seconds / MINUTE)
    if minutes < 60:
        return f"{sign}{minutes} min"
    if minutes < DAY // MINUTE:
        return sign + _two(minutes, 60, "h", "min")
    return sign + _two(round(seconds / HOUR), 24, "d", "h")


def _two(amount: int, per: int, large: str, small: str) -> str:
    """`amount` small units, `per` of them to a large one; nothing is said of zero small ones."""
    whole, rest = divmod(amount, per)
    return f"{whole} {large} {rest} {small}" if rest else f"{whole} {large}"
