"""Standard output belongs to the command: whatever a plug-in or a library prints goes to standard error."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def reserved_stdout() -> Iterator[TextIO]:
    """While it lasts, file descriptor 1 is standard error; yields the true standard output."""
    sys.stdout.flush()
    own = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(os.dup(own), "w", encoding="utf-8", errors="backslashreplace") as out:
            yield out
    finally:
        sys.stdout.flush()
        os.dup2(own, 1)
        os.close(own)


def complain(text: str) -> None:
    """Say something on standard error."""
    print(text, file=sys.stderr)
