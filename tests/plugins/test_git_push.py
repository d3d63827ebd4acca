"""A push sends what was shown to where it was shown; nothing at the remote is ever lost by it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder, only, pane
from git_hands import asked, done, refusal, request

from devdash.api import Duration, Level, PaneError, Table
from devdash.engine.context import Context
from devdash_git.states import Sync

Make = Callable[..., Context]


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


@pytest.fixture
def ahead(builder: Builder) -> Path:
    """A clone of a bare origin, one commit ahead."""
    seed = builder.repository("seed")
    origin = builder.clone(seed, "origin.git", "--bare")
    clone = builder.clone(origin, "clone")
    builder.commit(clone, "work")
    return clone


def remote_refs(builder: Builder) -> str:
    return builder.git(builder.root / "origin.git", "for-each-ref", "--format=%(refname) %(objectname)")


async def test_it_sends_what_was_shown(builder: Builder, context: Make, ahead: Path) -> None:
    made = pane(context(), ahead)
    question = await asked(made, request(made, "push", "clone"))
    assert question is not None
    (table,) = question.blocks
    assert isinstance(table, Table)
    assert table.heading.startswith("clone: main to origin/main, ")
    assert table.heading.endswith(f", 1 commit ({builder.root}/origin.git)")
    outcome = await done(made, "push", "clone")
    assert (outcome.level, outcome.message) == (Level.OK, "Pushed clone.")
    assert builder.head(builder.root / "origin.git") == builder.head(ahead)
    assert (await only(made)).sync is Sync.IN_SYNC
    assert "nothing to push" in await refusal(made, "push", "clone")


FORCING = [
    ("remote.origin.push", "+refs/heads/*:refs/heads/*"),
    ("push.default", "matching"),
    ("push.followTags", "true"),
]


@pytest.mark.parametrize(("key", "value"), FORCING)
async def test_its_config_neither_forces_nor_adds(
    key: str, value: str, builder: Builder, context: Make, ahead: Path
) -> None:
    """The other branch has diverged, and there is a tag: both stay where they are."""
    builder.git(ahead, "push", "-q", "origin", "HEAD:refs/heads/other")
    builder.git(ahead, "branch", "other", "HEAD~1")
    builder.git(ahead, "tag", "-a", "-m", "t", "v1")
    builder.git(ahead, "config", key, value)
    before = remote_refs(builder)
    await done(pane(context(), ahead), "push", "clone")
    changed = set(remote_refs(builder).splitlines()) ^ set(before.splitlines())
    assert {line.split()[0] for line in changed} == {"refs/heads/main"}


async def test_what_others_pushed_meanwhile_is_never_overwritten(
    builder: Builder, context: Make, ahead: Path
) -> None:
    """Nobody here knows of it yet: the server refuses."""
    other = builder.clone(builder.root / "origin.git", "other")
    builder.commit(other, "theirs")
    builder.git(other, "push", "-q")
    builder.git(ahead, "config", "remote.origin.push", "+refs/heads/main:refs/heads/main")
    before = remote_refs(builder)
    made = pane(context(), ahead)
    with pytest.raises(PaneError, match=r"not pushed: .*fetch first"):
        await done(made, "push", "clone")
    assert remote_refs(builder) == before
    builder.git(ahead, "fetch", "-q")
    assert "1 commit of origin would be lost" in await refusal(made, "push", "clone")


async def test_a_commit_made_after_the_question_is_not_sent(
    builder: Builder, context: Make, ahead: Path
) -> None:
    made = pane(context(), ahead)
    wish = request(made, "push", "clone")
    await asked(made, wish)
    builder.commit(ahead, "secret")
    before = remote_refs(builder)
    with pytest.raises(PaneError, match="changed since it was shown"):
        await made.act(wish)
    assert remote_refs(builder) == before


async def test_states_in_which_it_is_refused(builder: Builder, context: Make, ahead: Path) -> None:
    made = pane(context(), ahead)
    before = remote_refs(builder)
    (ahead / ".git/MERGE_HEAD").write_text(builder.head(ahead))
    assert "a merge is under way" in await refusal(made, "push", "clone")
    (ahead / ".git/MERGE_HEAD").unlink()
    builder.git(ahead, "config", "remote.origin.mirror", "true")
    assert "is a mirror" in await refusal(made, "push", "clone")
    builder.git(ahead, "config", "--unset", "remote.origin.mirror")
    builder.git(ahead, "config", "push.recurseSubmodules", "on-demand")
    assert "submodules too" in await refusal(made, "push", "clone")
    builder.git(ahead, "config", "--unset", "push.recurseSubmodules")
    builder.git(ahead, "switch", "-q", "-c", "topic", "--track", "origin/main")
    builder.commit(ahead, "unfinished")
    assert "follows main, which has another name" in await refusal(made, "push", "clone")
    builder.git(ahead, "switch", "-q", "main")
    builder.git(ahead, "update-ref", "-d", "refs/remotes/origin/main")
    assert "is gone" in await refusal(made, "push", "clone")
    builder.git(ahead, "checkout", "-q", "--detach")
    assert "is on no branch" in await refusal(made, "push", "clone")
    assert remote_refs(builder) == before


async def test_a_fork_gets_the_branch_under_its_own_name(
    builder: Builder, context: Make, ahead: Path
) -> None:
    fork = builder.clone(builder.root / "origin.git", "fork.git", "--bare")
    builder.git(ahead, "remote", "add", "fork", str(fork))
    builder.git(ahead, "config", "remote.pushDefault", "fork")
    before = remote_refs(builder)
    await done(pane(context(), ahead), "push", "clone")
    assert builder.head(fork) == builder.head(ahead)
    assert remote_refs(builder) == before


def hook(folder: Path, sign: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / "pre-push"
    made.write_text(f"#!/bin/sh\ntouch {sign}\n")
    made.chmod(0o755)
    return made


async def test_a_hook_that_came_along_is_neither_run_nor_passed_over(
    builder: Builder, context: Make, ahead: Path, tmp_path: Path
) -> None:
    """It may be git-lfs', without which the push would be of pointers alone; so it is not skipped."""
    sign = tmp_path / "sign"
    hook(ahead / ".git/hooks", sign)
    before = remote_refs(builder)
    assert "has a hook pre-push" in await refusal(pane(context(), ahead), "push", "clone")
    assert remote_refs(builder) == before
    assert not sign.exists()
    await done(pane(context(), ahead, trust=(ahead,)), "push", "clone")
    assert sign.exists()


