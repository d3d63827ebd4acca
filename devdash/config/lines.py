"""On which line of a TOML text a value begins. tomllib gives no positions.

Reads text that tomllib has accepted; it therefore checks nothing, and walks
over every form a key or a value can take: dotted and quoted keys, tables,
arrays of tables, inline tables, arrays, the four kinds of strings.
"""

import re
import tomllib
from bisect import bisect_left
from contextlib import suppress

from devdash.config.keypath import KeyPath

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BASIC = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL = re.compile(r"'[^'\n]*'")
_LONG_BASIC = re.compile(r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''(?:[^']|'{1,2}(?!'))*'{3,5}", re.DOTALL)
_SCALAR = re.compile(r"[^,\]}#\r\n]+")
_STRINGS = (_LONG_BASIC, _LONG_LITERAL, _BASIC, _LITERAL)


class Lines:
    """The lines of the values of one TOML text."""

    def __init__(self, text: str) -> None:
        self._at: dict[KeyPath, int] = {}
        with suppress(RecursionError, _Lost):  # what was found until then still helps
            _Scanner(text, self._at).scan()

    def line(self, path: KeyPath) -> int:
        """The line of `path`, from 1; of the nearest table around it when it is not written itself."""
        while path and path not in self._at:
            path = path[:-1]
        return self._at.get(path, 1)

    def paths(self) -> frozenset[KeyPath]:
        """Every path that has a line."""
        return frozenset(self._at)


class _Lost(Exception):
    """The text is not what tomllib accepts."""


class _Scanner:
    """One walk over a text."""

    def __init__(self, text: str, at: dict[KeyPath, int]) -> None:
        self._text = text
        self._pos = 0
        self._at = at
        self._lengths: dict[KeyPath, int] = {}
        self._newlines = [match.start() for match in re.finditer("\n", text)]

    def scan(self) -> None:
        """Note every path's line."""
        table: KeyPath = ()
        while self._skip():
            if self._peek("[["):
                table = self._header(2)
            elif self._peek("["):
                table = self._header(1)
            else:
                self._pair(table)

    def _skip(self) -> bool:
        """Go past blanks, newlines and comments; False at the end."""
        match = _BLANK.match(self._text, self._pos)
        self._pos = match.end() if match else self._pos
        return self._pos < len(self._text)

    def _peek(self, mark: str) -> bool:
        return self._text.startswith(mark, self._pos)

    def _take(self, pattern: re.Pattern[str]) -> str | None:
        match = pattern.match(self._text, self._pos)
        if match is None:
            return None
        self._pos = match.end()
        return match.group()

    def _expect(self, mark: str) -> None:
        self._skip()
        if not self._peek(mark):
            raise _Lost
        self._pos += len(mark)

    def _note(self, path: KeyPath, line: int) -> None:
        self._at.setdefault(path, line)

    def _line(self) -> int:
        return bisect_left(self._newlines, self._pos) + 1

    def _header(self, brackets: int) -> KeyPath:
        """`[a.b]` or `[[a.b]]`; the path of the table that follows."""
        line = self._line()
        self._pos += brackets
        keys = self._keys()
        self._expect("]" * brackets)
        path: KeyPath = ()
        for place, key in enumerate(keys):
            path = (*path, key)
            self._note(path, line)
            last = place == len(keys) - 1
            if last and brackets == 2:
                self._lengths[path] = self._lengths.get(path, 0) + 1
            if path in self._lengths:
                path = (*path, self._lengths[path] - 1)
                self._note(path, line)
        return path

    def _pair(self, table: KeyPath) -> None:
        """`key = value`."""
        line = self._line()
        path = table
        for key in self._keys():
            path = (*path, key)
            self._note(path, line)
        self._expect("=")
        self._value(path)

    def _keys(self) -> list[str]:
        """A dotted key's parts."""
        keys = [self._key()]
        while self._skip() and self._peek("."):
            self._pos += 1
            keys.append(self._key())
        return keys

    def _key(self) -> str:
        self._skip()
        if (bare := self._take(_BARE)) is not None:
            return bare
        quoted = self._take(_BASIC) or self._take(_LITERAL)
        if quoted is None:
            raise _Lost
        if "\\" not in quoted or quoted.startswith("'"):
            return quoted[1:-1]
        return str(tomllib.loads(f"key = {quoted}")["key"])

    def _value(self, path: KeyPath) -> None:
        self._skip()
        self._note(path, self._line())
        if self._peek("["):
            self._array(path)
        elif self._peek("{"):
            self._inline(path)
        elif not any(self._take(pattern) for pattern in _STRINGS) and self._take(_SCALAR) is None:
            raise _Lost

    def _array(self, path: KeyPath) -> None:
        self._pos += 1
        index = 0
        while self._skip() and not self._peek("]"):
            self._value((*path, index))
            index += 1
            self._comma()
        self._expect("]")

    def _inline(self, path: KeyPath) -> None:
        self._pos += 1
        while self._skip() and not self._peek("}"):
            self._pair(path)
            self._comma()
        self._expect("}")

    def _comma(self) -> None:
        if self._skip() and self._peek(","):
            self._pos += 1
