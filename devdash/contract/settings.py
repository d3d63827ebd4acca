"""The types of which a pane's table in devdash.toml is made."""

from collections.abc import Iterable
from typing import Annotated

import msgspec


class Duration(float):
    """Seconds. In devdash.toml: "500ms", "90s", "5m", "2h", "1d", or a number of seconds."""

    __slots__ = ()


class DurationOrZero(Duration):
    """As `Duration`, and 0 is one as well: "0s" or 0."""

    __slots__ = ()


class LongDuration(Duration):
    """As `Duration`, of up to a hundred years."""

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


SecretSource = SecretEnv | SecretFile | SecretCommand | SecretKeyring


class Secret:
    """A reference to a secret, never the secret itself. `PaneContext.reveal` follows it.

    As the type of a config field it accepts the four forms above; a literal is
    refused and never echoed. It is immutable, and equal to another with the same source.

    (A plain class and no struct: msgspec would look into a struct's union of
    untagged forms and refuse the type; a plain class it leaves to the config room.)
    """

    __slots__ = ("source",)
    __match_args__ = ("source",)

    source: SecretSource

    def __init__(self, source: SecretSource) -> None:
        object.__setattr__(self, "source", source)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"immutable type: {type(self).__name__!r}")

    def __eq__(self, other: object) -> bool:
        return self.source == other.source if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.source)

    def __repr__(self) -> str:
        return f"Secret({self.source!r})"


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
