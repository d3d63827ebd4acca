"""Noticing that a journal's files changed, without reading them.

A file is the same while its identity, size and times are. Times alone do not
suffice: two saves within one tick of the file system's clock may leave the same
size and time. So a look that was taken within two seconds of a file's last
change is not trusted, and the journal is read once more at the next look.
"""

import glob
import os
import time
from collections.abc import Iterable

import msgspec

SLACK_NS = 2_000_000_000
"""The coarsest tick of a common file system: FAT's two seconds."""


class Stamp(msgspec.Struct, frozen=True):
    """What the file system says of one path; `identity` is None where there is no file.

    The identity is (device, inode, size, time of content in ns, time of change in ns).
    """

    path: str
    identity: tuple[int, int, int, int, int] | None

    @property
    def changed_ns(self) -> int:
        """The later of its two times, in ns since 1970; 0 where there is no file."""
        return 0 if self.identity is None else max(self.identity[3:])


class Look(msgspec.Struct, frozen=True):
    """One pass over the files of a journal.

    Attributes:
        began_ns: before the first was looked at, in ns since 1970.
        ended_ns: after the last.
        stamps: by path.
    """

    began_ns: int
    ended_ns: int
    stamps: tuple[Stamp, ...]

    @property
    def settled(self) -> bool:
        """Whether no file changed so lately that a further change could look the same."""
        return not any(
            self.began_ns - SLACK_NS <= stamp.changed_ns <= self.ended_ns + SLACK_NS for stamp in self.stamps
        )

    def exists(self, path: str) -> bool:
        """Whether `path`, which was looked at, is there."""
        return any(stamp.path == path and stamp.identity is not None for stamp in self.stamps)

    def completed_by(self, later: "Look") -> "Look":
        """This look, taken before a load, with the files that only the load made known."""
        own = {stamp.path: stamp for stamp in self.stamps}
        stamps = tuple(own.get(stamp.path, stamp) for stamp in later.stamps)
        return Look(self.began_ns, later.ended_ns, stamps)


def look_at(paths: Iterable[str], patterns: Iterable[str]) -> Look:
    """Look at `paths` and at every file that a pattern matches now. Blocks: run it in a thread."""
    began = time.time_ns()  # the clock that stamps files, not the dashboard's
    wanted = set(paths)
    for pattern in patterns:
        wanted.update(glob.glob(pattern, recursive=True))  # noqa: PTH207  # as beancount does
    stamps = tuple(stamp_of(path) for path in sorted(wanted))
    return Look(began, time.time_ns(), stamps)


def stamp_of(path: str) -> Stamp:
    """What the file system says of `path`. Blocks."""
    try:
        found = os.stat(path)  # noqa: PTH116  # follows links: the file itself counts
    except OSError:
        return Stamp(path, None)
    return Stamp(path, (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns))