async def test_the_person_s_own_hook_runs(
    builder: Builder, context: Make, ahead: Path, tmp_path: Path
) -> None:
    hook(tmp_path / "hooks", tmp_path / "sign")
    builder.git(builder.root, "config", "--global", "core.hooksPath", str(tmp_path / "hooks"))
    made = pane(context(), ahead)
    question = await asked(made, request(made, "push", "clone"))
    assert "hook pre-push of clone runs first" in str(question)
    await done(made, "push", "clone")
    assert (tmp_path / "sign").exists()


async def test_a_remote_among_its_own_files_is_refused(
    builder: Builder, context: Make, ahead: Path, tmp_path: Path
) -> None:
    """Its hooks would run: the whole folder may have come in an archive."""
    shutil.copytree(builder.root / "origin.git", ahead / "sub/origin.git")
    hook(ahead / "sub/origin.git/hooks", tmp_path / "sign").rename(ahead / "sub/origin.git/hooks/pre-receive")
    builder.git(ahead, "remote", "set-url", "origin", "./sub/origin.git")
    assert "a folder of its own" in await refusal(pane(context(), ahead), "push", "clone")
    assert not (tmp_path / "sign").exists()


@pytest.mark.parametrize(
    "url", ["sub/origin", "sub/file", "/proc/self/cwd/sub/origin.git", "file://{top}/sub/%6frigin.git",
            "file:///proc/self/%63wd/sub/origin", "file://host{top}/sub/origin.git",
            "{top}/../clone/sub/origin"]
)  # fmt: skip
async def test_a_remote_among_its_own_files_is_refused_however_it_is_spelt(
    url: str, builder: Builder, context: Make, ahead: Path, tmp_path: Path
) -> None:
    shutil.copytree(builder.root / "origin.git", ahead / "sub/origin.git")
    (ahead / "sub/file").write_text("gitdir: origin.git\n")
    hook(ahead / "sub/origin.git/hooks", tmp_path / "sign").rename(ahead / "sub/origin.git/hooks/pre-receive")
    builder.git(ahead, "remote", "set-url", "origin", url.format(top=ahead))
    assert builder.git(ahead, "ls-remote", "origin")
    assert "a folder of its own" in await refusal(pane(context(), ahead), "push", "clone")
    assert not (tmp_path / "sign").exists()


@pytest.mark.parametrize(
    ("key", "value"), [("remote.origin.receivepack", "evil"), ("core.sshCommand", "evil"),
                       ("remote.origin.pushurl", "ext::evil")]
)  # fmt: skip
async def test_programs_that_a_push_would_run_need_trust(
    key: str, value: str, builder: Builder, context: Make, ahead: Path
) -> None:
    builder.git(ahead, "config", key, value)
    assert key.lower() in await refusal(pane(context(), ahead), "push", "clone")


async def test_a_server_that_never_answers_is_given_up(
    builder: Builder, context: Make, ahead: Path, tmp_path: Path
) -> None:
    """The hook of the remote hangs. Nothing is known then; what was shown before is still true here."""
    slow = builder.root / "origin.git/hooks/pre-receive"
    slow.parent.mkdir(exist_ok=True)
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    made = pane(context(), ahead, fetch_timeout=Duration(1))
    with pytest.raises(PaneError, match="did not end in time"):
        await done(made, "push", "clone")
    assert (await only(made)).sync is Sync.AHEAD


async def test_passwords_in_urls_are_not_shown(builder: Builder, context: Make, ahead: Path) -> None:
    builder.git(ahead, "remote", "set-url", "--push", "origin", "https://ada:secret@127.0.0.1:9/x.git")
    made = pane(context(), ahead)
    wish = request(made, "push", "clone")
    assert "secret" not in str(await asked(made, wish))
    with pytest.raises(PaneError) as raised:
        await made.act(wish)
    assert "secret" not in str(raised.value)
    assert "cannot be reached" in str(raised.value)


async def test_of_very_many_none_is_left_out_of_the_question(
    builder: Builder, context: Make, ahead: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not shown would be pushed all the same."""
    monkeypatch.setattr("devdash_git.each_desk.MOST_BLOCKS", 2)
    others = [builder.clone(builder.root / "origin.git", f"more{number}") for number in range(3)]
    for other in others:
        builder.commit(other, "work")
    made = pane(context(), ahead, *others)
    question = await asked(made, request(made, "push", None))
    assert question is not None
    assert question.question == "Push: 4 repositories?"
    assert all(f"{name}: main to origin/main" in str(question.blocks) for name in ("clone", "more0", "more2"))
