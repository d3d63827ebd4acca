"""Numbers and states of the battery in words and coarse figures."""

import re
from collections.abc import Sequence

from devdash_battery.facts import BatteryFacts, PackFacts, State

_MINUTE = 60
_HOUR = 3600
_STEP = 10
_VERB = re.compile(r"[a-z][a-z-]{0,23}\Z")


def duration(seconds: int) -> str:
    """A coarse time, rounded down: steps of 10 minutes from an hour on, 5 below, "2 h 50 min"."""
    if seconds < 5 * _MINUTE:
        return "under 5 min"
    if seconds < _HOUR:
        return f"{seconds // (5 * _MINUTE) * 5} min"
    hours, rest = divmod(seconds, _HOUR)
    minutes = rest // (10 * _MINUTE) * 10
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def percent(value: float | None) -> str:
    """Such as "78 %"; "?" when unknown."""
    return "?" if value is None else f"{value:.0f} %"


def watts(value: float | None) -> str:
    """With a sign, such as "−9.4 W"; "" when unknown or next to nothing."""
    if value is None or abs(value) < 0.05:
        return ""
    return f"{'−' if value < 0 else '+'}{abs(value):.1f} W"


def doing(facts: BatteryFacts) -> str:
    """What the battery does, such as "discharging · 2 h 50 min left"."""
    match facts.state:
        case State.DISCHARGING:
            although = " although plugged in" if facts.plugged else ""
            left = "" if facts.seconds_left is None else f" · {duration(facts.seconds_left)} left"
            return f"discharging{although}{left}"
        case State.HOLDING | State.FULL:
            full = all(pack.state is State.FULL for pack in facts.packs)
            return f"{'full' if full else 'holding'} · plugged in"
        case State.UNKNOWN:
            return f"state unknown · {_PLUG[facts.plugged]}"
        case State.CHARGING if facts.seconds_to_limit is not None:
            return f"charging · {goal(facts)} in {duration(facts.seconds_to_limit)}"
        case _:
            return facts.state.value


def goal(facts: BatteryFacts) -> str:
    """Where charging ends: "80 %" where the packs agree about a limit that still holds, else "full"."""
    limits = {
        pack.limit_percent
        for pack in facts.packs
        if pack.state is State.CHARGING and pack.limit_percent is not None
    }
    limit = limits.pop() if len(limits) == 1 else 100
    return percent(limit) if limit < 100 and (facts.percent or 0) < limit else "full"


def spell(seconds: float) -> str:
    """A time to wait, rounded up: "10 s", "60 s", "3 min"; in steps, so that it is not drawn each second."""
    if seconds > 2 * _MINUTE:
        return f"{-(-seconds // _MINUTE):.0f} min"
    return f"{max(-(-seconds // _STEP), 1) * _STEP:.0f} s"


def span(seconds: float) -> str:
    """A time that was used, exact enough to compare: "0.4 s", "12 s", "3 min", "1 h 20 min"."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 2 * _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    hours, rest = divmod(int(seconds), _HOUR)
    return f"{hours} h {rest // _MINUTE} min"


def celsius(value: float) -> str:
    """Such as "31 °C"."""
    return f"{value:.0f} °C"


def program(argv: Sequence[str]) -> str:
    """What to call a command: its program, and a verb after it; other arguments may be private."""
    name = argv[0].rpartition("/")[2] or argv[0]
    verb = argv[1] if len(argv) > 1 else ""
    return f"{name} {verb}" if _VERB.match(verb) else name


_PLUG = {True: "plugged in", False: "unplugged", None: "plug unknown"}


def condition(pack: PackFacts, limit_control: bool) -> str:
    """What the pack is worth, such as "health 91 % · 214 cycles · no charge limit"."""
    parts = []
    if pack.health_percent is not None:
        parts.append(f"health {percent(pack.health_percent)}")
    if pack.cycles is not None:
        parts.append(cycles(pack.cycles))
    if pack.temperature_c is not None:
        parts.append(celsius(pack.temperature_c))
    parts.append(limit(pack.limit_percent, limit_control))
    return " · ".join(parts)


def cycles(count: int) -> str:
    """Such as "214 cycles"."""
    return "1 cycle" if count == 1 else f"{count} cycles"


def limit(value: int | None, control: bool) -> str:
    """The charge limit, told apart from one that could be set and one that cannot."""
    if not control:
        return "no charge limit"
    if value is None:
        return "charge limit unknown"
    return "charge limit not set" if value >= 100 else f"charge limit {value} %"
