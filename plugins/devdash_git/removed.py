"""A list of what was removed and how it comes back, written before it is removed.

It is in the state folder, one line each, and lasts beyond devdash: `git branch NAME COMMIT` works as long
as git has the commit, which by default is two weeks at least (gc.pruneExpire).
"""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from devdash.api import Unavailable


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was removed.

    Attributes:
        at: when; aware.
        repository: the common git directory, printable.
        name: what it was called.
        commits: the commit that it was at, then those that it had been at, from its reflog.
        back: the command that brings it back.
    """

    at: datetime
    repository: str
    name: str
    commits: tuple[str, ...]
    back: str


def path(folder: Path) -> Path:
    """Where the list is."""
    return folder / "removed.jsonl"


def write_down(folder: Path, entries: Sequence[Removed]) -> None:
    """Add `entries`, and make sure that they are on the disk. Blocks; run it in a thread.

    Raises:
        Unavailable: they could not be written; so nothing may be removed.
    """
    data = b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path(folder), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.write(handle, data) != len(data):
                raise OSError(0, "the disk is full")
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise Unavailable(
            f"What is to be removed could not be written down: {error.strerror}.",
            f"Is there room in {folder}, and may it be written?",
        ) from error
