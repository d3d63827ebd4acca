"""Vendored files where things are odd: places, kinds of files, sources that turn into something else."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from git_builder import Builder
from git_hands import aged
from vendored_beds import LOCK, Bed, blob, lines, project_files

from devdash.api import Level, PaneError
from devdash.engine.context import Context

Make = Callable[..., Context]


@pytest.fixture
async def bed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: Make) -> Bed:
    """A project that has taken `file` over from the source."""
    made = Bed(Builder.installed(tmp_path, monkeypatch), context())
    made.upstream("file", lines(*range(12)))
    await made.vendor()
    return made


async def test_two_entries_never_get_hold_of_one_file(bed: Bed) -> None:
    """Else the lock file would be one that devdash itself cannot use."""
    bed.upstream("d/x", "one\n")
    await bed.vendor("d/x")
    second = bed.builder.repository("second", commits=0)
    (second / "d").mkdir()
    for text in ("one\n", "other\n"):
        bed.builder.commit(second, "d/x", text)
        bed.builder.commit(second, "d/y", f"beside {text}")
        with pytest.raises(PaneError, match="d/x is already from elsewhere"):
            await bed.do("vendor", source=f"file://{second}", path="d", as_="d")
        assert await bed.states() == {"file": "current", "d/x": "current"}
        assert not (bed.project / "d/y").exists()


async def test_of_two_entries_that_come_to_mean_one_file_the_one_that_took_it_has_it(bed: Bed) -> None:
    """The other's folder has got a file of that name since."""
    bed.upstream("d/y", "y\n")
    await bed.vendor("d", "d")
    second = bed.builder.repository("second", commits=0)
    bed.builder.commit(second, "x", "mine\n")
    await bed.do("vendor", source=f"file://{second}", path="x", as_="d/x")
    bed.upstream("d/x", "theirs\n")
    await bed.do("check-vendored")
    assert await bed.states() == {"file": "current", "d/x": "current", "d/y": "current"}
    assert "d/x is there for two things" in str(await bed.read())
    bed.builder.commit(second, "x", "mine too\n")
    await bed.do("check-vendored")
    await bed.do("take")
    assert bed.here("d/x") == "mine too\n"
    assert (await bed.states())["d/x"] == "current"


@pytest.mark.parametrize("odd", ["folder", "pipe", "link"])
async def test_a_lock_file_that_is_no_file(bed: Bed, odd: str, tmp_path: Path) -> None:
    lock, outside = bed.project / LOCK, tmp_path / "outside"
    lock.unlink()
    if odd == "folder":
        lock.mkdir()
    elif odd == "pipe":
        os.mkfifo(lock)
    else:
        lock.symlink_to(outside)
    report = await bed.read()
    assert report.level in (Level.OK, Level.ATTENTION)
    if odd != "link":
        with pytest.raises(PaneError, match=f"{LOCK} (cannot be read|is no file)"):
            await bed.vendor("file", "other")
    else:
        await bed.vendor("file", "other")
    assert not outside.exists()


@pytest.mark.parametrize("local", ["edited", "gone"])
async def test_a_file_that_turns_into_a_folder_upstream(bed: Bed, local: str) -> None:
    if local == "edited":
        (bed.project / "file").write_text("mine\n")
    else:
        (bed.project / "file").unlink()
    (bed.source / "file").unlink()
    (bed.source / "file").mkdir()
    bed.upstream("file/inner", "new\n")
    await bed.do("check-vendored")
    states = await bed.states()
    assert states["file"] == "upstream-deleted"
    if local == "edited":
        with pytest.raises(PaneError):
            await bed.do("take")
        assert bed.here("file") == "mine\n"


async def test_a_folder_that_turns_into_a_file_upstream(bed: Bed) -> None:
    bed.upstream("d/a", "a\n")
    await bed.vendor("d", "d")
    (bed.project / "d/a").write_text("mine\n")
    shutil.rmtree(bed.source / "d")
    bed.upstream("d", "now a file\n")
    await bed.do("check-vendored")
    assert (await bed.states())["d/a"] == "upstream-deleted"
    with pytest.raises(PaneError):
        await bed.do("take")
    assert bed.here("d/a") == "mine\n"


