"""Plug-ins by name: the built-in ones from a table, others from the entry-point group `devdash.plugins`.

The table spares the built-in ones a scan of every installed distribution.
Only the plug-ins that a config names are imported.
"""

from importlib import import_module
from typing import Any, Protocol

from devdash.config.plugins import PluginProblem
from devdash.contract.pane import Pane
from devdash.contract.settings import PaneConfig

GROUP = "devdash.plugins"

BUILT_IN = {
    "battery": "devdash_battery.pane:BatteryPane",
    "ledger": "devdash_ledger.pane:LedgerPane",
    "git": "devdash_git.pane:GitPane",
    "databases": "devdash_databases.pane:DatabasesPane",
}


class PaneTable(Protocol):
    """What the engine must know of plug-ins."""

    def pane_type(self, plugin: str) -> type[Pane[Any]]:
        """The plug-in's class. Raises PluginProblem."""
        ...


class Registry:
    """Finds and imports plug-ins. Implements the config room's `PluginTable`."""

    def __init__(self) -> None:
        self._classes: dict[str, type[Pane[Any]]] = {}
        self._found: dict[str, str] | None = None

    def names(self) -> tuple[str, ...]:
        """Every plug-in there is, built-in ones first."""
        return (*BUILT_IN, *sorted(name for name in self._installed() if name not in BUILT_IN))

    def config_type(self, plugin: str) -> type[PaneConfig]:
        """The type of the plug-in's table.

        Raises:
            PluginProblem: there is no such plug-in, or it cannot be loaded.
        """
        return self.pane_type(plugin).Config

    def pane_type(self, plugin: str) -> type[Pane[Any]]:
        """The plug-in's class.

        Raises:
            PluginProblem: there is no such plug-in, or it cannot be loaded.
        """
        if plugin not in self._classes:
            self._classes[plugin] = _load(plugin, self._target(plugin))
        return self._classes[plugin]

    def _target(self, plugin: str) -> str:
        target = BUILT_IN.get(plugin) or self._installed().get(plugin)
        if target is None:
            raise _unknown(plugin, self.names())
        return target

    def _installed(self) -> dict[str, str]:
        if self._found is None:
            from importlib.metadata import entry_points

            self._found = {entry.name: entry.value for entry in entry_points(group=GROUP)}
        return self._found


def _load(plugin: str, target: str) -> type[Pane[Any]]:
    module_name, _, class_name = target.partition(":")
    try:
        found: object = getattr(import_module(module_name), class_name)
    except Exception as error:  # any import can fail in any way; the pane says so
        raise PluginProblem(
            f"the plug-in '{plugin}' cannot be loaded: {type(error).__name__}: {error}",
            f"its class should be at {target}",
        ) from error
    if not (isinstance(found, type) and issubclass(found, Pane)):
        raise PluginProblem(f"the plug-in '{plugin}' is no pane: {target} is not a subclass of Pane")
    config: object = found.Config
    if not (isinstance(config, type) and issubclass(config, PaneConfig)):
        raise PluginProblem(f"the plug-in '{plugin}' is no pane: its Config is not a subclass of PaneConfig")
    return found


def _unknown(plugin: str, names: tuple[str, ...]) -> PluginProblem:
    from difflib import get_close_matches

    close = get_close_matches(plugin, names, n=1)
    hint = f"did you mean '{close[0]}'?" if close else "known plug-ins: " + ", ".join(names)
    return PluginProblem(f"unknown plug-in '{plugin}'", hint)
