"""devdash killed outright in the middle of an action: git ends too, and leaves no lock, nothing half-done."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder

PROGRAM = """
import asyncio, sys
from pathlib import Path
from test_git_nothing_lost import new_context
from git_builder import pane
from git_hands import done, request

async def main():
    made = pane(new_context(Path(sys.argv[1])), Path(sys.argv[2]))
    print((await done(made, sys.argv[3], "work", **dict(pair.split("=") for pair in sys.argv[4:]))).message)

asyncio.run(main())
"""


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


@pytest.fixture
def work(builder: Builder, tmp_path: Path) -> Path:
    """A clone that is behind, has a branch and changes; each checkout of a file waits until it is stopped.

    The filter that waits is the person's own, as git-lfs' is.
    """
    origin = builder.repository("origin", commits=2)
    work = builder.clone(origin, "work")
    (origin / ".gitattributes").write_text("slow* filter=slow\n")
    builder.git(origin, "add", ".gitattributes")
    builder.commit(origin, "slow1")
    builder.commit(origin, "slow2")
    builder.git(work, "fetch", "-q")
    builder.git(work, "branch", "-q", "topic", "origin/main")
    waiting = f"touch {tmp_path}/waiting; sleep 60; cat"
    builder.git(builder.root, "config", "--global", "filter.slow.smudge", waiting)
    return work


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for `true` to be so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def living(group: str) -> bool:
    """Whether a process has `group` in its environment."""
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if group.encode() in entry.read_bytes():
                return True
        except OSError:
            continue
    return False


@pytest.mark.parametrize(
    "deed", [["fast-forward"], ["switch", "branch=topic"], ["worktree", "branch=topic", "folder="]]
)
def test_no_lock_stays_behind(deed: list[str], builder: Builder, work: Path, tmp_path: Path) -> None:
    mark = f"DEVDASH_TEST_GROUP={tmp_path}"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **builder.env}
    env |= dict([mark.split("=", 1)])
    argv = [sys.executable, "-c", PROGRAM, str(tmp_path), str(work), *deed]
    head, refs = builder.head(work), builder.git(work, "for-each-ref")
    with subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as devdash:
        until((tmp_path / "waiting").exists)
        devdash.send_signal(signal.SIGKILL)
        devdash.wait()
        until(lambda: not living(mark))
    assert not list((work / ".git").rglob("*.lock"))
    assert (builder.head(work), builder.git(work, "for-each-ref")) == (head, refs)
    assert not (builder.root / "work-topic").exists()
    assert builder.git(work, "fsck", "--no-dangling") == ""
