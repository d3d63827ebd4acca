"""Plug-ins and includes of beancount in places where a look for lines does not see them.

beancount's lexer needs no line for a directive: `plugin"x"`, `1 plugin "x"` and one behind a carriage
return run as well. But a comment or a narration with these words means nothing. So where such words
stand anywhere but at the begin of a line, beancount's own parser is asked, which runs nothing and opens
no other file.
"""

import io
import re
from collections import Counter

import msgspec

PLUGIN = rb'^[ \t]*plugin[ \t]+"(?:[^"\r\n]*"[ \t\r]*"[^"]*"|[^\r\n]*)'
"""For each line; with its configuration, which may have several lines."""
INCLUDE = rb'^[ \t]*include[ \t]+"([^"]+)"'
"""For each line."""

_NAMES = (b"plugin", b"include")
_ANYWHERE = rb'(?:plugin|include)[ \t\r]*"'
_PLAIN = rb'[ \t]*(?:plugin|include)[ \t]+"'
_TOLD = rb'plugin[ \t]+"([^"]*)"(?:[ \t\r]*"([^"]*)")?'


class Odd(msgspec.Struct, frozen=True):
    """What a text has beside its plain lines.

    Attributes:
        code: places (offset and line's text) that may run code.
        includes: places and names of includes.
    """

    code: tuple[tuple[int, bytes], ...] = ()
    includes: tuple[tuple[int, str], ...] = ()


def odd_lines(text: bytes, *, wary: bool) -> Odd:
    """The plug-ins and includes of `text` that are on no plain line.

    Args:
        wary: code may not run unasked; else what stands behind a semicolon is taken for a comment.
    """
    if not any(name in text for name in _NAMES):
        return Odd()
    places = [match for match in re.finditer(_ANYWHERE, text) if _is_odd(text, match, wary=wary)]
    if not places:
        return Odd()
    plugins, includes = _parsed(text)
    lines = re.finditer(PLUGIN, text, re.MULTILINE)
    told = Counter((one[1], one[2]) for line in lines if (one := re.search(_TOLD, line[0])))
    has_more = plugins is None or bool(Counter(plugins) - told)
    plain = {one[1] for one in re.finditer(INCLUDE, text, re.MULTILINE)}
    first = next((one.start() for one in places if one[0].startswith(b"include")), 0)
    return Odd(
        tuple((one.start(), _line(text, one.start())) for one in places if one[0].startswith(b"plugin"))
        if has_more
        else (),
        tuple((first, name) for name in includes if name.encode("utf-8", "surrogateescape") not in plain),
    )


def _is_odd(text: bytes, match: re.Match[bytes], *, wary: bool) -> bool:
    begin = text.rfind(b"\n", 0, match.start()) + 1
    plain = re.compile(_PLAIN).match(text, begin)
    if plain is not None and plain.end() == match.end():
        return False
    return wary or not text[begin : match.start()].lstrip(b" \t").startswith(b";")


def _line(text: bytes, place: int) -> bytes:
    begin, end = text.rfind(b"\n", 0, place) + 1, text.find(b"\n", place)
    return text[begin : end if end >= 0 else len(text)]


def _parsed(text: bytes) -> tuple[list[tuple[bytes, bytes | None]] | None, list[str]]:
    """The plug-ins, with their configuration, and the includes; None: nobody can tell."""
    try:
        from beancount.parser import parser
    except ModuleNotFoundError:
        return None, []  # then nothing can be loaded either
    _, _, options = parser.parse_file(io.BytesIO(text), report_filename="")
    named = [
        (name.encode(), None if config is None else config.encode()) for name, config in options["plugin"]
    ]
    return named, [str(name) for name in options["include"]]