@pytest.mark.parametrize("odd", ["folder", "parent is a file", "link", "dangling link", "pipe"])
async def test_something_else_in_the_place_of_a_file(bed: Bed, odd: str, tmp_path: Path) -> None:
    bed.upstream("d/a", "a\n")
    await bed.vendor("d/a")
    bed.upstream("d/a", "b\n")
    await bed.do("check-vendored")
    place, outside = bed.project / "d/a", tmp_path / "outside"
    place.unlink()
    if odd == "folder":
        place.mkdir()
        (place / "precious").write_text("mine\n")
    elif odd == "parent is a file":
        place.parent.rmdir()
        place.parent.write_text("mine\n")
    elif odd == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to(outside)
        if odd == "link":
            outside.write_text("mine\n")
    before = project_files(bed.project)
    with pytest.raises(PaneError):
        await bed.do("take", "./d/a")
    with pytest.raises(PaneError):
        await bed.do("take-hunks", "./d/a", conflicts="upstream")
    assert project_files(bed.project) == before
    assert outside.exists() == (odd == "link")
    assert place.is_symlink() == ("link" in odd)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (lines(*range(12)).replace("\n", "\r\n"), lines("new", *range(12))),
        ("\0" + lines(*range(12)), lines("new", *range(12))),
        (lines("mine", *range(12)), "\0" + lines(*range(12))),
        ("no end of line", lines(*range(11)) + "other"),
        ("", lines("new", *range(12))),
    ],
    ids=["CRLF here", "binary here", "binary there", "no last line end", "emptied"],
)
async def test_contents_that_do_not_merge_are_left_alone_and_kept(bed: Bed, mine: str, theirs: str) -> None:
    (bed.project / "file").write_bytes(mine.encode())
    (bed.source / "file").write_bytes(theirs.encode())
    bed.builder.git(bed.source, "commit", "-q", "-a", "-m", "Go on")
    await bed.do("check-vendored")
    with pytest.raises(PaneError):
        await bed.do("take", "./file")
    assert (bed.project / "file").read_bytes() == mine.encode()
    outcome = await bed.do("take-hunks", "./file", conflicts="upstream")
    assert blob(mine) in outcome.message
    assert bed.builder.git(bed.project, "cat-file", "-t", blob(mine)) == "blob"


async def test_a_byte_that_is_no_utf_8_comes_and_goes_as_it_is(bed: Bed) -> None:
    name, content = b"caf\xe9", b"caf\xe9\n\xff\xfe\n"
    (bed.source / os.fsdecode(name)).write_bytes(content)
    (bed.source / "plain").write_bytes(content)
    bed.builder.git(bed.source, "add", "-A")
    bed.builder.git(bed.source, "commit", "-q", "-m", "Odd")
    await bed.do("vendor", source=bed.url, path="*", as_="odd")
    assert (bed.project / "odd/plain").read_bytes() == content
    assert [path.name for path in (bed.project / "odd").iterdir() if path.name not in ("plain", "file")] == []
    assert "left out: 1" in str(await bed.read())
    (bed.project / "odd/plain").write_bytes(b"mine \xe9\n" + content)
    (bed.source / "plain").write_bytes(b"theirs \xe8\n" + content)
    bed.builder.git(bed.source, "commit", "-q", "-a", "-m", "Go on")
    await bed.do("check-vendored")
    with pytest.raises(PaneError, match="changed on both sides"):
        await bed.do("take", "./odd/plain")
    assert (bed.project / "odd/plain").read_bytes() == b"mine \xe9\n" + content


@pytest.mark.parametrize("where", ["here", "upstream"])
async def test_a_huge_file_is_left_alone(bed: Bed, where: str) -> None:
    huge = b"0123456789abcdef" * (17 * 2**16)
    path = (bed.project if where == "here" else bed.source) / "file"
    path.write_bytes(huge)
    if where == "upstream":
        bed.builder.git(bed.source, "commit", "-q", "-a", "-m", "Grow")
    else:
        bed.upstream("file", "new\n")
    await bed.do("check-vendored")
    with pytest.raises(PaneError, match="larger than 16 MB"):
        await bed.do("take", "./file")
    assert (bed.project / "file").stat().st_size == (len(huge) if where == "here" else 26)


@pytest.mark.parametrize("mode", [0o755, 0o600, 0o444, 0o4755])
async def test_a_file_keeps_its_rights(bed: Bed, mode: int) -> None:
    (bed.project / "file").chmod(mode)
    bed.upstream("file", "new\n")
    await bed.do("check-vendored")
    await bed.do("take", "./file")
    assert (bed.project / "file").stat().st_mode & 0o7777 == mode & ~0o111
    (bed.source / "file").chmod(0o755)
    bed.upstream("file", "run me\n")
    await bed.do("check-vendored")
    await bed.do("take", "./file")
    assert (bed.project / "file").stat().st_mode & 0o111 == (mode & 0o444) >> 2


