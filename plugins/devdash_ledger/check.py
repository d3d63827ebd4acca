"""Whether a journal is still right with new text in place, before it is written. Runs in the worker only.

Only what the new text breaks is refused: errors that were there before are the person's own affair.
"""

import glob
import io
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath
from types import ModuleType
from typing import TYPE_CHECKING

import msgspec

from devdash.api import PaneError, Unavailable
from devdash_ledger.entry import Entry, Posting, fitted
from devdash_ledger.style import Syntax

if TYPE_CHECKING:
    from beancount.core.data import BeancountError, Directives
    from beancount.loader import OptionsMap

SAID = 3
"""New errors that are told; they mostly have one cause."""

_NAMES = re.compile(rb'^option[ \t]+"name_[a-z_]+"[ \t]+"[^"\\\r\n]*"', re.MULTILINE)
_UNKNOWN_ACCOUNT = re.compile(r"Invalid reference to (unknown|inactive) account '([^']*)'")


class Refused(PaneError):
    """The journal would have a new error, or would not say what was meant."""

    kind = "refused"


class Candidate(msgspec.Struct, frozen=True):
    """A journal with new text in place.

    Attributes:
        journal: the main file's path, as the person names it.
        target: the real path of the file that is changed.
        content: its whole new content.
        added: the part that is new, with newlines as "\\n"; empty: something else was changed.
        entries: what `added` must mean; None: what it says, since it stood in the journal before.
    """

    journal: str
    target: str
    content: bytes
    added: str
    entries: tuple[Entry, ...] | None


def check_beancount(candidate: Candidate) -> None:
    """Load the journal with beancount, once; a second time, as it is, only when there are errors.

    Raises:
        Refused: there is a new error, or the target is no part of the journal.
        Unavailable: beancount is not installed, or a file cannot be read.
    """
    os.environ["BEANCOUNT_LOAD_CACHE_FILENAME"] = str(Path(os.devnull) / "{filename}")
    try:
        from beancount import loader
    except ModuleNotFoundError as error:
        raise Unavailable("beancount is not installed", 'pip install "devdash[ledger]"') from error
    loader.initialize(use_cache=False)
    _require_meaning(candidate)
    try:
        with _in_place(candidate) as was_read:
            _, errors, options = loader.load_file(candidate.journal)
        if not was_read():
            raise _no_part(candidate)
        if not errors:
            return
        _, before, _ = loader.load_file(candidate.journal)
    except OSError as error:
        raise Unavailable(f"the journal cannot be read: {error.strerror or type(error).__name__}") from error
    new = list((Counter(map(_sign, errors)) - Counter(map(_sign, before))).elements())
    if new:
        raise _refused([error for error in errors if _sign(error) in new], options)


def _require_meaning(candidate: Candidate) -> None:
    """What is added, read by itself, is exactly the entries: nothing that was typed became a directive."""
    if not candidate.added or candidate.entries is None:
        return
    from beancount.core.data import Open, Transaction
    from beancount.parser import parser

    found, errors, _ = parser.parse_string(_names_of_kinds(candidate.content) + candidate.added)
    read = [
        (one.date, one.payee or "", one.narration or "", str(one.flag), tuple(map(_leg, one.postings)))
        for one in found
        if isinstance(one, Transaction)
    ]
    meant = [
        (one.date, one.payee, one.narration, str(one.flag), tuple(map(_meant_leg, one.postings)))
        for one in (fitted(entry, Syntax.BEANCOUNT) for entry in candidate.entries)
    ]
    others = [one for one in found if not isinstance(one, Transaction | Open)]
    if errors or others or sorted(read, key=repr) != sorted(meant, key=repr):
        said = f": {errors[0].message}" if errors else ""
        hint = "write the account as others in this file are" if "account" in said.lower() else ""
        raise Refused(f"the text would not mean what was typed{said}", hint or "simplify payee and narration")


def _names_of_kinds(content: bytes) -> str:
    """The options by which a file calls its kinds of accounts otherwise; they hold for that file alone."""
    lines = [one.decode("utf-8", "replace") for one in _NAMES.findall(content)]
    return "".join(f"{line}\n" for line in lines)


def _leg(posting: object) -> tuple[str, str, str]:
    units = getattr(posting, "units", None)
    number, currency = getattr(units, "number", ""), getattr(units, "currency", "")
    return str(getattr(posting, "account", "")), str(number), str(currency)


def _meant_leg(posting: Posting) -> tuple[str, str, str]:
    return posting.account, str(posting.amount), posting.currency


@contextmanager
def _in_place(candidate: Candidate) -> Iterator[Callable[[], bool]]:
    """While it lasts, beancount reads the target as the candidate says; tells whether it did.

    A new file is found by the globs that will find it.
    """
    from beancount.parser import parser

    real_parse, real_glob, real_exists = parser.parse_file, glob.glob, os.path.exists
    reads: list[str] = []

    def parse(
        file: str, encoding: str | None = None
    ) -> "tuple[Directives, list[BeancountError], OptionsMap]":
        if os.path.realpath(file) != candidate.target:
            return real_parse(file, encoding=encoding)
        reads.append(file)
        return real_parse(io.BytesIO(candidate.content), report_filename=file)

    def match(pattern: str, *, recursive: bool = False) -> list[str]:
        found = real_glob(pattern, recursive=recursive)
        if candidate.target not in map(os.path.realpath, found) and _would_match(candidate.target, pattern):
            found.append(candidate.target)
        return found

    def exists(file: str) -> bool:
        return real_exists(file) or (not reads and os.path.realpath(file) == candidate.target)

    with (
        _replaced(parser, "parse_file", parse),
        _replaced(glob, "glob", match),
        _replaced(os.path, "exists", exists),
    ):
        yield lambda: bool(reads)


@contextmanager
def _replaced(module: ModuleType, name: str, value: object) -> Iterator[None]:
    """Beancount has no way to be told a file's content; this process does nothing else meanwhile."""
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)


def _would_match(target: str, pattern: str) -> bool:
    folder, name = os.path.split(pattern)
    return PurePath(target).match(str(PurePath(os.path.realpath(folder), name)))


def _sign(error: "BeancountError") -> tuple[str, str, int]:
    """What makes an error the same as before: its kind and place. Its words may hold balances."""
    source = error.source or {}
    return type(error).__name__, str(source.get("filename", "")), int(source.get("lineno") or 0)


def _refused(errors: Sequence["BeancountError"], options: "OptionsMap") -> Refused:
    messages = [" ".join(str(error.message).split())[:300] for error in errors[:SAID]]
    unknown = [found[2] for message in messages if (found := _UNKNOWN_ACCOUNT.search(message))]
    if unknown and len(unknown) == len(messages):
        names = " and ".join(dict.fromkeys(unknown))
        return Refused(f"the journal has not opened {names}", "correct it, or have new accounts opened")
    places = [f"{PurePath(name).name}:{line}" for _, name, line in map(_sign, errors[:SAID])]
    told = "; ".join(f"{place}: {message}" for place, message in zip(places, messages, strict=True))
    return Refused(f"the journal would have a new error: {told}", "nothing was written")


def _no_part(candidate: Candidate) -> Refused:
    target = PurePath(candidate.target)
    return Refused(
        f"{target} is no part of the journal",
        f'add an include of "{target.name}" to it, or correct [panes.….write] in devdash.toml',
    )
