"""The types of which a pane's table in devdash.toml is made."""

from collections.abc import Iterable
from typing import Annotated

import msgspec


class Duration(float):
    """Seconds. In devdash.toml: "500ms", "90s", "5m", "2h", "1d", or a number of seconds."""

    __slots__ = ()


class SecretEnv(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A secret in an environment variable: `{ env = "NAME" }`."""

    env: str


class SecretFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A secret in a file of its own: `{ file = "path" }`; a last newline is not part of it."""

    file: str


class SecretCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A secret that a program prints: `{ command = ["pass", "show", "x"] }`; first line only."""

    command: tuple[str, ...]


class SecretKeyring(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A secret in the system's keyring: `{ keyring = "service/user" }`; needs the package keyring."""

    keyring: str


class Secret(msgspec.Struct, frozen=True):
    """A reference to a secret, never the secret itself. `PaneContext.reveal` follows it.

    As the type of a config field it accepts the four forms above; a literal is
    refused and never echoed.
    """

    source: SecretEnv | SecretFile | SecretCommand | SecretKeyring


Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
"""A whole percent, 0–100."""


class ConfigProblem(msgspec.Struct, frozen=True):
    """Something wrong that only the plug-in can know, such as low ≥ full.

    Attributes:
        key: the field concerned, dotted below the pane's table; "" for the table.
        message: what is wrong and what would be right.
    """

    key: str
    message: str


class PaneConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of a pane's table `[panes.NAME]`. A plug-in subclasses it and adds fields with defaults.

    Field types: bool, int, float, str, enums, `Percent`, `Duration`,
    `pathlib.Path` (relative to the config file; "~" works), `Secret`, other frozen
    structs (give them `forbid_unknown_fields=True`), and tuples of these.

    Attributes:
        plugin: the plug-in's name; the table's name when absent.
        title: the pane's heading; the plug-in's own when absent.
        enabled: False leaves the pane out.
        interval: time between two readings.
        timeout: a reading that takes longer is cancelled.
    """

    plugin: str | None = None
    title: str | None = None
    enabled: bool = True
    interval: Duration = Duration(60)
    timeout: Duration = Duration(20)

    def problems(self) -> Iterable[ConfigProblem]:
        """What is wrong beyond types; called once after the table was read. Must not touch the world."""
        return ()
