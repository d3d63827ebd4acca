"""Appending to a file of a journal so that nothing is lost, and taking it back.

The order is: lock → settle what a killed writer left → read → (the caller checks) → note down what
will be written → one write at the end → fsync. Killed at any point, the file is the old one or the
new one; a write that was torn is cut off by whoever writes next, who knows its text from the note.
"""

import hashlib
import os
import stat
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from devdash.api import PaneError, Unavailable
from devdash_ledger.marks import counts

KEPT = 50
"""Notes that are kept, so undos in a row."""
_TEARING_NS = 60_000_000_000
"""Longest time from a note to the end of its write; a disk may be slow."""


class Changed(PaneError):
    """The file is no longer what was checked."""

    kind = "changed"


class Undoable(PaneError):
    """The last entry cannot be taken back."""

    kind = "undo"


class Base(msgspec.Struct, frozen=True):
    """A file as it was read.

    Attributes:
        path: its real path.
        content: its bytes.
        identity: device and inode; None when there is no file yet.
    """

    path: str
    content: bytes
    identity: tuple[int, int] | None

    @property
    def digest(self) -> str:
        """What its content is, in a word."""
        return hashlib.sha256(self.content).hexdigest()


class Note(msgspec.Struct, frozen=True):
    """What was, or was to be, written.

    Attributes:
        path: the file's real path.
        offset: where it begins.
        text: the bytes, as text.
        created: there was no file before.
        done: it was written; else a kill may have left any part of it.
        at: when, in ns since 1970; 0: not known.
        before: how often each of its marks (see `marks`) was in the file before; empty: not known.
        left: a person was told that it is gone, and leaves it so.
    """

    path: str
    offset: int
    text: str
    created: bool = False
    done: bool = False
    at: int = 0
    before: tuple[int, ...] = ()
    left: bool = False

    @property
    def content(self) -> bytes:
        """What was written."""
        return self.text.encode()


class Notebook:
    """The notes of one journal in the pane's state folder, oldest first. Used under the journal's lock."""

    def __init__(self, state_dir: Path, journal: Path) -> None:
        name = hashlib.sha256(os.fsencode(journal)).hexdigest()[:16]
        self.file = state_dir / f"entries-{name}.json"

    def notes(self) -> list[Note]:
        """All notes; none where they cannot be read: then nothing can be undone."""
        try:
            return msgspec.json.decode(self.file.read_bytes(), type=list[Note])
        except (OSError, msgspec.DecodeError):
            return []

    @property
    def kept_ns(self) -> int:
        """When they were kept last, in ns since 1970.

        Raises:
            OSError: never, or nobody can tell.
        """
        return self.file.stat().st_mtime_ns

    def keep(self, notes: Sequence[Note]) -> None:
        """Replace the notes, lastingly.

        Raises:
            Unavailable: they cannot be written.
        """
        whole = self.file.with_suffix(f".{os.getpid()}")
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                with whole.open("xb") as out:
                    out.write(msgspec.json.encode(list(notes[-KEPT:])))
                    out.flush()
                    os.fsync(out.fileno())
                whole.replace(self.file)
            finally:
                whole.unlink(missing_ok=True)
            sync_folder(self.file.parent)
        except OSError as error:
            raise Unavailable(
                f"nothing was written: the note for undo cannot be kept in {self.file.parent}: {why(error)}"
            ) from error


def written_last(state_dir: Path, journals: Sequence[Path]) -> Path | None:
    """That of `journals` (real paths) into which the newest entry that undo knows of was written, if any."""
    notes = {journal: Notebook(state_dir, journal).notes() for journal in journals}
    return max((one for one in journals if notes[one]), key=lambda one: notes[one][-1].at, default=None)


def read(path: Path) -> Base:
    """The file at `path`, a real path; an empty one where there is none.

    Raises:
        Unavailable: it cannot be read, or is no plain file.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return Base(str(path), b"", None)
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {why(error)}") from error
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise Unavailable(f"{path} cannot be read: it is no plain file")
        try:
            content = file.read()
        except OSError as error:
            raise Unavailable(f"{path} cannot be read: {why(error)}") from error
        return Base(str(path), content, _identity(file.fileno()))


def addition(base: Base, text: str) -> bytes:
    """The bytes that append `text` to `base`: after a blank line, with the file's own line ends."""
    end = b"\r\n" if b"\r\n" in base.content else b"\n"
    body = text.encode().replace(b"\n", end)
    tail = base.content[-4:].replace(b"\r\n", b"\n")
    if not tail or tail.endswith(b"\n\n") or base.content in (b"\n", b"\r\n"):
        return body
    return (end if tail.endswith(b"\n") else end + end) + body


def append(base: Base, added: bytes, notebook: Notebook) -> None:
    """Write `added` behind `base`, if the file is still that; the caller holds the lock.

    Raises:
        Changed: the file is another than `base`. Nothing was written into it.
        Unavailable: it cannot be written; it is as it was.
    """
    path = Path(base.path)
    _require(path, base)
    created = base.identity is None
    text = added.decode()
    seen = counts(text, base.content)
    note = Note(base.path, len(base.content), text, created=created, at=time.time_ns(), before=seen)
    before = notebook.notes()
    notebook.keep([*before, note])
    try:
        _write(path, base, added)
    except (Changed, Unavailable):
        with suppress(Unavailable):  # a note too many is harmless: it says what is not in the file
            notebook.keep(before)
        raise
    with suppress(Unavailable):  # `settle` sees for itself that all of it is there
        notebook.keep([*before, msgspec.structs.replace(note, done=True)])


