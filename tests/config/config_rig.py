"""A table of plug-ins with real config types, and short ways to load a text."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Literal

import msgspec

from devdash.api import ConfigProblem, Duration, PaneConfig, Percent, Secret
from devdash.config.alerts import AlertsConfig
from devdash.config.load import load
from devdash.config.model import Problem, Settings
from devdash.config.plugins import PluginProblem


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    path: Path
    depth: int = 1


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    USER: str = ""
    PASSWORD: Secret | None = None
    OPTIONS: dict[str, str | int | bool] = msgspec.field(default_factory=dict)


class Battery(PaneConfig, frozen=True):
    low: Percent = 20
    full: Percent = 80

    def problems(self) -> Iterable[ConfigProblem]:
        if self.low >= self.full:
            yield ConfigProblem("low", "must be below full")


class Git(PaneConfig, frozen=True):
    repos: tuple[Path, ...] = ()
    scan: tuple[Path, ...] = (Path("src"),)
    places: tuple[Place, ...] = ()
    key: Secret | None = None
    colour: Colour = Colour.RED
    patience: Duration | None = None
    weights: tuple[float, ...] = ()
    either: Literal["a", "b"] | int = 1


class Databases(PaneConfig, frozen=True):
    databases: dict[str, Account] = msgspec.field(default_factory=dict)


class Buggy(PaneConfig, frozen=True):
    word: str = ""

    def problems(self) -> Iterable[ConfigProblem]:
        raise RuntimeError(f"cannot cope with {self.word}")


class Picky(PaneConfig, frozen=True):
    low: int = 0
    high: int = 10

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low is above high")


class Untypable(PaneConfig, frozen=True):
    strange: Duration | Path = Duration(1)  # msgspec refuses a union of two custom types


class Plugins:
    """What the engine's registry is to the config room."""

    def __init__(self) -> None:
        self.kinds: dict[str, type[PaneConfig]] = {
            "battery": Battery,
            "git": Git,
            "ledger": Battery,
            "databases": Databases,
            "buggy": Buggy,
            "picky": Picky,
            "untypable": Untypable,
        }
        self.asked: list[str] = []

    def names(self) -> Sequence[str]:
        return (*self.kinds, "broken")

    def config_type(self, plugin: str, /) -> type[PaneConfig]:
        self.asked.append(plugin)
        if plugin == "broken":
            raise PluginProblem("the plug-in 'broken' cannot be loaded: no module 'numpy'", "install it")
        if plugin not in self.kinds:
            raise PluginProblem(f"unknown plug-in '{plugin}'", "known: …")
        return self.kinds[plugin]


def load_text(folder: Path, text: str) -> Settings:
    """The settings of a devdash.toml in `folder` with that text."""
    file = folder / "devdash.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, Plugins())


def told(problems: Iterable[Problem]) -> list[tuple[int, str, str]]:
    """Line, key and message of each."""
    return [(problem.line, problem.key, problem.message) for problem in problems]


def alerts(folder: Path, text: str) -> tuple[AlertsConfig, list[tuple[int, str, str]]]:
    """What `[alerts]` of a file with a git and a battery pane becomes, and the problems; lines from 1."""
    settings = load_text(folder, text + "\n[panes.git]\n[panes.battery]\n[panes.ledger]\nenabled = false\n")
    return settings.alerts, told(settings.all_problems)
