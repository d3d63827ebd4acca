"""What completes the forms for bank files: names of files, and accounts of the journal under review."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from devdash_ledger.guess import fuzzy
from devdash_ledger.orders import Index

MAX_FILES = 30


def files(text: str, start: Path) -> tuple[str, ...]:
    """Files and folders whose path begins as `text`, which was typed; the newest first. Blocks.

    Args:
        start: the folder that a relative path begins at.
    """
    head, slash, tail = text.rpartition("/")
    folder = start / Path(f"{head}{slash}" or ".").expanduser()
    found: list[tuple[float, str]] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                hidden = entry.name.startswith(".") and not tail.startswith(".")
                if hidden or not entry.name.casefold().startswith(tail.casefold()):
                    continue
                if entry.is_dir() or entry.is_file():  # no pipe, no device
                    end = "/" if entry.is_dir() else ""
                    found.append((-entry.stat().st_mtime, f"{head}{slash}{entry.name}{end}"))
    except (OSError, RuntimeError):  # no such folder, or a home that is not known
        return ()
    return tuple(name for _, name in sorted(found)[:MAX_FILES])


class Accounts:
    """The accounts of a journal, read once for each form that opens.

    Args:
        read: reads what the history of the journal suggests.
    """

    def __init__(self, read: Callable[[], Awaitable[Index]]) -> None:
        self._read = read
        self._reading: asyncio.Future[Index] | None = None

    def forget(self) -> None:
        """A form opens: read them anew."""
        self._reading = None

    async def like(self, text: str) -> Sequence[str]:
        """Those that `text` could mean, the best first; a call that is given up does not stop the reading.

        Raises:
            PaneError: the journal cannot be read.
        """
        known = self._reading
        if known is None or (known.done() and known.exception() is not None):
            known = self._reading = asyncio.ensure_future(self._read())
        return fuzzy(text, (await asyncio.shield(known)).accounts)
