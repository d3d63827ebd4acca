"""What was written and is no longer in the journal: a program that had read the file before saved over it.

Nobody can keep such a program from doing so, and it may do so much later (for the first moment see
`staying`). But what was written is known, so it can be seen, said, and written again.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from devdash_ledger.append import Note, Notebook, read
from devdash_ledger.marks import Setting, in_lines, marks, parts, plain, settled
from devdash_ledger.stamps import Stamp, stamp_of

WATCHED_NS = 7 * 24 * 3600 * 1_000_000_000
"""For how long an entry is looked for; what goes after that, a person took out."""


_NEAR = 65_536
"""Bytes around its place in which it is looked for first: to look through a large file holds up others."""


class Missing(msgspec.Struct, frozen=True):
    """Something that is gone.

    Attributes:
        note: of the writing that it was part of.
        text: what is gone of it, with newlines as "\\n", and without one at its end.
    """

    note: Note
    text: str


class Glance(msgspec.Struct, frozen=True):
    """A first look at the files that were written to.

    Attributes:
        stamps: of the notes, and of these files.
        in_doubt: something does not stand as it was written; a thorough look must tell whether it is gone.
    """

    stamps: tuple[Stamp, ...]
    in_doubt: bool


def glance(journal: str, state_dir: Path, now_ns: int, known: Glance | None) -> Glance:
    """Look at the files again, unless they are as they were. Blocks: where the drive answers, milliseconds.

    Args:
        known: the last look.

    Raises:
        Unavailable: a file cannot be read.
    """
    notebook = Notebook(state_dir, Path(os.path.realpath(journal)))
    own = stamp_of(str(notebook.file))
    if known is not None and all(stamp_of(one.path) == one for one in known.stamps):
        return known
    notes = watched(notebook.notes(), now_ns)
    stamps = tuple(map(stamp_of, dict.fromkeys(note.path for note in notes)))
    contents = {one.path: read(Path(one.path)).content for one in stamps}
    moved = [note for note in notes if not _stands(note, contents[note.path])]
    texts = {path: in_lines(contents[path]) for path in {note.path for note in moved}}
    return Glance((own, *stamps), bool(_gone(notes, moved, texts, str)))


def watched(notes: Sequence[Note], now_ns: int) -> list[Note]:
    """Those of `notes` that are looked for."""
    return [
        note
        for note in notes
        if note.done and note.before and not note.left and now_ns - note.at <= WATCHED_NS
    ]


def missing(notes: Sequence[Note], now_ns: int, contents: Mapping[str, bytes]) -> list[Missing]:
    """What is gone, the oldest first: also what was moved, aligned or corrected is still there.

    Args:
        contents: of every file of the journal, by its real path. A file that is not there has none.
    """
    texts = {path: settled(content) for path, content in contents.items()}
    found = watched(notes, now_ns)
    return _gone(found, found, texts, plain)


def _stands(note: Note, content: bytes) -> bool:
    """Whether it is where it was written, or near: somebody wrote above it. One with a twin must be there."""
    if content.startswith(note.content, note.offset):
        return True
    text = note.content.strip()
    end = note.offset + len(note.content) + _NEAR
    return not note.before[0] and content.find(text, max(0, note.offset - _NEAR), end) >= 0


def _gone(
    notes: Sequence[Note], doubtful: Sequence[Note], texts: Mapping[str, bytes], setting: Setting
) -> list[Missing]:
    found: list[Missing] = []
    for note in doubtful:
        later = [one for one in notes if one.at > note.at and one.path == note.path]
        had = _had(note)
        rest = [part for part in parts(note.text) if not _is_there(part, note, had, later, texts, setting)]
        if rest:
            found.append(Missing(note, "\n\n".join(rest)))
    return found


def _is_there(
    part: str,
    note: Note,
    had: Mapping[str, int],
    later: Sequence[Note],
    texts: Mapping[str, bytes],
    setting: Setting,
) -> bool:
    whole, *pieces = marks(part)
    own = texts.get(note.path, b"")
    if own.count(setting(whole).encode()) > had[whole]:
        return True
    if any(setting(whole).encode() in text for path, text in texts.items() if path != note.path):
        return True
    return any(own.count(setting(one).encode()) > had[one] + _since(one, had[one], later) for one in pieces)


def _since(mark: str, had: int, later: Sequence[Note]) -> int:
    """How many of the `later` entries have `mark` and were written when that of an earlier one was gone."""
    return sum(1 for one in later if _had(one).get(mark, had + 1) <= had)


def _had(note: Note) -> dict[str, int]:
    """How often each mark of what was written was in the file before."""
    names = [mark for part in parts(note.text) for mark in marks(part)]
    return dict(zip(names, note.before, strict=False))
