"""A repository that cannot be read says why, with a next step, and costs the others nothing."""

import asyncio
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder, only, pane, read, repositories
from git_hands import refusal

from devdash.api import Duration, Level, Notice, Table, Unavailable
from devdash.engine.context import Context
from devdash_git.patience import Patience
from devdash_git.problems import AccessProblem, unreadable
from devdash_git.states import Access

Make = Callable[..., Context]


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


async def notice(context: Context, *repos: Path) -> tuple[Access, Notice]:
    """The state of the last of `repos` and what its detail says."""
    report = await read(pane(context, *repos))
    (table,) = report.blocks
    assert isinstance(table, Table)
    shown = table.rows[-1].detail[0]
    assert isinstance(shown, Notice)
    return list(repositories(report).values())[-1].access, shown


async def test_missing(context: Make, tmp_path: Path) -> None:
    access, shown = await notice(context(), tmp_path / "nowhere")
    assert access is Access.MISSING
    assert shown.hint


async def test_links_in_a_circle_are_missing(context: Make, tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert (await only(pane(context(), tmp_path / "a"))).access is Access.MISSING


async def test_a_file_and_an_ordinary_folder_are_no_repository(context: Make, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    facts = repositories(await read(pane(context(), tmp_path / "file", tmp_path / "folder")))
    assert {repo.access for repo in facts.values()} == {Access.NOT_A_REPO}


async def test_a_folder_inside_a_repository_is_not_that_repository(builder: Builder, context: Make) -> None:
    """Also when it was a repository until its .git went away."""
    parent = builder.repository("parent")
    child = builder.repository("parent/child")
    (parent / "file0").write_text("dirty\n")
    made = pane(context(), child)
    assert (await only(made)).access is Access.OK
    shutil.rmtree(child / ".git")
    facts = await only(made)
    assert (facts.access, facts.branch, facts.unstaged) == (Access.NOT_A_REPO, None, None)
    _, shown = await notice(context(), child)
    assert str(parent) in shown.hint


async def test_an_emptied_dot_git_inside_a_repository_is_not_that_repository(
    builder: Builder, context: Make
) -> None:
    """git passes over an empty .git and climbs; the ceiling stops it."""
    builder.repository("parent")
    child = builder.root / "parent/child"
    (child / ".git").mkdir(parents=True)
    facts = await only(pane(context(), child))
    assert (facts.access, facts.branch) == (Access.CORRUPT, None)


async def test_a_colon_in_the_path_does_not_lift_the_ceiling(builder: Builder, context: Make) -> None:
    """GIT_CEILING_DIRECTORIES is a list with colons; such a folder is checked by git's own answer."""
    builder.repository("par:ent")
    child = builder.root / "par:ent/child"
    (child / ".git").mkdir(parents=True)
    facts = await only(pane(context(), child))
    assert (facts.access, facts.branch) == (Access.NOT_A_REPO, None)
    assert (await only(pane(context(), builder.root / "par:ent"))).access is Access.OK


async def test_a_work_tree_elsewhere_is_refused(builder: Builder, context: Make) -> None:
    """core.worktree would make git report another folder's files under this one's name."""
    folder, other = builder.repository("folder"), builder.repository("other")
    builder.git(folder, "config", "core.worktree", str(other))
    assert (await only(pane(context(), folder))).access is Access.NOT_A_REPO


async def test_another_owner(builder: Builder, context: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = builder.repository("theirs")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    access, shown = await notice(context(), folder)
    assert access is Access.UNTRUSTED_OWNER
    assert f"safe.directory {folder}" in shown.hint


async def test_a_newer_format(builder: Builder, context: Make) -> None:
    folder = builder.repository("newer")
    builder.git(folder, "config", "core.repositoryFormatVersion", "1")
    builder.git(folder, "config", "extensions.tomorrow", "true")
    assert (await only(pane(context(), folder))).access is Access.UNSUPPORTED_FORMAT


async def test_a_reftable_is_named_where_the_installed_git_cannot_read_it(
    builder: Builder, context: Make
) -> None:
    folder = builder.repository("newer")
    builder.git(folder, "config", "core.repositoryFormatVersion", "1")
    builder.git(folder, "config", "extensions.refStorage", "reftable-of-tomorrow")
    access, shown = await notice(context(), folder)
    assert access is Access.UNSUPPORTED_FORMAT
    assert "refstorage" in shown.text
    assert "newer git" in shown.hint


async def test_sha256_is_supported(builder: Builder, context: Make) -> None:
    folder = builder.root / "sha256"
    builder.git(builder.root, "init", "-q", "--object-format=sha256", str(folder))
    builder.commit(folder)
    oid = builder.head(folder)
    report = await read(pane(context(), folder))
    assert repositories(report)["sha256"].access is Access.OK
    assert len(oid) == 64
    assert oid in str(report.blocks)


@pytest.mark.parametrize("what", ["index", "config", "HEAD", "objects", "gitfile"])
async def test_corrupt(what: str, builder: Builder, context: Make) -> None:
    folder, fine = builder.repository("broken"), builder.repository("fine")
    match what:
        case "index":
            (folder / ".git/index").write_bytes(b"xxxx")
        case "config":
            (folder / ".git/config").write_text("[bad")
        case "HEAD":
            (folder / ".git/HEAD").unlink()
        case "objects":
            shutil.rmtree(folder / ".git/objects")
        case _:
            shutil.rmtree(folder / ".git")
            (folder / ".git").write_text("gitdir: /nowhere/at/all\n")
    report = await read(pane(context(), fine, folder))
    facts = repositories(report)
    assert (facts["fine"].access, facts["broken"].access) == (Access.OK, Access.CORRUPT)
    assert report.level is Level.CRITICAL


async def test_a_broken_index_and_a_git_folder_without_its_parts_have_next_steps_of_their_own(
    builder: Builder, context: Make
) -> None:
    index, parts = builder.repository("index"), builder.repository("parts")
    (index / ".git/index").write_bytes(b"DIRC" + b"\0" * 40)
    _, shown = await notice(context(), index)
    assert shown.text.startswith("Its index is broken")
    assert "git reset makes a new one" in shown.hint
    (index / ".git/index").unlink()
    builder.git(index, "reset", "-q")  # the next step, taken
    assert (await only(pane(context(), index))).access is Access.OK
    shutil.rmtree(parts / ".git/objects")
    _, shown = await notice(context(), parts)
    assert "lacks what makes it a repository" in shown.text


async def test_an_action_says_which_repository_it_is_about(builder: Builder, context: Make) -> None:
    (builder.repository("broken") / ".git/index").write_bytes(b"xxxx")
    made = pane(context(), builder.root / "broken")
    assert (await refusal(made, "push", "broken")).startswith("broken: its index is broken")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder to another")
async def test_a_folder_that_is_really_another_s(builder: Builder, context: Make) -> None:
    folder = builder.repository("theirs")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 65534, 65534)
    access, shown = await notice(context(), folder)
    assert access is Access.UNTRUSTED_OWNER
    assert "safe.directory" in shown.hint


async def test_a_pipe_in_place_of_dot_git_does_not_hang(context: Make, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".git")
    assert (await only(pane(context(), tmp_path))).access is Access.CORRUPT


async def test_head_that_points_to_rubbish_is_critical(builder: Builder, context: Make) -> None:
    folder = builder.repository("headless")
    (folder / ".git/refs/heads/main").write_text("garbage\n")
    report = await read(pane(context(), folder))
    assert [(entry.key, entry.level) for entry in report.attention] == [("headless:head", Level.CRITICAL)]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_no_permission(builder: Builder, context: Make) -> None:
    folder = builder.repository("closed")
    (folder / ".git").chmod(0)
    try:
        assert (await only(pane(context(), folder))).access is Access.NO_PERMISSION
    finally:
        (folder / ".git").chmod(stat.S_IRWXU)


def test_git_s_words_about_permission_are_understood() -> None:
    problem = unreadable(Path("/x"), b'error: open(".git/index"): Permission denied\nfatal: index\n')
    assert problem.access is Access.NO_PERMISSION


async def test_a_repository_that_hangs_costs_only_itself(
    builder: Builder, context: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A git that never ends for one folder is killed after repo_timeout; the others are read."""
    slow, fine = builder.repository("slow"), builder.repository("fine")
    pids = tmp_path / "pids"
    real = shutil.which("git")
    script = tmp_path / "bin/git"
    script.parent.mkdir()
    script.write_text(
        f'#!/bin/sh\ncase " $* " in *" {slow} "*) echo $$ >> {pids}; exec sleep 1000;; esac\n'
        f'exec {real} "$@"\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")
    report = await read(pane(context(), slow, fine, repo_timeout=Duration(2)))
    facts = repositories(report)
    assert (facts["slow"].access, facts["fine"].access) == (Access.TIMEOUT, Access.OK)
    assert (report.level, report.attention) == (Level.UNKNOWN, ())
    assert report.summary == "2 repositories · 1 did not answer"
    for pid in pids.read_text().split():
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


async def test_a_reading_ends_before_its_timeout(
    builder: Builder, context: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """More slow repositories than the timeout has room for: a report comes, and says who was not reached."""
    script = tmp_path / "bin/git"
    script.parent.mkdir()
    script.write_text('#!/bin/sh\n[ "$1" = version ] && echo git version 2.39.5 && exit\nexec sleep 1000\n')
    folders = [builder.repository(f"slow{number}") for number in range(9)]
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")
    made = pane(context(), *folders, timeout=Duration(0.5), repo_timeout=Duration(0.3))
    async with asyncio.timeout(20):
        facts = repositories(await read(made))
    assert {repo.access for repo in facts.values()} == {Access.TIMEOUT}


async def test_a_look_that_hangs_is_left_alone_and_not_repeated(context: Make, tmp_path: Path) -> None:
    """A thread cannot be killed, so a second one for the same folder is never started."""
    import threading

    release, started = threading.Event(), []

    def hang() -> None:
        started.append(1)
        release.wait(30)

    patience = Patience(context())
    try:
        for _ in range(3):
            with pytest.raises(AccessProblem) as problem:
                await patience.call(tmp_path, 0.01, hang)
            assert problem.value.access is Access.TIMEOUT
        assert patience.strained
        assert await patience.call(tmp_path / "other", 10, lambda: "answer") == "answer"
        assert started == [1]
    finally:
        release.set()
    while patience.strained:
        await asyncio.sleep(0.001)


async def test_git_missing_is_said_once_for_the_pane(
    builder: Builder, context: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = builder.repository("any")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="git is not installed"):
        await pane(context(), folder).read()


@pytest.mark.parametrize(
    ("says", "words"), [("git version 2.20.1", "too old"), ("hello", "does not say its version")]
)
async def test_a_git_that_cannot_be_used(
    says: str, words: str, context: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "git"
    script.write_text(f"#!/bin/sh\necho {says}\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(Unavailable, match=words):
        await pane(context(), tmp_path).read()


async def test_a_git_that_does_not_tell_the_stash(
    builder: Builder, context: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Before 2.35 nothing is said about it: unknown, not none."""
    folder = builder.repository("any")
    script = tmp_path / "bin/git"
    script.parent.mkdir()
    real = shutil.which("git")
    script.write_text(f'#!/bin/sh\n[ "$1" = version ] && echo git version 2.34.1 && exit\nexec {real} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")
    assert (await only(pane(context(), folder))).stash is None


def without_root_s_rights(folder: Path) -> Path:
    """A git that may read only what the rights of files allow, also for root."""
    real, setpriv = shutil.which("git"), shutil.which("setpriv")
    if os.geteuid() == 0 and setpriv is None:
        pytest.skip("setpriv is not installed")
    drop = f"{setpriv} --bounding-set=-dac_override,-dac_read_search" if os.geteuid() == 0 else ""
    script = folder / "bin/git"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec {drop} {real} "$@"\n')
    script.chmod(0o755)
    return script.parent


async def test_what_may_not_be_read_is_not_told_as_unchanged(
    builder: Builder, context: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """git goes on with a warning, alone and in a lane; where it was clean before, it is not said any more."""
    folders = [builder.repository(name) for name in ("tracked", "strange", "fine")]
    closed = folders[0] / "sub", folders[1] / "new"
    for folder in closed:
        folder.mkdir()
    builder.commit(folders[0], "sub/file", "one\n")
    made = pane(context(), *folders)
    assert {repo.unstaged for repo in repositories(await read(made)).values()} == {0}
    (closed[0] / "file").write_text("changed\n")
    (closed[1] / "file").write_text("mine\n")
    monkeypatch.setenv("PATH", f"{without_root_s_rights(tmp_path)}:{os.environ['PATH']}")
    for folder in closed:
        folder.chmod(0)
    try:
        for told in (await read(made), await read(pane(context(), *folders))):
            facts = repositories(told)
            assert (facts["tracked"].unstaged, facts["strange"].untracked) == (None, None)
            assert (facts["fine"].unstaged, facts["fine"].untracked) == (0, 0)
        _, shown = await notice(context(), folders[0])
    finally:
        for folder in closed:
            folder.chmod(stat.S_IRWXU)
    assert shown.text == "Not all of its files may be read: sub/file. Whether it is clean is not known."
