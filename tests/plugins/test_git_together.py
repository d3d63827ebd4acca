"""Repositories that are asked together are told as if each were asked alone, whatever one of them does."""

import asyncio
import os
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest
from git_builder import Builder, pane, read, repositories

from devdash.api import Duration
from devdash.engine.context import Context
from devdash_git import together
from devdash_git.asking import STATUS
from devdash_git.facts import RepositoryFacts
from devdash_git.observe import Observer
from devdash_git.pane import GitPane
from devdash_git.run import Git
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
    monkeypatch.setattr(together, "LANE_S", 1.0)


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
    made = pane(context(), *repos, repo_timeout=Duration(3))
    await read(made)
    git.become("sleep 600")
    found = await facts(made)
    assert branches(found) == EXPECTED
    assert found["two"].untracked is None  # its files were left out: git answers what needs none
    assert found["five"].untracked == 0


async def test_what_was_answered_before_one_hung_need_not_be_asked_again(
    repos: list[Path], context: Make, git: Misbehaving
) -> None:
    git.become("sleep 600")
    answers = await Git(context()).read_each(repos, *STATUS, timeout=2)
    assert answers[0] is not None
    assert answers[1:] == (None,) * 4


@pytest.mark.parametrize("how", ["sleep 600", "kill -KILL $PPID", "kill -KILL $$"])
async def test_at_the_first_reading_one_that_fails_costs_only_itself(
    repos: list[Path], context: Make, git: Misbehaving, short: None, how: str
) -> None:
    git.become(f"[ $PPID != {os.getpid()} ] && {{ {how}; }}")
    assert branches(await facts(pane(context(), *repos))) == EXPECTED


async def test_the_first_reading_of_many_runs_few_processes(
    builder: Builder, context: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = builder.repository("origin")
    clones = [builder.clone(origin, name) for name in NAMES]
    lent = context()
    programs = started(lent, monkeypatch)
    assert set(branches(await facts(pane(lent, *clones))).values()) == {"main"}
    assert programs.count("git") == 1  # which version it is
    assert programs.count("sh") == 5 * (len(clones) // 2)  # five questions in each lane


@pytest.mark.parametrize("when", ["first", "next"])
async def test_nothing_that_one_names_runs_in_a_lane(
    builder: Builder, repos: list[Path], context: Make, tmp_path: Path, when: str
) -> None:
    """Its config is looked at before each status, and not only when it is met."""
    evil, ran = repos[1], tmp_path / "ran"
    made = pane(context(), *repos)
    if when == "next":
        await read(made)
    builder.git(evil, "config", "filter.evil.clean", f"touch '{ran}'; cat")
    (evil / ".git/info").mkdir(exist_ok=True)
    (evil / ".git/info/attributes").write_text("* filter=evil\n")
    os.utime(evil / "file0", (1_700_000_000, 1_700_000_000))
    found = await facts(made)
    assert found["two"].access is Access.UNTRUSTED_CONFIG
    assert branches(found) == EXPECTED | {"two": None}
    assert not ran.exists()
    builder.git(evil, "status")
    assert ran.exists()


async def test_what_a_lane_tells_is_what_each_tells_alone(
    builder: Builder, repos: list[Path], context: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All facts, of repositories in different states, at the first reading and at the next."""
    origin = builder.repository("origin", commits=2)
    clones = [builder.clone(origin, f"clone{number}") for number in range(4)]
    builder.commit(clones[0], "mine")
    builder.git(clones[1], "reset", "-q", "--hard", "HEAD~1")
    builder.commit(clones[1], "diverged")
    builder.git(clones[2], "switch", "-q", "-c", "topic", "--track", "main")
    builder.commit(clones[2], "topic")
    # A local branch that is called as the remote's is: what is ahead of the one is not ahead of the other.
    builder.git(clones[3], "branch", "-q", "origin/main", "HEAD~1")
    for key, value in (
        ("branch.main.remote", "."),
        ("branch.main.merge", "refs/heads/origin/main"),
        ("remote.pushDefault", "origin"),
        ("push.default", "current"),
        ("core.warnAmbiguousRefs", "false"),
    ):
        builder.git(clones[3], "config", key, value)
    builder.conflict(repos[0])
    builder.git(repos[1], "switch", "-q", "--detach")
    bare = builder.repository("bare", commits=0, bare=True)
    everything = [*repos, *clones, bare]
    moment = datetime.now().astimezone()  # ages are told
    made = pane(context(now=lambda: moment), *everything)
    first = await facts(made)
    assert await facts(made) == first
    assert (first["clone3"].ahead, first["clone3"].push_ahead) == (1, 0)
    monkeypatch.setattr(Observer, "lanes", lambda self, before: [])
    monkeypatch.setattr(Observer, "first_lanes", lambda self, targets: [])
    assert await facts(pane(context(now=lambda: moment), *everything)) == first


async def test_nothing_that_hung_is_left_running(
    repos: list[Path], context: Make, git: Misbehaving, short: None, tmp_path: Path
) -> None:
    made = pane(context(), *repos, repo_timeout=Duration(3))
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
    git.become(f"[ $PPID != {os.getpid()} ] && kill -KILL $PPID", once=once)
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
