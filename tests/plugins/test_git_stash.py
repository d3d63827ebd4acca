"""Stashing and unstashing: what a person had is in the work tree or in the stash, at every moment."""

import os
import shutil
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
def dirty(builder: Builder) -> Path:
    """Staged and unstaged changes in one file, an untracked one, an ignored one."""
    folder = builder.repository("work", commits=2)
    (folder / "file0").write_text("staged\n")
    builder.git(folder, "add", "file0")
    (folder / "file0").write_text("edited\n")
    (folder / "new").write_text("new\n")
    (folder / ".git/info").mkdir(exist_ok=True)
    (folder / ".git/info/exclude").write_text("*.env\n")
    (folder / "my.env").write_text("ignored\n")
    return folder


def entries(builder: Builder, folder: Path) -> list[str]:
    return builder.git(folder, "stash", "list", "--format=%gs").splitlines()


@pytest.mark.parametrize("untracked", ["no", "yes"])
async def test_there_and_back_is_where_one_was(
    untracked: str, builder: Builder, context: Make, dirty: Path
) -> None:
    """What was staged is staged again, and differs from the file as before."""
    before = (
        content(dirty),
        builder.git(dirty, "status", "--porcelain"),
        builder.git(dirty, "show", ":file0"),
    )
    made = pane(context(), dirty)
    outcome = await done(made, "stash", "work", message="half a thought", untracked=untracked)
    assert outcome.level is Level.OK
    facts = await only(made)
    assert (facts.staged, facts.unstaged, facts.untracked) == (0, 0, 0 if untracked == "yes" else 1)
    assert entries(builder, dirty) == ["On main: half a thought"]
    assert (dirty / "my.env").read_text() == "ignored\n"
    outcome = await done(made, "unstash", "work")
    after = (
        content(dirty),
        builder.git(dirty, "status", "--porcelain"),
        builder.git(dirty, "show", ":file0"),
    )
    assert after == before
    assert entries(builder, dirty) == []
    (command,) = [part for part in outcome.message.split(". ") if part.startswith("git stash store")]
    builder.git(dirty, *command.split()[1:4])
    assert entries(builder, dirty) != []


async def test_a_message_is_no_option(builder: Builder, context: Make, dirty: Path) -> None:
    await done(pane(context(), dirty), "stash", "work", message="--all")
    assert entries(builder, dirty) == ["On main: --all"]
    assert (dirty / "my.env").exists()


def unlisted_but_kept(builder: Builder, folder: Path) -> None:
    """Taken out of the index, kept and edited: git 2.39 stashes it, older ones put HEAD's over it."""
    builder.git(folder, "rm", "-q", "--cached", "file1")
    (folder / "file1").write_text("mine\n")


def folder_for_a_file(builder: Builder, folder: Path) -> None:
    (folder / "file1").unlink()
    (folder / "file1").mkdir()
    (folder / "file1/mine.env").write_text("mine\n")


def link_for_a_folder(builder: Builder, folder: Path) -> None:
    (folder / "sub").mkdir()
    builder.commit(folder, "sub/inner")
    shutil.rmtree(folder / "sub")
    (folder / "sub").symlink_to("elsewhere")


def hidden_edit(builder: Builder, folder: Path) -> None:
    builder.git(folder, "update-index", "--assume-unchanged", "file1")
    (folder / "file1").write_text("mine\n")


@pytest.mark.parametrize("untracked", ["no", "yes"])
@pytest.mark.parametrize("attack", [unlisted_but_kept, folder_for_a_file, link_for_a_folder, hidden_edit])
async def test_what_a_stash_would_lose_is_not_stashed(
    attack: Callable[[Builder, Path], None], untracked: str, builder: Builder, context: Make, dirty: Path
) -> None:
    attack(builder, dirty)
    before = content(dirty)
    assert "may lose" in await refusal(pane(context(), dirty), "stash", "work", untracked=untracked)
    assert content(dirty) == before
    assert entries(builder, dirty) == []


@pytest.mark.parametrize("attack", [folder_for_a_file, hidden_edit])
def test_plain_git_does_lose_it(
    attack: Callable[[Builder, Path], None], builder: Builder, dirty: Path
) -> None:
    """The attacks above are real."""
    attack(builder, dirty)
    builder.git(dirty, "stash", check=False)
    assert "mine\n" not in content(dirty).values()
    assert all("mine" not in builder.git(dirty, "show", f"stash:{name}", check=False)
               for name in ("file1", "file1/mine.env"))  # fmt: skip


async def test_nothing_to_stash_and_half_done_things(builder: Builder, context: Make, dirty: Path) -> None:
    made = pane(context(), dirty)
    (dirty / ".git/MERGE_HEAD").write_text(builder.head(dirty))
    assert "a merge is under way" in await refusal(made, "stash", "work")
    (dirty / ".git/MERGE_HEAD").unlink()
    builder.git(dirty, "reset", "-q", "--hard")
    assert "no changes to put aside: only untracked files" in await refusal(made, "stash", "work")
    assert "is empty" in await refusal(made, "unstash", "work")


