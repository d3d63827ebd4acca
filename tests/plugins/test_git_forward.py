"""Fast-forwarding brings what was shown, makes no commit, and overwrites nothing that is the person's."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder, only, pane
from git_hands import asked, content, done, refusal, request

from devdash.api import Level, PaneError, Table
from devdash.engine.context import Context
from devdash_git.states import Sync

Make = Callable[..., Context]


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


@pytest.fixture
def behind(builder: Builder) -> Path:
    """A clone that is one commit behind, and knows it."""
    origin = builder.repository("origin")
    clone = builder.clone(origin, "clone")
    builder.commit(origin, "news", "news\n")
    builder.git(clone, "fetch", "-q")
    return clone


async def test_it_brings_what_was_shown(builder: Builder, context: Make, behind: Path) -> None:
    """Edits in other files stay as they are."""
    (behind / "file0").write_text("dirty\n")
    made = pane(context(), behind)
    question = await asked(made, request(made, "fast-forward", "clone"))
    assert question is not None
    (table,) = question.blocks
    assert isinstance(table, Table)
    assert "main to origin/main" in table.heading
    assert "1 commit, 1 file" in table.heading
    assert [row.cells[-1].text for row in table.rows] == ["(origin/main, origin/HEAD) Write news"]
    outcome = await done(made, "fast-forward", "clone")
    assert (outcome.level, outcome.message) == (Level.OK, "Fast-forwarded clone.")
    assert builder.head(behind) == builder.head(builder.root / "origin")
    assert content(behind) == {"file0": "dirty\n", "news": "news\n"}
    assert (await only(made)).sync is Sync.IN_SYNC


async def test_what_changed_after_the_question_is_not_done(
    builder: Builder, context: Make, behind: Path
) -> None:
    """The yes was for other commits."""
    made = pane(context(), behind)
    wish = request(made, "fast-forward", "clone")
    await asked(made, wish)
    builder.commit(builder.root / "origin", "more")
    builder.git(behind, "fetch", "-q")
    before = builder.head(behind)
    with pytest.raises(PaneError, match="changed since it was shown"):
        await made.act(wish)
    assert builder.head(behind) == before


def ignored_in_the_way(builder: Builder, clone: Path) -> None:
    (clone / ".git/info").mkdir(exist_ok=True)
    (clone / ".git/info/exclude").write_text("news\n")
    (clone / "news").write_text("mine\n")


def untracked_in_the_way(builder: Builder, clone: Path) -> None:
    (clone / "news").write_text("mine\n")


def folder_in_the_way(builder: Builder, clone: Path) -> None:
    (clone / ".git/info").mkdir(exist_ok=True)
    (clone / ".git/info/exclude").write_text("news/\n")
    (clone / "news").mkdir()
    (clone / "news/mine").write_text("mine\n")


def hidden_edit(builder: Builder, clone: Path) -> None:
    origin = builder.root / "origin"
    builder.commit(origin, "file0", "theirs\n")
    builder.git(clone, "fetch", "-q")
    builder.git(clone, "update-index", "--assume-unchanged", "file0")
    (clone / "file0").write_text("mine\n")


def edit(builder: Builder, clone: Path) -> None:
    builder.commit(builder.root / "origin", "file0", "theirs\n")
    builder.git(clone, "fetch", "-q")
    (clone / "file0").write_text("mine\n")


LOSING = [ignored_in_the_way, untracked_in_the_way, folder_in_the_way, hidden_edit]


@pytest.mark.parametrize("attack", LOSING)
async def test_nothing_local_is_overwritten(
    attack: Callable[[Builder, Path], None], builder: Builder, context: Make, behind: Path
) -> None:
    attack(builder, behind)
    before, head = content(behind), builder.head(behind)
    assert "git does not protect" in await refusal(pane(context(), behind), "fast-forward", "clone")
    assert (content(behind), builder.head(behind)) == (before, head)


async def test_an_edit_that_would_be_lost_stops_git(builder: Builder, context: Make, behind: Path) -> None:
    """git says so itself; nothing moves, not even what could."""
    edit(builder, behind)
    before, head = content(behind), builder.head(behind)
    with pytest.raises(PaneError, match=r"not fast-forwarded: Your local changes .* would be overwritten"):
        await done(pane(context(), behind), "fast-forward", "clone")
    assert (content(behind), builder.head(behind)) == (before, head)


async def test_states_in_which_it_is_refused(builder: Builder, context: Make, behind: Path) -> None:
    made = pane(context(), behind)
    (behind / ".git/index.lock").touch()
    assert "index.lock" in await refusal(made, "fast-forward", "clone")
    (behind / ".git/index.lock").unlink()
    (behind / ".git/MERGE_HEAD").write_text(builder.head(behind))
    assert "a merge is under way" in await refusal(made, "fast-forward", "clone")
    (behind / ".git/MERGE_HEAD").unlink()
    builder.git(behind, "config", "branch.main.mergeoptions", "--no-ff")
    assert "merge options" in await refusal(made, "fast-forward", "clone")
    builder.git(behind, "config", "--unset", "branch.main.mergeoptions")
    builder.commit(behind, "mine")
    assert "has diverged: 1 ahead, 1 behind" in await refusal(made, "fast-forward", "clone")
    builder.git(behind, "branch", "--unset-upstream")
    assert "has no upstream" in await refusal(made, "fast-forward", "clone")
    builder.git(behind, "checkout", "-q", "--detach")
    assert "is on no branch" in await refusal(made, "fast-forward", "clone")


async def test_all_that_are_behind_go_forward_and_the_others_are_named(
    builder: Builder, context: Make, behind: Path
) -> None:
    origin = builder.root / "origin"
    current = builder.clone(origin, "current")
    diverged = builder.clone(origin, "diverged")
    builder.git(diverged, "reset", "-q", "--hard", "HEAD~1")
    builder.commit(diverged, "mine")
    bare = builder.repository("bare.git", bare=True, commits=0)
    merging = builder.clone(origin, "merging")
    builder.conflict(merging)
    made = pane(context(), behind, current, diverged, bare, merging)
    outcome = await done(made, "fast-forward")
    assert (outcome.level, outcome.message) == (Level.ATTENTION, "Fast-forwarded 1 repository; 1 not.")
    assert "diverged has diverged" in str(outcome.blocks)
    assert builder.head(behind) == builder.head(origin)


@pytest.mark.parametrize(
    ("key", "value"), [("merge.evil.driver", "evil"), ("gpg.program", "evil"), ("gpg.ssh.program", "evil")]
)
async def test_programs_that_it_would_run_need_trust(
    key: str, value: str, builder: Builder, context: Make, behind: Path
) -> None:
    builder.git(behind, "config", key, value)
    assert key in await refusal(pane(context(), behind), "fast-forward", "clone")
    await done(pane(context(), behind, trust=(behind,)), "fast-forward", "clone")
    assert builder.head(behind) == builder.head(builder.root / "origin")


async def test_hooks_of_the_repository_do_not_run(builder: Builder, context: Make, behind: Path) -> None:
    hook = behind / ".git/hooks/post-merge"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch ran\n")
    hook.chmod(0o755)
    await done(pane(context(), behind), "fast-forward", "clone")
    assert not (behind / "ran").exists()


@pytest.mark.parametrize("how", ["merge", "rebase", "cherry-pick", "revert", "am", "bisect"])
async def test_the_way_out_of_an_operation_that_is_named_leads_out(
    how: str, builder: Builder, context: Make
) -> None:
    folder = builder.repository("stuck", commits=3)
    if how == "bisect":
        builder.git(folder, "bisect", "start", "HEAD", "HEAD~2")
    elif how == "am":
        patch = builder.git(builder.repository("sender", commits=2), "format-patch", "--stdout", "-1")
        builder.git(folder, "am", check=False, stdin=patch.encode())
    else:
        builder.conflict(folder, how)
    said = await refusal(pane(context(), folder), "fast-forward", "stuck")
    named = re.fullmatch(rf"In stuck an? {how} is under way Finish it, or git (.*)\.", said)
    assert named is not None, said
    builder.git(folder, *named[1].split())
    assert (await only(pane(context(), folder))).operation is None
