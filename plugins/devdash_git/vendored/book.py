"""What the last checks found, in the pane's cache: it can be found again.

Findings belong to a project as well, for "." and relative paths mean something else in another.
"""

import contextlib
import os
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from devdash.api import keep_file
from devdash_git.vendored.model import Finding, Origin
from devdash_git.vendored.survey import stamp_of

VERSION = 1


class _Page(msgspec.Struct, frozen=True):
    root: str
    findings: tuple[Finding, ...]


class _Book(msgspec.Struct, frozen=True):
    version: int = VERSION
    pages: tuple[_Page, ...] = ()


class Findings:
    """The findings in `folder`; kept in memory alone where it cannot be written.

    Methods block shortly; run them in a thread.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "vendored.json"
        self._memory: dict[Path, dict[Origin, Finding]] = {}
        self._stamp: tuple[int, ...] | None = None
        self._lock = threading.Lock()

    def of(self, root: Path) -> Mapping[Origin, Finding]:
        """The findings of the project at `root`. A file that cannot be read counts as empty."""
        with self._lock:
            stamp = stamp_of(self._path)
            if stamp is None or stamp != self._stamp:
                self._stamp = stamp
                for page in self._read().pages:
                    if page.root == _name(root):
                        self._merge(root, page.findings)
            return dict(self._memory.get(root, {}))

    def add(self, root: Path, found: Iterable[Finding], tracked: Iterable[Origin]) -> None:
        """Take in what a check found. Of what is not `tracked` any more nothing is kept."""
        with self._lock:
            pages = self._read().pages
            for page in pages:
                if page.root == _name(root):
                    self._merge(root, page.findings)
            self._merge(root, found)
            wanted = set(tracked)
            kept = {key: one for key, one in self._memory.get(root, {}).items() if key in wanted}
            self._memory[root] = kept
            others = tuple(page for page in pages if page.root != _name(root) and Path(page.root).is_dir())
            book = _Book(pages=(*others, _Page(_name(root), tuple(kept.values()))))
            with contextlib.suppress(OSError):
                keep_file(self._path, msgspec.json.encode(book), lasting=False)

    def _read(self) -> _Book:
        try:
            book = msgspec.json.decode(self._path.read_bytes(), type=_Book)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return _Book()
        return book if book.version == VERSION else _Book()

    def _merge(self, root: Path, found: Iterable[Finding]) -> None:
        page = self._memory.setdefault(root, {})
        for one in found:
            known = page.get(one.origin)
            if known is None or known.at <= one.at:
                page[one.origin] = one


def _name(root: Path) -> str:
    return os.fsencode(root).decode("utf-8", "backslashreplace")
