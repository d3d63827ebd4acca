"""What channels need of the machine: programs, threads, and where their secrets are referred to."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from devdash.contract.context import Completed
from devdash.contract.errors import PaneError
from devdash.contract.settings import Secret
from devdash.engine import secrets
from devdash.notify.message import ChannelFailed
from devdash.workers import process
from devdash.workers.fleet import Fleet

T = TypeVar("T")


class ChannelMeans:
    """One channel's own; what hangs in one is not counted against another.

    Implements `devdash.engine.secrets.Means`.

    Args:
        folder: in which programs run; absolute.
        hidden: environment variables that they do not get.
    """

    def __init__(self, folder: Path, hidden: Collection[str] = ()) -> None:
        self.folder = folder
        self._hidden = hidden
        self._fleet = Fleet()

    async def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        cwd: Path | None = None,
        env: Mapping[str, str | None] | None = None,
        stdin: bytes = b"",
        limit: int = 64 * 1024,
    ) -> Completed:
        """Run a program to its end; see `devdash.workers.process.run`."""
        changed = {**dict.fromkeys(self._hidden), **(env or {})}
        return await process.run(
            argv, timeout=timeout, cwd=cwd, env=changed, stdin=stdin, limit=limit, fleet=self._fleet
        )

    async def in_thread(self, function: Callable[[], T]) -> T:
        """Run a blocking function in a daemon thread; see `DaemonThreads.call`."""
        return await self._fleet.threads.call(function)

    async def reveal(self, secret: Secret) -> str:
        """The secret, if it can stand in a header.

        Raises:
            ChannelFailed: it cannot be found, or has other characters than ASCII's printable ones.
        """
        try:
            found = await secrets.reveal(secret, self)
        except PaneError as error:
            raise ChannelFailed(error.message, error.hint, lasting=True) from None
        if not (found.isascii() and found.isprintable()):
            # http.client would quote it in its complaint.
            raise ChannelFailed(
                "the token has characters that no header can hold",
                "Look at where the token comes from: a line break, a space that is none?",
                lasting=True,
            )
        return found

    async def close(self) -> None:
        """End programs that still run."""
        await self._fleet.close()
