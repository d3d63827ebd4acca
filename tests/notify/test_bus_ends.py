"""That nothing which these tests start outlives them, however they end."""

import os
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HELPERS = Path(__file__).parents[1] / "servers"

START = """
import sys
from bus_rig import PrivateBus, Screen
bus, screen = PrivateBus(sys.argv[1]), Screen(sys.argv[2])
print(bus.folder, bus.daemon._process.pid, screen._server._process.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.timeout(30)
def test_tests_that_are_killed_leave_no_bus_and_no_screen_behind(
    needs: Callable[[str], str], tmp_path: Path
) -> None:
    """A full disk, a time limit, an impatient person: kill -9 gives no fixture a chance."""
    path = os.pathsep.join((str(Path(__file__).parent), str(HELPERS)))
    tests = subprocess.Popen(
        [sys.executable, "-c", START, needs("dbus-daemon"), needs("Xvfb")],
        env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with tests:
        assert tests.stdout is not None
        _, *pids = tests.stdout.readline().split()
        assert len(pids) == 2
        pins = [os.pidfd_open(int(pid)) for pid in pids]
        tests.kill()
    for pin in pins:
        with os.fdopen(pin) as ended:
            # A pidfd can be read when its process has ended; the test's own timeout is the deadline.
            select.select([ended], [], [])