async def test_a_conflict_keeps_the_entry(builder: Builder, context: Make, dirty: Path) -> None:
    builder.git(dirty, "reset", "-q")
    made = pane(context(), dirty)
    await done(made, "stash", "work")
    builder.commit(dirty, "file0", "committed\n")
    outcome = await done(made, "unstash", "work")
    assert outcome.level is Level.ATTENTION
    assert "entry 0 stays" in outcome.message
    assert len(entries(builder, dirty)) == 1
    assert (await only(made)).conflicts == 1
    assert builder.git(dirty, "show", "stash:file0") == "edited"


def ignored_in_the_way(builder: Builder, folder: Path) -> None:
    (folder / ".git/info/exclude").write_text("*.env\nnew\n")
    (folder / "new").write_text("mine\n")


def edit_in_the_way(builder: Builder, folder: Path) -> None:
    (folder / "file0").write_text("mine\n")


def staged_in_the_way(builder: Builder, folder: Path) -> None:
    (folder / "file1").write_text("mine\n")
    builder.git(folder, "add", "file1")


@pytest.mark.parametrize("attack", [ignored_in_the_way, edit_in_the_way, staged_in_the_way])
async def test_taking_back_overwrites_nothing(
    attack: Callable[[Builder, Path], None], builder: Builder, context: Make, dirty: Path
) -> None:
    made = pane(context(), dirty)
    await done(made, "stash", "work", untracked="yes")
    attack(builder, dirty)
    before = content(dirty)
    await refusal(made, "unstash", "work")
    assert content(dirty) == before
    assert len(entries(builder, dirty)) == 1


async def test_the_entry_that_was_shown_is_the_one_that_is_taken(
    builder: Builder, context: Make, dirty: Path
) -> None:
    """Somebody stashes after the question: entry 0 is another one now."""
    made = pane(context(), dirty)
    await done(made, "stash", "work")
    wish = request(made, "unstash", "work")
    await asked(made, wish)
    (dirty / "file1").write_text("later\n")
    builder.git(dirty, "stash", "push", "-q", "-m", "later")
    with pytest.raises(PaneError, match="changed since it was shown"):
        await made.act(wish)
    assert len(entries(builder, dirty)) == 2
    await done(made, "unstash", "work", entry="1")
    assert entries(builder, dirty) == ["On main: later"]
    assert (dirty / "file0").read_text() == "edited\n"


async def test_an_entry_that_was_taken_back_outlasts_git_s_own_cleaning_up(
    builder: Builder, context: Make, dirty: Path
) -> None:
    """git counts its two weeks from when something was written, which may be long ago."""
    made = pane(context(), dirty)
    await done(made, "stash", "work", untracked="yes")
    aged(dirty)
    entry = builder.git(dirty, "rev-parse", "stash")
    await done(made, "unstash", "work")
    assert entries(builder, dirty) == []
    builder.git(dirty, "-c", "gc.pruneExpire=2.weeks.ago", "gc", "-q")
    assert builder.git(dirty, "show", f"{entry}^3:new") == "new"
    assert builder.git(dirty, "show", f"{entry}^2:file0") == "staged"


@pytest.fixture
def between(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, str], None]:
    """`between("stash drop", before, after)`: shell lines of another git around that command."""

    def meddle(command: str, before: str, after: str) -> None:
        real = shutil.which("git")
        script = tmp_path / "bin/git"
        script.parent.mkdir()
        lines = f'cd "$2"; git() {{ {real} "$@" >&2; }}; {before}\n{real} "$@"; code=$?; {after}\nexit $code'
        script.write_text(f'#!/bin/sh\ncase "$*" in *"{command}"*) {lines};; esac\nexec {real} "$@"\n')
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")

    return meddle


async def test_an_entry_of_another_git_that_was_dropped_instead_is_put_back(
    builder: Builder, context: Make, dirty: Path, between: Callable[[str, str, str], None]
) -> None:
    """Entries go by their number, and another git stashes at that very moment; devdash says what it left."""
    made = pane(context(), dirty)
    await done(made, "stash", "work", message="mine")
    between("stash drop", "echo theirs > file1; git stash push -q -m theirs", ":")
    outcome = await done(made, "unstash", "work")
    assert outcome.level is Level.ATTENTION
    assert entries(builder, dirty) == ["On main: theirs", "On main: mine"]
    assert builder.git(dirty, "show", "stash@{0}:file0") == "edited"


async def test_what_is_stashed_while_another_git_drops_an_entry_is_told_as_stashed(
    builder: Builder, context: Make, dirty: Path, between: Callable[[str, str, str], None]
) -> None:
    made = pane(context(), dirty)
    await done(made, "stash", "work", message="old")
    (dirty / "file1").write_text("again\n")
    between("stash push", ":", "git stash drop 'stash@{1}'")
    outcome = await done(made, "stash", "work", message="mine")
    assert outcome.level is Level.OK
    assert builder.git(dirty, "rev-parse", "stash@{0}") in outcome.message
    assert entries(builder, dirty) == ["On main: mine"]
