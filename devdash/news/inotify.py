"""News from folders on Linux: the thread sleeps in the kernel until there are some.

watchfiles, which serves elsewhere, looks up several times a second: at a pace at which a change is on the
screen within 300 ms, two of its watchers cost more of a processor than all else that devdash does at rest.
"""

import threading
from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncinotify import Event, Inotify

_KINDS = (
    "CREATE",
    "DELETE",
    "CLOSE_WRITE",
    "ATTRIB",
    "MOVED_FROM",
    "MOVED_TO",
    "DELETE_SELF",
    "MOVE_SELF",
    "ONLYDIR",
)
"""Not MODIFY: each line of a log beside a file that is watched would be news, and a file half written too."""

_EVENTS_AT_ONCE = 100
_MOST = 100_000
"""Of one burst; who changes files faster than they are told must not keep them from being told at all."""


def told(
    folders: Iterable[str], step_s: float, recheck_s: float, stopped: threading.Event
) -> Iterator[frozenset[str] | None]:
    """As `folders.news`.

    Raises:
        OSError: the system cannot watch, or has no room for another watch.
    """
    from asyncinotify import Inotify, Mask

    mask = reduce(or_, (Mask[kind] for kind in _KINDS))
    with Inotify(cache_size=_EVENTS_AT_ONCE, sync_timeout=recheck_s) as watched:
        for folder in folders:
            watched.add_watch(Path(folder), mask)
        yield frozenset()  # from now on nothing is missed
        while not stopped.is_set():
            first = watched.sync_get()
            if first is None:
                yield frozenset()
                continue
            stopped.wait(step_s)  # a burst, such as a save, is one
            changes = _paths([first, *_waiting(watched, recheck_s)])
            yield changes
            if changes is None:
                # Also one that looks the same may be another: systems give numbers of folders out again.
                return


def _waiting(watched: "Inotify", recheck_s: float) -> "Iterator[Event]":
    """What else has come meanwhile, as far as it is not more than `_MOST`."""
    watched.sync_timeout = 0.0
    try:
        for _ in range(_MOST):
            event = watched.sync_get()
            if event is None:
                return
            yield event
    finally:
        watched.sync_timeout = recheck_s


def _paths(events: "Iterable[Event]") -> frozenset[str] | None:
    found: set[str] = set()
    for event in events:
        if event.name is None or event.path is None:
            return None
        found.add(str(event.path))
    return frozenset(found)
