"""devdash killed outright in the middle of an action: git ends too, and leaves no lock, nothing half-done."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder, pane, read, repositories
from git_hands import asked, refusal, request

from devdash.api import PaneError
from devdash.engine.context import Context

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


async def test_a_git_that_is_killed_leaves_a_lock_that_is_told(
    builder: Builder, work: Path, tmp_path: Path, context: Callable[..., Context]
) -> None:
    """Nobody can take that lock away for it; so failure, detail and the next action say that it is there."""
    made = pane(context(), work)
    wish = request(made, "fast-forward", "work")
    await asked(made, wish)
    doing = asyncio.ensure_future(made.act(wish))
    while not (tmp_path / "waiting").exists():
        await asyncio.sleep(0.01)
    for pid in merging(work):
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(PaneError, match="work: not fast-forwarded"):
        await doing
    assert (work / ".git/index.lock").exists()
    report = await read(made)
    assert "a git works there, or was killed" in str(report.blocks)
    facts = repositories(report)["work"]
    assert (facts.job, facts.index_lock_age_s) == ("fail", 0)
    assert "index.lock is there" in await refusal(made, "fast-forward", "work")


def merging(work: Path) -> list[int]:
    """The processes of git that merge in `work`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = entry.read_bytes().split(b"\0")
            if os.fsencode(work) in words and b"merge" in words:
                found.append(int(entry.parent.name))
    return found


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
