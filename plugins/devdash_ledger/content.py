"""What a journal was read from, by content: the sums of its files, and what its includes match.

Size and times may lie (`touch -r`, a restored backup, a clock that was set); a sum of the bytes does not.
Blocks: for a thread.
"""

import glob
import hashlib
import os
import stat
from collections.abc import Iterable, Sequence

import msgspec

MAX_BYTES = 64 * 1024 * 1024
"""As for a load: what is larger is not read."""


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


def content_of(paths: Iterable[str], patterns: Iterable[str]) -> Content | None:
    """The content of `paths`, and the matches of `patterns`, now.

    None when a file cannot be read, is no plain file, or there are too many bytes.
    """
    found: list[FileSum] = []
    room = MAX_BYTES
    for path in sorted(set(paths)):
        one = _summed(path, room)
        if one is None:
            return None
        room -= one.size
        found.append(one)
    return Content(tuple(found), tuple(_matches(one) for one in sorted(set(patterns))))


def sum_of(data: bytes | memoryview) -> str:
    """The sum of some bytes."""
    return hashlib.blake2b(data, digest_size=32).hexdigest()


def read_plain(path: str, most: int) -> bytes | None:
    """The bytes of a plain file of at most `most` bytes; None where it is no such file.

    Raises:
        FileNotFoundError: there is none.
        OSError: it cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > most:
            return None
        data = stream.read(most + 1)
    return data if len(data) <= most else None


def _summed(path: str, room: int) -> FileSum | None:
    try:
        data = read_plain(path, room)
    except FileNotFoundError:
        return FileSum(path, 0, "")
    except OSError:
        return None
    return None if data is None else FileSum(path, len(data), sum_of(data))


def _matches(pattern: str) -> Matches:
    found: Sequence[str] = glob.glob(pattern, recursive=True)  # noqa: PTH207  # as beancount does
    return Matches(pattern, tuple(sorted(found)))
