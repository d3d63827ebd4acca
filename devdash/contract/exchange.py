"""`exchanged`: two files change names in one step, so that whatever was there before can still be looked at.

A rename drops what had the name until then, also when a program has saved there a moment ago.
"""

import errno
import os
from pathlib import Path

_AT_FDCWD = -100
_EXCHANGE = 2
"""RENAME_EXCHANGE (renameat2(2)): Linux 3.15 or newer; not on every file system."""
_CANNOT = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM)


def exchanged(one: Path | str, other: Path | str, *, folder: int = _AT_FDCWD) -> bool:
    """Whether the two have changed names; False: nothing happened, since this system cannot do it. Blocks.

    Args:
        folder: an open folder that relative names are in; else the current one.

    Raises:
        OSError: it failed for another reason, such as one that is gone.
    """
    import ctypes  # dear, and a pane that only reads never gets here

    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    if call(folder, os.fsencode(one), folder, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(other))
