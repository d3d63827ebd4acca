"""Waiting, in a thread, until something changes directly in some folders."""

import sys
import threading
from collections.abc import Iterable, Iterator

Changes = frozenset[str] | None


def news(
    folders: Iterable[str], stopped: threading.Event, *, step_s: float, look_s: float, recheck_s: float
) -> Iterator[Changes]:
    """Watch `folders` (absolute paths), without what lies deeper, until `stopped` is set.

    On Linux a stop is seen with the next news or recheck, elsewhere within a look.

    Args:
        step_s: a burst of changes within it is one.
        look_s: between two looks of watchfiles; on Linux nobody looks.
        recheck_s: without news, after which the caller has its turn all the same.

    Yields:
        The absolute paths that changed; empty after `recheck_s` without news, and on Linux once the watch
        stands, before which nothing is told. None, and then nothing more: a folder itself has changed or
        gone, or more has changed than the system could remember. Watch anew.

    Raises:
        ImportError, OSError, RuntimeError: the system cannot watch, or has no room for another watch.
    """
    if sys.platform == "linux":
        from devdash.news.inotify import told

        yield from told(folders, step_s, recheck_s, stopped)
    else:
        from devdash.news.looking import seen

        yield from seen(folders, look_s, recheck_s, stopped)
