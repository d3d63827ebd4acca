"""Where devdash processes share an `Episode`: a small file, changed under a lock that dies with its holder.

Blocking, for milliseconds: call it in a thread.
"""

import os
import time
from pathlib import Path
from types import TracebackType

import msgspec

from devdash.api import PaneError
from devdash_battery.episode import Episode

_MOST_BYTES = 4096
_PATIENCE_S = 1.0
_PAUSE_S = 0.02


class Busy(PaneError):
    """Another process holds the lock: it runs the command."""

    kind = "busy"


class EpisodeFile:
    """The file in `folder`, which is made when something is to be kept."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "critical.json"
        self._lock = folder / "critical.lock"

    def load(self) -> Episode | None:
        """What is kept. None also for what no devdash has written."""
        try:
            with self._file.open("rb") as file:
                return msgspec.json.decode(file.read(_MOST_BYTES), type=Episode)
        except (OSError, msgspec.MsgspecError, ValueError):
            return None

    def save(self, episode: Episode | None) -> None:
        """Keep `episode`, whole or not at all; None: nothing. Only while holding the lock.

        Raises:
            OSError: it cannot be written.
        """
        if episode is None:
            self._file.unlink(missing_ok=True)
            return
        fresh = self._file.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(episode))
        fresh.replace(self._file)

    def lock(self) -> "Held":
        """Wait for the lock, for a second.

        Raises:
            Busy: another process keeps it.
            PaneError: there can be no lock here.
        """
        try:
            import fcntl
        except ImportError as error:
            raise PaneError("this system has no file locks, which `critical_command` needs") from error
        try:
            self._lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            held = Held(os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as error:
            raise PaneError(
                f"{self._lock.parent} cannot be written: {error.strerror}",
                "`critical_command` runs only where processes can agree on who runs it.",
            ) from error
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            try:
                fcntl.flock(held.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    held.release()
                    raise Busy("another devdash is about to run the command, or runs it") from None
                time.sleep(_PAUSE_S)
            except OSError as error:
                held.release()
                raise PaneError(f"{self._lock} cannot be locked: {error.strerror}") from error
            else:
                return held


class Held:
    """A lock that is held; a context manager that lets go of it."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def release(self) -> None:
        """Let go; a second call does nothing."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def __del__(self) -> None:
        self.release()  # of one that a cancelled caller never got

    def __enter__(self) -> "Held":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
