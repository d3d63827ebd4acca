"""What every test bed stands on: free ports, and servers that end with the test, whatever becomes of it.

A server runs in a session of its own and is ended as a group. `setpriv` lets the kernel signal it when
the process of the tests dies, even when that is killed; and it lets go of root where a server wants that.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

START_S = 30.0
"""A loaded machine takes long; a sound start takes 1 to 3 s."""


class BedFailed(Exception):
    """A server did not come up; the message ends with its log."""


def located(program: str) -> str | None:
    """The path of a program; None when it is not installed."""
    # Debian keeps servers where only root's PATH looks, and PostgreSQL's by version.
    versions = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", *versions))
    return shutil.which(program, path=path)


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that other users may enter, PostgreSQL's among them, with a short name, for sockets."""
    folder = Path(tempfile.mkdtemp(prefix="devdash-bed-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


def settled(question: Callable[[], bool], what: str, timeout: float = START_S) -> None:
    """Ask until it is so.

    Raises:
        BedFailed: it was not so within `timeout` seconds.
    """
    end = time.monotonic() + timeout
    while not question():
        if time.monotonic() > end:
            raise BedFailed(f"{what}: not within {timeout:g} s")
        time.sleep(0.02)


class Server:
    """A program that serves until `stop`.

    Args:
        argv: the program and its arguments.
        log: the file that gets what it prints.
        user: who runs it when the tests are root's; "" for the one who runs the tests.
        last_signal: what it gets when the process of the tests dies.
    """

    def __init__(self, argv: Sequence[str], *, log: Path, user: str = "", last_signal: str = "KILL") -> None:
        self._argv = [*as_user(user, pdeathsig=last_signal), *argv]
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process that runs."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it; it is not up yet."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def wait_until(self, up: Callable[[], bool]) -> None:
        """Wait until `up` says yes.

        Raises:
            BedFailed: it has ended, or takes too long.
        """
        process = self._process
        assert process is not None, "start() comes first"

        def settled_or_gone() -> bool:
            return process.poll() is not None or up()

        try:
            settled(settled_or_gone, self._argv[-1])
        except BedFailed as error:
            raise BedFailed(f"{error}\n{self.tail()}") from None
        if process.poll() is not None:
            raise BedFailed(f"ended with {process.returncode}\n{self.tail()}")

    def send(self, number: signal.Signals) -> None:
        """Signal the whole group: SIGSTOP and SIGCONT make it hang and go on."""
        assert self._process is not None
        os.killpg(self._process.pid, number)

    def send_to_all(self, number: signal.Signals) -> list[int]:
        """Signal the program and all that descends from it; PostgreSQL's have groups of their own.

        Returns:
            Who was signalled.
        """
        assert self._process is not None
        family = [self._process.pid]
        for pid in family:
            with suppress(ProcessLookupError, FileNotFoundError):  # it has ended since
                os.kill(pid, number)  # first, so that one that is to stop has no more children
                found = Path(f"/proc/{pid}/task/{pid}/children").read_text()
                family += map(int, found.split())
        return family

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """All of it is stopped by SIGSTOP, and goes on afterwards."""
        try:
            family = self.send_to_all(signal.SIGSTOP)
            # A thread that runs on another processor may still answer after the signal was sent.
            settled(lambda: all(map(_is_stopped, family)), "it stops")
            yield
        finally:
            self.send_to_all(signal.SIGCONT)

    def stop(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End the program with `number`, then what is left of its group; harmless when repeated.

        It can be started again.
        """
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGCONT)
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def tail(self) -> str:
        """The last of what it printed."""
        return self._log.read_text(errors="replace")[-3000:] if self._log.exists() else ""


def _is_stopped(pid: int) -> bool:
    """Whether none of its threads runs; also of one that has ended."""
    for stat in Path("/proc").glob(f"{pid}/task/*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            if stat.read_text().rpartition(")")[2].split()[0] not in "TtZX":
                return False
    return True


def as_user(user: str, *, pdeathsig: str = "") -> list[str]:
    """What to put before a command so that `user` runs it; nothing of that when the tests are not root's."""
    before = ["setpriv", "--pdeathsig", pdeathsig] if pdeathsig else ["setpriv"]
    if user and os.geteuid() == 0:
        before += ["--reuid", user, "--regid", user, "--clear-groups"]
    return before


def run(argv: Sequence[str], *, user: str = "", env: Mapping[str, str] | None = None) -> str:
    """Run a command to its end and return what it printed.

    Raises:
        BedFailed: it failed; the message is what it printed.
    """
    done = subprocess.run(
        [*as_user(user), *argv],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        env={**os.environ, **(env or {})},
    )
    if done.returncode:
        raise BedFailed(f"{argv[0]} failed with {done.returncode}\n{done.stdout}")
    return done.stdout
