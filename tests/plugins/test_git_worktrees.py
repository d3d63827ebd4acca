"""Worktrees are made where nothing is, and removed only when nothing but commits is in them."""

import asyncio
import itertools
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder, only, pane, read, repositories
from git_hands import aged, asked, content, done, refusal, request

from devdash.api import Level
from devdash.engine.context import Context
from devdash_git.states import Kind

Make = Callable[..., Context]


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


@pytest.fixture
def work(builder: Builder) -> Path:
    folder = builder.repository("work")
    builder.git(folder, "branch", "topic")
    return folder


@pytest.fixture
def beside(builder: Builder, work: Path) -> Path:
    """A linked worktree with the branch topic."""
    folder = builder.root / "beside"
    builder.git(work, "worktree", "add", "-q", str(folder), "topic")
    return folder


async def test_a_branch_gets_a_folder(builder: Builder, context: Make, work: Path) -> None:
    """One that is there, and a new one; a scan finds both at once."""
    made = pane(context(), scan=(builder.root,))
    assert set(repositories(await read(made))) == {"work"}
    await done(made, "worktree", "work", branch="topic")
    await done(made, "worktree", "work", branch="fix/new", folder="../elsewhere")
    found = repositories(await read(made))
    assert {name: facts.branch for name, facts in found.items()} == {
        "work": "main",
        "work-topic": "topic",
        "elsewhere": "fix/new",
    }
    assert found["elsewhere"].kind is Kind.WORKTREE


async def test_what_is_offered(builder: Builder, context: Make, work: Path) -> None:
    made = pane(context(), work)
    (create,) = [one for one in made.actions() if one.name == "worktree"]
    draft = request(made, "worktree", "work", branch="topic")
    assert list(await made.complete(create, create.fields[0], "", draft)) == ["topic"]
    (value,) = await made.fill(create, draft, create.fields[0])
    assert (value.name, value.value) == ("folder", str(builder.root / "work-topic"))


@pytest.mark.parametrize(
    ("branch", "folder", "said"),
    [
        ("topic", "..", "is there already"),
        ("topic", ".git/inside", "inside git's own folder"),
        ("topic", "../no/such", "has no folder to be in"),
        ("main", "../new", "is checked out in"),
        ("--detach", "../new", "cannot be the name of a branch"),
        ("a..b", "../new", "cannot be the name of a branch"),
    ],
)
async def test_where_none_is_made(
    branch: str, folder: str, said: str, builder: Builder, context: Make, work: Path
) -> None:
    made = pane(context(), work)
    assert said in await refusal(made, "worktree", "work", branch=branch, folder=folder)
    assert not (builder.root / "new").exists()


async def test_a_clean_one_is_removed_and_comes_back(
    builder: Builder, context: Make, work: Path, beside: Path
) -> None:
    made = pane(context(), beside)
    outcome = await done(made, "remove-worktree", "beside")
    assert outcome.level is Level.OK
    assert not beside.exists()
    back = f"git worktree add {beside} topic"
    assert back in outcome.message
    builder.git(work, *back.split()[1:])
    assert (await only(pane(context(), beside))).branch == "topic"


def changed(builder: Builder, folder: Path) -> None:
    (folder / "file0").write_text("mine\n")


def untracked(builder: Builder, folder: Path) -> None:
    (folder / "mine").write_text("mine\n")


def ignored(builder: Builder, folder: Path) -> None:
    exclude = builder.root / "work/.git/info/exclude"
    exclude.parent.mkdir(exist_ok=True)
    exclude.write_text("mine\n")
    untracked(builder, folder)


def hidden(builder: Builder, folder: Path) -> None:
    builder.git(folder, "update-index", "--assume-unchanged", "file0")
    changed(builder, folder)


def nested(builder: Builder, folder: Path) -> None:
    builder.git(folder, "init", "-q", "nested")
    (folder / "nested/mine").write_text("mine\n")


def staged(builder: Builder, folder: Path) -> None:
    untracked(builder, folder)
    builder.git(folder, "add", "mine")


