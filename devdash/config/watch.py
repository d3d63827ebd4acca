"""Noticing that devdash.toml was saved.

A daemon thread waits for news from the folders of the file and compares what
`stat` says. Folders, because most editors replace a file instead of writing
into it, and a watch on the file would go away with the first save. Several
folders, because the file may be a link (to a link …) into a folder of
dotfiles: a change anywhere along the way counts.

Cost at rest: on Linux the thread wakes once a recheck, which is for network
drives, that tell nothing, and for a folder that was replaced further up;
elsewhere it looks up once a step as well. Where the system cannot watch (no
inotify handles left, a folder that is not there), `stat` alone is asked, at
the pace of `poll`.
"""

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from devdash.news.folders import news

_LINKS = 16
"""Links that are followed at most; the system gives up earlier or not much later."""


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How often is looked, in seconds.

    Attributes:
        step: a burst of changes within it is one; where there is no inotify, between two looks as well.
        recheck: after which `stat` is asked in spite of no news, as from drives of the network.
        poll: between two `stat` where the system cannot watch.
        settle: for which the file must stay as it is before it is told: a save
            may be a truncation and a write.
    """

    step: float = 0.4
    recheck: float = 10.0
    poll: float = 2.0
    settle: float = 0.1


USUAL = Pace()


class Stamp(msgspec.Struct, frozen=True):
    """What tells one version of a file from another.

    Attributes:
        places: the file, what it links to link by link, and where that really is.
        folders: device and inode of the folders of these; empty for one that is not there.
        version: of the file: device, inode, size, times of content and of state in ns; empty: absent.
    """

    places: tuple[str, ...]
    folders: tuple[tuple[int, ...], ...]
    version: tuple[int, ...]


def stamp(path: Path) -> Stamp:
    """The present version of the file at `path` (absolute)."""
    place = path
    places = [place]
    while len(places) < _LINKS:
        try:
            target = place.readlink()
        except OSError:
            break
        place = Path(os.path.normpath(place.parent / target))
        places.append(place)
    places.append(Path(os.path.realpath(path)))
    folders = tuple(_identity(place.parent)[:2] for place in places)
    return Stamp(tuple(map(str, places)), folders, _identity(path))


def _identity(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


class ConfigWatcher:
    """Calls `on_change` on the loop's thread after the file was saved, replaced, removed or made.

    It does not say what has changed: read the file again. Several changes in
    quick succession are one call.

    Args:
        path: the config file; need not exist.
        on_change: called without arguments, never after `stop`.
        loop: where it is called.
        watching: False: ask `stat` only.
        pace: how often.
    """

    def __init__(
        self,
        path: Path,
        on_change: Callable[[], object],
        loop: asyncio.AbstractEventLoop,
        *,
        watching: bool = True,
        pace: Pace = USUAL,
    ) -> None:
        self._path = path.absolute()
        self._on_change = on_change
        self._loop = loop
        self._watching = watching
        self._pace = pace
        self._stopped = threading.Event()
        self._last = stamp(self._path)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin. What changes from the watcher's making on is told."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="config-watch", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End. Returns at once; nothing is called any more, and the thread follows within a recheck."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            if not (self._watching and self._watch()):
                self._stopped.wait(self._pace.poll)
            self._compare()

    def _watch(self) -> bool:
        """Wait for news until links or folders are others than at first. False: the system cannot watch."""
        first = self._last
        names = frozenset(first.places)
        try:
            for changes in news(
                {str(Path(place).parent) for place in first.places},
                self._stopped,
                step_s=self._pace.step,
                look_s=self._pace.step,
                recheck_s=self._pace.recheck,
            ):
                if changes and names.isdisjoint(changes):
                    continue
                self._compare()
                if (self._last.places, self._last.folders) != (first.places, first.folders):
                    return True
        except (ImportError, OSError, RuntimeError):
            return False
        return True

    def _compare(self) -> None:
        """Tell when the file is another version than before, once it has settled."""
        now = stamp(self._path)
        while now != self._last and not self._stopped.is_set():
            self._last = now
            self._stopped.wait(self._pace.settle)
            now = stamp(self._path)
            if now == self._last:
                self._tell()

    def _tell(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._call)
        except RuntimeError:  # the loop is closed
            self._stopped.set()

    def _call(self) -> None:
        if not self._stopped.is_set():
            self._on_change()
