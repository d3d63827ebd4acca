"""The journal's errors as rows: their keys, places and one-line forms."""

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

import msgspec

from devdash.api import Cell, Column, Level, Row, Table, Text, Tone
from devdash_ledger.facts import JournalError

MAX_HEADLINE = 200
"""Characters; the whole message is in the row's detail."""


class Listed(msgspec.Struct, frozen=True):
    """An error as it is shown.

    Attributes:
        key: its row's key, made of its place so that it stays the same from reading to reading.
        place: "file:line", the file relative to the journal's folder where it lies below.
        headline: what is wrong, in one line.
        error: the error itself.
    """

    key: str
    place: str
    headline: str
    error: JournalError


def listed(errors: Sequence[JournalError], journal: str) -> tuple[Listed, ...]:
    """The errors of `journal` with their keys; two at one place are told apart by a number."""
    if not errors:
        return ()
    folder = PurePath(journal).parent
    seen: Counter[str] = Counter()
    found: list[Listed] = []
    for error in errors:
        where = place(error, folder)
        seen[where] += 1
        number = "" if seen[where] == 1 else f"#{seen[where]}"
        found.append(Listed(f"error:{where}{number}", where, headline(error.message), error))
    return tuple(found)


def place(error: JournalError, folder: PurePath) -> str:
    """Where an error is as "file:line"; only "file" when the line is not known."""
    path = PurePath(error.file)
    name = str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
    return f"{name}:{error.line}" if error.line else name


def headline(message: str) -> str:
    """An error's message in one line; of a traceback, the line that says what went wrong."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    if not lines:
        return "error without a message"
    start, traceback, _ = lines[0].partition("Traceback (most recent call last)")
    text = f"{start}{lines[-1]}" if traceback else lines[0]
    return text if len(text) <= MAX_HEADLINE else f"{text[: MAX_HEADLINE - 1]}…"


def table(found: Sequence[Listed], count: int) -> Table:
    """The errors as a table; `count` is how many there are when not all are listed."""
    rows = tuple(
        Row(
            one.key,
            (Cell(one.place, Tone.ACCENT), Cell(one.headline)),
            Level.ATTENTION,
            detail=(Text(one.place, Tone.ACCENT), Text(one.error.message)),
        )
        for one in found
    )
    heading = "Errors" if count == len(found) else f"Errors, the first {len(found)} of {count}"
    return Table((Column(), Column(shrink=True)), rows, heading=heading)
