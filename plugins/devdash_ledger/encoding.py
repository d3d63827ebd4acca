"""What a file of a journal is written in, where that is not plain UTF-8. For the worker.

Its reader tells a file in UTF-16 as thousands of unknown signs, or as nothing, and a byte-order mark as an
unknown word. Both come from an editor, which can save the file otherwise.
"""

import os
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from devdash_ledger.elements import JournalError
from devdash_ledger.journal import Format
from devdash_ledger.refusal import unavailable

MARK = b"\xef\xbb\xbf"
"""UTF-8's byte-order mark."""
_WIDE = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
"""The marks, the longer ones first."""
_HARMLESS = rb"(?:[!@]*include[ \t]|[;#%|*])[^\n]*(?:\n(?![ \t])|\Z)"
"""First lines that ledger 3.3 understands behind a mark, or need not; an indented line below them fails."""
_BYTES = "A byte here is no UTF-8: the file is in another encoding, or damaged"


def wide(text: bytes) -> str:
    """The encoding, when it has several bytes for each sign; else empty."""
    for sign, name in _WIDE:
        if text.startswith(sign):
            return name
    has_zeros = text[:2].count(0) == 1 and text[2:4].count(0) == 1
    return "UTF-16" if has_zeros and len(text) % 2 == 0 else ""


class Kind(StrEnum):
    """What a fault costs."""

    FOREIGN = "foreign"
    """All of the file."""
    MARKED = "marked"
    """Its first line."""
    GARBLED = "garbled"
    """Some words, or all, as its reader takes it."""


class Fault(msgspec.Struct, frozen=True):
    """A file that is no plain UTF-8."""

    kind: Kind
    error: JournalError


def fault(file: str, text: bytes, language: Format) -> Fault | None:
    """What is wrong with the encoding of a file's `text`, if anything."""
    if name := wide(text):
        words = (
            f"The file is written in {name}, and journals are read as UTF-8: nothing of it is read. "
            f"Save it as UTF-8, in an editor or with iconv -f {name} -t UTF-8"
        )
        return Fault(Kind.FOREIGN, JournalError(file, 1, words))
    if text.startswith(MARK) and _minds(text, language):
        words = (
            f"The file begins with a byte-order mark, so {language} does not understand its first line. "
            "Save it as UTF-8 without one"
        )
        return Fault(Kind.MARKED, JournalError(file, 1, words))
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        return Fault(Kind.GARBLED, JournalError(file, text.count(b"\n", 0, error.start) + 1, _BYTES))
    return None


def _minds(text: bytes, language: Format) -> bool:
    """hledger takes a mark for nothing; ledger leaves the line out, without a word if it can."""
    if language is Format.LEDGER:
        return re.compile(_HARMLESS).match(text, len(MARK)) is None
    return language is Format.BEANCOUNT


def told(errors: Iterable[JournalError], marked: Sequence[JournalError]) -> list[JournalError]:
    """beancount's `errors`, in words that name the encoding where that is the cause.

    Args:
        marked: what is said of byte-order marks.
    """
    files = {one.file for one in marked}
    return [*marked, *(_plain(one) for one in errors if one.line != 1 or one.file not in files)]


def _plain(error: JournalError) -> JournalError:
    is_garbled = error.message.startswith("UnicodeDecodeError")
    return msgspec.structs.replace(error, message=_BYTES) if is_garbled else error


def require(faults: Iterable[Fault]) -> None:
    """Refuse a journal of which a file cannot be read at all; see `Scan.faults`.

    Raises:
        Unavailable: there is such a file.
    """
    for one in faults:
        if one.kind is Kind.FOREIGN:
            said, _, hint = one.error.message.partition(". ")
            name = os.path.basename(one.error.file)  # noqa: PTH119
            raise unavailable(f"{name}: {said[:1].lower()}{said[1:]}", f"{hint[:1].lower()}{hint[1:]}")