def settle(notebook: Notebook) -> None:
    """Cut off what a killed writer left half written, and forget the note of what was never written.

    An entry that was written whole is never touched: what is missing of it, a person took out. So is
    a file that was saved long after the note was kept, just before the write.

    Raises:
        Unavailable: it cannot be cut off.
    """
    notes = notebook.notes()
    if not notes or notes[-1].done:
        return
    last = notes.pop()
    base = read(Path(last.path))
    tail = base.content[last.offset :]
    if tail == last.content:
        notes.append(msgspec.structs.replace(last, done=True))
    elif tail and last.content.startswith(tail) and _is_torn(last, notebook):
        _cut(last, base)
    notebook.keep(notes)


def latest(notebook: Notebook) -> Note:
    """What `undo` would take back. The caller holds the lock.

    Raises:
        Undoable: there is nothing to take back, or something came after it.
        Unavailable: the file cannot be read.
    """
    return _latest(notebook)[0]


def undo(notebook: Notebook) -> Note:
    """Take back what was appended last, if it is still the end of its file. The caller holds the lock.

    Raises:
        Undoable: there is nothing to take back, or something came after it.
        Unavailable: the file cannot be changed.
    """
    last, base, notes = _latest(notebook)
    _cut(last, base)
    with suppress(Unavailable):  # it is taken back; `_latest` passes over a note of what is gone
        notebook.keep(notes)
    return last


def _latest(notebook: Notebook) -> tuple[Note, Base, list[Note]]:
    """The last note whose entry is not gone already, its file, and the notes before it."""
    settle(notebook)
    notes = notebook.notes()
    while notes:
        last = notes.pop()
        base = read(Path(last.path))
        if base.content[last.offset :] == last.content:
            return last, base, notes
        if len(base.content) != last.offset:  # else it is gone already, and the one before it counts
            raise Undoable(
                f"the end of {last.path} is no longer the entry that was added",
                "take it out in the editor (e); nothing was changed",
            )
    raise Undoable("there is no entry to take back", "devdash takes back only what it has written")


def editors_at(path: Path) -> str:
    """Which editor has `path` open with unsaved changes, by the file that it leaves beside; else empty."""
    for name, editor in ((f".#{path.name}", "Emacs"), (f".{path.name}.swp", "Vim")):
        if os.path.lexists(path.parent / name):  # Emacs leaves a link that leads nowhere
            return editor
    return ""


def why(error: OSError) -> str:
    """What the system says."""
    return error.strerror or type(error).__name__


def sync_folder(folder: Path) -> None:
    """Make a new name in `folder` last; some file systems cannot, and need not."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _is_torn(last: Note, notebook: Notebook) -> bool:
    try:
        return Path(last.path).stat().st_mtime_ns - notebook.kept_ns <= _TEARING_NS
    except OSError:
        return False


def _require(path: Path, base: Base) -> None:
    now = read(path)
    if now.identity != base.identity or now.content != base.content:
        raise Changed(f"{path} was changed meanwhile", "nothing was written; try again")


def _write(path: Path, base: Base, added: bytes) -> None:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC
    if base.identity is None:
        flags |= os.O_CREAT | os.O_EXCL
    try:
        handle = os.open(path, flags, 0o644)
    except FileExistsError:
        raise Changed(f"{path} was made meanwhile", "nothing was written; try again") from None
    except OSError as error:
        raise Unavailable(f"nothing was written: {path} cannot be written: {why(error)}") from error
    try:
        if base.identity is not None and (_identity(handle), os.fstat(handle).st_size) != (
            base.identity,
            len(base.content),
        ):
            raise Changed(f"{path} was changed meanwhile", "nothing was written; try again")
        _write_whole(handle, path, base, added)
        if _identity_at(path) != _identity(handle) and not _is_in(path, base, added):
            # An editor put its own file in place in that moment: what was written went with the old one.
            raise Changed(f"{path} was replaced meanwhile", "the entry is not in it; try again")
    finally:
        os.close(handle)
    if base.identity is None:
        sync_folder(path.parent)


def _is_in(path: Path, base: Base, added: bytes) -> bool:
    """Whether the editor had read what was written: then its file has it, and must not get it twice.

    It may have set it otherwise, as a program does that aligns amounts.
    """
    text, now, before = (b" ".join(one.split()) for one in (added, read(path).content, base.content))
    return now.count(text) > before.count(text)


def _write_whole(handle: int, path: Path, base: Base, added: bytes) -> None:
    try:
        written = os.write(handle, added)
        reason = "" if written == len(added) else "there was no room for all of it"
        if not reason:
            os.fsync(handle)
    except OSError as error:
        reason = why(error)
    if not reason:
        return
    with suppress(OSError):  # what is left is cut off by `settle`
        if os.fstat(handle).st_size <= len(base.content) + len(added):
            os.ftruncate(handle, len(base.content))
        if base.identity is None:
            path.unlink()
    raise Unavailable(f"nothing was written to {path}: {reason}")


def _cut(note: Note, base: Base) -> None:
    """Take the end off `base`, which is the note's text or its beginning."""
    path = Path(note.path)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {why(error)}", "nothing was changed") from error
    try:
        _require(path, base)
        os.ftruncate(handle, note.offset)
        _confirm(handle, path)
        if note.created and note.offset == 0:
            path.unlink()
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {why(error)}") from error
    finally:
        os.close(handle)


def _confirm(handle: int, path: Path) -> None:
    try:
        os.fsync(handle)
    except OSError as error:
        raise Unavailable(
            f"the entry is taken out of {path}, but the disk has not confirmed it: {why(error)}",
            "look at the end of the file (e)",
        ) from error


def _identity(handle: int) -> tuple[int, int]:
    found = os.fstat(handle)
    return found.st_dev, found.st_ino


def _identity_at(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
