"""A program in a pseudo-terminal of its own, as a person's terminal would run it."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

COLUMNS, LINES = 120, 34

_ASKS_SYNC = b"\x1b[?2026$p"
_HAS_SYNC = b"\x1b[?2026;2$y"
FRAME_END = b"\x1b[?2026l"
"""Textual ends every frame with it in a terminal that knows synchronized output."""


class Terminal:
    """Starts `argv` with a terminal of 120×34 cells that knows synchronized output, and reads what it draws.

    Attributes:
        pid: the program's process.
        started: `time.perf_counter` just before the process was made.
        received: how many bytes it has drawn.
        exit_code: once it has ended.
    """

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], cwd: Path) -> None:
        self.received = 0
        self.exit_code: int | None = None
        self._recent = b""
        self.started = time.perf_counter()
        self.pid, self._descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
            os.execve(argv[0], list(argv), dict(env))

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.exit_code is None:
            os.kill(self.pid, signal.SIGKILL)
            self._reap()
        os.close(self._descriptor)

    def fileno(self) -> int:
        """The terminal's descriptor, for `select`."""
        return self._descriptor

    def press(self, key: str) -> None:
        """Type `key`."""
        os.write(self._descriptor, key.encode())

    def read(self, timeout: float) -> bytes:
        """What was drawn within `timeout` seconds, as soon as anything is; b"" for nothing, or the end."""
        if not select.select([self._descriptor], [], [], max(timeout, 0.0))[0]:
            return b""
        try:
            data = os.read(self._descriptor, 1 << 16)
        except OSError:  # Linux says so when the last process of the terminal has gone
            data = b""
        if not data:
            self._reap()
        if _ASKS_SYNC in self._recent[-len(_ASKS_SYNC) :] + data:
            os.write(self._descriptor, _HAS_SYNC)
        self._recent = data
        self.received += len(data)
        return data

    def read_until(self, mark: bytes, timeout: float) -> float:
        """Wait until `mark` was drawn. Returns the moment (`time.perf_counter`).

        Raises:
            TimeoutError: it was not.
        """
        end, seen = time.perf_counter() + timeout, b""
        while (left := end - time.perf_counter()) > 0 and self.exit_code is None:
            seen += self.read(left)
            if mark in seen:
                return time.perf_counter()
        raise TimeoutError(f"{mark!r} was not drawn; the last was {seen[-600:]!r}")

    def settle(self, quiet: float, timeout: float) -> None:
        """Read until nothing is drawn for `quiet` seconds, for at most `timeout`."""
        end = time.perf_counter() + timeout
        while time.perf_counter() < end and self.exit_code is None:
            if not self.read(quiet):
                return

    def wait(self, timeout: float) -> float:
        """Wait until the program has ended. Returns the moment.

        Raises:
            TimeoutError: it has not.
        """
        end = time.perf_counter() + timeout
        while self.exit_code is None and (left := end - time.perf_counter()) > 0:
            self.read(left)
        if self.exit_code is None:
            raise TimeoutError("the program has not ended")
        return time.perf_counter()

    def _reap(self) -> None:
        if self.exit_code is None:
            self.exit_code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
