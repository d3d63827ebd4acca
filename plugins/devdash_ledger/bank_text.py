"""From the bytes of a bank's file to rows of text; what cannot be read for sure is refused with its line."""

import codecs
import csv
import re
from collections.abc import Iterator

import msgspec

from devdash.api import PaneError
from devdash_ledger.bank_config import Encoding

MAX_BYTES = 16 * 1024 * 1024
"""Some 150,000 rows; more is no statement, and would only fill the memory."""
MAX_ROWS = 200_000
MAX_COLUMNS = 200

_UTF_8_PAIR = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")


class Line(msgspec.Struct, frozen=True):
    """One row of the file.

    Attributes:
        number: the line on which it ends, from 1.
        cells: its columns, as they stand there.
    """

    number: int
    cells: tuple[str, ...]


def decode(data: bytes, encoding: Encoding | None) -> str:
    """The text, with "\\n" between lines and without a byte order mark.

    Raises:
        PaneError: it is too large, or is not text in that encoding.
    """
    if len(data) > MAX_BYTES:
        raise PaneError(
            f"the file has more than {MAX_BYTES // 1024**2} MiB", "export a shorter time at the bank"
        )
    text = _text(data, encoding or _encoding(data))
    if "\0" in text:
        number = text.count("\n", 0, text.index("\0")) + 1
        raise PaneError(f"line {number} has a NUL: this is no text", "export the file anew, as CSV")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _encoding(data: bytes) -> Encoding:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding.UTF_16
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _UTF_8_PAIR.search(data):
            number = data.count(b"\n", 0, error.start) + 1
            raise PaneError(
                f"the file mixes encodings: line {number} is not UTF-8, other lines are",
                'export it anew, or set encoding = "utf-8" or "cp1252"',
            ) from error
        return Encoding.CP1252
    return Encoding.UTF_8


def _text(data: bytes, encoding: Encoding) -> str:
    try:
        return data.decode(encoding.value)
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise PaneError(
            f"line {number} is not {encoding.value}", 'set encoding to another one, such as "latin-1"'
        ) from error


def lines(text: str, delimiter: str, skip: int = 0) -> tuple[Line, ...]:
    """The rows after the first `skip` lines; empty lines are left out.

    Raises:
        PaneError: a quote is not closed, a cell or the table is beyond all measure.
    """
    found: list[Line] = []
    body = text.split("\n")[skip:]
    reader = csv.reader((f"{line}\n" for line in body), delimiter=delimiter, strict=True)
    try:
        for cells in _nonempty(reader):
            found.append(Line(skip + reader.line_num, cells))
            if len(found) > MAX_ROWS or len(cells) > MAX_COLUMNS:
                raise PaneError(f"line {skip + reader.line_num}: too many rows or columns for a statement")
    except csv.Error as error:
        begin = found[-1].number + 1 if found else skip + 1
        raise PaneError(
            f"the row that begins at line {begin} cannot be read: {error}",
            "look for a quote that is not closed there",
        ) from error
    return tuple(found)


def _nonempty(reader: Iterator[list[str]]) -> Iterator[tuple[str, ...]]:
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield tuple(cells)
