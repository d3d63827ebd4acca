"""Servers of tests end: when told to, and when the process of the tests is killed."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ground import BedFailed, Server, settled

CODE = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from ground import Server
server = Server(["sleep", "1000"], log=Path(sys.argv[2]))
server.start()
print(server._process.pid, flush=True)
sys.stdin.read()
"""


def gone(pid: int) -> bool:
    """Whether the process has ended; a zombie has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


def test_a_server_dies_with_the_tests(tmp_path: Path, needs: Callable[[str], str]) -> None:
    """Killed outright, they can do nothing any more; the kernel does."""
    needs("setpriv")
    argv = [sys.executable, "-c", CODE, str(Path(__file__).parent), str(tmp_path / "log")]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as tests:
        assert tests.stdout is not None
        pid = int(tests.stdout.readline())
        settled(lambda: Path(f"/proc/{pid}/comm").read_text() == "sleep\n", "setpriv has become sleep")
        tests.kill()
    settled(lambda: gone(pid), "the server dies")


def test_a_server_that_hangs_is_ended_all_the_same(tmp_path: Path, needs: Callable[[str], str]) -> None:
    """Stopped processes take no other signal but the last."""
    needs("setpriv")
    server = Server(["sleep", "1000"], log=tmp_path / "log")
    server.start()
    assert server._process is not None
    pid = server._process.pid
    server.send(signal.SIGSTOP)
    server.stop()
    assert gone(pid)
    server.stop()


def test_a_server_that_does_not_come_up_says_why(tmp_path: Path, needs: Callable[[str], str]) -> None:
    """With the end of its log."""
    needs("setpriv")
    server = Server(["ls", str(tmp_path / "not there")], log=tmp_path / "log")
    server.start()
    with pytest.raises(BedFailed, match="not there"):
        server.wait_until(lambda: False)
    server.stop()
