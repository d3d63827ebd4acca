"""Importing plug-ins in a thread, before the loop needs them.

A pane's modules take several frames to import. In a thread the interpreter changes over every 5 ms, so
keys and drawing go on; and a plug-in that never ends to be imported keeps nobody from the others.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module

from devdash.config.plugins import PluginProblem
from devdash.contract.errors import PaneError
from devdash.engine.registry import PaneTable
from devdash.workers.threads import DaemonThreads

PATIENCE_S = 2.0
"""For one import. After that the panes begin; the one that waits for it fails or hangs by itself."""

_ALL_NEED = (
    "devdash.engine.boundary",
    "devdash.engine.offers",
    "devdash.config.hidden",
    "devdash.workers.host",
)


async def warm(registry: PaneTable, plugins: Iterable[str]) -> None:
    """Import what the panes of these plug-ins need. What cannot be imported, the pane itself will say."""
    threads = DaemonThreads()
    for module in _ALL_NEED:
        await threads.call(import_module, module)
    for plugin in dict.fromkeys(plugins):
        with suppress(PluginProblem, PaneError, RuntimeError, TimeoutError):
            await asyncio.wait_for(threads.call(registry.pane_type, plugin), PATIENCE_S)
