"""Where the supplies come from: the kernel's tree, or psutil where there is none."""

import sys
from pathlib import Path

from devdash_battery.supply import Supply, parse_supply
from devdash_battery.sysfs import DEFAULT_TREE, read_tree


def tree_of(configured: Path | None) -> Path | None:
    """The folder that is read; None where psutil is asked."""
    if configured is not None:
        return configured
    return DEFAULT_TREE if sys.platform == "linux" else None


def read_supplies(tree: Path | None) -> tuple[Supply, ...]:
    """Read `tree`, or ask psutil when None. Blocking, for milliseconds.

    Raises:
        Unavailable: the tree cannot be listed.
    """
    return read_psutil() if tree is None else read_tree(tree)


def read_psutil() -> tuple[Supply, ...]:
    """One pack and one charger, from what psutil tells; none when it knows of no battery."""
    import psutil

    ask = getattr(psutil, "sensors_battery", None)  # not there on every system
    told = ask() if ask is not None else None
    if told is None:
        return ()
    return from_psutil(told.percent, told.secsleft, told.power_plugged)


def from_psutil(percent: float, seconds: int, plugged: bool | None) -> tuple[Supply, ...]:
    """psutil's three values as supplies.

    Args:
        percent: charge, 0–100.
        seconds: until empty; negative when unknown or unlimited.
        plugged: whether power comes in; None when unknown.
    """
    full = plugged is True and percent >= 100
    status = "Full" if full else "Discharging" if plugged is False else "Unknown"
    texts = {"type": "Battery", "capacity": str(round(percent)), "status": status}
    if plugged is False and seconds > 0:
        texts["time_to_empty_now"] = str(int(seconds))
    battery = parse_supply("battery", texts)
    if plugged is None:
        return (battery,)
    return (battery, parse_supply("charger", {"type": "Mains", "online": str(int(plugged))}))
