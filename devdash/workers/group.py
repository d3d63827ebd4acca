"""A child process and everything it starts, as one process group that can be ended.

The life of a `Group`: `__init__` starts the child in a session of its own, so
that the child's process id names its group; output goes to two callbacks; when
the child ends, what is left of its group is killed; then `gone` holds the exit
code. There is no await between start and control, so nothing can get lost.
"""

import asyncio
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
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
        last_signal: what its group gets when devdash dies.
    """

    executable: str
    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path | None = None
    feed: bool = False
    last_signal: signal.Signals = signal.SIGTERM


def environment(changes: Mapping[str, str | None] | None) -> dict[str, str]:
    """The environment of devdash with `changes` applied; None as a value removes the variable."""
    env = dict(os.environ)
    for name, value in (changes or {}).items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = value
    return env


class Group:
    """A running child with its process group.

    Args:
        launch: how to start it.
        on_out: gets each chunk of its standard output, on the loop.
        on_err: the same for standard error.

    Attributes:
        gone: done when the child and its group are ended and reaped; the exit
            code, negative for a signal.

    Raises:
        OSError: the child could not be started, as `subprocess.Popen` tells it.
    """

    def __init__(
        self, launch: Launch, on_out: Callable[[bytes], None], on_err: Callable[[bytes], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.gone: asyncio.Future[int] = self._loop.create_future()
        self._lifeline = Lifeline(launch.last_signal)
        out_read, out_write = os.pipe()
        err_read, err_write = os.pipe()
        in_read, in_write = os.pipe() if launch.feed else (-1, -1)
        try:
            self._process = subprocess.Popen(
                launch.argv,
                executable=launch.executable,
                stdin=in_read if launch.feed else subprocess.DEVNULL,
                stdout=out_write,
                stderr=err_write,
                env=launch.env,
                cwd=launch.cwd,
                start_new_session=True,
                pass_fds=(self._lifeline.child_fd,),
            )
        except BaseException:
            for descriptor in (out_read, err_read, in_write):
                if descriptor >= 0:
                    os.close(descriptor)
            self._lifeline.close()
            raise
        finally:
            for descriptor in (out_write, err_write, in_read):
                if descriptor >= 0:
                    os.close(descriptor)
        self.pid = self._process.pid
        self._lifeline.arm(self.pid)
        self._exited = False
        self._out = PipeReader(out_read, on_out, self._maybe_finish)
        self._err = PipeReader(err_read, on_err, self._maybe_finish)
        self.stdin = PipeWriter(in_write) if launch.feed else None
        threading.Thread(target=self._watch, name=f"devdash-child-{self.pid}", daemon=True).start()

    def signal(self, number: signal.Signals) -> None:
        """Send `number` to the whole group. Nothing happens when the group is gone."""
        if self.gone.done():
            return
        try:
            # Until `gone`, the child is unreaped, so this number cannot belong to another group.
            os.killpg(self.pid, number)
        except ProcessLookupError:
            pass
        except PermissionError:
            pass  # all that is left are zombies (macOS), or it runs as another user

    def kill(self) -> None:
        """SIGKILL the group and stop reading. `gone` follows as soon as the kernel lets it."""
        self.signal(signal.SIGKILL)
        self._close_pipes()

    async def end(self, grace: float = TERM_GRACE) -> None:
        """End the group: SIGTERM, `grace` seconds, SIGKILL; wait until it is gone.

        A cancellation in between kills at once.
        """
        try:
            if not self.gone.done() and grace > 0:
                self.signal(signal.SIGTERM)
                await asyncio.wait({self.gone}, timeout=grace)
        finally:
            self.kill()
        if not self.gone.done():
            await asyncio.wait({self.gone}, timeout=REAP_TIMEOUT)

    def _watch(self) -> None:
        """In a thread of its own: wait for the child's end, leaving it unreaped where that is possible."""
        if hasattr(os, "waitid"):
            try:
                os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
            except ChildProcessError:
                pass  # somebody ignores SIGCHLD: the exit code is lost, the end is not
        else:
            self._process.wait()
        try:
            self._loop.call_soon_threadsafe(self._on_exit)
        except RuntimeError:
            self._process.wait()  # the loop has ended; nobody asks any more

    def _on_exit(self) -> None:
        self._exited = True
        if self.stdin is not None:
            self.stdin.close()
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
        code = self._process.wait()
        self.gone.set_result(code)
        self._close_pipes()
        self._lifeline.close()

    def _close_pipes(self) -> None:
        if self.stdin is not None:
            self.stdin.close()
        self._out.close()
        self._err.close()
