"""The terminal belongs to the screen: what a plug-in or a library writes to it itself would stay there.

Textual catches `print`; it cannot catch what goes straight to a descriptor, as
C libraries and careless children do.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def reserved_terminal() -> Iterator[None]:
    """While it lasts, descriptors 1 and 2 lead nowhere, and Textual draws on a descriptor of its own.

    Textual draws on `sys.__stderr__` and asks `sys.__stdout__` for the size: both
    are one UTF-8 stream meanwhile, whatever the locale's encoding is.
    """
    kept = {number: os.dup(number) for number in (1, 2)}
    streams = {name: sys.__dict__[name] for name in ("__stdout__", "__stderr__")}
    nowhere = os.open(os.devnull, os.O_WRONLY)
    screen = open(os.dup(2), "w", encoding="utf-8", errors="backslashreplace")  # noqa: PTH123, SIM115 - a descriptor
    for name in streams:
        sys.__dict__[name] = screen
    for number in kept:
        os.dup2(nowhere, number)
    os.close(nowhere)
    try:
        yield
    finally:
        sys.__dict__.update(streams)
        for number, own in kept.items():
            os.dup2(own, number)
            os.close(own)
        with suppress(OSError):  # the terminal has gone, and with it what was still to be drawn
            screen.close()
