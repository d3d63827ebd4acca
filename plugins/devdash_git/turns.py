"""`Turns`: one action at a time in a repository and its worktrees, whichever devdash it is of.

Within a process actions wait for each other without end. Between processes there is a lock of the kernel's on
git's own folder, flock(2) on the folder itself: nothing is written for it, no kill leaves it behind, and it
is the same for every devdash, whatever its config and state folder are. A script takes part with flock(1).
git knows nothing of it: what another git can do meanwhile is held off by git's own locks, and by a new look.
"""

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from devdash.api import PaneContext, PaneError
from devdash_git.patience import Patience
from devdash_git.plain import printable
from devdash_git.problems import AccessProblem, about

WAIT_S = 30.0
"""How long an action waits for another process. It may be at work for minutes: then it is better said."""

_PAUSE_S = 0.1


class Occupied(PaneError):
    """Another process is at work there, and nothing was done."""

    kind = "refused"


class Turns:
    """Gives out turns.

    Args:
        context: the clock; progress is told while another process is waited for.
        patience: opens folders that may be on a drive that hangs.
        timeout: seconds for that.
    """

    def __init__(self, context: PaneContext, patience: Patience, timeout: float) -> None:
        self._context = context
        self._patience = patience
        self._timeout = timeout
        self._own: dict[Path, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def within(self, folder: Path) -> AsyncIterator[None]:
        """Hold `folder` against the other actions of this process, and of this pane."""
        async with self._own[folder]:
            yield

    @asynccontextmanager
    async def of(self, folder: Path, name: str) -> AsyncIterator[None]:
        """Hold `folder`, the git folder of what is called `name`, against all of devdash.

        Where there is no such folder nothing is held: whoever looks next tells of that.

        Raises:
            PaneError: another process has held it for too long, or it cannot be held.
        """
        async with self.within(folder):
            handle = await self._opened(folder, name)
            if handle is None:
                yield
                return
            try:
                await self._taken(handle, name)
                yield
            finally:
                os.close(handle)

    async def _opened(self, folder: Path, name: str) -> int | None:
        try:
            return await self._patience.call(folder, self._timeout, _open, folder)
        except AccessProblem as problem:
            raise about(printable(name), problem) from problem
        except OSError as error:
            raise _unheld(name, error) from error

    async def _taken(self, handle: int, name: str) -> None:
        if _take(handle, name):
            return
        self._context.progress(f"waiting for another devdash in {printable(name)}")
        end = self._context.monotonic() + WAIT_S
        while not _take(handle, name):
            if self._context.monotonic() > end:
                raise Occupied(
                    f"Another devdash is at work in {printable(name)}; nothing was done here.",
                    "Try again when it has ended.",
                )
            await asyncio.sleep(_PAUSE_S)
        self._context.progress("")


def _open(folder: Path) -> int | None:
    try:
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _take(handle: int, name: str) -> bool:
    """Never blocks, also on a drive of the network: of folders the kernel holds such locks by itself."""
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise _unheld(name, error) from error
    return True


def _unheld(name: str, error: OSError) -> Occupied:
    return Occupied(
        f"{printable(name)} cannot be held against another devdash: {error.strerror}; nothing was done."
    )
