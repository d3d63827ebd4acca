"""The ledger's writing process: checks and writes entries, takes them back, tells what history suggests.

It is a process of its own because a check loads the whole journal. It holds the journal's lock from
the reading of a file to its writing; when it is killed, the kernel gives the lock back.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

import msgspec

from devdash_ledger import scan
from devdash_ledger.append import Changed, Notebook, addition, append, editors_at, latest, read, settle
from devdash_ledger.append import undo as take_back
from devdash_ledger.check import Candidate, Refused
from devdash_ledger.checking import admit, checked
from devdash_ledger.compose import composed
from devdash_ledger.entry import Entry, opening_of, text_of
from devdash_ledger.habits import declared, index_of
from devdash_ledger.lock import locked, locked_too
from devdash_ledger.orders import Index, JournalRef, TakeBack, Write, Written
from devdash_ledger.staying import forget, is_gone
from devdash_ledger.style import Style, Syntax, style_of
from devdash_ledger.target import target_of

PATIENCE_S = 20.0
_TRIES = 3
_WAS_WRONG = "The journal had an error before, so only the entry itself was checked."

A = TypeVar("A", bound=msgspec.Struct)


def write(order: Write) -> Written:
    """Check entries, and write them when the order says so.

    Raises:
        PaneError: they were not written, and why.
    """
    if not order.write:
        mended(order.journal)
        return _planned(order, None)
    journal, notebook = _keys(order.journal)
    return lasting(journal, notebook, lambda: _repeated(lambda: _planned(order, notebook)))


def mended(order: JournalRef) -> None:
    """Cut off what a killed writer left half written, before the journal is looked at for what it has.

    Else a row of a bank file would be taken for one that is there, and be cut off with the next writing; and
    a text that ends in the middle of a word makes errors of all that is tried behind it.

    Raises:
        PaneError: it cannot be cut off.
    """
    journal, notebook = _keys(order)
    notes = notebook.notes()
    if notes and not notes[-1].done:
        with locked(journal, PATIENCE_S):
            settle(notebook)


def lasting(journal: Path, notebook: Notebook, step: Callable[[], Written]) -> Written:
    """Write with the lock of `journal` held; once more when another program has saved over it at once.

    Raises:
        PaneError: it was not written, or did not stay, and why.
    """
    gone = ""
    for _ in range(_TRIES):
        with locked(journal, PATIENCE_S):
            settle(notebook)
            forget(notebook, gone)
            done = step()
        if not is_gone(Path(done.target), done.text, notebook):
            return done
        gone = done.text
    raise Changed(
        f"another program saves over {journal} again and again", "the entry is not in it; try again"
    )


def undo(order: TakeBack) -> Written:
    """Take back what was written last, or tell what that is.

    Raises:
        PaneError: it was not taken back, and why.
    """
    journal, notebook = _keys(order.journal)
    with locked(journal, PATIENCE_S):
        note = latest(notebook)
        text = note.text.replace("\r\n", "\n").strip("\n")
        if order.expected and text != order.expected:
            raise Changed("another entry was added meanwhile", "nothing was taken back; look again")
        if order.write:
            with locked_too(Path(note.path), journal, PATIENCE_S):
                take_back(notebook)
        return Written(note.path, 0, text, _warnings(Path(note.path)))


def index(order: JournalRef) -> Index:
    """What the journal's history suggests."""
    return index_of(_texts(scan.scan(order.file, order.syntax)).items(), order.syntax)


def currencies(order: JournalRef) -> tuple[str, ...]:
    """What the journal writes beside amounts, the most used first."""
    found = _journal_style(order, _texts(scan.scan(order.file, order.syntax)))
    return tuple(one.name for one in found.forms)


def _planned(order: Write, notebook: Notebook | None) -> Written:
    """Check the order against the files as they are; write it when there is a notebook."""
    found = scan.scan(order.journal.file, order.journal.syntax, wary=order.journal.trusted is not None)
    admit(order.journal, found)
    texts = _texts(found)
    style = _journal_style(order.journal, texts)
    _require_new(order.entries, texts)
    targets = _targets(order, _entries(order, style))
    target = targets[0]
    base = read(target)
    own = base.content.decode("utf-8", "replace")
    if style_of(own, order.journal.syntax).forms:
        style = _style(order.journal, own)
    entries = tuple(one for one, its in zip(_entries(order, style), targets, strict=True) if its == target)
    text = _text(order, entries, style, texts)
    if order.expected and text.strip("\n") != order.expected:
        raise Changed("the text would be another now", "nothing was written; look again")
    added = addition(base, text)
    candidate = Candidate(order.journal.file, base.path, base.content + added, text, entries)
    is_checked = checked(order.journal, found, base, candidate, decimal_comma=style.decimal_comma)
    if notebook is not None:
        with locked_too(target, _real(order.journal), PATIENCE_S):
            append(base, added, notebook)
    lead = len(added) - len(added.lstrip(b"\r\n"))
    line = (base.content + added[:lead]).count(b"\n") + 1
    warnings = (*_warnings(target), *(() if is_checked else (_WAS_WRONG,)))
    left = tuple(place for place, one in enumerate(targets) if one != target)
    others = tuple(dict.fromkeys(str(targets[place]) for place in left))
    return Written(base.path, line, text.strip("\n"), warnings, len(entries), left, others)


