"""A lookout, which looks at half the paths, sees all that a whole glance sees."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder

from devdash_git import glance as glancing
from devdash_git.glance import Glance, glance
from devdash_git.identity import look
from devdash_git.lookout import Lookout

Git = Callable[..., str]

LONG_AGO = (1_700_000_000, 1_700_000_000)


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


def settled(folder: Path) -> tuple[Glance, Lookout]:
    """A lookout that has looked already, at a repository in which nothing has happened for long."""
    inside = [Path(below) / name for below, _, names in os.walk(folder / ".git") for name in (".", *names)]
    for path in (folder, *inside):
        os.utime(path, LONG_AGO)
    seen = glance(look(folder))
    lookout = Lookout(seen)
    assert lookout.still()
    return seen, lookout


def write(path: Path, text: str = "x\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def add(path: Path) -> None:
    """As an editor does that writes in place."""
    path.write_text(f"{path.read_text()}# x\n")


CHANGES: dict[str, Callable[[Git, Path], object]] = {
    "commit": lambda git, folder: git(folder, "commit", "-q", "--allow-empty", "-m", "x"),
    "amend": lambda git, folder: git(folder, "commit", "-q", "--amend", "--allow-empty", "-m", "y"),
    "stage": lambda git, folder: git(folder, "rm", "-q", "--cached", "file0"),
    "switch": lambda git, folder: git(folder, "switch", "-q", "other"),
    "detach": lambda git, folder: git(folder, "switch", "-q", "--detach"),
    "branch": lambda git, folder: git(folder, "branch", "-q", "new"),
    "branch called index": lambda git, folder: git(folder, "branch", "-q", "index/b", "other"),
    "branch moved": lambda git, folder: git(folder, "branch", "-q", "-f", "HEAD/a", "main"),
    "nested branch": lambda git, folder: git(folder, "branch", "-q", "a/b/c"),
    "branch deleted": lambda git, folder: git(folder, "branch", "-q", "-D", "packed"),
    "refs packed": lambda git, folder: git(folder, "pack-refs", "--all"),
    "remote branch": lambda git, folder: git(folder, "update-ref", "refs/remotes/origin/main", "other"),
    "stash": lambda git, folder: (write(folder / "file0"), git(folder, "stash", "-q")),
    "stash dropped": lambda git, folder: git(folder, "stash", "drop", "-q"),
    "conflict": lambda git, folder: git(folder, "merge", "clash", check=False),
    "rebase": lambda git, folder: git(folder, "rebase", "clash", check=False),
    "bisect": lambda git, folder: git(folder, "bisect", "start"),
    "fetch": lambda git, folder: git(folder, "fetch", "-q"),
    "config by hand": lambda git, folder: add(folder / ".git/config"),
    "exclude by hand": lambda git, folder: add(folder / ".git/info/exclude"),
    "a first fetch": lambda git, folder: write(folder / ".git/FETCH_HEAD"),
    "lock": lambda git, folder: write(folder / ".git/index.lock"),
    "sparse": lambda git, folder: git(folder, "sparse-checkout", "set", "--cone", "x"),
    "worktree": lambda git, folder: git(folder, "worktree", "add", "-q", "../beside", "other"),
    "config of a worktree": lambda git, folder: write(folder / ".git/config.worktree"),
    "new file": lambda git, folder: write(folder / "new"),
    "another repository": lambda git, folder: exchanged(folder),
    "gone": lambda git, folder: (folder / ".git").rename(folder / "git"),
}


def exchanged(folder: Path) -> None:
    folder.rename(folder.with_name("old"))
    folder.with_name("spare").rename(folder)


@pytest.mark.parametrize("name", CHANGES)
def test_it_sees_what_a_whole_glance_sees(builder: Builder, name: str) -> None:
    clone = builder.clone(builder.repository("origin"), "clone")
    for branch in ("packed", "other", "clash"):
        builder.git(clone, "switch", "-q", "-c", branch, "main")
        builder.commit(clone, "file0", branch)
    builder.git(clone, "pack-refs", "--all")
    for branch in ("index/a", "HEAD/a"):
        builder.git(clone, "branch", "-q", branch, "clash")
    builder.git(clone, "switch", "-q", "main")
    builder.git(clone, "merge", "-q", "other")
    (clone / "file0").write_text("put aside")
    builder.git(clone, "stash", "-q")
    write(clone / ".git/info/exclude")
    builder.repository("spare")
    seen, lookout = settled(clone)
    CHANGES[name](builder.git, clone)
    assert not seen.still()
    assert not lookout.still()


@pytest.mark.parametrize("kind", ["worktree", "bare"])
def test_it_sees_a_commit_in_other_kinds(builder: Builder, kind: str) -> None:
    if kind == "bare":
        folder = builder.repository("bare", commits=0, bare=True)
        tree = builder.git(folder, "mktree")
        commit = builder.git(folder, "commit-tree", "-m", "x", tree)
        change: tuple[str, ...] = ("update-ref", "refs/heads/main", commit)
    else:
        main = builder.repository("main")
        folder = builder.root / "linked"
        builder.git(main, "worktree", "add", "-q", "-b", "linked", str(folder))
        change = ("commit", "-q", "--allow-empty", "-m", "x")
    lookout = Lookout(glance(look(folder)))
    assert lookout.still()
    builder.git(folder, *change)
    assert not lookout.still()


def test_a_lock_that_came_and_went_is_no_change_and_looks_are_few_again(
    builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = builder.repository("work")
    _, lookout = settled(folder)
    write(folder / ".git/index.lock")
    (folder / ".git/index.lock").unlink()
    os.utime(folder / ".git", (1_700_000_100, 1_700_000_100))
    whole: list[str] = []
    mark = glancing._mark
    monkeypatch.setattr(glancing, "_mark", lambda path: (whole.append(path), mark(path))[1])
    assert lookout.still()
    assert whole
    whole.clear()
    assert lookout.still()
    assert not whole


def test_times_that_may_not_have_moved_yet_are_not_relied_on(builder: Builder) -> None:
    """A file system's clock ticks: what changes in the tick of the look leaves the time as it is."""
    folder = builder.repository("work")
    lookout = Lookout(glance(look(folder)))
    assert lookout.still()
    moment = (folder / ".git").stat()
    builder.git(folder, "rm", "-q", "--cached", "file0")
    os.utime(folder / ".git", ns=(moment.st_atime_ns, moment.st_mtime_ns))
    assert not lookout.still()
