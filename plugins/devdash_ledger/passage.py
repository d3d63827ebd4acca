"""A transaction's text in its file, and a mark of it that tells a later look whether it is still that."""

import hashlib
import re
from collections.abc import Sequence

import msgspec

MARK = 8
"""Characters of a mark. It tells an edit, which is no attack: whoever can change the file needs no trick."""

_END = re.compile(rb"\r?\n")


class Passage(msgspec.Struct, frozen=True):
    """Some lines of a file.

    Attributes:
        line: the number of the first, from 1.
        content: the lines, with the line end of each but the last.
    """

    line: int
    content: bytes

    @property
    def head(self) -> bytes:
        """The first line, without its end."""
        return _END.split(self.content, maxsplit=1)[0]

    @property
    def mark(self) -> str:
        """What stands there, in a word; the line ends do not count."""
        return hashlib.sha256(_END.sub(b"\n", self.content)).hexdigest()[:MARK]


def lines_of(content: bytes) -> tuple[bytes, ...]:
    """The lines, each with its end; only a newline ends one, as for the programs that read journals."""
    return tuple(content.splitlines(keepends=True)) if b"\r" not in content else _split(content)


def _split(content: bytes) -> tuple[bytes, ...]:
    parts = content.split(b"\n")
    whole = [part + b"\n" for part in parts[:-1]]
    return (*whole, parts[-1]) if parts[-1] else tuple(whole)


def passage(lines: Sequence[bytes], line: int) -> Passage | None:
    """The transaction whose head is `line` (from 1): the head and the indented lines below it.

    None: there is no such line, or it begins no directive with a date.
    """
    if not 1 <= line <= len(lines) or not lines[line - 1][:1].isdigit():
        return None
    end = line
    while end < len(lines) and lines[end][:1] in (b" ", b"\t") and lines[end].strip():
        end += 1
    return Passage(line, b"".join(lines[line - 1 : end]).rstrip(b"\r\n"))
