"""All children of one pane, so that they can be ended together."""

import asyncio
import signal
from collections.abc import Callable

from devdash.workers.group import Group, Launch

_POLITE = 0.1
_FINAL = 0.2


class Fleet:
    """Starts children and remembers those that are not gone yet."""

    def __init__(self) -> None:
        self._groups: set[Group] = set()
        self.closed = False

    def __len__(self) -> int:
        return len(self._groups)

    def start(
        self, launch: Launch, on_out: Callable[[bytes], None], on_err: Callable[[bytes], None]
    ) -> Group:
        """Start a child.

        Raises:
            OSError: it could not be started.
            asyncio.CancelledError: the fleet is closed; nothing is to be started any more.
        """
        if self.closed:
            raise asyncio.CancelledError("the pane has been stopped")
        group = Group(launch, on_out, on_err)
        self._groups.add(group)
        group.gone.add_done_callback(lambda _: self._groups.discard(group))
        return group

    async def close(self) -> None:
        """End all children within 0.3 s: those that would clean up are asked first, briefly."""
        self.closed = True
        groups = list(self._groups)
        if not groups:
            return
        waiting = {group.gone for group in groups}
        try:
            for group in groups:
                group.signal(signal.SIGTERM)
            await asyncio.wait(waiting, timeout=_POLITE)
        finally:
            for group in groups:
                group.kill()
        await asyncio.wait(waiting, timeout=_FINAL)