def _entries(order: Write, style: Style) -> tuple[Entry, ...]:
    currency = order.journal.currency or (style.forms[0].name if style.forms else "")
    return (*(composed(draft, style, currency) for draft in order.drafts), *order.entries)


def _require_new(entries: Sequence[Entry], texts: Mapping[str, str]) -> None:
    """Another devdash may have written the same rows since the journal was looked at for them.

    Raises:
        Refused: it has.
    """
    there = [
        one for one in entries if one.import_id and any(one.import_id in text for text in texts.values())
    ]
    if there:
        raise Refused(f"the journal has {len(there)} of these rows by now", "nothing was written; look again")


def _journal_style(journal: JournalRef, texts: Mapping[str, str]) -> Style:
    """That of the main file; where that only includes others, as many do, that of all of them."""
    main = texts.get(journal.file, "")
    style = _style(journal, main)
    return style if style.forms else _style(journal, "\n".join(texts.values()))


def _style(journal: JournalRef, text: str) -> Style:
    style = style_of(text, journal.syntax)
    comma = journal.config.decimal_comma
    if comma is None or journal.syntax is Syntax.BEANCOUNT:
        return style
    return msgspec.structs.replace(style, decimal_comma=comma)


def _targets(order: Write, entries: Sequence[Entry]) -> tuple[Path, ...]:
    """The file of each of `entries`.

    Raises:
        Refused: there are several, which cannot be one write.
    """
    journal = order.journal
    found = tuple(
        target_of(Path(journal.file), journal.config, one.date, [leg.account for leg in one.postings])
        for one in entries
    )
    if len(set(found)) > 1 and not order.one_file:
        raise Refused("these entries would go into several files", "write those of each file by themselves")
    return found


def _text(order: Write, entries: Sequence[Entry], style: Style, texts: Mapping[str, str]) -> str:
    """The text of all entries, with the accounts that are opened for them before it."""
    syntax = order.journal.syntax
    opened = {name for text in texts.values() for name in declared(text, syntax)}
    known = opened if syntax is Syntax.BEANCOUNT else set(index_of(texts.items(), syntax).accounts)
    used = dict.fromkeys(leg.account for entry in entries for leg in entry.postings)
    new = [name for name in used if name not in known]
    if new and not order.open_new and syntax is not Syntax.BEANCOUNT:  # beancount's check tells itself
        close = [match for name in new for match in get_close_matches(name, sorted(known), n=1)]
        meant = f"did you mean {close[0]}? Else " if close else ""
        raise Refused(
            f"the journal has no account {' and '.join(new)}", f"{meant}say yes to opening new accounts"
        )
    day = min((one.date for one in entries), default=None)
    openings = ""
    if day is not None and order.open_new and (opened or syntax is Syntax.BEANCOUNT):
        openings = "".join(opening_of(name, day, syntax) for name in new)
    parts = [*([openings] if openings else []), *(text_of(one, style) for one in entries)]
    return "\n".join(parts)


def _texts(found: scan.Scan) -> dict[str, str]:
    """The text of every file of the journal, by path, the main one first."""
    return {
        name: read(Path(os.path.realpath(name))).content.decode("utf-8", "replace") for name in found.files
    }


def _warnings(target: Path) -> tuple[str, ...]:
    editor = editors_at(target)
    if not editor:
        return ()
    return (f"{target.name} is open in {editor}: load it anew there before you save, or this is lost.",)


def _keys(journal: JournalRef) -> tuple[Path, Notebook]:
    real = _real(journal)
    return real, Notebook(Path(journal.state_dir), real)


def _real(journal: JournalRef) -> Path:
    return Path(os.path.realpath(journal.file))


def _repeated(step: Callable[[], Written]) -> Written:
    """An editor may save between check and write; then the check is made anew."""
    for _ in range(_TRIES - 1):
        try:
            return step()
        except Changed:
            continue
    return step()


def _served(call: Callable[[A], msgspec.Struct], order: type[A]) -> Callable[..., object]:
    """`call` with plain values in and out, as the pipe carries them."""

    def serve(**fields: object) -> object:
        return msgspec.to_builtins(call(msgspec.convert(fields, order, strict=False)))

    return serve


CALLS = {
    "write": _served(write, Write),
    "undo": _served(undo, TakeBack),
    "index": _served(index, JournalRef),
}
