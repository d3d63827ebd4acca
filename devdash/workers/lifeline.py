"""The lifeline: a pipe whose breaking makes the kernel end a child's process group.

A child must not outlive devdash, not even when devdash is killed outright and
the child is stuck in C code that holds the interpreter's lock. So no code of
the child takes part: it only inherits the reading end of a pipe of which
devdash holds the one writing end. The reading end's open file description,
which parent and child share, is told to signal the child's process group as
soon as something happens to the pipe. When devdash ends, for whatever reason,
the kernel closes the writing end, and the signal goes out within a millisecond.

Linux only (F_SETSIG). Elsewhere `Lifeline.armed` stays False, and workers rely
on the end of their standard input (see `child.py`).
"""

import fcntl
import os
import signal
import sys

_O_ASYNC = getattr(os, "O_ASYNC", getattr(fcntl, "FASYNC", 0))


class Lifeline:
    """One pipe for one child.

    Args:
        last_signal: what the group gets when the pipe breaks. SIGKILL for
            workers; SIGTERM for programs that clean up, such as git its locks.
    """

    def __init__(self, last_signal: signal.Signals) -> None:
        # Both ends close on exec: a sibling that inherited the writing end would keep the line whole.
        self._read, self._write = os.pipe()
        self._signal = last_signal
        self.armed = False

    @property
    def child_fd(self) -> int:
        """The descriptor that the child must inherit (`pass_fds`)."""
        return self._read

    def arm(self, group: int) -> None:
        """Tie the line to the process group `group`, once the child runs."""
        try:
            if sys.platform == "linux":
                fcntl.fcntl(self._read, fcntl.F_SETOWN, -group)
                fcntl.fcntl(self._read, fcntl.F_SETSIG, self._signal)
                flags = fcntl.fcntl(self._read, fcntl.F_GETFL)
                fcntl.fcntl(self._read, fcntl.F_SETFL, flags | _O_ASYNC)
                self.armed = True
        except (ProcessLookupError, PermissionError):
            self.armed = False  # the child is gone already, or became another user
        finally:
            os.close(self._read)
            self._read = -1

    def close(self) -> None:
        """Break the line: what is left of an armed group gets the signal. Harmless when repeated."""
        for descriptor in (self._read, self._write):
            if descriptor >= 0:
                os.close(descriptor)
        self._read = self._write = -1
