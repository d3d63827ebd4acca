"""Standard output belongs to the command: whatever a plug-in or a library prints goes to standard error."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from devdash.render.clean import clean


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


WIDTH_WITHOUT_TERMINAL = 100


def terminal_width() -> int:
    """Cells per line; $COLUMNS and the terminal tell."""
    return shutil.get_terminal_size((WIDTH_WITHOUT_TERMINAL, 24)).columns


def complain(text: str) -> None:
    """Say something on standard error, line by line, without anything that steers the terminal."""
    for line in text.splitlines():
        print(clean(line), file=sys.stderr)
