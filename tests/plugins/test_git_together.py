"""Repositories that are asked together are told as if each were asked alone, whatever one of them does."""

import asyncio
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from git_builder import Builder, pane, read, repositories

from devdash.api import Duration
from devdash.engine.context import Context
from devdash_git import together
from devdash_git.facts import RepositoryFacts
from devdash_git.pane import GitPane
from devdash_git.states import Access

Make = Callable[..., Context]

NAMES = ("one", "two", "three", "four", "five")

PASSED_ON = 'exec "$REAL_GIT" "$@"\n'


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


@pytest.fixture
def repos(builder: Builder) -> list[Path]:
    """Five, which differ by their branch."""
    found = [builder.repository(name) for name in NAMES]
    for folder in found:
        builder.git(folder, "switch", "-q", "-c", f"of-{folder.name}")
    return found


class Misbehaving:
    """A git that does as it is told to when it is asked for the status of "two"; else it is the real one."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._program = folder / "git"
        folder.mkdir()
        monkeypatch.setenv("REAL_GIT", str(shutil.which("git")))
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        self.become("")

    def become(self, what: str, *, once: bool = False) -> None:
        """`what` is a line of sh; $2 is the folder, and $PPID the shell of the lane."""
        mark = self._program.with_name("done")
        mark.unlink(missing_ok=True)
        guard = f'[ ! -e "{mark}" ] && : > "{mark}" && ' if once else ""
        case = f'case "$2 $*" in */two\\ *\\ status\\ *) {guard}{{ {what}; }};; esac\n' if what else ""
        self._program.write_text(f"#!/bin/sh\n{case}{PASSED_ON}")
        self._program.chmod(0o755)


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Misbehaving:
    return Misbehaving(tmp_path / "programs", monkeypatch)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lane is given up soon."""
    monkeypatch.setattr(together, "LANE_S", 0.4)


def started(context: Context, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The programs that are started from now on."""
    found: list[str] = []
    run = context.run

    async def noted(argv: Sequence[str], **more: object) -> object:
        found.append(argv[0])
        return await run(argv, **more)

    monkeypatch.setattr(context, "run", noted)
    return found


async def facts(made: GitPane) -> dict[str, RepositoryFacts]:
    return repositories(await read(made))


def branches(found: dict[str, RepositoryFacts]) -> dict[str, str | None]:
    return {name: one.branch for name, one in found.items()}


EXPECTED: dict[str, str | None] = {name: f"of-{name}" for name in NAMES}


async def test_what_is_known_is_asked_for_its_status_by_few_processes(
    repos: list[Path], context: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in repos:
        for path in (folder / ".git/refs").rglob("*"):  # else it could change again within the same tick
            os.utime(path, (1_700_000_000, 1_700_000_000))
    lent = context()
    made = pane(lent, *repos)
    await read(made)
    (repos[3] / "file0").write_text("edited")
    programs = started(lent, monkeypatch)
    assert (await facts(made))["four"].unstaged == 1
    assert set(programs) == {"sh"}
    assert len(programs) < len(repos)


async def test_one_that_hangs_is_timed_out_and_the_others_are_told(
    repos: list[Path], context: Make, git: Misbehaving, short: None
) -> None:
    made = pane(context(), *repos, repo_timeout=Duration(2))
    await read(made)
    git.become("sleep 600")
    found = await facts(made)
    assert branches(found) == EXPECTED
    assert found["two"].untracked is None  # its files were left out: git answers what needs none
    assert found["five"].untracked == 0


async def test_nothing_that_hung_is_left_running(
    repos: list[Path], context: Make, git: Misbehaving, short: None, tmp_path: Path
) -> None:
    made = pane(context(), *repos, repo_timeout=Duration(2))
    await read(made)
    note = tmp_path / "children"
    git.become(f'echo $$ $PPID >> "{note}"; sleep 600')
    await read(made)
    children = [int(word) for word in note.read_text().split()]
    assert len(children) == 4  # in the lane, and by itself
    assert not [pid for pid in children if pid != os.getpid() and alive(pid)]


def alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("once", [True, False])
async def test_killing_the_shell_costs_no_answer(
    repos: list[Path], context: Make, git: Misbehaving, once: bool
) -> None:
    made = pane(context(), *repos)
    await read(made)
    git.become('[ "$(ps -o comm= -p $PPID)" = sh ] && kill -KILL $PPID', once=once)
    assert branches(await facts(made)) == EXPECTED


@pytest.mark.parametrize(
    "how", ["kill -KILL $$", "exit 3", "printf '1 nonsense\\0'; exit 0", "printf x; exit 0"]
)
async def test_one_that_is_killed_or_talks_nonsense_is_corrupt_alone(
    repos: list[Path], context: Make, git: Misbehaving, how: str
) -> None:
    made = pane(context(), *repos)
    await read(made)
    git.become(how)
    found = await facts(made)
    assert branches(found) == EXPECTED | {"two": None}
    assert found["two"].access is Access.CORRUPT
    git.become("")
    assert branches(await facts(made)) == EXPECTED


async def test_a_flood_costs_only_who_sends_it(repos: list[Path], context: Make, git: Misbehaving) -> None:
    made = pane(context(), *repos)
    await read(made)
    git.become("exec yes")
    found = await facts(made)
    assert branches(found) == EXPECTED | {"two": None}
    assert found["two"].access is Access.TIMEOUT


async def test_a_folder_that_goes_in_the_middle_is_missing_and_the_others_are_told(
    repos: list[Path], context: Make, git: Misbehaving
) -> None:
    made = pane(context(), *repos)
    await read(made)
    git.become('rm -rf "$2"')
    found = await facts(made)
    assert branches(found) == EXPECTED | {"two": None}
    assert found["two"].access is Access.MISSING


async def test_a_git_folder_that_goes_in_the_middle_is_not_told_of_the_one_around_it(
    builder: Builder, repos: list[Path], context: Make, git: Misbehaving
) -> None:
    outer = repos[0]
    inner = builder.repository("one/two")
    made = pane(context(), outer, inner, *repos[2:])
    before = await facts(made)
    assert before["two"].branch == "main"
    git.become('rm -rf "$2/.git"')
    found = await facts(made)
    assert (found["two"].access, found["two"].branch) == (Access.NOT_A_REPO, None)
    assert found["one"].branch == "of-one"


async def test_a_reading_that_is_given_up_leaves_nothing_running(
    repos: list[Path], context: Make, git: Misbehaving, tmp_path: Path
) -> None:
    made = pane(context(), *repos)
    await read(made)
    note = tmp_path / "children"
    git.become(f'echo $$ > "{note}.new"; mv "{note}.new" "{note}"; sleep 600')
    reading = asyncio.create_task(made.read())
    async with asyncio.timeout(20):
        while not note.exists():
            await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert not alive(int(note.read_text()))
    git.become("")
    assert branches(await facts(made)) == EXPECTED


async def test_without_a_shell_each_is_asked_alone(
    repos: list[Path], context: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = pane(context(), *repos)
    await read(made)
    only_git = tmp_path / "only-git"
    only_git.mkdir()
    (only_git / "git").symlink_to(str(shutil.which("git")))
    monkeypatch.setenv("PATH", str(only_git))
    assert branches(await facts(made)) == EXPECTED
