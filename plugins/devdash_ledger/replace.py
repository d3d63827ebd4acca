"""Changing the inside of a journal's file so that, killed at any point, it is the old file or the new one.

A whole new file is written beside it and takes its place in one step. Under the journal's lock.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from devdash.api import Unavailable, exchanged
from devdash_ledger.append import Base, Changed, Note, Notebook, read, sync_folder, why


class Edit(msgspec.Struct, frozen=True):
    """The bytes from `start` to `end` become `new`."""

    start: int
    end: int
    new: bytes

    def applied(self, content: bytes) -> bytes:
        """`content` with the edit."""
        return content[: self.start] + self.new + content[self.end :]


def replace(base: Base, edit: Edit, notebook: Notebook) -> None:
    """Put the edited file in the place of `base`, if that is still there.

    It keeps its mode, owner and extended attributes. The notes for undo follow the edit. A kill
    in between leaves notes that undo refuses, never one by which it would take back something else.

    Raises:
        Changed: the file is another than `base`. It was left alone.
        Unavailable: it cannot be replaced; it is as it was.
    """
    path = Path(base.path)
    fresh = path.with_name(f".{path.name}.devdash-new")
    before = notebook.notes()
    after = shifted(before, base.path, edit)
    try:
        with _model(path, base) as like:
            fresh.unlink(missing_ok=True)  # of a writer that was killed: the lock is ours
            _write(fresh, edit.applied(base.content), like)
            if after != before:
                notebook.keep(after)
            _put_in_place(fresh, path, base, like)
    except Changed:
        _undo_notes(notebook, before, after)
        raise
    except OSError as error:
        _undo_notes(notebook, before, after)
        raise Unavailable(f"nothing was written: {path} cannot be replaced: {why(error)}") from error
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
    sync_folder(path.parent)


def _put_in_place(fresh: Path, path: Path, base: Base, old: int) -> None:
    """Give `fresh` the name `path`, unless that is no longer `base`; `old` is it, open.

    An editor may save between a last look and the renaming. So the files change names, what was
    replaced is looked at after that, and comes back if it was another. Where the system cannot do so,
    that moment stays.
    """
    if read(path) != base:
        raise _changed(path)
    if not exchanged(fresh, path):
        fresh.replace(path)
        return
    before = os.fstat(old)
    if read(fresh) == msgspec.structs.replace(base, path=str(fresh)):
        after = os.fstat(old)
        if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
            return
    exchanged(fresh, path)
    raise _changed(path)


def _changed(path: Path) -> Changed:
    return Changed(f"{path} was changed meanwhile", "nothing was written; look again")


def shifted(notes: Sequence[Note], path: str, edit: Edit) -> list[Note]:
    """The notes as they are of the edited file."""
    return [_shifted(note, edit) if note.path == path else note for note in notes]


def _shifted(note: Note, edit: Edit) -> Note:
    grown = len(edit.new) - (edit.end - edit.start)
    if edit.end <= note.offset:
        return msgspec.structs.replace(note, offset=note.offset + grown)
    content = note.content
    if edit.start < note.offset or edit.start >= note.offset + len(content):
        return note
    inside = Edit(edit.start - note.offset, edit.end - note.offset, edit.new)
    return msgspec.structs.replace(note, text=inside.applied(content).decode())


def _undo_notes(notebook: Notebook, before: Sequence[Note], after: Sequence[Note]) -> None:
    if list(before) != list(after):
        with suppress(Unavailable):
            notebook.keep(before)


@contextmanager
def _model(path: Path, base: Base) -> Iterator[int]:
    """The old file, open for writing: what a person may not write is not replaced either."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        raise Unavailable(f"nothing was written: {path} cannot be written: {why(error)}") from error
    try:
        found = os.fstat(handle)
        if (found.st_dev, found.st_ino) != base.identity:
            raise _changed(path)
        if found.st_nlink > 1:
            raise Unavailable(
                f"nothing was written: {path} has {found.st_nlink} names (hard links)",
                "a new file would have only one of them; change it in the editor (e)",
            )
        yield handle
    finally:
        os.close(handle)


def _write(fresh: Path, content: bytes, like: int) -> None:
    """Write the file `fresh`, lastingly, as the open file `like` is."""
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(handle, rest) :]
        own, model = os.fstat(handle), os.fstat(like)
        if (own.st_uid, own.st_gid) != (model.st_uid, model.st_gid):
            os.fchown(handle, model.st_uid, model.st_gid)
        os.fchmod(handle, stat.S_IMODE(model.st_mode))
        _copy_attributes(like, handle)
        os.fsync(handle)
    finally:
        os.close(handle)


def _copy_attributes(source: int, target: int) -> None:
    """Extended attributes, such as an access control list, where the file system has any."""
    if not hasattr(os, "listxattr"):  # macOS
        return
    names: list[str] = []
    with suppress(OSError):
        names = os.listxattr(source)
    for name in names:
        if not name.startswith("security."):  # the system's own: it gives the new file one
            os.setxattr(target, name, os.getxattr(source, name))
