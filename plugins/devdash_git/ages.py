"""Ages in words, coarse enough that a calm screen stays as it is."""

_HOUR = 3600.0
_DAY = 24 * _HOUR


def coarse_age(seconds: float) -> str:
    """Such as "<1 h", "5 h", "3 d", "6 wk"; "<1 h" also for a time that lies ahead."""
    if seconds < _HOUR:
        return "<1 h"
    if seconds < 2 * _DAY:
        return f"{int(seconds // _HOUR)} h"
    if seconds < 21 * _DAY:
        return f"{int(seconds // _DAY)} d"
    return f"{int(seconds // (7 * _DAY))} wk"
