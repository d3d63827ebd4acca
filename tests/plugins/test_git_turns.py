"""Two devdash in one repository at the same moment: one waits for the other, and nothing is lost.

The other devdash is a process of its own, held in the middle of an action by a git that waits at a gate.
"""

import asyncio
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from git_builder import Builder, pane
from git_hands import done
from vendored_beds import Bed

from devdash.api import PaneError
from devdash.engine.context import Context
from devdash_git import turns

Make = Callable[..., Context]

OTHER = """
import asyncio, sys
from pathlib import Path
from git_builder import pane
from git_hands import done
from test_git_nothing_lost import new_context

async def main():
    root, folder, item, action, *values = sys.argv[1:]
    made = pane(new_context(Path(root)), Path(folder))
    print((await done(made, action, item, **dict(pair.split("=", 1) for pair in values))).message)

asyncio.run(main())
"""

GATE = """#!/bin/sh
case " $* " in *" {verb} "*)
    touch {root}/waits
    while [ ! -e {root}/open ]; do sleep 0.02; done ;;
esac
exec {real} "$@"
"""


class Other:
    """Another devdash, with state, cache and config of its own.

    Attributes:
        process: it.
    """

    def __init__(self, root: Path, folder: Path, *words: str, verb: str) -> None:
        """It acts, and waits at its first git command `verb` until `go_on`."""
        self._root = root / "other"
        bin_ = self._root / "bin"
        bin_.mkdir(parents=True)
        script = bin_ / "git"
        script.write_text(GATE.format(verb=verb, root=self._root, real=shutil.which("git")))
        script.chmod(0o755)
        env = {**os.environ, "PATH": f"{bin_}:{os.environ['PATH']}",
               "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-c", OTHER, str(self._root), str(folder), *words],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    async def at_gate(self) -> None:
        """Wait until it is in the middle."""
        async with asyncio.timeout(50):
            while not (self._root / "waits").exists():
                assert self.process.poll() is None, self.process.communicate()[1]
                await asyncio.sleep(0.01)

    async def go_on(self) -> str:
        """Let it end; what it says."""
        (self._root / "open").touch()
        out, err = await asyncio.to_thread(self.process.communicate, timeout=50)
        assert self.process.returncode == 0, err
        return out

    def end(self) -> None:
        """Kill it outright."""
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


@pytest.fixture
def work(builder: Builder) -> Path:
    """A repository with one stashed change and one that is not."""
    folder = builder.repository("work", commits=3)
    builder.git(folder, "branch", "topic")
    (folder / "file0").write_text("stashed\n")
    builder.git(folder, "stash", "push", "-q", "-m", "theirs")
    (folder / "file1").write_text("mine\n")
    return folder


@pytest.fixture
async def other(tmp_path: Path, work: Path) -> AsyncIterator[Other]:
    """Another devdash that has just applied the entry of the stash, and is about to drop it."""
    started = Other(tmp_path, work, "work", "unstash", verb="stash drop")
    try:
        await started.at_gate()
        yield started
    finally:
        started.end()


