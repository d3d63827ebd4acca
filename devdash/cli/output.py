"""Standard output belongs to the command: whatever a plug-in or a library prints goes to standard error."""

import io
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, TextIO

from devdash.cli.exits import OutputLost
from devdash.render.clean import clean

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Pipe(io.FileIO):
    """Where output goes. A reader that has gone (`devdash check | head -1`) changes no exit code.

    Attributes:
        trouble: why it could not be written; None as long as it could.
    """

    trouble: OSError | None = None

    def write(self, data: "ReadableBuffer") -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            pass
        except OSError as error:
            self.trouble = error
        return memoryview(data).nbytes


@contextmanager
def reserved_stdout() -> Iterator[TextIO]:
    """While it lasts, `sys.stdout` and descriptor 1 are standard error; yields the true standard output.

    Raises:
        OutputLost: what was written to it could not be put there.
    """
    sys.stdout.flush()
    own = os.dup(1)
    os.dup2(2, 1)
    try:
        pipe = _Pipe(os.dup(own), "wb")
        buffer = io.BufferedWriter(pipe)
        with (
            io.TextIOWrapper(buffer, encoding="utf-8", errors="backslashreplace") as out,
            redirect_stdout(sys.stderr),
        ):
            yield out
        if pipe.trouble is not None:
            raise OutputLost(f"standard output cannot be written: {pipe.trouble.strerror}")
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
