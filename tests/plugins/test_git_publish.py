"""A branch that no remote has is sent to the one that is chosen, or the only one, and follows it then."""

from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder, only, pane, read
from git_hands import asked, done, refusal, request

from devdash.api import Outcome, PaneError, Table
from devdash.engine.context import Context
from devdash_git.pane import GitPane
from devdash_git.states import Sync

Make = Callable[..., Context]


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


@pytest.fixture
def clone(builder: Builder) -> Path:
    """A clone of a bare origin on a branch `topic` of its own, with a commit."""
    origin = builder.clone(builder.repository("seed"), "origin.git", "--bare")
    folder = builder.clone(origin, "clone")
    builder.git(folder, "switch", "-q", "-c", "topic")
    builder.commit(folder, "work")
    return folder


def there(builder: Builder, name: str = "origin.git") -> dict[str, str]:
    """The branches of a remote and where they are."""
    lines = builder.git(builder.root / name, "for-each-ref", "--format=%(refname:short) %(objectname)")
    return dict(line.split() for line in lines.splitlines())


async def test_it_is_shown_sent_and_followed(builder: Builder, context: Make, clone: Path) -> None:
    made = pane(context(), clone)
    assert (await only(made)).sync is Sync.NO_UPSTREAM
    question = await asked(made, request(made, "push", "clone"))
    assert question is not None
    assert isinstance(question.blocks[0], Table)
    assert (
        f"topic to origin/topic, new there, 1 commit ({builder.root}/origin.git)"
        in question.blocks[0].heading
    )
    assert f"It is new at {builder.root}/origin.git; origin/topic is its upstream then." in str(
        question.blocks[1]
    )
    assert (await done(made, "push", "clone")).message == "Pushed clone."
    assert there(builder)["topic"] == builder.head(clone)
    assert builder.git(clone, "rev-parse", "--abbrev-ref", "topic@{upstream}") == "origin/topic"
    facts = await only(made)
    assert (facts.sync, facts.upstream, facts.ahead) == (Sync.IN_SYNC, "origin/topic", 0)


async def test_of_all_repositories_none_is_published(builder: Builder, context: Make, clone: Path) -> None:
    assert "anything to push" in await refusal(pane(context(), clone), "push")
    assert set(there(builder)) == {"main"}


async def test_a_name_that_is_taken_is_never_moved(builder: Builder, context: Make, clone: Path) -> None:
    """Unknown here, and even where a push would only go forward: it is somebody else's branch."""
    origin = builder.root / "origin.git"
    builder.git(origin, "branch", "topic", "main")
    before = there(builder)
    made = pane(context(), clone)
    with pytest.raises(PaneError, match="there is a branch of that name already"):
        await done(made, "push", "clone")
    assert there(builder) == before
    assert (await only(made)).sync is Sync.NO_UPSTREAM
    other = builder.clone(origin, "other")
    builder.git(other, "switch", "-q", "topic")
    builder.commit(other, "theirs")
    builder.git(other, "push", "-q")
    builder.git(clone, "fetch", "-q")
    assert "1 commit of origin would be lost" in await refusal(made, "push", "clone")