@pytest.mark.parametrize("fate", ["force-pushed", "vanished", "renamed", "empty"])
async def test_own_changes_outlive_whatever_upstream_does(bed: Bed, fate: str, tmp_path: Path) -> None:
    mine = lines(*range(12)).replace("7\n", "mine\n")
    (bed.project / "file").write_text(mine)
    git = bed.builder.git
    if fate == "force-pushed":  # and what was taken is gone there, and from the cache
        git(bed.source, "checkout", "-q", "--orphan", "anew")
        (bed.source / "file").write_text(lines("anew", *range(12)))
        git(bed.source, "add", "file")
        git(bed.source, "commit", "-q", "-m", "Anew")
        git(bed.source, "branch", "-q", "-M", "main")
        git(bed.source, "reflog", "expire", "--expire=now", "--all")
        git(bed.source, "gc", "-q", "--prune=now")
        shutil.rmtree(tmp_path / "cache")
    elif fate == "vanished":
        shutil.rmtree(bed.source)
    elif fate == "renamed":
        git(bed.source, "mv", "file", "other")
        git(bed.source, "commit", "-q", "-m", "Rename")
    else:
        shutil.rmtree(bed.source / ".git")
        git(bed.source, "init", "-q")
    await bed.do("check-vendored")
    expected = {"force-pushed": "diverged", "vanished": "unreachable", "renamed": "upstream-deleted",
                "empty": "ref-gone"}  # fmt: skip
    assert (await bed.states())["file"] == expected[fate]
    for action in ("take", "take-hunks"):
        with pytest.raises(PaneError):
            await bed.do(action, "./file")
        assert bed.here("file") == mine
    if fate == "force-pushed":
        await bed.do("take-hunks", "./file", conflicts="upstream")
        assert git(bed.project, "cat-file", "-t", blob(mine)) == "blob"


async def test_what_is_kept_outlasts_git_s_cleaning_up_although_it_was_written_long_ago(bed: Bed) -> None:
    """The same content was there before, in a commit that nobody has any more."""
    git, mine = bed.builder.git, "long ago\n"
    (bed.project / "file").write_text(mine)
    git(bed.project, "hash-object", "-w", "file")
    aged(bed.project)
    bed.upstream("file", "new\n")
    await bed.do("check-vendored")
    await bed.do("take-hunks", "./file", conflicts="upstream")
    git(bed.project, "gc", "-q")
    assert git(bed.project, "cat-file", "blob", blob(mine)) == mine.strip()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    disk = tmp_path / "small"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "devdash-test", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine lets nobody mount")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """Leave no room on it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 4096):
            pass
    return filler


async def test_a_full_disk_in_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: Make, small_disk: Path
) -> None:
    builder = Builder.installed(tmp_path, monkeypatch)
    builder.repository("project")
    shutil.move(builder.root / "project", small_disk / "project")
    (builder.root / "project").symlink_to(small_disk / "project")
    builder.repository("source", commits=0)
    builder.git(builder.root / "source", "config", "uploadpack.allowFilter", "true")
    bed = Bed(builder, context())
    bed.upstream("file", lines(*range(12)))
    await bed.vendor()
    mine = lines(*range(12)).replace("9\n", "mine\n")
    (bed.project / "file").write_text(mine)
    bed.upstream("file", lines("new", *range(12)))
    await bed.do("check-vendored")
    before = project_files(bed.project)
    filler = fill(small_disk)
    with pytest.raises(PaneError, match=r"(?i)space"):
        await bed.do("take", "./file")
    assert project_files(bed.project) == before
    filler.unlink()
    await bed.do("take", "./file")
    assert bed.here("file") == lines("new", *range(12)).replace("9\n", "mine\n")


async def test_a_full_disk_for_scratch_files_is_no_reason_to_take_a_file_for_one_that_cannot_be_merged(
    bed: Bed, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else choosing upstream for the conflicts would drop changes that are none."""
    import tempfile

    mine = lines(*range(12)).replace("9\n", "mine\n")
    (bed.project / "file").write_text(mine)
    bed.upstream("file", lines("new", *range(12)))
    await bed.do("check-vendored")
    fill(small_disk)
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    with pytest.raises(PaneError, match=r"(?i)space"):
        await bed.do("take-hunks", "./file", conflicts="upstream")
    assert bed.here("file") == mine


async def test_where_the_lock_file_cannot_be_written_the_way_back_is_told_all_the_same(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    from devdash_git.vendored import lockfile

    mine = lines(*range(12)).replace("9\n", "mine\n")
    (bed.project / "file").write_text(mine)
    bed.upstream("file", lines("new", *range(12)))
    await bed.do("check-vendored")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lockfile, "keep_file", full)
    with pytest.raises(PaneError, match="No space left") as error:
        await bed.do("take", "./file")
    assert f"git cat-file blob {blob(mine)}" in error.value.hint
    assert bed.here("file") != mine
