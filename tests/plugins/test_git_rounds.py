"""A reading in which nothing changed asks nobody; one in which something did asks git about that alone."""

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from git_builder import Builder, only, pane, read, repositories

from devdash.api import Duration
from devdash.engine.context import Context
from devdash_git import glance as glancing
from devdash_git import rounds
from devdash_git.contact import FetchBook, Record
from devdash_git.problems import FetchFailure
from devdash_git.rounds import LATEST_S, SOONEST_S, due_after, shortest, spread_of
from devdash_git.states import Access

Make = Callable[..., Context]
Git = Callable[..., str]


class Clock:
    """Moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Counted:
    """A context whose programs are counted: the git commands, in order."""

    def __init__(self, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
        self.commands: list[str] = []
        run = context.run

        async def counted(argv: Sequence[str], **more: object) -> object:
            words = " ".join(argv).split()
            self.commands += [word for word in words if word in ("version", "status", "log", "for-each-ref")]
            return await run(argv, **more)

        monkeypatch.setattr(context, "run", counted)

    def taken(self) -> list[str]:
        found, self.commands = self.commands, []
        return found


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def calm(context: Make, clock: Clock) -> Context:
    """The context of readings that nobody asked for."""
    return context(asked=lambda: False, monotonic=clock)


async def test_a_reading_in_which_nothing_changed_runs_no_program(
    builder: Builder, calm: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(calm, monkeypatch)
    made = pane(calm, builder.clone(builder.repository("origin"), "clone"), builder.root / "missing")
    first = await read(made)
    assert "status" in counted.taken()
    assert await read(made) == first
    assert counted.taken() == []


async def test_a_status_by_the_person_is_no_change(
    builder: Builder, calm: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It makes a lock, and takes it away."""
    folder = builder.repository("work")
    os.utime(folder / "file0", (1_700_000_000, 1_700_000_000))  # older than the index: nothing to refresh
    builder.git(folder, "status")
    made = pane(calm, folder)
    await read(made)
    counted = Counted(calm, monkeypatch)
    (folder / ".git/index.lock").touch()
    (folder / ".git/index.lock").unlink()
    builder.git(folder, "status")
    await read(made)
    assert counted.taken() == []