async def test_one_that_came_to_be_in_the_very_moment_is_not_moved(
    builder: Builder, context: Make, clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After git has looked, and before it sends: the person's own hook makes it then."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    made_there = f"git --git-dir={builder.root}/origin.git update-ref refs/heads/topic main"
    (hooks / "pre-push").write_text(f"#!/bin/sh\nexec env -i PATH=$PATH {made_there}\n")
    (hooks / "pre-push").chmod(0o755)
    builder.git(clone, "config", "--global", "core.hooksPath", str(hooks))
    made = pane(context(), clone)
    with pytest.raises(PaneError, match="not pushed"):
        await done(made, "push", "clone")
    assert there(builder)["topic"] == there(builder)["main"]


async def test_what_is_there_already_is_only_followed(builder: Builder, context: Make, clone: Path) -> None:
    builder.git(clone, "push", "-q", "origin", "topic")
    before = there(builder)
    assert (await done(pane(context(), clone), "push", "clone")).message == "Pushed clone."
    assert there(builder) == before
    assert builder.git(clone, "rev-parse", "--abbrev-ref", "topic@{upstream}") == "origin/topic"


async def test_of_several_remotes_one_is_chosen(builder: Builder, context: Make, clone: Path) -> None:
    builder.clone(builder.root / "origin.git", "fork.git", "--bare")
    builder.git(clone, "remote", "add", "fork", str(builder.root / "fork.git"))
    made = pane(context(), clone)
    said = await refusal(made, "push", "clone")
    assert "remotes origin, fork" in said
    assert "push-branch" in said
    assert "has no remote nowhere" in await refusal(
        made, "push-branch", "clone", branch="topic", remote="nowhere"
    )
    outcome = await pushed(made, branch="topic", remote="fork")
    assert outcome.message == "Pushed topic of clone to fork/topic."
    assert "topic" not in there(builder)
    assert there(builder, "fork.git")["topic"] == builder.head(clone)
    assert builder.git(clone, "rev-parse", "--abbrev-ref", "topic@{upstream}") == "fork/topic"


async def test_the_remote_that_git_would_push_to_is_taken(
    builder: Builder, context: Make, clone: Path
) -> None:
    builder.clone(builder.root / "origin.git", "fork.git", "--bare")
    builder.git(clone, "remote", "add", "fork", str(builder.root / "fork.git"))
    builder.git(clone, "config", "remote.pushDefault", "fork")
    await done(pane(context(), clone), "push", "clone")
    assert "topic" in there(builder, "fork.git")


async def test_without_a_remote_there_is_nowhere_to_go(builder: Builder, context: Make) -> None:
    alone = builder.repository("alone")
    assert "has no remote" in await refusal(pane(context(), alone), "push", "alone")


async def pushed(made: GitPane, **values: str) -> Outcome:
    return await done(made, "push-branch", "clone", **values)


async def test_another_branch_than_the_current_one(builder: Builder, context: Make, clone: Path) -> None:
    """The current one, its files and what is changed in them stay out of it."""
    tip = builder.head(clone)
    builder.git(clone, "switch", "-q", "main")
    (clone / "file0").write_text("dirty\n")
    before = there(builder)
    outcome = await pushed(pane(context(), clone), branch="topic")
    assert outcome.message == "Pushed topic of clone to origin/topic."
    assert there(builder) == {**before, "topic": tip}
    assert (clone / "file0").read_text() == "dirty\n"
    assert builder.git(clone, "branch", "--show-current") == "main"


async def test_another_branch_with_an_upstream_goes_there(
    builder: Builder, context: Make, clone: Path
) -> None:
    builder.git(clone, "push", "-q", "-u", "origin", "topic")
    builder.commit(clone, "more")
    tip = builder.head(clone)
    builder.git(clone, "switch", "-q", "main")
    made = pane(context(), clone)
    await pushed(made, branch="topic")
    assert there(builder)["topic"] == tip
    assert "nothing to push" in await refusal(made, "push-branch", "clone", branch="topic")
    assert "has no local branch nosuch" in await refusal(made, "push-branch", "clone", branch="nosuch")


async def test_a_branch_whose_upstream_is_gone_is_sent_anew_when_told_where(
    builder: Builder, context: Make, clone: Path
) -> None:
    builder.git(clone, "push", "-q", "-u", "origin", "topic")
    builder.git(builder.root / "origin.git", "branch", "-q", "-D", "topic")
    builder.git(clone, "fetch", "-q", "--prune")
    made = pane(context(), clone)
    assert "is gone" in await refusal(made, "push", "clone")
    await pushed(made, branch="topic", remote="origin")
    assert there(builder)["topic"] == builder.head(clone)
    assert (await only(made)).sync is Sync.IN_SYNC


async def test_names_that_are_not_utf_8_and_half_an_upstream(
    builder: Builder, context: Make, clone: Path
) -> None:
    """Half: a kill between the two lines of `git push -u`. It counts as none."""
    odd = b"caf\xe9/x".decode("utf-8", "surrogateescape")
    builder.git(clone, "switch", "-q", "-c", odd)
    builder.git(clone, "config", f"branch.{odd}.remote", "origin")
    made = pane(context(), clone)
    await done(made, "push", "clone")
    upstream = builder.git(clone, "rev-parse", "--abbrev-ref", "HEAD@{upstream}")
    assert upstream == f"origin/{odd}"
    assert (await only(made)).sync is Sync.IN_SYNC


async def test_a_clone_of_one_branch_publishes_another(builder: Builder, context: Make) -> None:
    """Its refspec does not cover the new branch: git itself calls that upstream gone, and so does devdash."""
    origin = builder.clone(builder.repository("seed"), "origin.git", "--bare")
    clone = builder.clone(origin, "clone", "--single-branch")
    builder.git(clone, "switch", "-q", "-c", "topic")
    made = pane(context(), clone)
    await done(made, "push", "clone")
    assert there(builder)["topic"] == builder.head(clone)
    await read(made)


async def test_what_could_be_meant_is_offered(builder: Builder, context: Make, clone: Path) -> None:
    made = pane(context(), clone)
    (action,) = [one for one in made.actions() if one.name == "push-branch"]
    branch, remote = action.fields
    draft = request(made, "push-branch", "clone")
    assert list(await made.complete(action, branch, "to", draft)) == ["topic"]
    assert list(await made.complete(action, remote, "", draft)) == ["origin"]
    assert [(one.name, one.value) for one in await made.fill(action, draft, branch)] == [("remote", "origin")]
