"""Reads `[history]`.

A field that is wrong has its default. Databases that are wrong keep nothing until they are mended: what
was meant for a shared store must not go into another one meanwhile.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import msgspec

from devdash.config.convert import Flaw, Flawed, convert
from devdash.config.history import HistoryConfig
from devdash.config.keypath import KeyPath
from devdash.config.suggest import did_you_mean

AT: KeyPath = ("history",)

ALIASES = ("default", "replica", "mongo")
"""The stores that there can be."""

_DATABASES = "databases"


def read_history(
    table: Mapping[str, object], folder: Path, secrets: Collection[KeyPath]
) -> tuple[HistoryConfig, list[Flaw]]:
    """The table, and what is wrong in it. `secrets`: the places of literal ones in the whole document."""
    flaws: list[Flaw] = []
    try:
        config = convert(table, HistoryConfig, folder, AT)
    except Flawed as error:
        flaws += error.flaws
        wrong = {flaw.path[1] for flaw in error.flaws if len(flaw.path) > 1}
        right = {key: value for key, value in table.items() if key not in wrong}
        config = convert(right, HistoryConfig, folder)
    flaws += (Flaw((*AT, *path), message) for path, message in _flaws(config))
    places = [*(flaw.path for flaw in flaws), *secrets]
    if any(path[:2] == (*AT, _DATABASES) for path in places):
        config = msgspec.structs.replace(config, enabled=False, databases={})
    return config, flaws


def _flaws(config: HistoryConfig) -> Iterator[tuple[KeyPath, str]]:
    for alias, store in config.databases.items():
        if alias not in ALIASES:
            hint = did_you_mean(alias, ALIASES) or "; known here: " + ", ".join(ALIASES)
            yield (_DATABASES, alias), f"there is no such store{hint}"
        if not store.ENGINE.strip():
            yield (_DATABASES, alias, "ENGINE"), "expected Django's name of an engine"
    if "replica" in config.databases and "default" not in config.databases:
        yield (
            (_DATABASES, "replica"),
            "a replica needs the store that it repeats, [history.databases.default]",
        )
    if not config.host.isprintable():
        yield ("host",), "expected one line"
