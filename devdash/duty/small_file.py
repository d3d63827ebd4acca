"""Reading what others have left in the state folder, without ever waiting for it.

A pipe in place of a file would hold the loop for good, and a file without end its memory.
"""

import errno
import os
import stat
from pathlib import Path


class NotAFile(OSError):
    """It is a pipe, a device, a folder, or far too large."""


def read_small(path: Path, most: int) -> bytes:
    """The bytes of `path`, a file of at most `most` bytes.

    Raises:
        NotAFile: it is none, or larger.
        OSError: it cannot be read; FileNotFoundError: it is not there.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        check_file(descriptor)
        data = stream.read(most + 1)
    if len(data) > most:
        raise NotAFile(errno.EFBIG, os.strerror(errno.EFBIG))
    return data


def check_file(descriptor: int) -> None:
    """Raises NotAFile unless `descriptor` is a file's."""
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise NotAFile(errno.EINVAL, "it is no file")