async def test_git_is_asked_about_the_changed_one_alone(
    builder: Builder, calm: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    repos = [builder.repository(name) for name in ("one", "two", "three")]
    made = pane(calm, *repos)
    await read(made)
    counted = Counted(calm, monkeypatch)
    builder.git(repos[1], "switch", "-q", "-c", "topic")
    facts = repositories(await read(made))
    assert [facts[name].branch for name in ("one", "two", "three")] == ["main", "topic", "main"]
    assert counted.taken().count("status") == 1


def lock(folder: Path) -> None:
    (folder / ".git/index.lock").touch()


CHANGES: dict[str, Callable[[Git, Path], object]] = {
    "commit": lambda git, folder: git(folder, "commit", "-q", "--allow-empty", "-m", "x"),
    "stage": lambda git, folder: git(folder, "rm", "-q", "--cached", "file0"),
    "nested branch": lambda git, folder: git(folder, "branch", "-q", "a/b/c", "other"),
    "branch beside a nested one": lambda git, folder: git(folder, "branch", "-q", "deep/x/z", "other"),
    "packed refs": lambda git, folder: git(folder, "branch", "-q", "-D", "packed"),
    "upstream": lambda git, folder: git(folder, "branch", "-q", "--unset-upstream"),
    "remote branch": lambda git, folder: git(folder, "update-ref", "refs/remotes/origin/main", "other"),
    "detach": lambda git, folder: git(folder, "switch", "-q", "--detach"),
    "stash": lambda git, folder: git(folder, "stash", "-q"),
    "conflict": lambda git, folder: (git(folder, "reset", "-q"), git(folder, "merge", "clash", check=False)),
    "bisect": lambda git, folder: git(folder, "bisect", "start"),
    "lock": lambda git, folder: lock(folder),
    "new file": lambda git, folder: (folder / "new").touch(),
    "gone": lambda git, folder: (folder / ".git").rename(folder / "git"),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_what_git_does_is_seen_at_the_next_reading(builder: Builder, calm: Context, name: str) -> None:
    """Each changes the facts, as a reading by somebody who knows nothing sees them."""
    clone = builder.clone(builder.repository("origin"), "clone")
    for branch in ("packed", "other", "clash"):
        builder.git(clone, "switch", "-q", "-c", branch, "main")
        builder.commit(clone, "file0", branch)
    builder.git(clone, "pack-refs", "--all")
    builder.git(clone, "branch", "-q", "deep/x/y", "main")
    builder.git(clone, "switch", "-q", "main")
    builder.git(clone, "merge", "-q", "other")
    (clone / "kept").touch()
    builder.git(clone, "add", "kept")
    made = pane(calm, clone)
    before = await only(made)
    CHANGES[name](builder.git, clone)
    after = await only(made)
    assert after == await only(pane(calm, clone))
    assert after != before


async def test_an_edit_in_the_work_tree_is_seen_when_it_is_time(
    builder: Builder, calm: Context, clock: Clock
) -> None:
    folder = builder.repository("work")
    (folder / "inside").mkdir()
    builder.commit(folder, "inside/file")
    made = pane(calm, folder)
    await read(made)
    (folder / "inside/file").write_text("edited")
    clock.now += SOONEST_S - 1
    assert (await only(made)).unstaged == 0
    clock.now += LATEST_S
    assert (await only(made)).unstaged == 1


async def test_what_looks_different_waits_for_little_of_what_is_merely_due(
    builder: Builder, calm: Context, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often something changes, the others have their turn: the one that was asked longest ago."""
    monkeypatch.setattr(rounds, "BESIDE_S", -1.0)  # what they take is 0 by this clock
    folders = [builder.repository(f"repo{number}") for number in range(5)]
    made = pane(calm, *folders)
    await read(made)
    asked: list[str] = []
    run = calm.run

    async def noted(argv: Sequence[str], **more: object) -> object:
        asked.extend(folder.name for folder in folders if "status" in " ".join(argv) and str(folder) in argv)
        return await run(argv, **more)

    monkeypatch.setattr(calm, "run", noted)
    others = set[str]()
    for number in range(4):
        clock.now += 400
        builder.git(folders[2], "switch", "-q", "-c", f"topic{number}")
        asked.clear()
        assert repositories(await read(made))["repo2"].branch == f"topic{number}"
        assert (len(asked), "repo2" in asked) == (2, True)
        others |= set(asked)
    assert len(others) == 5
    clock.now += 400
    asked.clear()
    await read(made)
    assert len(asked) == 5  # nobody waits for anything


async def test_whoever_asks_is_told_what_is_there_now(builder: Builder, context: Make, clock: Clock) -> None:
    folder = builder.repository("work")
    asked = [False]
    made = pane(context(asked=lambda: asked[0], monotonic=clock), folder)
    await read(made)
    (folder / "file0").write_text("edited")
    asked[0] = True
    assert (await only(made)).unstaged == 1


async def test_a_fetch_by_another_devdash_is_noticed(builder: Builder, calm: Context) -> None:
    """It failed, and left no trace in the repository."""
    clone = builder.clone(builder.repository("origin"), "clone")
    made = pane(calm, clone)
    assert (await only(made)).fetch_error is None
    FetchBook(calm.state_dir).add(
        Record(
            repository=str(clone / ".git"), remote="origin", attempt=calm.now(), failure=FetchFailure.TIMEOUT
        )
    )
    assert (await only(made)).fetch_error is FetchFailure.TIMEOUT


async def test_a_repository_that_comes_back_is_seen_after_a_while(
    builder: Builder, calm: Context, clock: Clock
) -> None:
    made = pane(calm, builder.root / "late")
    assert (await only(made)).access is Access.MISSING
    builder.repository("late")
    clock.now += 31
    assert (await only(made)).access is Access.OK


async def test_a_drive_that_hangs_costs_the_others_nothing(
    builder: Builder, context: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    repos = [builder.repository(name) for name in ("one", "two", "three")]
    made = pane(context(asked=lambda: False), *repos, repo_timeout=Duration(3))
    await read(made)
    released = threading.Event()
    mark = glancing._mark

    def hangs(path: str) -> glancing.Mark:
        if path.startswith(str(repos[1])):
            released.wait()
        return mark(path)

    monkeypatch.setattr(glancing, "_mark", hangs)
    try:
        builder.git(repos[2], "switch", "-q", "-c", "topic")
        facts = repositories(await read(made))
    finally:
        released.set()
    assert [facts[name].access for name in ("one", "two")] == [Access.OK, Access.TIMEOUT]
    assert [facts[name].branch for name in ("one", "two", "three")] == ["main", None, "topic"]


@pytest.mark.parametrize(
    ("everything", "least", "most"), [(0.002, 10, 15), (0.7, 14, 21), (3.0, 60, 90), (21.0, 300, 300)]
)
def test_the_wait_follows_what_asking_costs(everything: float, least: float, most: float) -> None:
    paths = [Path(f"/x/{number}") for number in range(100)]
    waits = [due_after(shortest(everything), spread_of(path)) for path in paths]
    assert min(waits) >= least
    assert max(waits) <= most
    assert most == least or max(waits) - min(waits) > (most - least) / 2


async def test_an_edit_shows_where_the_cursor_comes_to_rest(
    builder: Builder, calm: Context, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing under .git tells of it; the other repository is left alone, and so is this one for a minute."""
    counted = Counted(calm, monkeypatch)
    folders = [builder.repository(name) for name in ("one", "two")]
    made = pane(calm, *folders)
    await read(made)
    for folder in folders:
        (folder / "file0").write_text("edited\n")
    monkeypatch.setattr(calm, "_dwelt", lambda: "two")
    clock.now += 1
    assert repositories(await read(made))["two"].unstaged == 0
    monkeypatch.setattr(calm, "_dwelt", lambda: None)
    await read(made)
    monkeypatch.setattr(calm, "_dwelt", lambda: "two")
    clock.now += 2
    counted.taken()
    facts = repositories(await read(made))
    assert (facts["one"].unstaged, facts["two"].unstaged) == (0, 1)
    assert counted.taken().count("status") == 1
    clock.now += 5
    await read(made)
    assert counted.taken() == []
