"""Dumps of power supplies, as people posted them, turned into trees like the kernel's.

Four formats: blocks of uevent lines, lists of "attribute:value", a table of
samples over time, and one issue's own mixture. What a dump does not show is
absent from the tree, not invented.
"""

import re
from enum import Enum
from pathlib import Path
from typing import NamedTuple

DUMPS = Path(__file__).parents[3] / "shared" / "data" / "power_supply"
PREFIX = "POWER_SUPPLY_"

Attributes = dict[str, str]


class Scene(NamedTuple):
    """One moment of one machine: supplies by name, attributes by name."""

    label: str
    supplies: dict[str, Attributes]


class Form(Enum):
    """How a tree tells its attributes. The kernel's has both."""

    FILES = "files"
    UEVENT = "uevent"
    BOTH = "both"


def parse_dump(text: str) -> list[Scene]:
    """The moments that a dump shows, one for most."""
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    named = re.search(r"^# supply directory name: (\S+)", text, re.MULTILINE)
    if body.startswith("[state"):
        return _states(body)
    if body.startswith("sample"):
        return _samples(body)
    if named:
        pairs = (line.partition(":") for line in body.splitlines() if line)
        return [Scene("", {named[1]: {key: value for key, _, value in pairs}})]
    return [Scene("", dict(_uevent(block) for block in body.strip().split("\n\n")))]


def _uevent(block: str) -> tuple[str, Attributes]:
    pairs = [line.partition("=") for line in block.splitlines()]
    told = {key.removeprefix(PREFIX).lower(): value for key, _, value in pairs if key.startswith(PREFIX)}
    return told.pop("name"), told


def _states(body: str) -> list[Scene]:
    """Lines such as "[state B] BAT0 attrs: capacity=5 …", some followed by uevent lines."""
    scenes: dict[str, dict[str, Attributes]] = {}
    supply: Attributes = {}
    for line in body.splitlines():
        if head := re.match(r"\[(state \w)\] (\w+)[^:]*:\s*(.*)", line):
            supply = scenes.setdefault(head[1], {}).setdefault(head[2], {})
            supply.update(re.findall(r"(\w+)=(\S+)", head[3]))
        elif line.startswith(PREFIX) and not line.startswith(PREFIX + "NAME="):
            key, _, value = line.removeprefix(PREFIX).partition("=")
            supply[key.lower()] = value
    return [Scene(label, supplies) for label, supplies in scenes.items()]


def _samples(body: str) -> list[Scene]:
    """A table: a sample's number, then one attribute a column, its unit in brackets."""
    head, *rows = (line.split() for line in body.splitlines())
    names = [re.sub(r"\(.*", "", title) for title in head]
    return [Scene(row[0], {"BAT0": dict(zip(names[1:], row[1:], strict=True))}) for row in rows]


def write_tree(tree: Path, supplies: dict[str, Attributes], form: Form = Form.BOTH) -> Path:
    """Lay `supplies` out below `tree` as the kernel does: every value ends in a newline."""
    tree.mkdir(parents=True, exist_ok=True)
    for name, attributes in supplies.items():
        folder = tree / name
        folder.mkdir()
        if form is not Form.UEVENT:
            for key, value in attributes.items():
                (folder / key).write_text(value + "\n", encoding="utf-8")
        if form is not Form.FILES:
            lines = [f"{PREFIX}{key.upper()}={value}\n" for key, value in attributes.items()]
            text = "DEVTYPE=power_supply\n" + f"{PREFIX}NAME={name}\n" + "".join(lines)
            (folder / "uevent").write_text(text, encoding="utf-8")
    return tree
