"""Lock files, trees and servers are written by others: none of them reaches out of the project."""

import asyncio
import http.server
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest
from git_builder import Builder
from vendored_beds import LOCK, Bed, blob, project_files

from devdash.api import Level, PaneError, exchanged
from devdash.engine.context import Context
from devdash_git.vendored import ground
from devdash_git.vendored.ground import GroundProblem, Standing, read_file, replace_file

Make = Callable[..., Context]

EVIL_PATHS = (
    "../outside",
    "/etc/evil",
    "a/../../outside",
    ".git/hooks/post-checkout",
    "sub/.GIT/config",
    "git~1/config",
    ".git ./config",
    "a//b",
    "./a",
    "~/evil",
    "C:/evil",
    "a\\..\\b",
    "a\nb",
    "",
)


@pytest.fixture
async def bed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: Make) -> Bed:
    """A project that has taken `file` over from the source."""
    made = Bed(Builder.installed(tmp_path, monkeypatch), context())
    made.upstream("file", "one\n")
    await made.vendor()
    return made


def write_lock(bed: Bed, **changes: object) -> None:
    """A lock file of one entry, with some fields changed; those of the file begin with "file_"."""
    taken = {"to": "file", "path": "file", "commit": "1" * 40, "blob": blob("one\n")}
    entry: dict[str, object] = {"to": "file", "source": bed.url, "ref": "", "path": "file"}
    for name, value in changes.items():
        if name.startswith("file_"):
            taken[name.removeprefix("file_")] = str(value)
        else:
            entry[name] = value
    entry["files"] = [taken]
    (bed.project / LOCK).write_bytes(msgspec.json.encode({"version": 1, "vendored": [entry]}))


@pytest.mark.parametrize(
    ("field", "path"),
    [
        (field, path)
        for field in ("to", "path", "file_to", "file_path")
        for path in EVIL_PATHS
        if (field, path) != ("to", "")  # the top folder, for a folder's files
    ],
)
async def test_a_path_in_the_lock_file_that_leads_out_is_never_used(bed: Bed, field: str, path: str) -> None:
    """Nor is anything else in that lock file, nor is it written over."""
    write_lock(bed, **{field: path})
    before = (bed.project / LOCK).read_bytes()
    report = await bed.read()
    assert report.level is Level.ATTENTION
    assert await bed.states() == {}
    with pytest.raises(PaneError, match="a path that is not used"):
        await bed.vendor("file", "other")
    assert (bed.project / LOCK).read_bytes() == before


@pytest.mark.parametrize(
    "source",
    [
        "ext::sh -c touch% /tmp/x",
        "--upload-pack=touch x",
        "-u",
        "https://ada:secret@example.org/x.git",
        "https://token@example.org/x.git",
        "https://example.org/x.git?token=secret",
        "a\nb",
        "",
    ],
)
async def test_a_source_that_could_run_or_give_away_something_is_refused(bed: Bed, source: str) -> None:
    write_lock(bed, source=source)
    said = str(await bed.read())
    assert "a source that is not used" in said
    assert "secret" not in said
    assert "token@" not in said


@pytest.mark.parametrize("ref", ["--all", "a b", "a..b", "x:refs/heads/main", "+main", "a^{blob}", "*"])
async def test_a_ref_that_is_more_than_a_name_is_refused(bed: Bed, ref: str) -> None:
    write_lock(bed, ref=ref)
    await bed.read()
    if await bed.states():
        await bed.do("check-vendored")
        assert await bed.states() == {"file": "ref-gone"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b'{"version": 99, "vendored": []}',
        b'{"version": 1, "vendored": [{"to": 1}]}',
        b'<<<<<<< HEAD\n{"version": 1}\n=======\n',
        b"[" * 100_000,
    ],
)
async def test_a_lock_file_that_is_none_costs_the_vendored_files_only(bed: Bed, content: bytes) -> None:
    (bed.project / LOCK).write_bytes(content)
    report = await bed.read()
    assert report.level is Level.ATTENTION
    assert "vendored files cannot be told" in report.summary
    assert "1 repository" in report.summary
    with pytest.raises(PaneError):
        await bed.vendor("file", "other")
    assert (bed.project / LOCK).read_bytes() == content


