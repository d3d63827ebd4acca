"""The seat: of all devdash processes of a user, the one that holds it is on duty.

The kernel's lock on a file decides, so that a process that dies in whatever way leaves the seat
free, and nobody ever clears up after it. Where the state folder has no file to lock, a spare one elsewhere
decides; it is also held for the moment in which the seat is taken, so that who had to make do with the
spare one and who finds the folder mended are not both on duty.
"""

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from devdash.duty.locking import is_at, locked, spare_path
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
        behind: the register does not hold what it knows, because that cannot be written.
    """

    pid: int
    what: str
    config: str
    since: float
    behind: bool = False


class Seat:
    """One process's relation to the seat.

    Args:
        folder: the state folder; made if need be.
        what, config: what others are told of this process while it holds the seat.

    Attributes:
        turn: rises whenever the seat is taken: between two turns others may have been on duty.
        trouble: why the state folder has no file to lock, as of the last `take`; None when it has.
    """

    def __init__(self, folder: Path, what: str, config: str) -> None:
        self._path = folder / NAME
        self._what = what
        self._config = config
        self.turn = 0
        self.trouble: OSError | None = None
        self._state = folder
        self._descriptor: int | None = None
        self._spare: tuple[int, Path] | None = None
        self._told = False
        self._behind = False
        self._shown = float("-inf")

    @property
    def taken(self) -> bool:
        """Whether this process holds it: its file is locked, and nobody has put another in its place."""
        if self._descriptor is not None:
            return is_at(self._descriptor, self._path)
        return self._spare is not None and is_at(*self._spare)

    def take(self) -> bool:
        """Hold the seat, if it is free. Returns whether this process holds it now.

        Raises:
            OSError: neither the state folder nor any other place has a file to lock.
        """
        if self._descriptor is not None and self.taken:
            self._tell()
            return True
        had_spare = self._spare is not None and is_at(*self._spare)
        self._let_go()
        spare_free = self._take_spare()
        if spare_free is False:
            self.trouble = _refusal(self._path)
            return False
        try:
            make_private(self._state)
            descriptor = locked(self._path)
        except OSError as error:
            self.trouble = error
            if spare_free is None:
                raise
            if not had_spare:
                self._begin_turn()
            self._tell()
            return self.taken
        self.trouble = None
        self._leave_spare()
        if descriptor is None:
            return False
        self._descriptor = descriptor
        self._begin_turn()
        self._tell()
        # The file may have been replaced between its opening and its locking.
        return self.taken

    def _take_spare(self) -> bool | None:
        """Whether the spare file is locked here now; None when there is none to be had."""
        if self._spare is not None and is_at(*self._spare):
            return True
        self._leave_spare()
        path = spare_path(self._state)
        try:
            descriptor = None if path is None else locked(path)
        except OSError:
            return None
        if path is None or descriptor is None:
            return None if path is None else False
        self._spare = descriptor, path
        return True

    def take_from_silent(self) -> bool:
        """Hold the seat although another does, because that one is stopped or hangs.

        A new file takes the place of the one that it has locked; when it wakes it sees that it
        has lost the seat. Of two that do this at once the later one holds it.

        Raises:
            OSError: as for `take`.
        """
        self.leave()
        new = self._path.with_name(f"{NAME}.{os.getpid()}")
        descriptor = locked(new)
        if descriptor is None:
            return False
        self._descriptor = descriptor
        self._begin_turn()
        self._tell()
        new.replace(self._path)
        return self.taken

    def _begin_turn(self) -> None:
        self._told = False
        self.turn += 1

    def _tell(self) -> None:
        """Write who holds it. The lock decides, not the text: on a full disk it is written later."""
        spare = None if self._spare is None else self._spare[0]
        descriptor = spare if self._descriptor is None else self._descriptor
        if self._told or descriptor is None:
            return
        text = msgspec.json.encode(Holder(os.getpid(), self._what, self._config, time.time(), self._behind))
        with suppress(OSError):
            os.pwrite(descriptor, text, 0)
            os.ftruncate(descriptor, len(text))
            self._told = True

    def leave(self) -> None:
        """Free the seat. The file stays: removing it would let two processes lock two files of one name."""
        self._let_go()
        self._leave_spare()

    def _let_go(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _leave_spare(self) -> None:
        if self._spare is not None:
            os.close(self._spare[0])
            self._spare = None

    def show_life(self, elapsed: float, *, behind: bool = False) -> None:
        """Touch the file, at most every `SIGN_OF_LIFE_S`, and write whether the register is behind in it.

        A full disk has room for that: the few bytes take the place of what was there. Raises OSError.
        """
        if behind is not self._behind:
            self._behind, self._told = behind, False
            self._tell()
        if self._descriptor is not None and elapsed - self._shown >= SIGN_OF_LIFE_S:
            self._shown = elapsed
            os.utime(self._descriptor)

    def holder(self) -> Holder | None:
        """Who holds it now; None when it is free, or its file says nothing."""
        return holder_of(self._path.parent)


def _refusal(path: Path) -> OSError | None:
    """Why there is no file to lock at `path`; None when there is."""
    try:
        descriptor = locked(path)
    except OSError as error:
        return error
    if descriptor is not None:
        os.close(descriptor)
    return None


def holder_of(folder: Path) -> Holder | None:
    """Who is on duty, seen from outside: None when nobody is."""
    spare = spare_path(folder)
    return _holder_at(folder / NAME) or (None if spare is None else _holder_at(spare))


def _holder_at(path: Path) -> Holder | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
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
