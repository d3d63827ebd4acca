"""All children and threads of one pane, so that they can be bounded and ended together."""

import asyncio
from collections.abc import Callable

from devdash.contract.errors import PaneError
from devdash.workers.group import Group, Launch
from devdash.workers.threads import DaemonThreads

CLOSE_GRACE = 0.1
"""Seconds for programs to clean up when the pane stops."""

CLOSE_REAP = 0.2
"""Seconds to wait for killed children when the pane stops."""


class Fleet:
    """Starts a pane's children and remembers those that are not gone yet.

    Attributes:
        threads: for the blocking work of starting a child, and for the pane's own.
    """

    def __init__(self) -> None:
        self.threads = DaemonThreads()
        self._groups: set[Group] = set()
        self._closed = False
        self._starting = asyncio.Lock()

    @property
    def running(self) -> int:
        """How many children are not gone yet."""
        return sum(not group.gone.done() for group in self._groups)

    async def start(
        self, launch: Launch, on_out: Callable[[bytes], None], on_err: Callable[[bytes], None]
    ) -> Group:
        """Start a child; of many at once, one in each turn of the loop, so that keys are served in between.

        Raises:
            OSError: it could not be started.
            PaneError: the fleet is closed; nothing is started any more.
        """
        async with self._starting:
            await asyncio.sleep(0)
            if self._closed:
                raise PaneError("the pane has been stopped; it starts no more programs")
            # From here to the return is no await: whoever is cancelled has the group, or there is none.
            group = Group(launch, on_out, on_err)
            self._groups.add(group)
            group.gone.add_done_callback(lambda _: self._groups.discard(group))
            return group

    async def close(self) -> None:
        """End all children, within `CLOSE_GRACE` + `CLOSE_REAP` whatever they do."""
        self._closed = True
        groups = list(self._groups)
        if not groups:
            return
        waiting = {group.gone for group in groups}
        try:
            for group in groups:
                group.ask_to_end()
            await asyncio.wait(waiting, timeout=CLOSE_GRACE)
        finally:
            for group in groups:
                group.kill()
        await asyncio.wait(waiting, timeout=CLOSE_REAP)
