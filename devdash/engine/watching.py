"""Noticing that something changed at paths that a pane names, so that it is read soon.

A daemon thread waits for news from the folders. Folders, because most editors replace a file instead of
writing into it. What it tells may be late, too much, or missing: drives of the network tell nothing, and a
system may have no room for another watch. So a pane still looks at its interval, and compares for itself.

Cost at rest: on Linux the thread wakes every ten seconds; elsewhere watchfiles looks up several times a
second.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from devdash.news.folders import news


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How often is looked, in seconds.

    Attributes:
        begin: before the first watch, so that a start, and a process that reads once, does not pay for it.
        step: a burst of changes within it is one.
        look: between two looks of watchfiles.
        recheck: between two looks at the folders themselves, which may have been replaced; longer where
            there are so many that a look takes more than a part of that.
        retry: after the system refused to watch.
    """

    begin: float = 1.0
    step: float = 0.03
    look: float = 0.2
    recheck: float = 10.0
    retry: float = 60.0


USUAL = Pace()

RECHECK_SHARE = 200.0
"""A look at the folders themselves comes at most so often that this is 1 part in so many of the time."""


class Watcher:
    """Calls `on_change` on the loop's thread when something may have changed; never after `stop`.

    Args:
        on_change: called without arguments; several changes in quick succession are one call.
        loop: where it is called.
    """

    def __init__(
        self, on_change: Callable[[], object], loop: asyncio.AbstractEventLoop, pace: Pace | None = None
    ) -> None:
        self._on_change, self._loop, self._pace = on_change, loop, pace or USUAL
        self._paths: frozenset[str] = frozenset()
        self._stopped = threading.Event()
        self._due: asyncio.TimerHandle | None = None
        """What begins the thread; a process that reads once has none."""

    def watch(self, paths: Iterable[Path]) -> None:
        """Watch these absolute paths instead of those before: of a folder, what lies directly in it.

        On the loop's thread.
        """
        wanted = frozenset(map(str, paths))
        if wanted == self._paths:
            return
        self.stop()
        self._paths = wanted
        if wanted:
            self._stopped = threading.Event()
            self._due = self._loop.call_later(self._pace.begin, self._begin, wanted, self._stopped)

    def stop(self) -> None:
        """End. Returns at once; the thread follows within a recheck."""
        if self._due is not None:
            self._due.cancel()
        self._stopped.set()
        self._paths = frozenset()

    def _begin(self, paths: frozenset[str], stopped: threading.Event) -> None:
        threading.Thread(target=self._run, args=(paths, stopped), name="pane-watch", daemon=True).start()

    def _run(self, paths: frozenset[str], stopped: threading.Event) -> None:
        while not stopped.is_set():
            if not self._watch(paths, stopped):
                stopped.wait(self._pace.retry)

    def _watch(self, paths: frozenset[str], stopped: threading.Event) -> bool:
        """Watch until a folder is another one. False: the system cannot watch."""
        places = _places(paths)
        if not places.folders:
            return False
        told = False
        due = 0.0
        try:
            for changes in news(
                [folder for folder, _ in places.folders],
                stopped,
                step_s=self._pace.step,
                look_s=self._pace.look,
                recheck_s=self._pace.recheck,
            ):
                # The first time in any case: what changed before the watch stood was not told.
                if not told or changes is None or any(map(places.concern, changes)):
                    told = True
                    self._tell(stopped)
                began = time.monotonic()
                if began >= due or changes is None:
                    if _places(paths) != places:
                        return True
                    ended = time.monotonic()
                    due = ended + RECHECK_SHARE * (ended - began)
        except (ImportError, OSError, RuntimeError):
            return False
        return True

    def _tell(self, stopped: threading.Event) -> None:
        try:
            self._loop.call_soon_threadsafe(self._call, stopped)
        except RuntimeError:  # the loop is closed
            stopped.set()

    def _call(self, stopped: threading.Event) -> None:
        if not stopped.is_set():
            self._on_change()


class _Places(msgspec.Struct, frozen=True):
    """Where to watch.

    Attributes:
        folders: path, and device and inode, of each folder that is there.
        files: names whose changes count.
        whole: folders in which every change counts.
    """

    folders: frozenset[tuple[str, tuple[int, int]]]
    files: frozenset[str]
    whole: frozenset[str]

    def concern(self, changed: str) -> bool:
        """Whether a change of that path counts."""
        return changed in self.files or os.path.dirname(changed) in self.whole  # noqa: PTH120


def _places(paths: Iterable[str]) -> _Places:
    """Links are followed: a change counts where the link lies and where it leads."""
    both = {name for path in paths for name in (path, os.path.realpath(path))}
    whole = frozenset(path for path in both if os.path.isdir(path))  # noqa: PTH112
    files = frozenset(both - whole)
    parents = {os.path.dirname(path) for path in files}  # noqa: PTH120
    identities = ((folder, _identity(folder)) for folder in whole | parents)
    folders = frozenset((folder, found) for folder, found in identities if found is not None)
    return _Places(folders, files, whole)


def _identity(folder: str) -> tuple[int, int] | None:
    try:
        found = os.stat(folder)  # noqa: PTH116
    except OSError:
        return None
    return found.st_dev, found.st_ino
