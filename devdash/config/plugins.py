"""What the config room must know about plug-ins; the engine's registry knows it."""

from collections.abc import Sequence
from typing import Protocol

from devdash.contract.errors import DevdashError
from devdash.contract.settings import PaneConfig


class PluginProblem(DevdashError):
    """A plug-in is not there or cannot be loaded. Concerns the panes that use it, no others."""

    kind = "plugin"


class PluginTable(Protocol):
    """The plug-ins that there are."""

    def names(self) -> Sequence[str]:
        """Every plug-in's name, built-in ones first."""
        ...

    def config_type(self, plugin: str, /) -> type[PaneConfig]:
        """The type of the plug-in's table.

        Raises:
            PluginProblem: there is no such plug-in, or it cannot be loaded.
        """
        ...
