"""Two files change names in one step, so that whatever was there before can still be looked at."""

import ctypes
import errno
import os
from pathlib import Path

_AT_FDCWD = -100
_EXCHANGE = 2
"""RENAME_EXCHANGE (renameat2(2)): Linux 3.15 or newer; not on every file system."""
_CANNOT = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM)


def exchanged(one: Path, other: Path) -> bool:
    """Whether the two have changed names; False: they are as they were, since this system cannot do it.

    Raises:
        OSError: it failed for another reason, such as one that is gone.
    """
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    if call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(other))
