"""Ending the process.

The interpreter waits at its end for every thread that is no daemon. Textual's
reader of keys is none, and on a lost terminal it turns as fast as a processor
can: where its end was missed, it would hold ours for good.
"""

import contextlib
import os
import sys
import threading
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """End with `code`; threads that would hold the end are left behind."""
    own = threading.current_thread()
    if all(thread is own or thread.daemon for thread in threading.enumerate()):
        sys.exit(code)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # closed, gone, or never there
            stream.flush()
    os._exit(code)
