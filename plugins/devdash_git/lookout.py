"""The glance at a repository that has not changed for a while, with half the looks.

Where nothing was added to a folder, taken out of it or renamed in it, its time stands still. So while the
time of the git folder is what it was, what was not there still is not, and what git only ever replaces under
a lock in that folder is what it was. What is left to look at is what can be written in place.

That passes over nothing that a whole glance would see: as soon as a folder's time moves, and be it for the
lock of somebody's `git status`, the whole glance tells.
"""

import os
import os.path
import time

from devdash_git.glance import Glance

SECOND_NS = 1_000_000_000

FINE_NS, COARSE_NS = SECOND_NS // 10, 2 * SECOND_NS
"""How old a time has to be so that what happens now moves it: clocks of file systems tick, some every two
seconds. The ticks of those that know parts of seconds are some milliseconds."""

Times = tuple[tuple[int, int], ...]


class Lookout:
    """Watches one repository in the state of a glance.

    Args:
        glance: what it looked like.
    """

    def __init__(self, glance: Glance) -> None:
        self.glance = glance
        self._paths: tuple[str, ...] = ()
        self._times: Times | None = None

    def still(self) -> bool:
        """Whether everything looks as in the glance. Blocks shortly; run it in a thread."""
        if self._times is not None and _stand(self._paths, self._times):
            return True
        now = _times(self._paths)
        self._times = None
        if now is not None and not _settled(now):
            return self.glance.still()
        # Both come before the whole glance: what changes after it moves one of the times.
        self._paths = _few(self.glance)
        times = _times(self._paths)
        if not self.glance.still():
            return False
        self._times = times if times is not None and _settled(times) else None
        return True


def _settled(times: Times) -> bool:
    """Whether a change now would move one of `times`."""
    newest = max((when for when, _ in times), default=0)
    return time.time_ns() - newest > (FINE_NS if newest % SECOND_NS else COARSE_NS)


def _few(glance: Glance) -> tuple[str, ...]:
    """The paths to look at while the folders around the others stand still: those and what is in none."""
    return tuple(dict.fromkeys(_nearest(glance.replaced.get(path, path)) for path in glance.paths))


def _nearest(path: str) -> str:
    """`path`, or the first folder above it that is there."""
    while not os.path.exists(path) and path != "/":  # noqa: PTH110
        path = os.path.dirname(path)  # noqa: PTH120
    return path


def _stand(paths: tuple[str, ...], times: Times) -> bool:
    """Whether `paths` have these times still."""
    try:
        for info, (when, inode) in zip(map(os.stat, paths), times, strict=True):
            if info.st_mtime_ns != when or info.st_ino != inode:
                return False
    except OSError:
        return False
    return True


def _times(paths: tuple[str, ...]) -> Times | None:
    """Time and inode of each; None when one is not there."""
    try:
        return tuple((info.st_mtime_ns, info.st_ino) for info in map(os.stat, paths))
    except OSError:
        return None
