"""News from folders where there is no inotify: watchfiles looks up several times a second."""

import threading
from collections.abc import Iterable, Iterator


def seen(
    folders: Iterable[str], look_s: float, recheck_s: float, stopped: threading.Event
) -> Iterator[frozenset[str]]:
    """As `folders.news`, but never None, and at first nothing; folders that are not there are passed over.

    Raises:
        OSError, RuntimeError: the system cannot watch.
    """
    from watchfiles import watch

    for changes in watch(
        *folders,
        step=int(look_s * 1000),
        debounce=int(look_s * 1000),
        rust_timeout=int(recheck_s * 1000),
        yield_on_timeout=True,
        stop_event=stopped,
        recursive=False,
        force_polling=False,
        ignore_permission_denied=True,
        raise_interrupt=False,
    ):
        yield frozenset(changed for _, changed in changes)
