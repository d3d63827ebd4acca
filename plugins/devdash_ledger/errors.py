"""The journal's errors as rows: their keys, places and one-line forms."""

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from devdash.api import Cell, Column, Level, Row, Table, Text, Tone
from devdash_ledger.facts import JournalError


def keys(errors: Sequence[JournalError], journal: str) -> tuple[str, ...]:
    """One row key per error, made of its place so that it stays the same from reading to reading."""
    seen: Counter[str] = Counter()
    found: list[str] = []
    for error in errors:
        key = f"error:{place(error, journal)}"
        seen[key] += 1
        found.append(key if seen[key] == 1 else f"{key}#{seen[key]}")
    return tuple(found)


def place(error: JournalError, journal: str) -> str:
    """Where an error is as "file:line"; the file relative to the journal's folder where it lies below."""
    path, folder = PurePath(error.file), PurePath(journal).parent
    name = str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
    return f"{name}:{error.line}" if error.line else name


def headline(message: str) -> str:
    """An error's message in one line; of a traceback, the line that says what went wrong."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    if not lines:
        return "error without a message"
    start, traceback, _ = lines[0].partition("Traceback (most recent call last)")
    return f"{start}{lines[-1]}" if traceback else lines[0]


def table(errors: Sequence[JournalError], count: int, journal: str) -> Table:
    """The errors as a table; `count` is how many there are when not all are listed."""
    rows = tuple(
        Row(
            key,
            (Cell(place(error, journal), Tone.ACCENT), Cell(headline(error.message))),
            Level.ATTENTION,
            detail=(Text(place(error, journal), Tone.ACCENT), Text(error.message)),
        )
        for key, error in zip(keys(errors, journal), errors, strict=True)
    )
    heading = "Errors" if count == len(errors) else f"Errors, the first {len(errors)} of {count}"
    return Table((Column(), Column(shrink=True)), rows, heading=heading)
