"""One process at a time: a lock of the kernel's on a file in the cache, which no kill can leave behind."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

from devdash.api import PaneContext, PaneError

PATIENCE_S = 10.0
_PAUSE_S = 0.1


@contextlib.asynccontextmanager
async def held(context: PaneContext, path: Path) -> AsyncIterator[None]:
    """Hold `path`, which need not be there, against other processes of devdash.

    Raises:
        PaneError: another one has held it for too long.
    """
    handle = await context.in_thread(_open, path.with_name(path.name + ".held"))
    try:
        end = context.monotonic() + PATIENCE_S
        while not await context.in_thread(_take, handle):
            if context.monotonic() > end:
                raise PaneError(
                    "Another devdash is at work on the same files.", "Try again when it has ended."
                )
            await asyncio.sleep(_PAUSE_S)
        yield
    finally:
        os.close(handle)


def made(folder: Path) -> Path:
    """A folder in the cache, made where it is not there. Blocks shortly.

    Raises:
        PaneError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(error) from error
    return folder


def _open(path: Path) -> int:
    made(path.parent)
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unwritable(error) from error


def _unwritable(error: OSError) -> PaneError:
    return PaneError(
        f"The cache cannot be written: {error.strerror}.",
        "devdash doctor names its folder; make it writable.",
    )


def _take(handle: int) -> bool:
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
