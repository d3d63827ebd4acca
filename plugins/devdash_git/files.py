"""Reading the small files that git keeps, where anything may lie in their place."""

import os
from pathlib import Path


def first_bytes(path: Path, limit: int = 4096) -> bytes:
    """The first `limit` bytes of a file; b"" for one of another sort, such as a pipe that would block.

    Raises:
        OSError: it cannot be opened or read.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return os.read(handle, limit)
    except BlockingIOError:  # a pipe that somebody holds open
        return b""
    finally:
        os.close(handle)


def last_bytes(path: Path, limit: int = 4096) -> bytes:
    """The last `limit` bytes of a file; else as `first_bytes`."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        size = os.fstat(handle).st_size
        return os.pread(handle, limit, max(0, size - limit)) if size else b""
    finally:
        os.close(handle)
