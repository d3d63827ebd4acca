"""What the tests of the command line share."""

from pathlib import Path
from typing import NamedTuple

STUBS = Path(__file__).parent / "stub_plugins"
"""A folder as pip would install it: modules, and a distribution's metadata with its entry points."""


class Result(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str

    def calm(self) -> "Result":
        """The result, of which nothing is a traceback or an escape sequence."""
        for text in (self.out, self.err):
            assert "Traceback" not in text, text
            assert "\x1b" not in text, text
        return self