def locked(builder: Builder, folder: Path) -> None:
    builder.git(folder, "worktree", "lock", str(folder))


def half_done(builder: Builder, folder: Path) -> None:
    builder.git(folder, "bisect", "start")


def referred(builder: Builder, folder: Path) -> None:
    builder.git(folder, "update-ref", "refs/worktree/mine", "HEAD")


@pytest.mark.parametrize(
    "attack", [changed, untracked, ignored, hidden, nested, staged, locked, half_done, referred]
)
async def test_nothing_is_removed_with_it(
    attack: Callable[[Builder, Path], None], builder: Builder, context: Make, beside: Path
) -> None:
    attack(builder, beside)
    before = content(beside)
    await refusal(pane(context(), beside), "remove-worktree", "beside")
    assert content(beside) == before


@pytest.mark.parametrize("attack", [ignored, hidden])
def test_plain_git_does_remove_it(
    attack: Callable[[Builder, Path], None], builder: Builder, work: Path, beside: Path
) -> None:
    """The attacks above are real."""
    attack(builder, beside)
    builder.git(work, "worktree", "remove", str(beside))
    assert not beside.exists()


async def test_commits_that_only_it_has_are_named_and_written_down(
    builder: Builder, context: Make, work: Path, beside: Path, tmp_path: Path
) -> None:
    builder.git(beside, "checkout", "-q", "--detach")
    builder.commit(beside, "loose")
    loose = builder.head(beside)
    made = pane(context(name="git"), beside)
    question = await asked(made, request(made, "remove-worktree", "beside"))
    assert question is not None
    assert f"git branch NAME {loose} keeps them" in str(question.blocks)
    await done(made, "remove-worktree", "beside")
    assert loose in (tmp_path / "state/git/removed.jsonl").read_text()
    builder.git(work, "branch", "again", loose)
    assert builder.git(work, "show", "again:loose") == "text"


async def test_what_only_it_has_outlasts_git_s_own_cleaning_up(
    builder: Builder, context: Make, work: Path, beside: Path
) -> None:
    """git counts its two weeks from when something was written, which may be long ago."""
    builder.git(beside, "checkout", "-q", "--detach")
    builder.commit(beside, "loose")
    loose = builder.head(beside)
    aged(work)
    await done(pane(context(), beside), "remove-worktree", "beside")
    builder.git(work, "-c", "gc.pruneExpire=2.weeks.ago", "gc", "-q")
    assert builder.git(work, "show", f"{loose}:loose") == "text"


async def test_the_main_one_is_never_removed(builder: Builder, context: Make, work: Path) -> None:
    assert "is no linked worktree" in await refusal(pane(context(), work), "remove-worktree", "work")


async def test_worktrees_of_one_repository_take_turns_with_the_stash_that_they_share(
    builder: Builder, context: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries go by their number: one that is dropped here must not be another that came there meanwhile."""
    main = builder.repository("main", commits=2)
    linked = builder.root / "linked"
    builder.git(main, "worktree", "add", "-q", str(linked), "-b", "side")
    (main / "file0").write_text("old\n")
    builder.git(main, "stash", "push", "-q")
    (linked / "file1").write_text("fresh\n")
    made = pane(context(), main, linked)
    wishes = [request(made, "unstash", "main"), request(made, "stash", "linked", message="fresh")]
    for wish in wishes:
        await asked(made, wish)
    calls = tmp_path / "calls"
    script = tmp_path / "bin/git"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\necho "$2" >> {calls}\nexec {shutil.which("git")} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")
    first = asyncio.create_task(made.act(wishes[0]))
    while not calls.exists():  # it has its turn
        await asyncio.sleep(0.001)
    outcomes = await asyncio.gather(first, made.act(wishes[1]))
    assert [outcome.level for outcome in outcomes] == [Level.OK, Level.OK]
    assert [folder for folder, _ in itertools.groupby(calls.read_text().split())] == [str(main), str(linked)]
    assert builder.git(main, "stash", "list", "--format=%gs") == "On side: fresh"
    assert (main / "file0").read_text() == "old\n"