@pytest.mark.parametrize("where", ["file", "folder"])
async def test_no_symbolic_link_leads_a_take_out_of_the_project(bed: Bed, tmp_path: Path, where: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("one\n")
    bed.upstream("d/file", "one\n")
    await bed.vendor("d/file")
    if where == "file":
        (bed.project / "d/file").unlink()
        (bed.project / "d/file").symlink_to(outside / "file")
    else:
        shutil.rmtree(bed.project / "d")
        (bed.project / "d").symlink_to(outside)
    bed.upstream("d/file", "evil\n")
    await bed.do("check-vendored")
    assert "symbolic link" in str(await bed.read())
    with pytest.raises(PaneError, match="symbolic link"):
        await bed.ask("take", "./d/file")
    assert (outside / "file").read_text() == "one\n"


async def test_a_link_slipped_in_after_the_question_is_not_followed(bed: Bed, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    bed.upstream("d/file", "one\n")
    await bed.vendor("d/file")
    shutil.copy(bed.project / "d/file", outside / "file")
    bed.upstream("d/file", "evil\n")
    await bed.do("check-vendored")
    await bed.ask("take", "./d/file")
    shutil.rmtree(bed.project / "d")
    (bed.project / "d").symlink_to(outside)
    with pytest.raises(PaneError, match="symbolic link"):
        await bed.pane.act(bed.request("take", "./d/file"))
    assert (outside / "file").read_text() == "one\n"


async def test_links_and_submodules_upstream_are_left_out(bed: Bed) -> None:
    (bed.source / "d").mkdir()
    (bed.source / "d/link").symlink_to("/etc/passwd")
    bed.builder.git(bed.source, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},d/module")
    bed.builder.git(bed.source, "add", "d/link")
    bed.upstream("d/file", "one\n")
    await bed.vendor("d", "d")
    assert set(project_files(bed.project)) == {"d/file", "file", "file0", LOCK}
    assert "left out: 2" in str(await bed.read())


async def test_a_tree_with_evil_names_brings_none_of_them(bed: Bed) -> None:
    """git itself would not check such a tree out; nothing here relies on that."""
    git, source = bed.builder.git, bed.source
    oid = git(source, "hash-object", "-w", "--stdin", stdin=b"evil\n")
    hooks = git(source, "mktree", stdin=f"100755 blob {oid}\tpost-checkout\n".encode())
    dot_git = git(source, "mktree", stdin=f"040000 tree {hooks}\thooks\n100644 blob {oid}\tok\n".encode())
    inner = git(source, "mktree", stdin=f"040000 tree {dot_git}\t.git\n100644 blob {oid}\tfine\n".encode())
    top = git(source, "mktree", stdin=f"040000 tree {inner}\td\n040000 tree {inner}\t..\n".encode())
    commit = git(source, "commit-tree", "-m", "evil", top)
    git(source, "update-ref", "refs/heads/evil", commit)
    await bed.vendor("d", "d", ref="evil")
    assert set(project_files(bed.project)) == {"d/fine", "file", "file0", LOCK}
    assert not (bed.project / ".git/hooks/post-checkout").exists()


async def test_nothing_goes_into_another_repository_inside_the_project(bed: Bed) -> None:
    bed.builder.repository("project/inner")
    with pytest.raises(PaneError, match="lies in another repository"):
        read_file(bed.project, "inner/file0")
    outcome = await bed.vendor("file", "inner/file")
    assert outcome.level is Level.ATTENTION
    assert not (bed.project / "inner/file").exists()


async def test_a_pipe_in_the_place_of_a_file_holds_nobody(bed: Bed) -> None:
    (bed.project / "file").unlink()
    os.mkfifo(bed.project / "file")
    async with asyncio.timeout(20):
        report = await bed.read()
    assert "is no file" in str(report)


@pytest.mark.parametrize("how", ["in place", "own file", "link", "gone"])
def test_an_editor_that_saves_in_the_last_moment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """After the last look at the file and before the new one takes its place."""
    file, other = tmp_path / "file", tmp_path / "other"
    file.write_bytes(b"old")
    saved = [b"late"]

    def meanwhile(one: str, name: str, *, folder: int) -> bool:
        if saved and how == "in place":
            file.write_bytes(saved.pop())
        elif saved and how == "own file":
            other.write_bytes(saved.pop())
            other.rename(file)
        elif saved:
            other.write_bytes(saved.pop())
            file.unlink()
            if how == "link":
                file.symlink_to(other)
        return exchanged(one, name, folder=folder)

    monkeypatch.setattr(ground, "exchanged", meanwhile)
    with pytest.raises(GroundProblem):
        replace_file(tmp_path, "file", b"new", False, Standing(b"old", 0o644))
    assert file.exists() == (how != "gone")
    assert (other if how == "gone" else file).read_bytes() == b"late"
    assert file.is_symlink() == (how == "link")
    assert not list(tmp_path.glob(".devdash*"))


def test_where_files_cannot_change_names_what_is_written_in_the_very_moment_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An editor that writes into the old file just as the new one takes its place."""
    monkeypatch.setattr(ground, "exchanged", lambda *_, **__: False)
    (tmp_path / "file").write_bytes(b"old")
    real = os.replace

    def late(*args: object, **kwargs: object) -> None:
        (tmp_path / "file").write_bytes(b"late")
        real(*args, **kwargs)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(os, "replace", late)
    assert replace_file(tmp_path, "file", b"new", False, Standing(b"old", 0o644)) == b"late"
    assert (tmp_path / "file").read_bytes() == b"new"


def test_a_drive_without_links_takes_new_files_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    replace_file(tmp_path, "a/file", b"new", True, None)
    assert (tmp_path / "a/file").read_bytes() == b"new"
    with pytest.raises(GroundProblem, match="has changed"):
        replace_file(tmp_path, "a/file", b"newer", True, None)
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["file"]


async def test_a_cache_that_cannot_be_written_is_said(bed: Bed, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "cache")
    (tmp_path / "cache").write_text("no folder")
    outcome = await bed.do("check-vendored")
    assert outcome.level is Level.CRITICAL
    assert "cache cannot be written" in str(outcome.blocks)
    assert (await bed.states())["file"] == "unreachable"
    await bed.do("forget-vendored", "./file")  # which needs no cache
    assert await bed.states() == {}


def test_a_file_that_is_not_as_expected_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"other")
    for expected in (None, Standing(b"old", 0o644)):
        with pytest.raises(GroundProblem):
            replace_file(tmp_path, "file", b"new", False, expected)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"other"


STEPS = ("keep", "write", "rename", "sweep", "note")


@pytest.mark.parametrize("step", STEPS)
async def test_kill_9_at_every_step_of_a_take_loses_nothing(
    bed: Bed, step: str, tmp_path: Path, context: Make
) -> None:
    """Afterwards the file is the old or the new one, whole; the state says which; and taking goes on."""
    old, new, mine = "".join(map("{}\n".format, range(9))), None, None
    bed.upstream("long", old)
    await bed.vendor("long")
    new, mine = old.replace("1\n", "one\n"), old.replace("7\n", "seven\n")
    bed.upstream("long", new)
    (bed.project / "long").write_text(mine)
    await bed.do("check-vendored")
    child = await asyncio.to_thread(
        subprocess.run,
        [
            sys.executable,
            str(Path(__file__).with_name("vendored_victim.py")),
            step,
            str(bed.project),
            str(tmp_path),
        ],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        timeout=50,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    merged = mine.replace("1\n", "one\n")
    assert bed.here("long") == (merged if step in ("sweep", "note") else mine)
    msgspec.json.decode((bed.project / LOCK).read_bytes())
    assert (await bed.states())["long"] == "diverged"
    await bed.do("take", "./long")
    assert bed.here("long") == merged
    assert (await bed.states())["long"] == "locally-modified"


async def test_a_cache_that_was_killed_or_broken_is_made_anew(bed: Bed, tmp_path: Path) -> None:
    (cache,) = (tmp_path / "cache").rglob("*.git")
    (cache / "shallow.lock").touch()
    bed.upstream("file", "two\n")
    await bed.do("check-vendored")
    assert await bed.states() == {"file": "upstream-changed"}
    for path in cache.rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.write_bytes(b"garbage")
    bed.upstream("file", "three\n")
    await bed.do("check-vendored")
    await bed.do("take", "./file")
    assert bed.here("file") == "three\n"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """A web server that serves files and knows nothing of git."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name in the base class
            """Stay quiet."""

    handler = partial(Quiet, directory=str(tmp_path / "repositories"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


async def test_a_web_server_that_knows_nothing_of_git(bed: Bed, web: str) -> None:
    bed.builder.git(bed.source, "update-server-info")
    await bed.do("vendor", source=f"{web}/source/.git", path="file", as_="second")
    assert bed.here("second") == "one\n"


async def test_a_source_of_sha_256(bed: Bed) -> None:
    folder = bed.builder.root / "newer"
    folder.mkdir()
    bed.builder.git(folder, "init", "-q", "--object-format=sha256")
    bed.builder.commit(folder, "file", "one\n")
    await bed.do("vendor", source=f"file://{folder}", path="file", as_="second")
    assert (await bed.states())["second"] == "current"
    bed.builder.commit(folder, "file", "two\n")
    await bed.do("check-vendored")
    await bed.do("take", "./second")
    assert bed.here("second") == "two\n"
