"""The file of a SQLite history: made for its owner alone, recognised, and set aside when it is damaged."""

import contextlib
import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum, auto
from pathlib import Path

from devdash.history.store.failures import HistoryError
from devdash.history.wire import APPLICATION_ID, State

MAGIC = b"SQLite format 3\0"
_ID_AT = 68
_HEADER = 100
"""The format's first bytes; where its application's id stands, big-endian (sqlite.org/fileformat.html)."""

COMPANIONS = ("", "-wal", "-shm", "-journal")

LOCK_PATIENCE_S = 20.0
"""Longer than the migrations of a large history take in another process."""

_LOOK_AGAIN_S = 0.02


class Sort(Enum):
    """What is at a path."""

    NOTHING = auto()
    OURS = auto()
    DAMAGED = auto()
    FOREIGN = auto()


@contextlib.contextmanager
def claimed(path: Path) -> Iterator[None]:
    """Of all processes, only this one prepares `path`.

    Raises:
        HistoryError: another one does, for too long.
        OSError: the folder cannot be made, or not be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + LOCK_PATIENCE_S
        while not _locked(lock):
            if time.monotonic() > deadline:
                raise HistoryError(State.LOCKED)
            time.sleep(_LOOK_AGAIN_S)
        yield
    finally:
        os.close(lock)


def prepare(path: Path) -> Path | None:
    """See to it that a file of ours is at `path`; call it within `claimed`.

    Returns:
        where the damaged file is now that was there; None when there was none.

    Raises:
        HistoryError: it is somebody else's.
        OSError: it cannot be made or read.
    """
    sort = look(path)
    if sort is Sort.FOREIGN:
        raise HistoryError(State.FOREIGN)
    aside = set_aside(path) if sort is Sort.DAMAGED else None
    if sort is Sort.NOTHING and not path.exists():
        # A journal whose file was moved away would be played into the new one.
        set_aside(path)
    if sort in (Sort.NOTHING, Sort.DAMAGED):
        _make(path)
    return aside


def look(path: Path) -> Sort:
    """Whose file is at `path`. A SQLite file without tables and without an id is nobody's, so ours.

    Raises:
        OSError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER)
    except FileNotFoundError:
        return Sort.NOTHING
    if not head:
        return Sort.NOTHING
    if not head.startswith(MAGIC) or len(head) < _HEADER:
        return Sort.DAMAGED
    number = int.from_bytes(head[_ID_AT : _ID_AT + 4], "big")
    if number == APPLICATION_ID:
        return Sort.OURS
    return Sort.FOREIGN if number or _has_tables(path) else Sort.NOTHING


def set_aside(path: Path) -> Path:
    """Rename the file and what belongs to it, as far as they are there; returns the file's new place.

    Raises:
        HistoryError: it cannot be renamed.
    """
    stem = f"{path}.corrupt-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    target, number = Path(stem), 1
    while target.exists():
        number += 1
        target = Path(f"{stem}-{number}")
    try:
        for companion in COMPANIONS:
            with contextlib.suppress(FileNotFoundError):
                Path(f"{path}{companion}").rename(f"{target}{companion}")
    except OSError:
        raise HistoryError(State.CORRUPT) from None
    return target


def identity(path: Path) -> tuple[int, int] | None:
    """Tells whether the file at `path` is still the same one; None when there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def _make(path: Path) -> None:
    """An empty database with our id, which its owner alone can read."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    connection = sqlite3.connect(path, timeout=5, isolation_level=None)
    try:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    finally:
        connection.close()


def _has_tables(path: Path) -> bool:
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5)
        try:
            return bool(connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall())
        finally:
            connection.close()
    except sqlite3.Error:
        return True  # whatever it is, it is not ours to touch


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
