"""A program in a real terminal of our own: what it shows as text, and keys for it."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

PATIENCE_S = 30.0
"""How long a text is waited for. It ends a test that has failed; no test depends on it."""

_SEQUENCES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_].*?(?:\x07|\x1b\\)|[ -/]*[0-~])", re.DOTALL)


class Terminal:
    """Runs `argv` in a pseudo-terminal. Use it as a context manager: at its end the program is gone."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        columns: int = 100,
        rows: int = 30,
    ) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.raw = b""
        self._process = subprocess.Popen(
            argv,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={"TERM": "xterm-256color", **env},
            cwd=cwd,
            start_new_session=True,
        )
        os.close(theirs)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._ours)

    @property
    def text(self) -> str:
        """Everything that was shown so far, one after the other, without escape sequences."""
        return _SEQUENCES.sub("", self.raw.decode("utf-8", "replace")).replace("\r\n", "\n")

    def until(self, text: str) -> None:
        """Wait until `text` has been shown."""
        deadline = time.monotonic() + PATIENCE_S
        while text not in self.text:
            assert self._read(deadline), f"{text!r} was not shown, but:\n{self.text}"

    def press(self, keys: str) -> None:
        """Type `keys`."""
        os.write(self._ours, keys.encode())

    def end(self) -> int:
        """Wait for the program's end. Returns its exit code."""
        deadline = time.monotonic() + PATIENCE_S
        while self._read(deadline):
            pass
        return self._process.wait(timeout=max(deadline - time.monotonic(), 1.0))

    def _read(self, deadline: float) -> bool:
        """Take what there is, waiting for it. Returns whether more can come."""
        ready, _, _ = select.select([self._ours], [], [], max(deadline - time.monotonic(), 0.0))
        if not ready:
            return False
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # EIO: nobody has the other side open any more
            return False
        self.raw += data
        return bool(data)
