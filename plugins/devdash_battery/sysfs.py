"""Read the kernel's power supplies: a folder per supply, a small text file per attribute.

Reads only; tolerates what real trees do: attributes that fail (EIO, ENODEV, EACCES),
supplies that vanish between two reads, drivers that answer with garbage. Blocking,
because an embedded controller can take its time: call it in a thread.
"""

import os
from pathlib import Path

from devdash.api import Unavailable
from devdash_battery.attributes import ATTRIBUTES
from devdash_battery.supply import Supply, parse_supply

DEFAULT_TREE = Path("/sys/class/power_supply")

_PAGE = 4096
"""The most that the kernel gives for one attribute; the bound for anything else that lies there."""

_MOST_SUPPLIES = 64
_PREFIX = "POWER_SUPPLY_"


def read_tree(tree: Path) -> tuple[Supply, ...]:
    """All supplies below `tree`, by name; none when there is no such folder.

    Raises:
        Unavailable: the folder is there and cannot be listed.
    """
    try:
        folders = sorted(tree.iterdir())
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise Unavailable(
            f"{tree} cannot be listed: {error.strerror}", "Check `sysfs` in the pane's table."
        ) from error
    supplies = []
    for folder in folders[:_MOST_SUPPLIES]:
        texts = _read_supply(folder)
        if texts:
            supplies.append(parse_supply(folder.name, texts))
    return tuple(supplies)


def _read_supply(folder: Path) -> dict[str, str]:
    """The attributes that could be read: from `uevent`, one consistent moment, and the rest one by one."""
    texts = _parse_uevent(_read(folder / "uevent") or "")
    for name in ATTRIBUTES:
        if name not in texts:
            text = _read(folder / name)
            if text is not None:
                texts[name] = text
    return texts


def _parse_uevent(text: str) -> dict[str, str]:
    """Lines such as POWER_SUPPLY_ENERGY_NOW=20712000, to `ATTRIBUTES`; a key may come twice."""
    texts = {}
    for line in text.split("\n"):
        key, equals, value = line.partition("=")
        name = key.removeprefix(_PREFIX).lower()
        if equals and key.startswith(_PREFIX) and name in ATTRIBUTES:
            texts[name] = value
    return texts


def _read(path: Path) -> str | None:
    """The first page of a file; None when it cannot be read. Does not wait on a pipe."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        return os.read(file, _PAGE).decode("utf-8", "replace")
    except OSError:
        return None
    finally:
        os.close(file)
