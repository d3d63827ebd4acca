"""The process that changes what stands in a journal: marks a transaction, or adds it once more.

As the scribe does, it reads under the journal's lock, checks the whole journal with the change in
place, and writes only what it has read.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from devdash_ledger import scan
from devdash_ledger.amend_orders import Copy, Mark, Marked
from devdash_ledger.append import Base, Changed, Notebook, addition, append, editors_at, read, settle
from devdash_ledger.check import Candidate, Refused
from devdash_ledger.checking import admit, checked
from devdash_ledger.habits import transactions
from devdash_ledger.heads import dated, flag_of, flagged
from devdash_ledger.lock import locked, locked_too
from devdash_ledger.orders import JournalRef, Written
from devdash_ledger.passage import Passage, lines_of, passage
from devdash_ledger.places import Gone, Spot
from devdash_ledger.replace import Edit, replace
from devdash_ledger.scribe import lasting, mended
from devdash_ledger.style import style_of
from devdash_ledger.target import target_of

PATIENCE_S = 20.0
_WAS_WRONG = "The journal had an error before, so it could not be checked."

A = TypeVar("A", bound=msgspec.Struct)


class _Found(msgspec.Struct, frozen=True):
    """A transaction in its file."""

    scan: scan.Scan
    base: Base
    start: int
    passage: Passage

    @property
    def place(self) -> str:
        """Where it is, for a sentence."""
        return f"{Path(self.base.path).name}:{self.passage.line}"


def mark(order: Mark) -> Marked:
    """Write the state of a transaction into its first line.

    Raises:
        PaneError: it was not written, and why.
    """
    if not order.write:
        return _marked(order, None)
    real, notebook = keys(order.journal)
    with locked(real, PATIENCE_S):
        settle(notebook)
        return _marked(order, notebook)


def _marked(order: Mark, notebook: Notebook | None) -> Marked:
    """Mark a transaction when there is a notebook; else only look."""
    found = _find(order.journal, order.spot)
    content, head = found.passage.content, found.passage.head
    if flag_of(head, order.journal.syntax) == str(order.flag):
        raise Refused(f"{found.place} is {order.flag.name.lower()} already")
    new = flagged(head, order.flag, order.journal.syntax)
    warning: tuple[str, ...] = ()
    if notebook is not None:
        edit = Edit(found.start, found.start + len(head), new)
        warning = proved(order.journal, found.scan, found.base, edit.applied(found.base.content), "")
        with locked_too(Path(found.base.path), _real(order.journal), PATIENCE_S):
            replace(found.base, edit, notebook)
    return Marked(
        found.base.path,
        order.spot.line,
        _text(new + content[len(head) :]),
        found.passage.mark,
        (*editors(found.base), *warning),
    )


def copy(order: Copy) -> Written:
    """Add a transaction once more at the end of the file for it.

    Raises:
        PaneError: it was not written, and why.
    """
    if not order.write:
        mended(order.journal)
        return _copied(order, None)
    real, notebook = keys(order.journal)
    return lasting(real, notebook, lambda: _copied(order, notebook))


def _copied(order: Copy, notebook: Notebook | None) -> Written:
    journal, syntax = order.journal, order.journal.syntax
    found = _find(journal, order.spot)
    head = found.passage.head
    new = flagged(dated(head, order.day, syntax), order.flag, syntax)
    text = _text(new + found.passage.content[len(head) :])
    if order.expected and text != order.expected:
        raise Changed("the text would be another now", "nothing was written; look again")
    accounts = [account for seen in transactions(text, syntax) for account, _ in seen.legs]
    base = read(target_of(Path(journal.file), journal.config, order.day, accounts))
    added = addition(base, text + "\n")
    warning = proved(journal, found.scan, base, base.content + added, text + "\n")
    if notebook is not None:
        with locked_too(Path(base.path), _real(journal), PATIENCE_S):
            append(base, added, notebook)
    lead = len(added) - len(added.lstrip(b"\r\n"))
    line = (base.content + added[:lead]).count(b"\n") + 1
    return Written(base.path, line, text, (*editors(base), *warning))


def _find(journal: JournalRef, spot: Spot) -> _Found:
    """The transaction at `spot`.

    Raises:
        Gone: there is none, or another than was shown, or its file is no part of the journal.
        Unavailable: the journal may not be loaded, or cannot be read.
    """
    found = scan.scan(journal.file, journal.syntax, wary=journal.trusted is not None)
    admit(journal, found)
    target = os.path.realpath(spot.file)
    if target not in map(os.path.realpath, found.files):
        raise Gone(f"{spot.file} is no part of the journal", "name a transaction as FILE:LINE, or choose one")
    base = read(Path(target))
    lines = lines_of(base.content)
    there = passage(lines, spot.line)
    place = f"{Path(target).name}:{spot.line}"
    if there is None:
        raise Gone(f"there is no transaction at {place}", "nothing was written; look again")
    if spot.mark and there.mark != spot.mark:
        raise Gone(f"what stands at {place} is no longer what was shown", "nothing was written; look again")
    return _Found(found, base, sum(map(len, lines[: spot.line - 1])), there)


def proved(journal: JournalRef, found: scan.Scan, base: Base, content: bytes, added: str) -> tuple[str, ...]:
    """Warnings, when the journal is right with `content` in place of `base`; `added` is new at its end.

    Raises:
        Refused: it would have a new error.
    """
    comma = journal.config.decimal_comma
    if comma is None:
        comma = style_of(content.decode("utf-8", "replace"), journal.syntax).decimal_comma
    candidate = Candidate(journal.file, base.path, content, added, None)
    return () if checked(journal, found, base, candidate, decimal_comma=comma) else (_WAS_WRONG,)


def editors(base: Base) -> tuple[str, ...]:
    editor = editors_at(Path(base.path))
    name = Path(base.path).name
    return (
        (f"{name} is open in {editor}: load it anew there before you save, or this is lost.",)
        if editor
        else ()
    )


def _text(content: bytes) -> str:
    return content.replace(b"\r\n", b"\n").decode("utf-8", "replace")


def keys(journal: JournalRef) -> tuple[Path, Notebook]:
    real = _real(journal)
    return real, Notebook(Path(journal.state_dir), real)


def _real(journal: JournalRef) -> Path:
    return Path(os.path.realpath(journal.file))


def _served(call: Callable[[A], msgspec.Struct], order: type[A]) -> Callable[..., object]:
    """`call` with plain values in and out, as the pipe carries them."""

    def serve(**fields: object) -> object:
        return msgspec.to_builtins(call(msgspec.convert(fields, order, strict=False)))

    return serve


CALLS = {"mark": _served(mark, Mark), "copy": _served(copy, Copy)}
