"""What the refs tell besides the current branch: push target, base, gone branches, since when unpushed."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from git_builder import DATE, Builder, only, pane

from devdash.engine.context import Context
from devdash_git.relations import Refs, base_of, gone, parse, push_target

Make = Callable[..., Context]

WRITTEN = datetime.fromisoformat(DATE)


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


@pytest.fixture
def clone(builder: Builder) -> Path:
    return builder.clone(builder.repository("origin", commits=2), "clone")


async def test_a_clone_has_nothing_gone_nothing_unpushed_and_no_base(context: Make, clone: Path) -> None:
    facts = await only(pane(context(), clone))
    assert (facts.gone_branches, facts.unpushed_since, facts.unpushed_age_s) == (0, None, None)
    assert (facts.base, facts.behind_base) == (None, None)
    assert (facts.push, facts.push_ahead, facts.push_behind) == ("origin/main", 0, 0)


@pytest.mark.parametrize("default", ["current", "simple", ""])
async def test_the_push_target_is_apart_from_the_upstream(
    default: str, builder: Builder, context: Make, clone: Path
) -> None:
    """The triangle: pulled from origin, pushed to a fork."""
    fork = builder.repository("fork", commits=0, bare=True)
    builder.git(clone, "remote", "add", "fork", str(fork))
    builder.git(clone, "config", "remote.pushDefault", "fork")
    if default:
        builder.git(clone, "config", "push.default", default)
    builder.git(clone, "push", "-q", "fork", "main")
    builder.commit(clone, "mine")
    facts = await only(pane(context(), clone))
    assert (facts.upstream, facts.ahead) == ("origin/main", 1)
    assert (facts.push, facts.push_ahead, facts.push_behind) == ("fork/main", 1, 0)
    builder.git(clone, "config", "push.default", "nothing")
    assert (await only(pane(context(), clone))).push is None


async def test_a_topic_is_behind_the_branch_that_it_is_based_on(
    builder: Builder, context: Make, clone: Path
) -> None:
    builder.git(clone, "switch", "-q", "-c", "topic")
    builder.git(clone, "push", "-q", "-u", "origin", "topic")
    origin = builder.root / "origin"
    builder.commit(origin, "news")
    builder.commit(origin, "more")
    builder.git(clone, "fetch", "-q")
    facts = await only(pane(context(), clone))
    assert (facts.upstream, facts.behind) == ("origin/topic", 0)
    assert (facts.base, facts.behind_base) == ("origin/main", 2)


async def test_without_remotes_the_base_is_the_local_main_branch(builder: Builder, context: Make) -> None:
    folder = builder.repository("local")
    builder.git(folder, "switch", "-q", "-c", "topic")
    builder.git(folder, "switch", "-q", "main")
    builder.commit(folder, "news")
    made = pane(context(), folder)
    assert (await only(made)).base is None
    builder.git(folder, "switch", "-q", "topic")
    facts = await only(made)
    assert (facts.base, facts.behind_base, facts.push) == ("main", 1, None)


async def test_gone_branches_are_counted_besides_the_current_one(
    builder: Builder, context: Make, clone: Path
) -> None:
    for name in ("one", "two", "three"):
        builder.git(clone, "branch", "-q", name)
        builder.git(clone, "push", "-q", "-u", "origin", name)
    made = pane(context(), clone)
    assert (await only(made)).gone_branches == 0
    for name in ("one", "three"):
        builder.git(builder.root / "origin", "branch", "-q", "-D", name)
    builder.git(clone, "fetch", "-q", "--prune")
    assert (await only(made)).gone_branches == 2


async def test_work_that_no_remote_has_is_dated_by_its_oldest_commit(
    builder: Builder, context: Make, clone: Path
) -> None:
    """On another branch, with a newer commit on top."""
    builder.git(clone, "switch", "-q", "-c", "spike")
    builder.commit(clone, "old")
    builder.env |= {"GIT_COMMITTER_DATE": "2026-03-01T00:00:00+00:00"}
    builder.commit(clone, "new")
    builder.git(clone, "switch", "-q", "main")
    now = WRITTEN + timedelta(days=4, hours=5, minutes=30)
    facts = await only(pane(context(now=lambda: now), clone))
    assert facts.unpushed_since is not None
    assert datetime.fromisoformat(facts.unpushed_since) == WRITTEN
    assert facts.unpushed_age_s == (4 * 24 + 5) * 3600


async def test_commits_on_a_loose_head_are_unpushed_as_well(
    builder: Builder, context: Make, clone: Path
) -> None:
    builder.git(clone, "switch", "-q", "--detach")
    assert (await only(pane(context(), clone))).unpushed_since is None
    builder.commit(clone, "loose")
    facts = await only(pane(context(), clone))
    assert facts.unpushed_since is not None
    assert (facts.push, facts.base) == (None, None)


async def test_the_stash_is_dated_by_its_oldest_entry(builder: Builder, context: Make) -> None:
    folder = builder.repository("work")
    made = pane(context(now=lambda: WRITTEN + timedelta(days=40)), folder)
    assert (await only(made)).stash_since is None
    for date in (DATE, "2026-02-03T04:05:06+00:00"):
        builder.env |= {"GIT_COMMITTER_DATE": date}
        (folder / "file0").write_text(date)
        builder.git(folder, "stash", "-q")
    facts = await only(made)
    assert facts.stash_since is not None
    assert (datetime.fromisoformat(facts.stash_since), facts.stash) == (WRITTEN, 2)
    assert facts.stash_age_s == 40 * 86400


async def test_a_stash_whose_reflog_is_no_file_is_dated_by_git(
    builder: Builder, context: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a reftable: git is asked, and says the same as the file."""
    monkeypatch.setattr("devdash_git.concluding.oldest_stash", lambda common_dir: None)
    folder = builder.repository("work")
    for date in (DATE, "2026-02-03T04:05:06+00:00"):
        builder.env |= {"GIT_COMMITTER_DATE": date}
        (folder / "file0").write_text(date)
        builder.git(folder, "stash", "-q")
    facts = await only(pane(context(), folder))
    assert facts.stash_since is not None
    assert (datetime.fromisoformat(facts.stash_since), facts.stash) == (WRITTEN, 2)


