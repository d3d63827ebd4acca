"""The process that writes an entry again which another program has saved over (see `missing`).

It is done as any entry is written: under the journal's lock, and after the whole journal was checked with it.
"""

import os
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from devdash.api import Unavailable
from devdash_ledger import scan
from devdash_ledger.amend import editors, keys, proved
from devdash_ledger.amend_orders import GoneEntry, Restore, Seek, Sought
from devdash_ledger.append import Changed, Note, Notebook, addition, append, read
from devdash_ledger.checking import admit
from devdash_ledger.lock import locked, locked_too
from devdash_ledger.missing import Missing, missing
from devdash_ledger.orders import JournalRef, Written
from devdash_ledger.places import Gone
from devdash_ledger.scribe import PATIENCE_S, lasting, mended

A = TypeVar("A", bound=msgspec.Struct)


def seek(order: Seek) -> Sought:
    """What is gone.

    Raises:
        PaneError: it cannot be looked for.
    """
    found, _ = _missing(order.journal, order.now_ns)
    return Sought(tuple(GoneEntry(one.note.path, one.note.at, one.text) for one in found))


def restore(order: Restore) -> Written:
    """Write again what is gone from one file, or leave it so.

    Raises:
        PaneError: it was not done, and why.
    """
    if not order.write:
        mended(order.journal)
        return _restored(order, None)[0]
    journal, notebook = keys(order.journal)
    if order.leave:
        with locked(journal, PATIENCE_S):
            done, notes = _restored(order, None)
            notebook.keep([_left(one, notes) for one in notebook.notes()])
        return done
    settled: list[Note] = []

    def step() -> Written:
        written, settled[:] = _restored(order, notebook)
        return written

    done = lasting(journal, notebook, step)
    with suppress(Unavailable), locked(journal, PATIENCE_S):  # what is there again is not missing
        notebook.keep([one for one in notebook.notes() if one not in settled])
    return done


def _left(note: Note, notes: Collection[Note]) -> Note:
    return msgspec.structs.replace(note, left=True) if note in notes else note


def _restored(order: Restore, notebook: Notebook | None) -> tuple[Written, Sequence[Note]]:
    """Check what is gone from the first file that lacks something; write it when there is a notebook."""
    journal = order.journal
    gone, found = _missing(journal, order.now_ns)
    if not gone:
        raise Gone("no entry is missing", "nothing was written")
    target = gone[0].note.path
    own = [one for one in gone if one.note.path == target]
    text = "\n\n".join(one.text for one in own)
    if order.expected and text != order.expected:
        raise Changed("the text would be another now", "nothing was written; look again")
    notes = [one.note for one in own]
    if order.leave:
        return Written(target, 0, text), notes
    admit(journal, found)
    base = read(Path(target))
    added = addition(base, f"{text}\n")
    warning = proved(journal, found, base, base.content + added, f"{text}\n")
    if notebook is not None:
        with locked_too(Path(target), Path(os.path.realpath(journal.file)), PATIENCE_S):
            append(base, added, notebook)
    lead = len(added) - len(added.lstrip(b"\r\n"))
    line = (base.content + added[:lead]).count(b"\n") + 1
    return Written(target, line, text, (*editors(base), *warning)), notes


def _missing(journal: JournalRef, now_ns: int) -> tuple[list[Missing], scan.Scan]:
    found = scan.scan(journal.file, journal.syntax, wary=journal.trusted is not None)
    _, notebook = keys(journal)
    notes = notebook.notes()
    paths = dict.fromkeys((*map(os.path.realpath, found.files), *(note.path for note in notes)))
    contents = {path: read(Path(path)).content for path in paths}
    return missing(notes, now_ns, contents), found


def _served(call: Callable[[A], msgspec.Struct], order: type[A]) -> Callable[..., object]:
    """`call` with plain values in and out, as the pipe carries them."""

    def serve(**fields: object) -> object:
        return msgspec.to_builtins(call(msgspec.convert(fields, order, strict=False)))

    return serve


CALLS = {"seek": _served(seek, Seek), "restore": _served(restore, Restore)}
