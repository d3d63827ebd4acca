"""A journal of ledger or hledger laid out once more in a folder of its own, with other content.

These programs read files, and find includes by their places; includes by a full path lead into the copy too.
"""

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_FULL_PATH = re.compile(rb"^([!@]?include[ \t]+(?:[a-z]+:)?)([~/][^\r\n]*)", re.MULTILINE)
_TRANSACTION = re.compile(rb"^\d[^\n]*\n?(?:[ \t][^\n]*(?:\n|\Z))*", re.MULTILINE)


def laid_out(journal: str, files: Iterable[str], folder: Path, content: Callable[[str], bytes]) -> str:
    """Write `journal` and `files` below `folder`, with the content of each; the path of its main file there.

    Raises:
        OSError: a file cannot be read or written.
    """

    def moved(path: str) -> Path:
        return Path(folder, os.path.normpath(path).lstrip(os.sep))

    def lead_there(found: re.Match[bytes]) -> bytes:
        path = os.path.expanduser(os.fsdecode(found[2]))  # noqa: PTH111  # may be a glob
        return found[1] + os.fsencode(moved(path))

    for name in dict.fromkeys((journal, *files)):
        copy = moved(name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(_FULL_PATH.sub(lead_there, content(name)))
    return str(moved(journal))


@contextmanager
def plans_alone(journal: str, files: Iterable[str]) -> Iterator[str]:
    """The main file of a copy that has what is declared and planned, and nothing of what was booked."""

    def content(name: str) -> bytes:
        return _TRANSACTION.sub(b"", Path(name).read_bytes())

    with tempfile.TemporaryDirectory(prefix="devdash-ledger-") as folder:
        yield laid_out(journal, files, Path(folder), content)