class Told:
    """What a devdash tells of its progress."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def waits(self) -> None:
        """Wait until it says that it waits for the other."""
        async with asyncio.timeout(20):
            while not any("waiting for another devdash" in text for text in self.texts):
                await asyncio.sleep(0.01)


def entries(builder: Builder, folder: Path) -> list[str]:
    return builder.git(folder, "stash", "list", "--format=%gs").splitlines()


@pytest.mark.parametrize("action", ["stash", "switch"])
async def test_an_action_waits_until_the_other_devdash_has_ended(
    builder: Builder, context: Make, work: Path, other: Other, action: str
) -> None:
    """Then it looks anew. Without that it would act on what the other is in the middle of."""
    told = Told()
    made = pane(context(on_progress=told.texts.append), work)
    values = {"branch": "topic"} if action == "switch" else {"message": "mine"}
    acting = asyncio.ensure_future(done(made, action, "work", **values))
    await told.waits()
    assert entries(builder, work) == ["On main: theirs"]
    assert builder.git(work, "branch", "--show-current") == "main"
    assert "Taken back" in await other.go_on()
    await acting
    assert told.texts[-1] == ""
    assert entries(builder, work) == (["On main: mine"] if action == "stash" else [])
    kept = builder.git(work, "show", "stash@{0}:file0") if action == "stash" else (work / "file0").read_text()
    assert kept.strip() == "stashed"


async def test_a_worktree_waits_as_well(builder: Builder, context: Make, work: Path, other: Other) -> None:
    """They have their stash in common."""
    beside = builder.root / "beside"
    builder.git(work, "worktree", "add", "-q", str(beside), "topic")
    (beside / "file2").write_text("beside\n")
    told = Told()
    acting = asyncio.ensure_future(
        done(pane(context(on_progress=told.texts.append), beside), "stash", "beside", message="beside")
    )
    await told.waits()
    await other.go_on()
    await acting
    assert entries(builder, work) == ["On topic: beside"]


async def test_one_that_is_killed_holds_nobody(
    builder: Builder, context: Make, work: Path, other: Other
) -> None:
    told = Told()
    acting = asyncio.ensure_future(
        done(pane(context(on_progress=told.texts.append), work), "stash", "work", message="mine")
    )
    await told.waits()
    other.end()
    await acting
    assert entries(builder, work) == ["On main: mine", "On main: theirs"]


async def test_it_does_not_wait_for_ever_and_has_done_nothing_then(
    builder: Builder, context: Make, work: Path, other: Other
) -> None:
    late: list[float] = []
    made = pane(context(monotonic=lambda: time.monotonic() + sum(late)), work)
    acting = asyncio.ensure_future(done(made, "stash", "work"))
    with pytest.raises(PaneError, match="Another devdash is at work in work; nothing was done here") as error:
        while not acting.done():
            late.append(turns.WAIT_S)
            await asyncio.sleep(0.05)
        await acting
    assert error.value.hint == "Try again when it has ended."
    assert entries(builder, work) == ["On main: theirs"]
    await other.go_on()
    await done(made, "stash", "work", message="mine")


async def test_nothing_is_written_for_it_and_a_script_can_take_part(
    builder: Builder, context: Make, work: Path
) -> None:
    before = sorted(work.joinpath(".git").iterdir())
    handle = os.open(work / ".git", os.O_RDONLY)  # as flock(1) does it
    fcntl.flock(handle, fcntl.LOCK_EX)
    told = Told()
    acting = asyncio.ensure_future(
        done(pane(context(on_progress=told.texts.append), work), "switch", "work", branch="topic")
    )
    await told.waits()
    os.close(handle)
    await acting
    after = sorted(work.joinpath(".git").iterdir())
    assert after == before
    assert builder.git(work, "branch", "--show-current") == "topic"


async def test_a_folder_that_cannot_be_held_is_left_alone(
    builder: Builder, context: Make, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", full)
    with pytest.raises(PaneError, match="cannot be held against another devdash: No locks available"):
        await done(pane(context(), work), "stash", "work")
    assert entries(builder, work) == ["On main: theirs"]


async def test_taking_a_file_over_waits_for_what_is_done_in_its_repository(
    builder: Builder, context: Make, tmp_path: Path
) -> None:
    """A stash in the middle of it would clear away what was taken, and the lock file would say otherwise."""
    told = Told()
    bed = Bed(builder, context(on_progress=told.texts.append))
    bed.upstream("file", "one\n")
    await bed.vendor()
    builder.git(bed.project, "add", "-A")
    builder.git(bed.project, "commit", "-q", "-m", "Take")
    bed.upstream("file", "two\n")
    await bed.do("check-vendored")
    (bed.project / "file0").write_text("edited\n")
    other = Other(tmp_path, bed.project, "project", "stash", verb="stash push")
    try:
        await other.at_gate()
        acting = asyncio.ensure_future(bed.do("take", "./file"))
        await told.waits()
        assert bed.here("file") == "one\n"
        await other.go_on()
        await acting
    finally:
        other.end()
    assert bed.here("file") == "two\n"
    assert await bed.states() == {"file": "current"}
