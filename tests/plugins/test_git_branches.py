"""Switching overwrites nothing; what pruning deletes was shown, is written down, and comes back."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder, only, pane
from git_hands import aged, asked, content, done, refusal, request

from devdash.api import Level, PaneError
from devdash.engine.context import Context

Make = Callable[..., Context]


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


@pytest.fixture
def work(builder: Builder) -> Path:
    """On main; the branch topic has one file more."""
    folder = builder.repository("work")
    builder.git(folder, "switch", "-q", "-c", "topic")
    builder.commit(folder, "news", "news\n")
    builder.git(folder, "switch", "-q", "main")
    return folder


async def test_switching_takes_changes_along(builder: Builder, context: Make, work: Path) -> None:
    (work / "file0").write_text("edited\n")
    made = pane(context(), work)
    wish = request(made, "switch", "work", branch="topic")
    assert "Takes 1 change along." in str(await asked(made, wish))
    assert (await done(made, "switch", "work", branch="topic")).level is Level.OK
    assert (await only(made)).branch == "topic"
    assert content(work) == {"file0": "edited\n", "news": "news\n"}


async def test_branches_are_completed(builder: Builder, context: Make, work: Path) -> None:
    builder.git(work, "branch", "my-topic")
    made = pane(context(), work)
    (switch,) = [one for one in made.actions() if one.name == "switch"]
    offered = await made.complete(switch, switch.fields[0], "TOP", request(made, "switch", "work"))
    assert list(offered) == ["topic", "my-topic"]


def ignored_in_the_way(builder: Builder, folder: Path) -> None:
    (folder / ".git/info").mkdir(exist_ok=True)
    (folder / ".git/info/exclude").write_text("news\n")
    (folder / "news").write_text("mine\n")


def folder_in_the_way(builder: Builder, folder: Path) -> None:
    ignored_in_the_way(builder, folder)
    (folder / "news").unlink()
    (folder / "news").mkdir()
    (folder / "news/inner").write_text("mine\n")


def hidden_edit(builder: Builder, folder: Path) -> None:
    builder.git(folder, "switch", "-q", "topic")
    builder.commit(folder, "file0", "theirs\n")
    builder.git(folder, "switch", "-q", "main")
    builder.git(folder, "update-index", "--assume-unchanged", "file0")
    (folder / "file0").write_text("mine\n")


@pytest.mark.parametrize("attack", [ignored_in_the_way, folder_in_the_way, hidden_edit])
async def test_switching_overwrites_nothing(
    attack: Callable[[Builder, Path], None], builder: Builder, context: Make, work: Path
) -> None:
    attack(builder, work)
    before = content(work)
    said = await refusal(pane(context(), work), "switch", "work", branch="topic")
    assert "git does not protect" in said
    assert content(work) == before


@pytest.mark.parametrize("attack", [ignored_in_the_way, folder_in_the_way])
def test_plain_git_does_overwrite_it(
    attack: Callable[[Builder, Path], None], builder: Builder, work: Path
) -> None:
    """The attacks above are real."""
    attack(builder, work)
    builder.git(work, "switch", "topic", check=False)
    assert "mine\n" not in content(work).values()


async def test_an_edit_in_the_way_stops_git(builder: Builder, context: Make, work: Path) -> None:
    hidden_edit(builder, work)
    builder.git(work, "update-index", "--no-assume-unchanged", "file0")
    with pytest.raises(PaneError, match="not switched: Your local changes"):
        await done(pane(context(), work), "switch", "work", branch="topic")
    assert (work / "file0").read_text() == "mine\n"


async def test_where_one_cannot_go(builder: Builder, context: Make, work: Path, tmp_path: Path) -> None:
    made = pane(context(), work)
    assert "no local branch --force" in await refusal(made, "switch", "work", branch="--force")
    assert "is on main already" in await refusal(made, "switch", "work", branch="main")
    builder.git(work, "worktree", "add", "-q", str(tmp_path / "beside"), "topic")
    assert "is checked out in" in await refusal(made, "switch", "work", branch="topic")


async def test_commits_that_no_branch_has_are_named(builder: Builder, context: Make, work: Path) -> None:
    builder.git(work, "checkout", "-q", "--detach")
    builder.commit(work, "loose")
    loose = builder.head(work)
    made = pane(context(), work)
    question = await asked(made, request(made, "switch", "work", branch="main"))
    assert question is not None
    assert question.danger
    assert f"git branch NAME {loose} keeps them" in str(question.blocks)
    assert loose in (await done(made, "switch", "work", branch="main")).message


@pytest.fixture
def gone(builder: Builder) -> Path:
    """A clone with two branches whose upstreams are gone: one merged, one with a commit of its own."""
    origin = builder.repository("origin")
    clone = builder.clone(origin, "clone")
    for name in ("merged", "own"):
        builder.git(clone, "switch", "-q", "-c", name)
        builder.git(clone, "push", "-q", "-u", "origin", name)
    builder.commit(clone, "precious", "precious\n")
    builder.git(clone, "switch", "-q", "main")
    builder.git(origin, "branch", "-q", "-D", "merged", "own")
    builder.git(clone, "fetch", "-q", "--prune")
    return clone


def branches(builder: Builder, folder: Path) -> list[str]:
    return builder.git(folder, "branch", "--format=%(refname:short)").splitlines()


async def test_pruned_branches_were_shown_and_come_back(
    builder: Builder, context: Make, gone: Path, tmp_path: Path
) -> None:
    made = pane(context(name="git"), gone)
    own = builder.git(gone, "rev-parse", "own")
    question = await asked(made, request(made, "prune-gone", "clone"))
    assert question is not None
    assert question.danger
    assert f"own at {own}, upstream origin/own is gone; nothing else has:" in str(question.blocks)
    assert "its commits are elsewhere too" in str(question.blocks)
    assert "Write precious" in str(question.blocks)
    outcome = await done(made, "prune-gone", "clone")
    assert outcome.message == "Deleted 2 branches of clone."
    assert branches(builder, gone) == ["main"]
    lines = (tmp_path / "state/git/removed.jsonl").read_text().splitlines()
    back = {entry["name"]: entry["back"] for entry in map(json.loads, lines)}
    assert back["own"] == f"git branch own {own}"
    assert back["own"] in str(outcome.blocks)
    builder.git(gone, *back["own"].split()[1:])
    assert builder.git(gone, "show", "own:precious") == "precious"
    assert builder.git(gone, "config", "branch.own.merge") == "refs/heads/own"


async def test_a_branch_that_moves_after_the_question_stays(
    builder: Builder, context: Make, gone: Path
) -> None:
    made = pane(context(), gone)
    wish = request(made, "prune-gone", "clone")
    await asked(made, wish)
    builder.git(gone, "branch", "-q", "-f", "merged", "own")
    with pytest.raises(PaneError, match="changed since it was shown"):
        await made.act(wish)
    assert branches(builder, gone) == ["main", "merged", "own"]


async def test_what_is_checked_out_stays(builder: Builder, context: Make, gone: Path, tmp_path: Path) -> None:
    builder.git(gone, "worktree", "add", "-q", str(tmp_path / "beside"), "own")
    await done(pane(context(), gone), "prune-gone", "clone")
    assert branches(builder, gone) == ["main", "own"]
    assert "under way on them: own" in await refusal(pane(context(), gone), "prune-gone", "clone")


async def test_what_cannot_be_written_down_is_not_deleted(
    builder: Builder, context: Make, gone: Path, tmp_path: Path
) -> None:
    made = pane(context(name="git"), gone)
    (tmp_path / "state").write_text("a file where the folder should be\n")
    with pytest.raises(PaneError, match="could not be written down"):
        await done(made, "prune-gone", "clone")
    assert branches(builder, gone) == ["main", "merged", "own"]


async def test_a_branch_whose_name_is_no_utf_8_is_pruned_like_any_other(
    builder: Builder, context: Make, gone: Path
) -> None:
    odd = os.fsdecode(b"caf\xe9")
    builder.git(gone, "branch", "-q", "-m", "own", odd)
    await done(pane(context(), gone), "prune-gone", "clone")
    assert branches(builder, gone) == ["main"]


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("visited", [True, False])
async def test_what_is_pruned_outlasts_git_s_own_cleaning_up(
    packed: bool, visited: bool, builder: Builder, context: Make, gone: Path
) -> None:
    """git counts its two weeks from when something was written, which may be long ago.

    Args:
        visited: HEAD is at the commit by itself, and goes away from it afterwards.
    """
    own = builder.git(gone, "rev-parse", "own")
    if visited:
        builder.git(gone, "checkout", "-q", "--detach", own)
    if packed:
        builder.git(gone, "repack", "-q", "-a", "-d")
    aged(gone)
    await done(pane(context(), gone), "prune-gone", "clone")
    builder.git(gone, "switch", "-q", "main")
    builder.git(gone, "reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all")
    builder.git(gone, "-c", "gc.pruneExpire=2.weeks.ago", "gc", "-q")
    assert builder.git(gone, "show", f"{own}:precious") == "precious"


@pytest.mark.parametrize("how", ["rebase", "rebase --apply", "rebase --update-refs", "bisect"])
@pytest.mark.parametrize("linked", [False, True], ids=["here", "in a worktree"])
async def test_a_gone_branch_that_git_is_in_the_middle_of_stays(
    how: str, linked: bool, builder: Builder, context: Make
) -> None:
    """No work tree is at it then, as far as git lists them; and the operation could not end without it."""
    clone = builder.clone(builder.repository("origin"), "clone")
    builder.git(clone, "switch", "-q", "-c", "gone")
    builder.commit(clone, "clash", "mine\n")
    builder.git(clone, "push", "-q", "-u", "origin", "gone")
    builder.git(clone, "push", "-q", "origin", "--delete", "gone")
    builder.git(clone, "switch", "-q", "main")
    builder.commit(clone, "clash", "ours\n")
    where = clone
    if linked:
        where = builder.root / "linked"
        builder.git(clone, "worktree", "add", "-q", "--detach", str(where))
    if how == "bisect":
        builder.git(where, "switch", "-q", "gone")
        builder.git(where, "bisect", "start", "HEAD", "HEAD~1")
        builder.git(where, "checkout", "-q", "--detach")
    elif how.endswith("--update-refs"):
        builder.git(where, "switch", "-q", "-c", "above", "gone")
        builder.commit(where, "more")
        builder.git(where, *how.split(), "main", check=False)
    else:
        builder.git(where, *how.split(), "main", "gone", check=False)
    assert "gone" in await refusal(pane(context(), clone), "prune-gone", "clone")
    assert "gone" in builder.git(clone, "branch", "--format=%(refname:short)").split()


@pytest.fixture
def partly(builder: Builder) -> Path:
    """A clone without contents, behind its origin; there and on topic file0 is gone and something is new."""
    origin = builder.repository("origin")
    builder.git(origin, "config", "uploadpack.allowFilter", "true")
    clone = builder.root / "partly"
    builder.git(builder.root, "clone", "-q", "--filter=blob:none", f"file://{origin}", str(clone))
    builder.git(origin, "rm", "-q", "file0")
    builder.commit(origin, "new")
    builder.git(origin, "branch", "topic")
    builder.git(clone, "fetch", "-q")
    builder.git(clone, "branch", "topic", "origin/topic")
    return clone


@pytest.mark.parametrize("action", ["switch", "fast-forward"])
async def test_a_partial_clone_that_lacks_contents_is_left_as_it_was(
    action: str, builder: Builder, context: Make, partly: Path
) -> None:
    """git takes old files away before it finds out that new ones are not to be had."""
    made = pane(context(), partly)
    values = {"branch": "topic"} if action == "switch" else {}
    assert "lacks the contents of 1 of the files" in await refusal(made, action, "partly", **values)
    assert (content(partly), builder.git(partly, "status", "--porcelain")) == ({"file0": "0\n"}, "")
    builder.git(partly, "cat-file", "blob", "topic:new")
    assert (await done(made, action, "partly", **values)).level is Level.OK
    assert content(partly) == {"new": "text\n"}
