"""Plug-ins by name: the built-in ones from a table, others from the entry-point group `devdash.plugins`.

The table spares the built-in ones a scan of every installed distribution, and
lets devdash.toml be read and the first frame be drawn before their panes are
imported. Only the plug-ins that a config names are imported at all.
"""

from importlib import import_module
from typing import Any, Protocol

import msgspec

from devdash.config.plugins import PluginProblem
from devdash.contract.pane import Pane
from devdash.contract.settings import PaneConfig

GROUP = "devdash.plugins"


class BuiltIn(msgspec.Struct, frozen=True):
    """Where a built-in plug-in is.

    Attributes:
        config: "module:Class" of its table's type; imports nothing of the pane.
        pane: "module:Class" of the pane.
        title: the pane's own heading.
    """

    config: str
    pane: str
    title: str


BUILT_IN = {
    "battery": BuiltIn("devdash_battery.config:BatteryConfig", "devdash_battery.pane:BatteryPane", "Battery"),
    "ledger": BuiltIn("devdash_ledger.config:LedgerConfig", "devdash_ledger.pane:LedgerPane", "Ledger"),
    "git": BuiltIn("devdash_git.config:GitConfig", "devdash_git.pane:GitPane", "Git"),
    "databases": BuiltIn(
        "devdash_databases.config:DatabasesConfig", "devdash_databases.pane:DatabasesPane", "Databases"
    ),
}


class PaneTable(Protocol):
    """What the engine must know of plug-ins."""

    def pane_type(self, plugin: str) -> type[Pane[Any]]:
        """The plug-in's class. Raises PluginProblem."""
        ...

    def title(self, plugin: str) -> str:
        """The plug-in's own heading. Raises PluginProblem."""
        ...


class Registry:
    """Finds and imports plug-ins. Implements the config room's `PluginTable`."""

    def __init__(self) -> None:
        self._classes: dict[str, type[Pane[Any]]] = {}
        self._configs: dict[str, type[PaneConfig]] = {}
        self._found: dict[str, str] | None = None

    def names(self) -> tuple[str, ...]:
        """Every plug-in there is, built-in ones first."""
        return (*BUILT_IN, *sorted(name for name in self._installed() if name not in BUILT_IN))

    def config_type(self, plugin: str) -> type[PaneConfig]:
        """The type of the plug-in's table.

        Raises:
            PluginProblem: there is no such plug-in, or it cannot be loaded.
        """
        built_in = BUILT_IN.get(plugin)
        if built_in is None:
            return self.pane_type(plugin).Config
        if plugin not in self._configs:
            self._configs[plugin] = _config_class(plugin, _load(plugin, built_in.config))
        return self._configs[plugin]

    def title(self, plugin: str) -> str:
        """The plug-in's own heading.

        Raises:
            PluginProblem: there is no such plug-in, or it cannot be loaded.
        """
        built_in = BUILT_IN.get(plugin)
        return self.pane_type(plugin).title if built_in is None else built_in.title

    def pane_type(self, plugin: str) -> type[Pane[Any]]:
        """The plug-in's class.

        Raises:
            PluginProblem: there is no such plug-in, or it cannot be loaded.
        """
        if plugin not in self._classes:
            self._classes[plugin] = _pane_class(plugin, self._target(plugin))
        return self._classes[plugin]

    def _target(self, plugin: str) -> str:
        if plugin in BUILT_IN:
            return BUILT_IN[plugin].pane
        target = self._installed().get(plugin)
        if target is None:
            raise _unknown(plugin, self.names())
        return target

    def _installed(self) -> dict[str, str]:
        if self._found is None:
            from importlib.metadata import entry_points

            self._found = {entry.name: entry.value for entry in entry_points(group=GROUP)}
        return self._found


def _load(plugin: str, target: str) -> object:
    module_name, _, name = target.partition(":")
    try:
        found: object = getattr(import_module(module_name), name)
    except Exception as error:  # any import can fail in any way; the pane says so
        raise PluginProblem(
            f"the plug-in '{plugin}' cannot be loaded: {type(error).__name__}: {error}",
            f"its class should be at {target}",
        ) from error
    return found


def _pane_class(plugin: str, target: str) -> type[Pane[Any]]:
    found = _load(plugin, target)
    if not (isinstance(found, type) and issubclass(found, Pane)):
        raise PluginProblem(f"the plug-in '{plugin}' is no pane: {target} is not a subclass of Pane")
    _config_class(plugin, found.Config)
    return found


def _config_class(plugin: str, config: object) -> type[PaneConfig]:
    if not (isinstance(config, type) and issubclass(config, PaneConfig)):
        raise PluginProblem(f"the plug-in '{plugin}' is no pane: its Config is not a subclass of PaneConfig")
    return config


def _unknown(plugin: str, names: tuple[str, ...]) -> PluginProblem:
    from difflib import get_close_matches

    close = get_close_matches(plugin, names, n=1)
    hint = f"did you mean '{close[0]}'?" if close else "known plug-ins: " + ", ".join(names)
    return PluginProblem(f"unknown plug-in '{plugin}'", hint)
