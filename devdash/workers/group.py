"""A child process and everything it starts, as one process group that can be ended.

The life of a `Group`: `__init__` starts the child in a session of its own, so
that the child's process id names its group; output goes to two callbacks; when
the child ends, what is left of its group is killed; then `gone` holds the exit
code. There is no await between the start and the control over what was
started, so that no cancellation can leave a child behind.
"""

import asyncio
import contextlib
import errno
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from devdash.workers.lifeline import Lifeline
from devdash.workers.pipes import PipeReader, PipeWriter

PIPE_GRACE = 0.2
"""Seconds for which a pipe may stay open after the child's end, held by what the child had started."""

TERM_GRACE = 0.3
"""Seconds between SIGTERM and SIGKILL."""

REAP_TIMEOUT = 1.0
"""Seconds to wait for a killed child. Only one stuck inside the kernel takes longer; it is left behind."""


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """How a child is started.

    Attributes:
        executable: the program's path.
        argv: the program as the caller named it, and its arguments.
        env: the whole environment.
        cwd: its folder; None: ours.
        feed: it gets a pipe as standard input; else /dev/null.
        last_signal: what its group gets first when it has to end, and when
            devdash dies: SIGTERM for programs that clean up, SIGKILL for workers.
    """

    executable: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path | None = None
    feed: bool = False
    last_signal: signal.Signals = signal.SIGTERM


class Group:
    """A running child with its process group.

    Args:
        launch: how to start it.
        on_out: gets each chunk of its standard output, on the loop.
        on_err: the same for standard error.

    Attributes:
        pid: the child's process id; its group has the same number.
        stdin: where to write to it, if `launch.feed`.
        gone: done when the child and its group are ended and reaped; the exit
            code, negative for a signal.

    Raises:
        OSError: the child could not be started, as `subprocess.Popen` tells it.
    """

    def __init__(
        self, launch: Launch, on_out: Callable[[bytes], None], on_err: Callable[[bytes], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._exited = False
        self.gone: asyncio.Future[int] = self._loop.create_future()
        with contextlib.ExitStack() as ours, contextlib.ExitStack() as theirs:
            out_read, out_write = _pipe(ours, theirs)
            err_read, err_write = _pipe(ours, theirs)
            in_write, in_read = _pipe(ours, theirs, feed=True) if launch.feed else (-1, subprocess.DEVNULL)
            self._lifeline = Lifeline(launch.last_signal)
            ours.callback(self._lifeline.close)
            self._process = subprocess.Popen(
                launch.argv,
                executable=launch.executable,
                stdin=in_read,
                stdout=out_write,
                stderr=err_write,
                env=launch.env,
                cwd=launch.cwd,
                start_new_session=True,
                pass_fds=(self._lifeline.child_fd,),
            )
            self.pid = self._process.pid
            ours.callback(self._lost)
            self._lifeline.arm(self.pid)
            self._pidfd = self._watch()
            ours.pop_all()
        self.stdin = PipeWriter(in_write) if launch.feed else None
        self._out = PipeReader(out_read, on_out, self._maybe_finish)
        self._err = PipeReader(err_read, on_err, self._maybe_finish)
        self._last_signal = launch.last_signal

    def signal(self, number: signal.Signals) -> None:
        """Send `number` to the whole group. Nothing happens when the group is gone."""
        if self.gone.done():
            return
        # Until `gone`, the child is not reaped, so this number cannot belong to another group.
        # Not permitted: all that is left are zombies (macOS), or it became another user.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def ask_to_end(self) -> None:
        """Send the signal that lets the group clean up, where it is one that does."""
        self.signal(self._last_signal)

    def kill(self) -> None:
        """SIGKILL the group and stop reading. `gone` follows as soon as the kernel lets it."""
        self.signal(signal.SIGKILL)
        self._close_pipes()

    async def end(self) -> None:
        """End the group: ask it to, give it `TERM_GRACE`, kill it; wait until it is gone.

        A cancellation in between kills at once.
        """
        try:
            if not self.gone.done():
                self.ask_to_end()
                await asyncio.wait({self.gone}, timeout=TERM_GRACE)
        finally:
            self.kill()
        if not self.gone.done():
            await asyncio.wait({self.gone}, timeout=REAP_TIMEOUT)

    def _watch(self) -> int:
        """Have `_on_exit` called when the child has ended: by the loop where the system offers that.

        Returns:
            What the loop watches; -1: a thread waits.
        """
        with contextlib.suppress(AttributeError, OSError):  # not Linux, an old one, or no file descriptors
            handle = os.pidfd_open(self.pid)
            self._loop.add_reader(handle, self._on_exit)
            return handle
        threading.Thread(target=self._wait, name=f"devdash-child-{self.pid}", daemon=True).start()
        return -1

    def _wait(self) -> None:
        """In a thread of its own: wait for the child's end, leaving it unreaped where that is possible."""
        if hasattr(os, "waitid"):
            # No such child: somebody ignores SIGCHLD. The exit code is lost, the end is not.
            with contextlib.suppress(ChildProcessError):
                os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        else:
            self._process.wait()
        try:
            self._loop.call_soon_threadsafe(self._on_exit)
        except RuntimeError:
            self._process.wait()  # the loop has ended: nobody asks any more

    def _on_exit(self) -> None:
        self._exited = True
        if self._pidfd >= 0:
            self._loop.remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = -1
        self._maybe_finish()
        if not self.gone.done():
            self._loop.call_later(PIPE_GRACE, self._finish)

    def _maybe_finish(self) -> None:
        if self._exited and self._out.ended and self._err.ended:
            self._finish()

    def _finish(self) -> None:
        if self.gone.done():
            return
        self.signal(signal.SIGKILL)
        self.gone.set_result(self._process.wait())
        self._close_pipes()
        self._lifeline.close()

    def _close_pipes(self) -> None:
        if self.stdin is not None:
            self.stdin.close()
        self._out.close()
        self._err.close()

    def _lost(self) -> None:
        """The child runs but cannot be watched."""
        self.signal(signal.SIGKILL)
        self._process.wait()


def _pipe(ours: contextlib.ExitStack, theirs: contextlib.ExitStack, *, feed: bool = False) -> tuple[int, int]:
    """A pipe as (our end, the child's end); the child writes to it, unless `feed`."""
    try:
        read, write = os.pipe()
    except OSError as error:
        raise OSError(error.errno, f"no pipe to it ({errno.errorcode.get(error.errno or 0, '')})") from error
    our_end, their_end = (write, read) if feed else (read, write)
    ours.callback(os.close, our_end)
    theirs.callback(os.close, their_end)
    return our_end, their_end
