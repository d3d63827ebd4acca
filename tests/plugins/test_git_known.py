"""What is known of a repository is not looked at again, unless something says that it may be different."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from git_builder import Builder, pane, read, repositories

from devdash.engine.context import Context
from devdash_git import together
from devdash_git.facts import RepositoryFacts
from devdash_git.identity import look, same
from devdash_git.problems import AccessProblem

Make = Callable[..., Context]
Change = Callable[[Builder, Path], object]

LONG_AGO = (1_700_000_000, 1_700_000_000)


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


def _elsewhere(builder: Builder, folder: Path) -> None:
    """.git lies where another one was made."""
    (folder / ".git").rename(folder / "old")
    builder.git(folder, "init", "-q")


def _behind_a_link(builder: Builder, folder: Path) -> None:
    (folder / ".git").rename(folder.with_name("moved"))
    (folder / ".git").symlink_to(folder.with_name("moved"))


def _another(builder: Builder, folder: Path) -> None:
    folder.rename(folder.with_name("before"))
    builder.repository(folder.name)


def _common(builder: Builder, folder: Path) -> None:
    """What makes git take another folder for the one that worktrees share."""
    builder.repository("other")
    (folder / ".git/commondir").write_text(str(folder.with_name("other") / ".git"))


CHANGES: dict[str, Change] = {
    "nothing": lambda builder, folder: None,
    "an edit": lambda builder, folder: (folder / "file0").write_text("edited"),
    "a commit": lambda builder, folder: builder.commit(folder),
    "its config": lambda builder, folder: builder.git(folder, "config", "a.b", "c"),
    "a config for worktrees": lambda builder, folder: (folder / ".git/config.worktree").write_text("[a]\n"),
    "another .git": _elsewhere,
    "a link": _behind_a_link,
    "another repository": _another,
    "another common folder": _common,
    "no HEAD": lambda builder, folder: (folder / ".git/HEAD").unlink(),
    "no refs": lambda builder, folder: (folder / ".git/refs").rename(folder / "refs"),
    "no .git": lambda builder, folder: (folder / ".git").rename(folder / "old"),
    "nothing there": lambda builder, folder: folder.rename(folder.with_name("gone")),
}


ANYWHERE = ("nothing", "another repository", "nothing there")


@pytest.mark.parametrize(
    ("kind", "name"),
    [("usual", name) for name in CHANGES]
    + [(kind, name) for kind in ("linked", "bare") for name in ANYWHERE],
)
def test_the_short_look_is_as_strict_as_the_long_one(builder: Builder, kind: str, name: str) -> None:
    """But for what git itself refuses, and is told by whoever asks it alone."""
    main = builder.repository("main")
    folder = main
    if kind == "linked":
        folder = main.with_name("linked")
        builder.git(main, "worktree", "add", "-q", str(folder), "-b", "linked")
    elif kind == "bare":
        folder = builder.repository("bare", commits=0, bare=True)
    before = look(folder)
    CHANGES[name](builder, folder)
    try:
        still = look(folder) == before
    except AccessProblem:
        still = False
    gone = name in ("no HEAD", "no refs")  # of which git itself says that there is no repository then
    assert same(before, folder) is (still and not gone)


def test_a_link_that_leads_to_another_folder_is_noticed(builder: Builder, tmp_path: Path) -> None:
    one, two = builder.repository("one"), builder.repository("two")
    link = tmp_path / "link"
    link.symlink_to(one)
    before = look(link)
    assert same(before, link)
    link.unlink()
    link.symlink_to(two)
    assert not same(before, link)


NAMES = ("one", "two", "three")


def stashed(builder: Builder, folder: Path) -> None:
    """Two entries, of two days."""
    for day in (3, 4):
        (folder / "file0").write_text(f"edited on day {day}")
        builder.env["GIT_COMMITTER_DATE"] = f"2026-01-0{day}T00:00:00+00:00"
        builder.git(folder, "stash", "-q")


@pytest.fixture
def repos(builder: Builder) -> list[Path]:
    """Clones that have stood still for long, but for what is done in them then; each with two stashes."""
    origin = builder.repository("origin", commits=3)
    found = [builder.clone(origin, name) for name in NAMES]
    for folder in found:
        stashed(builder, folder)
        for path in (folder / ".git").rglob("*"):
            os.utime(path, LONG_AGO)
    return found


async def told(made: object) -> dict[str, RepositoryFacts]:
    return repositories(await read(made))


def _rebase(builder: Builder, folder: Path) -> None:
    builder.env["GIT_SEQUENCE_EDITOR"] = "sed -i s/^pick/edit/"
    builder.git(folder, "rebase", "-q", "-i", "HEAD~2")


STEPS: dict[str, Change] = {
    "the older stash is dropped": lambda builder, folder: builder.git(folder, "stash", "drop", "stash@{1}"),
    "a line is out of its log": lambda builder, folder: builder.git(folder, "reflog", "delete", "stash@{1}"),
    "all stashes are dropped": lambda builder, folder: builder.git(folder, "stash", "clear"),
    "another branch": lambda builder, folder: builder.git(folder, "switch", "-q", "-c", "topic"),
    "a fetch": lambda builder, folder: builder.git(folder, "fetch", "-q"),
    "a bisect": lambda builder, folder: builder.git(folder, "bisect", "start"),
    "a rebase": _rebase,
    "a lock": lambda builder, folder: (folder / ".git/index.lock").touch(),
}


@pytest.mark.parametrize("name", STEPS)
async def test_what_files_tell_is_told_anew_when_it_may_be_different(
    builder: Builder, repos: list[Path], context: Make, name: str
) -> None:
    moment = datetime.now().astimezone()
    made = pane(context(now=lambda: moment), *repos)
    before = await told(made)
    STEPS[name](builder, repos[1])
    found = await told(made)
    assert found == await told(pane(context(now=lambda: moment), *repos))
    assert found != before


async def test_each_step_of_a_rebase_is_told(builder: Builder, repos: list[Path], context: Make) -> None:
    """What it writes lies in a folder whose time stands still."""
    _rebase(builder, repos[1])
    for path in (repos[1] / ".git").rglob("*"):
        os.utime(path, LONG_AGO)
    made = pane(context(), *repos)
    assert (await told(made))["two"].operation == "rebase 1/2"
    (repos[1] / ".git/rebase-merge/msgnum").write_text("2")
    assert (await told(made))["two"].operation == "rebase 2/2"


async def test_nothing_is_read_again_where_all_stands_still(
    repos: list[Path], context: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = pane(context(), *repos)
    before = await told(made)
    read_again: list[Path] = []

    def counted(identity: object, *more: object) -> object:
        read_again.append(identity)
        return files_of(identity, *more)

    files_of = together.files_of
    monkeypatch.setattr(together, "files_of", counted)
    (repos[0] / "file1").write_text("edited")
    found = await told(made)
    assert (found["one"].unstaged, read_again) == (1, [])
    assert found["two"] == before["two"]