@pytest.mark.parametrize("how", ["merge", "rebase", "cherry-pick", "revert"])
async def test_an_operation_is_dated_by_its_beginning(builder: Builder, context: Make, how: str) -> None:
    folder = builder.repository("work")
    builder.conflict(folder, how)
    facts = await only(pane(context(now=lambda: datetime.now(UTC) + timedelta(hours=5)), folder))
    assert facts.operation is not None
    assert facts.operation_age_s is not None
    assert 4 * 3600 <= facts.operation_age_s <= 5 * 3600


async def test_the_age_of_a_lock_is_told_in_whole_minutes(builder: Builder, context: Make) -> None:
    folder = builder.repository("work")
    made = pane(context(now=lambda: datetime.fromtimestamp(1_700_000_000 + 754, UTC)), folder)
    assert (await only(made)).index_lock_age_s is None
    (folder / ".git/index.lock").touch()
    os.utime(folder / ".git/index.lock", (1_700_000_000, 1_700_000_000))
    assert (await only(made)).index_lock_age_s == 720


def test_lines_that_are_no_refs_are_passed_over() -> None:
    assert parse(b"") == parse(b"\0\0\n") == parse(b"warning: x\n") == Refs({}, frozenset(), {})


def test_names_that_are_not_utf8_stay_what_they_are() -> None:
    refs = parse(b"refs/heads/caf\xe9\0refs/remotes/origin/caf\xe9\0\0\n")
    assert gone(refs) == (b"caf\xe9",)


def test_a_push_target_that_was_never_there_is_none() -> None:
    refs = parse(b"refs/heads/x\0\0refs/remotes/fork/x\0\n")
    assert push_target(refs, b"refs/heads/x") is None


def test_the_base_is_where_the_remotes_own_head_leads() -> None:
    lines = (
        b"refs/heads/x\0refs/remotes/up/x\0\0",
        b"refs/remotes/origin/main\0\0\0",
        b"refs/remotes/up/HEAD\0\0\0refs/remotes/up/trunk",
        b"refs/remotes/up/main\0\0\0",
        b"refs/remotes/up/trunk\0\0\0",
        b"refs/remotes/up/x\0\0\0",
    )
    assert base_of(parse(b"\n".join(lines)), b"refs/heads/x") == b"refs/remotes/up/trunk"
