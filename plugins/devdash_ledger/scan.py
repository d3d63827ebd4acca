"""A look at a journal's text, and at what it includes, before any program loads it.

It finds what must not be opened (devices, pipes, too much of it), includes that run
in a circle, includes that a new file could match, and what would run code. It
only looks for lines; what they mean is up to the program that reads the journal.
"""

import glob
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from devdash_ledger.elements import JournalError
from devdash_ledger.encoding import Fault, Kind, fault
from devdash_ledger.globs import is_meant, patterns_of
from devdash_ledger.journal import AccountType, Format
from devdash_ledger.kinds import declared
from devdash_ledger.odd_lines import INCLUDE, PLUGIN, Odd, odd_lines
from devdash_ledger.refusal import unavailable

if TYPE_CHECKING:
    from pathlib import Path

    from devdash.api import Unavailable

MAX_BYTES = 64 * 1024 * 1024
"""All files of a journal; half a million transactions or so."""
MAX_FILES = 5_000

# Patterns of the worker are compiled where they are used: its start is part of each load.
_INCLUDES: Mapping[Format, bytes] = {
    Format.BEANCOUNT: INCLUDE,
    Format.LEDGER: rb"^(?:\xef\xbb\xbf)?[!@]*include[ \t]+([^\r\n]+?)[ \t]*\r?$",
    Format.HLEDGER: (
        rb"(?:^|\r)(?:\xef\xbb\xbf)?[!@]?include(?:[ \t\v\f]|\xc2\xa0|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xaf]"
        rb"|\xe2\x81\x9f|\xe3\x80\x80)+(?:[a-z]+:)?([^\r\n]+?)[ \t]*(?=[\r\n]|\Z)"
    ),
}
"""A byte-order mark may stand before the first. hledger takes a carriage return for a line's end."""
_CODE: Mapping[Format, bytes] = {
    Format.BEANCOUNT: PLUGIN,
    Format.LEDGER: rb"^(?:\xef\xbb\xbf)?(?:[!@]*(?:python|import)\b|-)[^\r\n]*",
}
"""beancount's plug-ins; ledger's blocks and imports of Python, and options, which may import too."""
_CODE_MARKS: Mapping[Format, tuple[bytes, ...]] = {
    Format.BEANCOUNT: (b"plugin",),
    Format.LEDGER: (b"python", b"import", b"\n-", b"\xef\xbb\xbf-"),
}
"""One of them is in every text that has such a line, or it begins with one: found a hundred times faster."""


_KIND = rb"^account[ \t]+([^;\r\n]+?)[ \t]*;[^\r\n]*?\btype:[ \t]*(\w+)"
"""hledger's declaration of an account's type."""


class Code(msgspec.Struct, frozen=True):
    """A line of a journal that runs code when the journal is loaded."""

    file: str
    line: int
    text: str


class Scan(msgspec.Struct, frozen=True):
    """What the text of a journal says.

    Attributes:
        files: the journal and what it includes, absolute, in the order they were met.
        patterns: includes whose matches may change: globs, and names of files that are missing.
        code: what would run code.
        circles: includes of a file that is being read already.
        faults: what is no plain UTF-8, at most one for each file.
        kinds: of accounts, as declared in the journal (hledger).
    """

    files: tuple[str, ...]
    patterns: tuple[str, ...]
    code: tuple[Code, ...]
    circles: tuple[JournalError, ...]
    faults: tuple[Fault, ...]
    kinds: dict[str, AccountType]

    def told(self, kind: Kind) -> tuple[JournalError, ...]:
        """What is said of the faults of that kind."""
        return tuple(one.error for one in self.faults if one.kind is kind)


def scan(file: str, language: Format, *, wary: bool = False) -> Scan:
    """Look at the journal `file` and its includes. Blocks: in a worker.

    Args:
        wary: its code may not run unasked, so that what looks like a comment is looked at more closely.

    Raises:
        Unavailable: a file is no plain file, or there are too many bytes or files; the sentence names it.
    """
    walk = _Walk(language, wary=wary)
    walk.enter(file, (), "")
    return Scan(
        tuple(walk.files),
        tuple(sorted(walk.patterns)),
        tuple(walk.code),
        tuple(walk.circles),
        tuple(walk.faults),
        walk.kinds,
    )


def mark(found: Scan) -> str:
    """A mark of the code that would run: what the lines say, and the modules that lie beside the journal."""
    from pathlib import Path  # large, and most journals run no code

    sums = hashlib.sha256()
    folders = sorted({str(Path(file).parent) for file in found.files})
    for code in found.code:
        sums.update(f"{code.file}\0{code.text}\0".encode("utf-8", "replace"))
        for name in re.findall(r"[A-Za-z_][\w.]*", code.text):
            for folder in folders:
                sums.update(_module(Path(folder, *name.split("."))))
    return sums.hexdigest()


def _module(path: "Path") -> bytes:
    """The text of a module that lies there; empty where none does."""
    for file in (path.with_name(f"{path.name}.py"), path / "__init__.py"):
        with suppress(OSError):
            if stat.S_ISREG(file.stat().st_mode):
                return b"%s\0%s" % (os.fsencode(file), file.read_bytes())
    return b""


