"""No child outlives devdash, however devdash ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from devdash.workers import child
from devdash.workers.lifeline import Lifeline

Numbers = Callable[..., Awaitable[list[int]]]
Gone = Callable[..., Awaitable[None]]
Lives = Callable[[int], bool]

linux = pytest.mark.skipif(sys.platform != "linux", reason="the lifeline is a facility of Linux")


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A devdash in small, and its end."""
    process = subprocess.Popen([sys.executable, str(Path(__file__).with_name("parent.py")), str(tmp_path)])
    yield process
    process.kill()
    process.wait()


@linux
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_every_child_vanishes_with_its_parent(
    number: signal.Signals,
    parent: subprocess.Popen[bytes],
    tmp_path: Path,
    numbers: Numbers,
    gone: Gone,
    lives: Lives,
) -> None:
    """Even one that holds its interpreter's lock, one that ignores SIGTERM, and what they started."""
    names = [name + kin for name in ("hog", "stubborn", "program") for kin in ("", ".child")]
    pids = await numbers(*(tmp_path / name for name in names))
    (other,) = await numbers(tmp_path / "other")
    try:
        assert all(lives(pid) for pid in pids)
        parent.send_signal(number)
        parent.wait()
        await gone(*pids)
        assert lives(other)
    finally:
        os.kill(other, signal.SIGKILL)


@linux
async def test_a_broken_line_spares_other_groups(gone: Gone, lives: Lives) -> None:
    def start() -> tuple[subprocess.Popen[bytes], Lifeline]:
        line = Lifeline(signal.SIGKILL)
        process = subprocess.Popen(["sleep", "1000"], start_new_session=True, pass_fds=(line.child_fd,))
        line.arm(process.pid)
        return process, line

    (one, first), (two, second) = start(), start()
    assert first.armed
    first.close()
    first.close()
    await gone(one.pid)
    assert lives(two.pid)
    second.close()
    assert (one.wait(), two.wait()) == (-signal.SIGKILL, -signal.SIGKILL)


def test_arming_for_a_group_that_is_gone_is_harmless() -> None:
    process = subprocess.Popen(["true"], start_new_session=True)
    process.wait()
    line = Lifeline(signal.SIGKILL)
    line.arm(process.pid)
    assert not line.armed
    line.close()


async def test_without_a_lifeline_the_end_of_input_ends_worker_and_children(
    handlers: Path, tmp_path: Path, numbers: Numbers, gone: Gone
) -> None:
    """What holds on systems that have no lifeline."""
    worker = subprocess.Popen(
        [sys.executable, child.__file__, str(handlers / "faults.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert worker.stdin is not None
    worker.stdin.write(b'{"id": 1, "name": "hang", "args": {"file": "%s"}}\n' % bytes(tmp_path / "pid"))
    worker.stdin.flush()
    pids = await numbers(tmp_path / "pid", tmp_path / "pid.child")
    worker.stdin.close()
    await gone(*pids)
    worker.wait()


async def test_a_worker_run_by_hand_does_not_end_the_group_of_the_shell(
    handlers: Path, tmp_path: Path, numbers: Numbers
) -> None:
    command = f'"$@" </dev/null; echo $? > {tmp_path}/code'
    worker = [sys.executable, child.__file__, str(handlers / "faults.py")]
    shell = subprocess.Popen(
        ["sh", "-c", command, "sh", *worker], stdout=subprocess.DEVNULL, start_new_session=True
    )
    assert await numbers(tmp_path / "code") == [0]
    assert shell.wait() == 0
