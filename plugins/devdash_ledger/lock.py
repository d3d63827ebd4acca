"""One writer of a journal at a time, over all devdash of this machine.

The kernel's lock on a file beside the journal: a writer that is killed loses it at once. Its holder
removes the file; whoever waited for one that was removed notices, and takes the next.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from devdash.api import PaneError, Unavailable
from devdash_ledger.append import why

_PAUSE_S = 0.01


class Busy(PaneError):
    """Another devdash is writing for too long."""

    kind = "busy"


def lock_file(journal: Path) -> Path:
    """The file beside `journal`, a real path, that is locked."""
    return journal.with_name(f".{journal.name}.devdash-lock")


@contextmanager
def locked(journal: Path, patience_s: float) -> Iterator[None]:
    """Hold the lock of `journal`, a real path.

    Raises:
        Busy: another writer held it for `patience_s`.
        Unavailable: the file beside the journal cannot be made.
    """
    name = lock_file(journal)
    handle = _taken(name, time.monotonic() + patience_s)
    try:
        yield
    finally:
        with suppress(OSError):  # it locks nothing: the next writer takes it over
            name.unlink()
        os.close(handle)


@contextmanager
def locked_too(file: Path, journal: Path, patience_s: float) -> Iterator[None]:
    """Hold the lock of `file` as well, into which something of `journal`, whose lock is held, is written.

    For a file that is part of several journals.

    Raises:
        Busy: another writer held it for `patience_s`.
        Unavailable: the file beside it cannot be made.
    """
    if file == journal:
        yield
        return
    with locked(file, patience_s):
        yield


def _taken(name: Path, until: float) -> int:
    while True:
        try:
            handle = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise Unavailable(
                f"nothing was written: {name} cannot be made: {why(error)}", "it keeps two writers apart"
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(handle, name):
                return handle
        except BlockingIOError:
            pass
        except OSError as error:
            os.close(handle)
            raise Unavailable(f"nothing was written: {name} cannot be locked: {why(error)}") from error
        os.close(handle)
        if time.monotonic() > until:
            raise Busy("another devdash is writing to the journal", "nothing was written; try again")
        time.sleep(_PAUSE_S)


def _is_at(handle: int, name: Path) -> bool:
    """Whether the locked file is still the one of that name."""
    try:
        there = name.stat(follow_symlinks=False)
    except FileNotFoundError:
        return False
    own = os.fstat(handle)
    return (own.st_dev, own.st_ino) == (there.st_dev, there.st_ino)