class _Walk:
    def __init__(self, language: Format, *, wary: bool) -> None:
        self.files: dict[str, None] = {}
        self.patterns: set[str] = set()
        self.code: list[Code] = []
        self.circles: list[JournalError] = []
        self.faults: list[Fault] = []
        self.kinds: dict[str, AccountType] = {}
        self._language, self._wary = language, wary
        self._bytes = 0

    def enter(self, file: str, above: tuple[str, ...], source: str) -> None:
        """Look at `file`, included by the files `above`; `source` says where, for a sentence."""
        if file in self.files:
            return
        text = self._text(file, source)
        if text is None:
            return
        self.files[file] = None
        if len(self.files) > MAX_FILES:
            raise unavailable(f"the journal includes more than {MAX_FILES} files")
        odd = odd_lines(text, wary=self._wary) if self._language is Format.BEANCOUNT else Odd()
        self._look(file, text, odd)
        for line, name in self._includes(file, text, odd):
            for pattern in patterns_of(name, self._language):
                self._follow(file, line, name, pattern, (*above, file))

    def _text(self, file: str, source: str) -> bytes | None:
        """The file's bytes; None where there is none or it may not be read, which its reader will say."""
        try:
            descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            mode = _mode(file)
            if mode is not None and not stat.S_ISREG(mode):
                raise _not_plain(file, source, mode) from error
            return None
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise _not_plain(file, source, found.st_mode)
            self._bytes += found.st_size
            if self._bytes > MAX_BYTES:
                raise unavailable(
                    f"{file}{source} makes the journal larger than {MAX_BYTES >> 20} MiB, so it is not read",
                    "split old years off into a journal of their own",
                )
            with os.fdopen(descriptor, "rb", closefd=False) as stream:
                return stream.read(MAX_BYTES)
        finally:
            os.close(descriptor)

    def _look(self, file: str, text: bytes, odd: Odd) -> None:
        found = [(match.start(), match[0]) for match in self._lines_of_code(text)]
        for place, line in sorted({*found, *odd.code}):
            self.code.append(Code(file, _line(text, place), line.decode("utf-8", "replace").strip()))
        has_kinds = self._language is Format.HLEDGER and b"type:" in text
        for match in re.finditer(_KIND, text, re.MULTILINE) if has_kinds else ():
            kind = declared(match[2].decode())
            if kind is not None:
                self.kinds[match[1].decode("utf-8", "replace")] = kind
        found_fault = fault(file, text, self._language)
        self.faults += [found_fault] if found_fault is not None else []

    def _lines_of_code(self, text: bytes) -> Iterable[re.Match[bytes]]:
        pattern = _CODE.get(self._language)
        is_marked = text.startswith(b"-") or any(mark in text for mark in _CODE_MARKS.get(self._language, ()))
        return re.finditer(pattern, text, re.MULTILINE) if pattern is not None and is_marked else ()

    def _includes(self, file: str, text: bytes, odd: Odd) -> Iterator[tuple[int, str]]:
        folder = os.path.dirname(file)  # noqa: PTH120
        pattern = _INCLUDES[self._language]
        matches = re.finditer(pattern, text, re.MULTILINE) if b"include" in text else ()
        for place, named in (*((one.start(), os.fsdecode(one[1])) for one in matches), *odd.includes):
            name = named.strip('"')
            if self._language is not Format.BEANCOUNT:
                name = os.path.expanduser(name)  # noqa: PTH111  # a glob, not a path
            yield _line(text, place), os.path.normpath(os.path.join(folder, name))  # noqa: PTH118

    def _follow(self, file: str, line: int, named: str, pattern: str, above: tuple[str, ...]) -> None:
        if "\0" in pattern:
            return  # no file is called so; its reader says so
        is_glob = glob.has_magic(pattern)
        if is_glob or _mode(pattern) is None:
            self.patterns.add(pattern)
        found = sorted(glob.glob(pattern, recursive=True)) if is_glob else [pattern]  # noqa: PTH207
        if is_glob and self._language is Format.LEDGER:
            found = [name for name in found if stat.S_ISREG(_mode(name) or 0)]  # as ledger does
        for name in found:
            if name not in above:
                self.enter(name, above, f", included by {file}:{line},")
            elif not is_glob or self._is_circle(named, name, file):
                error = JournalError(file, line, f"The include of {name} runs in a circle")
                if error not in self.circles:
                    self.circles.append(error)

    def _is_circle(self, named: str, name: str, file: str) -> bool:
        """Whether `name`, which is being read, is read once more for a glob that it matches in `file`."""
        if self._language is Format.LEDGER:
            return is_meant(named, name)
        return name != file  # a glob never means the file that it stands in


def _mode(file: str) -> int | None:
    try:
        return os.stat(file).st_mode  # noqa: PTH116
    except OSError:
        return None


def _not_plain(file: str, source: str, mode: int) -> "Unavailable":
    reason = "Is a directory" if stat.S_ISDIR(mode) else "it is no plain file"
    return unavailable(f"{file}{source} cannot be read: {reason}", "correct its name")


def _line(text: bytes, place: int) -> int:
    return text.count(b"\n", 0, place) + 1
