"""Only files that cannot keep devdash are opened by devdash itself."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from databases_rig import sound

from devdash_databases.local_files import own_file


def table(**kinds: str) -> Mapping[str, str]:
    """The machine's own disk, and what lies on it."""
    return {"/": "ext4", **kinds}


def test_a_plain_file_of_ones_own_may_be_opened(tmp_path: Path) -> None:
    """Through whatever links lead there; the answer is the place itself."""
    path = sound(tmp_path / "db")
    (tmp_path / "link").symlink_to("db")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "far").symlink_to(f"{tmp_path}/deep/../link")
    for name in ("db", "link", "deep/far", "deep/../db"):
        assert own_file(tmp_path / name, table()) == os.path.realpath(path)


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "fuseblk", "autofs", "9p", "none of these"])
def test_nothing_is_touched_that_lies_on_a_drive_which_may_hang(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor behind a link, nor beside the file: the drive is looked up before the kernel is asked about it."""
    away = tmp_path / "away"
    away.mkdir()
    sound(away / "db")
    sound(tmp_path / "near")
    (tmp_path / "link").symlink_to(away / "db")
    touched: list[str] = []
    lstat = os.lstat

    def noted(path: str) -> os.stat_result:
        touched.append(path)
        return lstat(path)

    monkeypatch.setattr(os, "lstat", noted)
    mounted = table(**{str(away): kind, str(tmp_path / "near-wal"): kind})
    for name in ("away/db", "away/deeper/db", "link", "away/../near", "near"):
        assert own_file(tmp_path / name, mounted) is None, name
    assert not [path for path in touched if path.startswith((str(away), str(tmp_path / "near-wal")))]
    assert own_file(tmp_path / "near", {**mounted, "/": kind}) is None
    assert own_file(tmp_path / "near", table()) == str(tmp_path / "near")


def test_what_hides_below_another_mount_is_not_taken_for_what_lies_on_top(tmp_path: Path) -> None:
    """A local disk was mounted first, and the network's drive over the folder above it."""
    path = sound(tmp_path / "db")
    assert own_file(path, table(**{str(tmp_path): "ext4", str(tmp_path.parent): "nfs4"})) is None


@pytest.mark.parametrize("odd", ["db", "db-wal", "db-shm", "db-journal"])
def test_what_is_no_plain_file_is_left_alone(tmp_path: Path, odd: str) -> None:
    """Also beside the database, where SQLite opens it: a FIFO, a folder, a link."""
    path = tmp_path / "db"
    if odd != "db":
        sound(path)
    place = tmp_path / odd
    for make in (os.mkfifo, Path.mkdir, lambda path: Path(path).symlink_to("elsewhere")):
        make(place)
        assert own_file(path, table()) is None
        place.rmdir() if place.is_dir() else place.unlink()


def test_what_others_may_change_is_left_alone(tmp_path: Path) -> None:
    """Who shortens a file that is mapped ends whoever has mapped it."""
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o755)
    path = sound(folder / "db")
    path.chmod(0o644)
    assert own_file(path, table()) == str(path)
    for place, usual in ((path, 0o644), (folder, 0o755)):
        for others in (0o020, 0o002):
            place.chmod(usual | others)
            assert own_file(path, table()) is None
        place.chmod(usual)
    assert own_file(path, table()) == str(path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
@pytest.mark.parametrize("gift", ["db", "."])
def test_what_belongs_to_somebody_else_is_left_alone(tmp_path: Path, gift: str) -> None:
    """Who owns it may change it."""
    path = sound(tmp_path / "db")
    os.chown(tmp_path / gift, 12345, -1)
    assert own_file(path, table()) is None


@pytest.mark.parametrize(
    "name", ["", "/", "relative", "/nowhere/db", "/\0", "/" + "x" * 5000, "/etc/passwd/.."]
)
def test_a_name_that_leads_nowhere_is_no_file(name: str) -> None:
    """And nothing raises."""
    assert own_file(Path(name), table()) is None


def test_a_ring_of_links_ends(tmp_path: Path) -> None:
    """As it does in the kernel."""
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert own_file(tmp_path / "a", table()) is None
