"""A repository whose own config names programs is asked about once, about exactly these programs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder, only, pane
from git_hands import asked, done, refusal, request

from devdash.api import Level, PaneError
from devdash.engine.context import Context
from devdash_git.states import Access

Make = Callable[..., Context]


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


@pytest.fixture
def naming(builder: Builder) -> Path:
    """A repository whose config names a filter."""
    folder = builder.repository("work")
    builder.git(folder, "config", "filter.mine.clean", "sed s/a/b/")
    return folder


async def test_it_is_asked_once_and_remembered(builder: Builder, context: Make, naming: Path) -> None:
    made = pane(context(name="git"), naming)
    assert (await only(made)).access is Access.UNTRUSTED_CONFIG
    question = await asked(made, request(made, "trust", "work"))
    assert question is not None
    assert question.danger
    assert "filter.mine.clean" in str(question.blocks)
    assert "sed s/a/b/" in str(question.blocks)
    assert (await only(made)).access is Access.UNTRUSTED_CONFIG  # asked is not agreed
    assert (await done(made, "trust", "work")).level is Level.OK
    assert (await only(made)).access is Access.OK
    again = pane(context(name="git"), naming)
    assert (await only(again)).access is Access.OK
    assert "trusted already" in await refusal(again, "trust", "work")
    for entry in (context(name="git").state_dir / "trusted").iterdir():
        entry.unlink()
    assert (await only(pane(context(name="git"), naming))).access is Access.UNTRUSTED_CONFIG


@pytest.mark.parametrize(
    ("key", "value"),
    [("filter.mine.clean", "evil"), ("filter.other.smudge", "evil"), ("core.sshCommand", "evil")],
)
async def test_what_changes_later_was_not_agreed_to(
    key: str, value: str, builder: Builder, context: Make, naming: Path
) -> None:
    made = pane(context(name="git"), naming)
    await done(made, "trust", "work")
    builder.git(naming, "config", "user.nickname", "ada")  # names no program
    assert (await only(made)).access is Access.OK
    builder.git(naming, "config", key, value)
    assert (await only(made)).access is Access.UNTRUSTED_CONFIG


async def test_what_changes_after_the_question_is_not_agreed_to(
    builder: Builder, context: Make, naming: Path
) -> None:
    made = pane(context(name="git"), naming)
    wish = request(made, "trust", "work")
    await asked(made, wish)
    builder.git(naming, "config", "filter.mine.clean", "evil")
    with pytest.raises(PaneError, match="changed since it was shown"):
        await made.act(wish)
    assert (await only(made)).access is Access.UNTRUSTED_CONFIG


async def test_another_repository_with_the_same_config_is_another(
    builder: Builder, context: Make, naming: Path
) -> None:
    made = pane(context(name="git"), naming)
    await done(made, "trust", "work")
    naming.rename(naming.parent / "elsewhere")
    assert (await only(pane(context(name="git"), naming.parent / "elsewhere"))).access is (
        Access.UNTRUSTED_CONFIG
    )


async def test_it_does_not_reach_to_hooks(builder: Builder, context: Make, tmp_path: Path) -> None:
    """Agreed were programs of the config; a hook was never shown."""
    origin = builder.clone(builder.repository("seed"), "origin.git", "--bare")
    work = builder.clone(origin, "work")
    builder.commit(work, "news")
    builder.git(work, "config", "core.sshCommand", "ssh -v")
    (work / ".git/hooks").mkdir(exist_ok=True)
    (work / ".git/hooks/pre-push").write_text("#!/bin/sh\n")
    (work / ".git/hooks/pre-push").chmod(0o755)
    made = pane(context(name="git"), work)
    assert "core.sshcommand" in await refusal(made, "push", "work")
    await done(made, "trust", "work")
    assert "has a hook pre-push" in await refusal(made, "push", "work")
