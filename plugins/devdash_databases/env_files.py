"""A project's `.env`, read strictly: lines of NAME=VALUE and nothing that would have to be guessed.

The libraries for such files differ in what they make of `$`, of backslashes and of several lines. It is read
here, since the project's Python need not have any of them; and what they would not agree upon is refused with
its line, for a password that was misread looks like one that is wrong. Values are secrets: no error has one.

A value stands bare, up to white space and "#" or the end of the line; in single quotes, as it is; or in
double quotes, where a backslash stands before n, t, a quote, a dollar sign or another backslash. A "$" that
others would fill in, before a name or a brace, is refused but in single quotes or after a backslash.
"""

import re
from pathlib import Path

LARGEST = 1_000_000
"""Bytes; more is no such file."""

_LINE = re.compile(
    r"""
    \s* (?: export \s+ )?
    (?P<name> [A-Za-z_][A-Za-z0-9_]* ) \s* = [ \t]*+
    (?:
        ' (?P<single> [^']* ) '
      | " (?P<double> (?: [^"\\] | \\. )* ) "
      | (?P<bare> (?: [^\s'"`\\#] (?: [^'"`\\\s] | [ \t]+ (?! \# | [ \t] | $ ) )* )? )
    )
    (?: [ \t]+ \# .* )? \s*
    """,
    re.VERBOSE,
)

_FILLED_IN = re.compile(r"^\$|\$[A-Za-z_{(]")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "$": "$"}


class BadEnvFile(Exception):
    """It cannot be read.

    Attributes:
        line: the one that is not understood, from 1; 0: the file itself cannot be read.
    """

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def read(path: Path) -> dict[str, str]:
    """The variables of a file; of one that stands there twice, the last value.

    Raises:
        BadEnvFile: it cannot be read.
    """
    try:
        if not path.is_file():  # a FIFO would be waited for
            raise BadEnvFile(0)
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError:
        raise BadEnvFile(0) from None
    if len(data) > LARGEST or b"\0" in data:
        raise BadEnvFile(0)
    try:
        return parse(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadEnvFile(0) from None


def parse(text: str) -> dict[str, str]:
    """The variables of a file's text.

    Raises:
        BadEnvFile: a line is not understood.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise BadEnvFile(number)
        found[match["name"]] = _value(match, number)
    return found


def _value(match: re.Match[str], line: int) -> str:
    if match["single"] is not None:
        return match["single"]
    text = match["double"] if match["double"] is not None else match["bare"]
    if _FILLED_IN.search(re.sub(r"\\.", "", text)):
        raise BadEnvFile(line)
    if any(escape not in _ESCAPED for escape in _ESCAPE.findall(text)):
        raise BadEnvFile(line)
    return _ESCAPE.sub(lambda escape: _ESCAPED[escape[1]], text)
