"""Records as lines of JSON: how the spool writes them and the worker reads them.

A line is good or it is none: what was torn by a crash or spoilt by a disk is
counted, and costs that line alone.
"""

import math
from collections.abc import Iterable, Iterator

import msgspec

from devdash.history.wire import NAME_LIMIT, TEXT_LIMIT, Record, SampleRecord

_TEXTS = ("text", "message", "summary")

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


def sound(record: Record) -> Record | None:
    """`record` as every database takes it: text that is UTF-8 without NUL, and not too long.

    Returns:
        None for a number that is not finite: no database keeps those alike.
    """
    fields = msgspec.structs.asdict(record)
    if not all(math.isfinite(value) for value in fields.values() if isinstance(value, float)):
        return None
    clean = {
        name: _fitting(value, TEXT_LIMIT if name in _TEXTS else NAME_LIMIT)
        for name, value in fields.items()
        if type(value) is str
    }
    changes = {name: value for name, value in clean.items() if value != fields[name]}
    return msgspec.structs.replace(record, **changes) if changes else record


def lines_of(records: Iterable[Record]) -> bytes:
    """The lines of `records`, which are sound; each ends with a newline."""
    return b"".join(_encoder.encode(record) + b"\n" for record in records)


def read_lines(lines: Iterable[bytes]) -> Iterator[Record | None]:
    """The record of each line; None for a line that is none. Empty lines are passed over."""
    for line in lines:
        if line.strip():
            yield _read(line)


def is_event(record: Record) -> bool:
    """Whether it counts as stored only when it is on the disk; samples may be lost with the power."""
    return not isinstance(record, SampleRecord)


def _read(line: bytes) -> Record | None:
    try:
        return _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # a ValidationError is a DecodeError
        return None


def _fitting(text: str, limit: int) -> str:
    return text.replace("\0", "")[:limit].encode("utf-8", "replace").decode("utf-8")
