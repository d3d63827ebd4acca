"""Locks on files, and where to have one when the state folder cannot be written."""

import errno
import fcntl
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from devdash.duty.small_file import check_file
from devdash.engine.places import make_private

_FLAGS = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


def locked(path: Path) -> int | None:
    """The file, made if need be, open and locked; None when another has locked it. Raises OSError.

    One that may only be read is locked all the same: its holder may have come when it could be written.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _FLAGS, 0o600)
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise
        descriptor = os.open(path, os.O_RDONLY | _FLAGS)
    try:
        check_file(descriptor)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def is_at(descriptor: int, path: Path) -> bool:
    """Whether the file at `path` is still the one that is open: nobody has put another in its place."""
    try:
        there, own = path.stat(), os.fstat(descriptor)
    except OSError:
        return False
    return (there.st_dev, there.st_ino) == (own.st_dev, own.st_ino)


def spare_path(state: Path) -> Path | None:
    """A file of this user on this machine that stands for the folder `state`; None when there is no place.

    It is in the runtime folder, else in a folder of the user's own below the temporary one. It does not
    depend on how the process was started, as far as that can be.
    """
    key = hashlib.sha256(os.fsencode(state.absolute())).hexdigest()[:16]
    for folder in _places():
        try:
            make_private(folder)
            if _is_own(folder):
                return folder / f"duty-{key}.lock"
        except OSError:
            continue
    return None


def _places() -> Iterator[Path]:
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    if Path(runtime).is_dir():
        yield Path(runtime, "devdash")
    yield Path(tempfile.gettempdir(), f"devdash-{os.getuid()}")


def _is_own(folder: Path) -> bool:
    """Nobody else may hold a lock in it, and with that keep this user's alerts from being told."""
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
