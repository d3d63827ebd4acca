"""The seat: of all devdash processes of a user, the one that holds it is on duty.

The kernel's lock on a file decides, so that a process that dies in whatever way leaves the seat
free, and nobody ever clears up after it.
"""

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from devdash.duty.small_file import check_file
from devdash.engine.places import make_private

NAME = "duty.lock"

SIGN_OF_LIFE_S = 60.0
"""How often the holder shows that it is awake."""

SILENT_S = 300.0
"""A holder that has shown nothing for so long is stopped or hangs."""


class Holder(msgspec.Struct, frozen=True):
    """Who is on duty.

    Attributes:
        pid: its process.
        what: "devdash" or "devdash watch".
        config: its devdash.toml, as an absolute path; "" for the built-in defaults.
        since: wall time, seconds since 1970.
    """

    pid: int
    what: str
    config: str
    since: float


class Seat:
    """One process's relation to the seat.

    Args:
        folder: the state folder; made if need be.
        what, config: what others are told of this process while it holds the seat.

    Attributes:
        turn: rises whenever the seat is taken: between two turns others may have been on duty.
    """

    def __init__(self, folder: Path, what: str, config: str) -> None:
        self._path = folder / NAME
        self._what = what
        self._config = config
        self.turn = 0
        self._descriptor: int | None = None
        self._told = False
        self._shown = float("-inf")

    @property
    def taken(self) -> bool:
        """Whether this process holds it: its file is locked, and nobody has put another in its place."""
        if self._descriptor is None:
            return False
        try:
            there, own = self._path.stat(), os.fstat(self._descriptor)
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == (own.st_dev, own.st_ino)

    def take(self) -> bool:
        """Hold the seat, if it is free. Returns whether this process holds it now.

        Raises:
            OSError: the state folder cannot be written, or its file system knows no locks.
        """
        if not self.taken:
            self.leave()
            make_private(self._path.parent)
            descriptor = _locked(self._path)
            if descriptor is None:
                return False
            self._hold(descriptor)
        self._tell()
        # The file may have been replaced between its opening and its locking.
        return self.taken

    def take_from_silent(self) -> bool:
        """Hold the seat although another does, because that one is stopped or hangs.

        A new file takes the place of the one that it has locked; when it wakes it sees that it
        has lost the seat. Of two that do this at once the later one holds it.

        Raises:
            OSError: as for `take`.
        """
        self.leave()
        new = self._path.with_name(f"{NAME}.{os.getpid()}")
        descriptor = _locked(new)
        if descriptor is None:
            return False
        self._hold(descriptor)
        self._tell()
        new.replace(self._path)
        return self.taken

    def _hold(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._told = False
        self.turn += 1

    def _tell(self) -> None:
        """Write who holds it. The lock decides, not the text: on a full disk it is written later."""
        if self._told or self._descriptor is None:
            return
        text = msgspec.json.encode(Holder(os.getpid(), self._what, self._config, time.time()))
        with suppress(OSError):
            os.pwrite(self._descriptor, text, 0)
            os.ftruncate(self._descriptor, len(text))
            self._told = True

    def leave(self) -> None:
        """Free the seat. The file stays: removing it would let two processes lock two files of one name."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def show_life(self, monotonic: float) -> None:
        """Touch the file, at most every `SIGN_OF_LIFE_S`. Raises OSError."""
        if self._descriptor is not None and monotonic - self._shown >= SIGN_OF_LIFE_S:
            self._shown = monotonic
            os.utime(self._descriptor)

    def holder(self) -> Holder | None:
        """Who holds it now; None when it is free, or its file says nothing."""
        return holder_of(self._path.parent)


def _locked(path: Path) -> int | None:
    """The file, open and locked; None when another has locked it. Raises OSError."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    descriptor = os.open(path, flags, 0o600)
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


def holder_of(folder: Path) -> Holder | None:
    """Who is on duty, seen from outside: None when nobody is."""
    try:
        descriptor = os.open(folder / NAME, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        # A shared lock: two onlookers must not take each other for the holder.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        return _read(descriptor)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def last_sign(folder: Path) -> float | None:
    """When the holder last showed that it is awake, in seconds since 1970; None when there is no file."""
    try:
        return (folder / NAME).stat().st_mtime
    except OSError:
        return None


def _read(descriptor: int) -> Holder | None:
    try:
        return msgspec.json.decode(os.pread(descriptor, 4096, 0), type=Holder)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
