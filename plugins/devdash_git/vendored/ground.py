"""The project's side: reading and replacing a file that must lie inside the project, whoever named it.

Each folder on the way is opened from the one before and never through a symbolic link (openat(2) with
O_NOFOLLOW), so that neither a link that lies there nor one that is slipped in meanwhile leads outside.
All functions block shortly; run them in a thread.
"""

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec

from devdash.api import PaneError, exchanged
from devdash_git.plain import printable

LARGEST = 16 * 1024 * 1024
"""Bytes of a file that is still compared and taken over."""

_MARK = ".devdash-take-"
"""What our files beside begin with; one that a kill left behind is removed by the next take there."""


class GroundProblem(PaneError):
    """A file of the project cannot be used as a vendored one."""


class Standing(msgspec.Struct, frozen=True):
    """A file of the project.

    Attributes:
        content: all of it.
        mode: its permission bits.
    """

    content: bytes
    mode: int


def read_file(root: Path, path: str) -> Standing | None:
    """The file `path` below `root`; None when there is none.

    Raises:
        GroundProblem: it is not a file, too large, or not inside the project.
    """
    try:
        with _folder(root, path, make=False) as (folder, name):
            return _read(folder, name, path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _problem(path, error) from error


def replace_file(
    root: Path, path: str, content: bytes, executable: bool, expected: Standing | None
) -> bytes | None:
    """Put `content` in the place of `expected` in one step, folders and all.

    Returns:
        What a program wrote into the old file in the very moment, to be kept, on a drive where files cannot
        change names in one step; else None.

    Raises:
        GroundProblem: the file is not `expected` any more, or it cannot be written. Nothing has changed.
    """
    try:
        with _folder(root, path, make=True) as (folder, name):
            _sweep(folder)
            return _replace(folder, name, path, content, executable, expected)
    except OSError as error:
        raise _problem(path, error) from error


def _replace(
    folder: int, name: str, path: str, content: bytes, executable: bool, expected: Standing | None
) -> bytes | None:
    beside = f"{_MARK}{secrets.token_hex(8)}"
    mode = _mode(expected, executable)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666, dir_fd=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            elif executable:
                bits = os.fstat(file.fileno()).st_mode & 0o777
                os.fchmod(file.fileno(), bits | (bits & 0o444) >> 2)
            os.fsync(file.fileno())
        if expected is None:
            _appear(folder, beside, name)
            return None
        return _take_place(folder, beside, name, path, expected)
    except FileExistsError as error:
        raise _moved(path) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside, dir_fd=folder)


def _take_place(folder: int, beside: str, name: str, path: str, expected: Standing) -> bytes | None:
    """Give the file its name, unless what has the name is no longer `expected`.

    An editor may save between the last look and the renaming, into the file or with one of its own. So the
    two change names, what was replaced is looked at after that, and comes back if it is another. Where the
    system cannot do so, what is written into the old file is returned.
    """
    with _opened(folder, name) as old:
        if _all(old) != expected.content:
            raise _moved(path)
        if not exchanged(beside, name, folder=folder):
            os.replace(beside, name, src_dir_fd=folder, dst_dir_fd=folder)
            late = _all(old)
            return None if late == expected.content else late
        if not _is(folder, beside, old) or _all(old) != expected.content:
            exchanged(beside, name, folder=folder)
            raise _moved(path)
    return None


def _is(folder: int, name: str, handle: int) -> bool:
    """Whether the open file still is the one of that name."""
    there, own = os.stat(name, dir_fd=folder, follow_symlinks=False), os.fstat(handle)
    return (there.st_dev, there.st_ino) == (own.st_dev, own.st_ino)


def _appear(folder: int, beside: str, name: str) -> None:
    """Give the file its name. A link never takes the place of what has come there meanwhile; a rename would.

    Raises:
        FileExistsError: something has come there.
    """
    try:
        os.link(beside, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
            raise
        if _exists(folder, name):  # a drive without links, such as FAT: look, then rename
            raise FileExistsError from error
        os.rename(beside, name, src_dir_fd=folder, dst_dir_fd=folder)


def _mode(expected: Standing | None, executable: bool) -> int | None:
    """The old file's bits, with those for running as upstream has them; None: as the umask says."""
    if expected is None:
        return None
    readers = (expected.mode & 0o444) >> 2
    return expected.mode | readers if executable else expected.mode & ~0o111


def _moved(path: str) -> GroundProblem:
    return GroundProblem(
        f"{printable(path)} has changed since it was shown; it is left alone.", "Look at it again."
    )


@contextlib.contextmanager
def _folder(root: Path, path: str, *, make: bool) -> Iterator[tuple[int, str]]:
    """The folder that `path` lies in, opened, and the last part of `path`."""
    *parts, name = path.split("/")
    current = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in parts:
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(part, dir_fd=current)
            deeper = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=current)
            os.close(current)
            current = deeper
            if _exists(current, ".git"):
                raise GroundProblem(
                    f"{printable(path)} lies in another repository, {printable(part)}.",
                    "Files go into the project's own repository only.",
                )
        yield current, name
    finally:
        os.close(current)


def _exists(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


@contextlib.contextmanager
def _opened(folder: int, name: str) -> Iterator[int]:
    # Not blocking: a named pipe in the file's place would hold the thread for good.
    handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    try:
        yield handle
    finally:
        os.close(handle)


def _read(folder: int, name: str, path: str) -> Standing:
    with _opened(folder, name) as handle:
        info = os.fstat(handle)
        if not stat.S_ISREG(info.st_mode):
            raise GroundProblem(f"{printable(path)} is no file.", "Move it away, or take the entry out.")
        if info.st_size > LARGEST:
            raise GroundProblem(f"{printable(path)} is larger than {LARGEST // 2**20} MB.")
        return Standing(_all(handle), stat.S_IMODE(info.st_mode))


def _all(handle: int) -> bytes:
    os.lseek(handle, 0, os.SEEK_SET)
    pieces = []
    while piece := os.read(handle, 1024 * 1024):
        pieces.append(piece)
    return b"".join(pieces)


def _sweep(folder: int) -> None:
    """Remove what a take that was killed left; another take at work holds its own open for moments only."""
    import time

    for name in os.listdir(folder):
        if name.startswith(_MARK):
            with contextlib.suppress(FileNotFoundError):
                info = os.stat(name, dir_fd=folder, follow_symlinks=False)
                if stat.S_ISREG(info.st_mode) and time.time() - info.st_mtime > 60:
                    os.unlink(name, dir_fd=folder)


def _problem(path: str, error: OSError) -> GroundProblem:
    if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.EMLINK):
        return GroundProblem(
            f"{printable(path)} leads through a symbolic link or a file; it is not followed.",
            "A vendored file lies in real folders of the project.",
        )
    return GroundProblem(f"{printable(path)} cannot be used: {error.strerror}.")
