"""What a journal was read from, by content: the sums of its files, and what its includes match.

Size and times may lie (`touch -r`, a restored backup, a clock that was set); a sum of the bytes does not.
Blocks: for a thread.
"""

import glob
import hashlib
import os
import stat
from collections.abc import Iterable, Mapping, Sequence

import msgspec

MAX_BYTES = 64 * 1024 * 1024
"""As for a load: what is larger is not read."""
MOST_APPENDED = 64 * 1024
"""Bytes; of more the whole journal's load tells."""


class FileSum(msgspec.Struct, frozen=True, array_like=True):
    """One file: its absolute path, its size in bytes, and the sum of its bytes; empty: there is none."""

    path: str
    size: int
    sum: str


class Matches(msgspec.Struct, frozen=True, array_like=True):
    """The files that a pattern matches, in order."""

    pattern: str
    files: tuple[str, ...]


class Content(msgspec.Struct, frozen=True):
    """Two of them are equal when every file has the same bytes and every pattern the same matches."""

    files: tuple[FileSum, ...]
    patterns: tuple[Matches, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """Of all files, also of those that are missing."""
        return tuple(one.path for one in self.files)

    @property
    def by_path(self) -> Mapping[str, FileSum]:
        """All files."""
        return {one.path: one for one in self.files}


class Later(msgspec.Struct, frozen=True):
    """A content after another one.

    Attributes:
        ends: by path what was appended, of the files that begin with all that they had before; with
            the last byte of that. Of large ends there is none.
    """

    content: Content
    ends: Mapping[str, tuple[bytes, bytes]]


def content_of(paths: Iterable[str], patterns: Iterable[str]) -> Content | None:
    """The content of `paths`, and the matches of `patterns`, now.

    None when a file cannot be read, is no plain file, or there are too many bytes.
    """
    found = _content(paths, patterns, {})
    return None if found is None else found.content


def since(before: Content) -> Later | None:
    """The content of the same files and patterns now; each file is read once. None as for `content_of`."""
    return _content(before.paths, [one.pattern for one in before.patterns], before.by_path)


def _content(paths: Iterable[str], patterns: Iterable[str], before: Mapping[str, FileSum]) -> Later | None:
    files: list[FileSum] = []
    ends: dict[str, tuple[bytes, bytes]] = {}
    room = MAX_BYTES
    for path in sorted(set(paths)):
        try:
            data = read_plain(path, room)
        except FileNotFoundError:
            files.append(FileSum(path, 0, ""))
            continue
        except OSError:
            return None
        if data is None:
            return None
        room -= len(data)
        one, end = _summed(path, data, before.get(path))
        files.append(one)
        if end is not None:
            ends[path] = end
    return Later(Content(tuple(files), tuple(_matches(one) for one in sorted(set(patterns)))), ends)


def _summed(path: str, data: bytes, before: FileSum | None) -> tuple[FileSum, tuple[bytes, bytes] | None]:
    """The sum of a file, and its end where it begins with what it was `before`."""
    if before is None or not before.sum or not 0 < len(data) - before.size <= MOST_APPENDED:
        return FileSum(path, len(data), sum_of(data)), None
    size, whole = before.size, memoryview(data)
    summed = hashlib.sha256(whole[:size])
    is_same = summed.hexdigest() == before.sum
    summed.update(whole[size:])
    end = (data[max(size - 1, 0) : size], data[size:]) if is_same else None
    return FileSum(path, len(data), summed.hexdigest()), end


def sum_of(data: bytes | memoryview) -> str:
    """The sum of some bytes."""
    return hashlib.sha256(data).hexdigest()


def read_plain(path: str, most: int) -> bytes | None:
    """The bytes of a plain file of at most `most` bytes; None where it is no such file.

    Raises:
        FileNotFoundError: there is none.
        OSError: it cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > most:
            return None
        data = os.read(descriptor, found.st_size + 1)  # a larger buffer, or one more question, costs more
        if len(data) != found.st_size:  # it is being written to, or its drive gives it in parts
            with os.fdopen(descriptor, "rb", closefd=False) as stream:
                data += stream.read(most + 1)
    finally:
        os.close(descriptor)
    return data if len(data) <= most else None


def _matches(pattern: str) -> Matches:
    found: Sequence[str] = glob.glob(pattern, recursive=True)  # noqa: PTH207  # as beancount does
    return Matches(pattern, tuple(sorted(found)))


def code_stamps(names: Iterable[str]) -> Iterable[str]:
    """What changes with each of these modules of the plug-in: its name, size and time."""
    begin = os.path.dirname(__file__) + os.sep  # noqa: PTH120
    for name in names:
        try:
            found = os.stat(f"{begin}{name}.py")  # noqa: PTH116
        except OSError:
            yield f"{name} None"
        else:
            yield f"{name} {found.st_size} {found.st_mtime_ns}"
