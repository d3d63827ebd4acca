"""The lock file: what was taken from where, kept with the project and committed with it.

JSON, sorted, one value a line, so that a change is a small diff. docs/git-vendored.md has the schema. It may
have been written by anybody, so every path in it is checked before it is used.
"""

import contextlib
import os
import stat
from pathlib import Path

import msgspec

from devdash.api import PaneError, keep_file
from devdash_git.plain import printable
from devdash_git.vendored.model import Entry, Origin, Taken
from devdash_git.vendored.paths import odd_source, why_not

VERSION = 1
LARGEST = 8 * 1024 * 1024
"""Bytes of a lock file that are still read."""


class LockProblem(PaneError):
    """The lock file cannot be used as it is; it is never overwritten then."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    to: str
    path: str
    commit: str
    blob: str


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    to: str
    source: str
    ref: str
    path: str
    files: tuple[_File, ...] = ()


class _Lock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    vendored: tuple[_Entry, ...] = ()


class _Version(msgspec.Struct, frozen=True):
    version: int


def read_lock(path: Path) -> tuple[Entry, ...]:
    """The entries of the lock file, by `to`; none when there is no such file. Blocks shortly.

    Raises:
        LockProblem: it is no lock file, is of a newer devdash, or names what it must not.
    """
    name = printable(path.name)
    try:
        data = _bytes(path)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise LockProblem(f"{name} cannot be read: {error.strerror}.") from error
    if len(data) > LARGEST:
        raise LockProblem(f"{name} is larger than 8 MB.", "Is it the right file? vendored_lock names it.")
    if b"<<<<<<< " in data:
        raise LockProblem(f"{name} has conflicts of a merge in it.", "Settle them, then read again.")
    try:
        version = msgspec.json.decode(data, type=_Version).version
        if version > VERSION:
            raise LockProblem(f"{name} was written by a newer devdash.", "Update devdash.")
        lock = msgspec.json.decode(data, type=_Lock)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LockProblem(
            f"{name} is no lock file: {printable(str(error))}.", "Take it from the last commit."
        ) from error
    entries = tuple(map(_entry, lock.vendored))
    for entry in entries:
        check_entry(entry, name)
    _check_places(entries, name)
    return tuple(sorted(entries))


def _bytes(path: Path) -> bytes:
    # Not blocking: a named pipe in the file's place would hold the thread for good.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise LockProblem(f"{printable(path.name)} is no file.", "Move it away.")
        return file.read(LARGEST + 1)


def check_entry(entry: Entry, where: str) -> None:
    """Refuse an entry that could reach out of the project.

    Raises:
        LockProblem: and why.
    """
    paths = [entry.to if entry.to not in (".", "") else "x", entry.origin.path]
    paths += [path for file in entry.files for path in (file.to, file.path)]
    for path in paths:
        if reason := why_not(path):
            raise LockProblem(
                f"{where} names a path that is not used: {printable(path)}, {reason}.",
                "Was it changed by hand? Compare it with the last commit.",
            )
    for file in entry.files:
        for oid in (file.commit, file.blob):
            if len(oid) not in (40, 64) or set(oid) - set("0123456789abcdef"):
                raise LockProblem(f"{where} has a name of an object that is none: {printable(oid)}.")
    if reason := odd_source(entry.origin.source, entry.origin.ref):
        raise LockProblem(f"{where} has a source that is not used for {printable(entry.to)}: {reason}.")


def _check_places(entries: tuple[Entry, ...], name: str) -> None:
    seen: set[str] = set()
    for place in (file.to for entry in entries for file in entry.files):
        if place in seen:
            raise LockProblem(f"{name} has two entries for {printable(place)}.", "Take one out.")
        seen.add(place)


def _entry(stored: _Entry) -> Entry:
    files = tuple(sorted(Taken(file.to, file.path, file.commit, file.blob) for file in stored.files))
    return Entry(stored.to, Origin(stored.source, stored.ref, stored.path), files)


def lock_text(entries: tuple[Entry, ...]) -> bytes:
    """The lock file of `entries`: equal entries give equal bytes."""
    lock = _Lock(
        VERSION,
        tuple(
            _Entry(
                entry.to,
                entry.origin.source,
                entry.origin.ref,
                entry.origin.path,
                tuple(_File(file.to, file.path, file.commit, file.blob) for file in sorted(entry.files)),
            )
            for entry in sorted(entries)
        ),
    )
    return msgspec.json.format(msgspec.json.encode(lock), indent=2) + b"\n"


def write_lock(path: Path, entries: tuple[Entry, ...]) -> None:
    """Write beside and rename, so that a reader or a kill never meets half a file. Blocks shortly.

    Raises:
        LockProblem: it cannot be written, or could not be read afterwards; what was there stays.
    """
    _check_places(entries, printable(path.name))
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        keep_file(path, lock_text(entries), mode=mode)
    except OSError as error:
        raise LockProblem(f"{printable(path.name)} cannot be written: {error.strerror}.") from error


def _umask() -> int:
    """The process's umask, which can only be read by setting it; elsewhere than Linux a usual one."""
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        return int(next(line for line in lines if line.startswith("Umask:")).split()[1], 8)
    return 0o022
