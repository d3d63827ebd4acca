"""Every state of a real repository becomes the right facts, row and attention."""

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from git_builder import DATE, Builder, only, pane, read, repositories

from devdash.api import Level, Report, Table
from devdash.engine.context import Context
from devdash_git.contact import last_contact
from devdash_git.states import Access, Head, Kind, Sync

Make = Callable[..., Context]


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


def keys(report: Report) -> set[str]:
    return {entry.key for entry in report.attention}


async def test_without_a_config_the_folder_itself_is_shown(builder: Builder, context: Make) -> None:
    folder = builder.repository("here")
    facts = await only(pane(context(folder=folder)))
    assert (facts.name, facts.path, facts.access, facts.kind) == ("here", str(folder), Access.OK, Kind.NORMAL)
    assert (facts.branch, facts.head, facts.sync) == ("main", Head.BRANCH, Sync.NO_REMOTE)
    assert (facts.staged, facts.unstaged, facts.untracked, facts.conflicts, facts.stash) == (0, 0, 0, 0, 0)
    assert (facts.upstream, facts.ahead, facts.behind, facts.operation) == (None, None, None, None)


async def test_no_repository_at_all_is_said_calmly(context: Make, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    report = await read(pane(context(), scan=(tmp_path / "nothing",)))
    assert (report.level, report.summary) == (Level.OK, "no repositories")


async def test_changes_of_every_sort_are_counted(builder: Builder, context: Make) -> None:
    folder = builder.repository("work", commits=3)
    (folder / "file0").write_text("stashed\n")
    builder.git(folder, "stash", "-q")
    (folder / "file0").write_text("staged\n")
    builder.git(folder, "add", "file0")
    (folder / "file0").write_text("and changed again\n")
    (folder / "file1").unlink()
    (folder / "folder").mkdir()
    (folder / "folder/one").write_text("")
    (folder / "folder/two").write_text("")
    facts = await only(pane(context(), folder))
    assert (facts.staged, facts.unstaged, facts.untracked, facts.stash) == (1, 2, 1, 1)


async def test_dirty_ahead_and_stashed_is_not_a_need(builder: Builder, context: Make) -> None:
    clone = builder.clone(builder.repository("origin"), "clone")
    builder.commit(clone, "mine")
    (clone / "file0").write_text("stash\n")
    builder.git(clone, "stash", "-q")
    (clone / "file0").write_text("dirty\n")
    report = await read(pane(context(), clone))
    assert (report.level, report.attention, report.summary) == (Level.OK, (), "1 repository")


async def test_a_clone_is_in_sync_as_of_its_making(builder: Builder, context: Make) -> None:
    clone = builder.clone(builder.repository("origin"), "clone")
    facts = await only(pane(context(), clone))
    assert (facts.sync, facts.upstream, facts.ahead, facts.behind) == (Sync.IN_SYNC, "origin/main", 0, 0)
    assert facts.last_fetch is not None
    assert msgspec.convert(facts.last_fetch, type=type(context().now())) == msgspec.convert(
        DATE, type=type(context().now())
    )


async def test_equal_but_never_fetched_is_not_called_in_sync(builder: Builder, context: Make) -> None:
    """No trace of a contact, and an empty FETCH_HEAD as a failed fetch leaves it."""
    clone = builder.clone(builder.repository("origin"), "clone")
    shutil.rmtree(clone / ".git/logs/refs/remotes")
    (clone / ".git/FETCH_HEAD").write_bytes(b"")
    facts = await only(pane(context(), clone))
    assert (facts.sync, facts.last_fetch) == (Sync.NEVER_FETCHED, None)


async def test_a_filled_fetch_head_is_a_contact(builder: Builder, context: Make) -> None:
    clone = builder.clone(builder.repository("origin"), "clone")
    shutil.rmtree(clone / ".git/logs/refs/remotes")
    builder.git(clone, "fetch", "-q")
    os.utime(clone / ".git/FETCH_HEAD", (1_700_000_000, 1_700_000_000))
    facts = await only(pane(context(), clone))
    assert facts.sync is Sync.IN_SYNC
    assert facts.last_fetch is not None
    assert facts.last_fetch.startswith("2023-11-1")


@pytest.mark.parametrize("fetched", ["other", "{url}"])
async def test_a_fetch_from_elsewhere_is_no_contact_with_the_upstream(
    fetched: str, builder: Builder, context: Make
) -> None:
    """As somebody does who takes a file over from another repository."""
    clone = builder.clone(builder.repository("origin"), "clone")
    other = builder.repository("other")
    shutil.rmtree(clone / ".git/logs/refs/remotes")
    if fetched == "other":
        builder.git(clone, "remote", "add", "other", str(other))
    builder.git(clone, "fetch", "-q", fetched.format(url=other), "main")
    facts = await only(pane(context(), clone))
    assert (facts.sync, facts.last_fetch) == (Sync.NEVER_FETCHED, None)
    builder.git(clone, "fetch", "-q", "--append", "origin", "main")
    assert (await only(pane(context(), clone))).last_fetch is not None


def test_fetch_head_has_urls_without_user_and_ending(tmp_path: Path) -> None:
    (tmp_path / "FETCH_HEAD").write_text("0123\t\tbranch 'main' of https://example.org/x\n")
    for url, told in (("https://u:p@example.org/x.git/", True), ("https://example.org/y", False)):
        assert (last_contact(tmp_path, tmp_path, ("o",), None, (url,)) is not None) == told


async def test_of_two_remotes_fetch_head_proves_nothing(builder: Builder, context: Make) -> None:
    origin = builder.repository("origin")
    clone = builder.clone(origin, "clone")
    builder.git(clone, "remote", "add", "second", str(origin))
    builder.git(clone, "remote", "add", "third", str(origin))
    builder.git(clone, "branch", "--unset-upstream")
    shutil.rmtree(clone / ".git/logs/refs/remotes")
    builder.git(clone, "fetch", "-q", "second")
    shutil.rmtree(clone / ".git/logs/refs/remotes")
    assert (await only(pane(context(), clone))).last_fetch is None


async def test_ahead_behind_and_diverged(builder: Builder, context: Make) -> None:
    origin = builder.repository("origin")
    ahead, behind, both = (builder.clone(origin, name) for name in ("ahead", "behind", "both"))
    builder.commit(origin, "news")
    for clone in (ahead, both):
        builder.commit(clone, "mine")
    for clone in (behind, both):
        builder.git(clone, "fetch", "-q")
    report = await read(pane(context(), ahead, behind, both))
    facts = repositories(report)
    assert (facts["ahead"].sync, facts["ahead"].ahead, facts["ahead"].behind) == (Sync.AHEAD, 1, 0)
    assert (facts["behind"].sync, facts["behind"].ahead, facts["behind"].behind) == (Sync.BEHIND, 0, 1)
    assert (facts["both"].sync, facts["both"].ahead, facts["both"].behind) == (Sync.DIVERGED, 1, 1)
    assert keys(report) == {"behind:behind", "both:diverged"}
    assert report.summary == "3 repositories · 2 need a hand"


async def test_a_gone_and_an_absent_upstream_are_not_up_to_date(builder: Builder, context: Make) -> None:
    clone = builder.clone(builder.repository("origin"), "clone")
    builder.git(clone, "update-ref", "-d", "refs/remotes/origin/main")
    report = await read(pane(context(), clone))
    assert repositories(report)["clone"].sync is Sync.GONE
    assert keys(report) == {"clone:gone"}
    builder.git(clone, "branch", "--unset-upstream")
    assert (await only(pane(context(), clone))).sync is Sync.NO_UPSTREAM


async def test_a_local_upstream_needs_no_fetch(builder: Builder, context: Make) -> None:
    folder = builder.repository("local")
    builder.git(folder, "switch", "-q", "-c", "topic", "--track", "main")
    facts = await only(pane(context(), folder))
    assert (facts.sync, facts.upstream) == (Sync.IN_SYNC, "main")


async def test_detached_and_unborn_have_no_sync(builder: Builder, context: Make) -> None:
    detached, unborn = builder.repository("detached"), builder.repository("unborn", commits=0)
    builder.git(detached, "switch", "-q", "--detach")
    facts = repositories(await read(pane(context(), detached, unborn)))
    assert (facts["detached"].head, facts["detached"].branch) == (Head.DETACHED, None)
    assert (facts["unborn"].head, facts["unborn"].branch) == (Head.UNBORN, "main")
    assert facts["detached"].sync is None
    assert facts["unborn"].sync is None


@pytest.mark.parametrize("how", ["merge", "cherry-pick", "revert"])
async def test_an_operation_with_conflicts_needs_a_hand(how: str, builder: Builder, context: Make) -> None:
    folder = builder.repository("stuck")
    builder.conflict(folder, how)
    report = await read(pane(context(), folder))
    facts = repositories(report)["stuck"]
    assert (facts.operation, facts.conflicts) == (how, 1)
    assert keys(report) == {"stuck:operation"}
    assert report.attention[0].text == f"stuck: {how} in progress, 1 conflict"


async def test_a_rebase_tells_step_and_branch(builder: Builder, context: Make) -> None:
    folder = builder.repository("stuck")
    builder.conflict(folder, "rebase")
    report = await read(pane(context(), folder))
    facts = repositories(report)["stuck"]
    assert (facts.operation, facts.head, facts.branch) == ("rebase 1/1", Head.DETACHED, None)
    (table,) = report.blocks
    assert isinstance(table, Table)
    assert table.rows[0].cells[1].text == "(main)"


async def test_am_bisect_and_a_sequence_between_two_steps(builder: Builder, context: Make) -> None:
    folder = builder.repository("bisected", commits=3)
    builder.git(folder, "bisect", "start", "HEAD", "HEAD~2")
    mailed = builder.repository("mailed")
    patch = builder.git(builder.repository("sender", commits=2), "format-patch", "--stdout", "-1")
    (mailed / "file1").write_text("in the way\n")
    builder.git(mailed, "am", check=False, stdin=patch.encode())
    between = builder.repository("between")
    (between / ".git/sequencer").mkdir()
    (between / ".git/sequencer/todo").write_text("revert 1234567 Write\n")
    facts = repositories(await read(pane(context(), folder, mailed, between)))
    assert [repo.operation for repo in facts.values()] == ["bisect", "am 1/1", "revert"]


async def test_conflicts_without_an_operation_need_a_hand(builder: Builder, context: Make) -> None:
    folder = builder.repository("popped")
    (folder / "file0").write_text("stashed\n")
    builder.git(folder, "stash", "-q")
    builder.commit(folder, "file0", "meanwhile\n")
    builder.git(folder, "stash", "pop", check=False)
    report = await read(pane(context(), folder))
    assert keys(report) == {"popped:conflicts"}


async def test_an_old_index_lock_is_pointed_out_and_a_fresh_one_is_not(
    builder: Builder, context: Make
) -> None:
    folder = builder.repository("locked")
    lock = folder / ".git/index.lock"
    lock.touch()
    assert not keys(await read(pane(context(), folder)))
    os.utime(lock, (1_700_000_000, 1_700_000_000))
    assert keys(await read(pane(context(), folder))) == {"locked:lock"}
    os.utime(lock, (time.time() - 1200, time.time() - 1200))
    (need,) = (await read(pane(context(), folder))).attention
    assert need.text == "locked: index.lock is older than 10 min: did a git crash there?"


async def test_other_branches_with_work_that_no_remote_has(builder: Builder, context: Make) -> None:
    clone = builder.clone(builder.repository("origin"), "clone")
    for name in ("pushed", "forgotten", "café"):
        builder.git(clone, "switch", "-q", "-c", name, "main")
        builder.commit(clone, name)
    builder.git(clone, "push", "-q", "origin", "pushed")
    builder.git(clone, "switch", "-q", "main")
    builder.commit(clone, "own")
    report = await read(pane(context(), clone))
    assert repositories(report)["clone"].unpushed_branches == 2
    assert "café, forgotten" in str(report.blocks)


async def test_unpushed_branches_are_seen_again_when_a_branch_changes(
    builder: Builder, context: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is kept while the refs rest, and not a moment longer."""
    monkeypatch.setattr("devdash_git.branches.SETTLED_S", -1.0)
    clone = builder.clone(builder.repository("origin"), "clone")
    builder.git(clone, "branch", "feature/topic")
    made = pane(context(), clone)
    counts = [(await only(made)).unpushed_branches, (await only(made)).unpushed_branches]
    for change in (
        (
            "update-ref",
            "refs/heads/feature/topic",
            builder.git(clone, "commit-tree", "-m", "x", "HEAD^{tree}"),
        ),
        ("pack-refs", "--all"),
        ("push", "-q", "origin", "feature/topic"),
    ):
        builder.git(clone, *change)
        counts.append((await only(made)).unpushed_branches)
    assert counts == [0, 0, 1, 1, 0]


async def test_kinds_are_told_apart(builder: Builder, context: Make) -> None:
    origin = builder.repository("origin", commits=2)
    tree = builder.root / "tree"
    builder.git(origin, "worktree", "add", "-q", "-b", "topic", str(tree))
    bare = builder.clone(origin, "bare.git", "--bare")
    shallow = builder.clone(origin, "shallow", "--depth=1", "--no-local")
    partial = builder.clone(origin, "partial", "--filter=blob:none", "--no-local")
    whole = builder.repository("whole")
    builder.git(whole, "submodule", "add", "-q", str(origin), "part")
    sparse = builder.clone(origin, "sparse")
    builder.git(sparse, "sparse-checkout", "set", "nothing")
    report = await read(pane(context(), origin, tree, bare, shallow, partial, whole / "part", sparse))
    facts = repositories(report)
    assert [repo.access for repo in facts.values()] == [Access.OK] * 7
    assert [repo.kind for repo in facts.values()] == [
        Kind.NORMAL, Kind.WORKTREE, Kind.BARE, Kind.SHALLOW, Kind.PARTIAL, Kind.SUBMODULE, Kind.SPARSE,
    ]  # fmt: skip
    assert (facts["tree"].branch, facts["bare.git"].branch) == ("topic", "main")
    assert (facts["bare.git"].staged, facts["bare.git"].stash, facts["bare.git"].sync) == (None, None, None)


async def test_a_worktree_s_own_operation_is_seen(builder: Builder, context: Make) -> None:
    folder, tree = builder.repository("main-tree"), builder.root / "tree"
    builder.git(folder, "worktree", "add", "-q", "--detach", str(tree))
    builder.git(tree, "bisect", "start")
    facts = repositories(await read(pane(context(), folder, tree)))
    assert (facts["main-tree"].operation, facts["tree"].operation) == (None, "bisect")


async def test_names_that_are_not_utf_8_are_seen_and_can_be_shown(builder: Builder, context: Make) -> None:
    folder = builder.repository("odd")
    (folder / os.fsdecode(b"caf\xe9\x1b[31m")).write_text("")
    report = await read(pane(context(), folder))
    assert repositories(report)["odd"].untracked == 1
    shown = msgspec.json.encode(report).decode()
    assert r"caf\\xe9\\x1b[31m" in shown


async def test_a_repository_whose_folder_is_not_utf_8(builder: Builder, context: Make) -> None:
    folder = builder.repository(os.fsdecode(b"r\xe9sum\xe9"))
    report = await read(pane(context(), folder))
    assert repositories(report)[r"r\xe9sum\xe9"].access is Access.OK
    json.loads(msgspec.json.encode(report.facts))


async def test_submodules_with_another_commit_count_as_changed(builder: Builder, context: Make) -> None:
    whole = builder.repository("whole")
    builder.git(whole, "submodule", "add", "-q", str(builder.repository("part")), "part")
    builder.git(whole, "commit", "-q", "-m", "Add part")
    builder.commit(whole / "part", "more")
    report = await read(pane(context(), whole))
    assert repositories(report)["whole"].unstaged == 1
    assert "changed submodules" in str(report.blocks)


async def test_two_repositories_of_one_name_keep_apart(builder: Builder, context: Make) -> None:
    report = await read(
        pane(
            context(),
            builder.repository("work/api"),
            builder.repository("home/api"),
            builder.repository("web"),
        )
    )
    assert list(repositories(report)) == ["work/api", "home/api", "web"]


async def test_the_order_of_the_config_stays(builder: Builder, context: Make) -> None:
    clean, stuck = builder.repository("a"), builder.repository("b")
    builder.conflict(stuck)
    (table,) = (await read(pane(context(), clean, stuck))).blocks
    assert isinstance(table, Table)
    assert [(row.key, row.level) for row in table.rows] == [("a", Level.OK), ("b", Level.ATTENTION)]


async def test_details_of_many_changes_stay_bounded(builder: Builder, context: Make) -> None:
    folder = builder.repository("many")
    for number in range(100):
        (folder / f"new{number}").touch()
    (table,) = (await read(pane(context(), folder))).blocks
    assert isinstance(table, Table)
    changes = table.rows[0].detail[-1]
    assert isinstance(changes, Table)
    assert (len(changes.rows), changes.heading) == (40, "changes (the first 40 of 100)")


async def test_the_rule_holds_for_diverged_and_forgets_nothing_when_reading_fails(
    builder: Builder, context: Make
) -> None:
    origin = builder.repository("origin")
    diverged, fine = builder.clone(origin, "diverged"), builder.clone(origin, "fine")
    builder.commit(origin, "news")
    builder.commit(diverged, "mine")
    builder.git(diverged, "fetch", "-q")
    made = pane(context(), diverged, fine, builder.root / "missing")
    (rule,) = (rule for rule in made.rules() if rule.name == "diverged")
    facts = (await read(made)).facts
    assert (rule.enter(facts), rule.clear(facts), rule.for_s) == ({"diverged"}, {"fine"}, 600)
