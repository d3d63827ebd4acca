"""The spool: records on their way to the database, as lines in files that survive any end of devdash.

    samples.jsonl, events.jsonl        appended to, by every devdash process of the user
    ingest-TIME-UUID.samples.jsonl     sealed: handed to the worker, removed when the database has it
    ingest-TIME-UUID.events.jsonl
    refused-ingest-…                   a sealed file with which the worker failed again and again
    lock, ingest.lock                  the kernel's locks on these decide who writes and who hands over

Storing a sealed file twice is as good as once, so a crash between the database's answer and the removal
does no harm. Everything here blocks: call it in threads.
"""

import contextlib
import errno
import fcntl
import os
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from devdash.engine.places import make_private
from devdash.history.lines import is_event, lines_of, read_lines
from devdash.history.wire import Record

SAMPLES, EVENTS = "samples", "events"
REFUSED = "refused-"
HOUSEKEPT = "housekept"

PATIENCE_S = 5.0
"""How long to wait for another process that writes; it takes milliseconds, unless it is stopped."""

_LOOK_AGAIN_S = 0.01
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Bounds(msgspec.Struct, frozen=True):
    """How large the spool may grow, in bytes.

    Attributes:
        file: a file of this size is sealed and another begun.
        total: of all files. Beyond it the oldest sealed samples go, then what was refused, and only then
            the oldest sealed events.
    """

    file: int = 1024 * 1024
    total: int = 16 * 1024 * 1024


class Lost(msgspec.Struct, frozen=True):
    """What was given up to keep the spool within its bounds: files, and their bytes."""

    files: int = 0
    size: int = 0

    def __add__(self, other: "Lost") -> "Lost":
        return Lost(self.files + other.files, self.size + other.size)


class Spool:
    """The spool in `folder`, which is made (for its owner only) with the first record."""

    def __init__(self, folder: Path, bounds: Bounds = Bounds()) -> None:  # noqa: B008 - frozen
        self.folder = folder
        self._bounds = bounds

    def append(self, records: Sequence[Record]) -> Lost:
        """Store `records`, which are `sound`. When it returns, the events among them outlive a loss of power.

        On a disk without room, samples that wait give way to events.

        Raises:
            OSError: nothing is stored, or part of it; storing all of it once more is harmless.
        """
        make_private(self.folder.parent)
        make_private(self.folder)
        events = lines_of(record for record in records if is_event(record))
        samples = lines_of(record for record in records if not is_event(record))
        lost = Lost()
        with self._locked():
            if events:
                lost += self._append_events(events)
            if samples:
                self._append(SAMPLES, samples)
            return lost + self._keep_bounds()

    def hand_over(self) -> tuple[Path, ...]:
        """Seal what there is. Returns all sealed files, oldest first. Raises OSError."""
        if not self.folder.is_dir():
            return ()
        with self._locked():
            for kind in (EVENTS, SAMPLES):
                self._seal(kind)
        return self._sealed(EVENTS, SAMPLES)

    def remove(self, path: Path) -> None:
        """The database has what `path` held. Raises OSError."""
        path.unlink(missing_ok=True)

    def refuse(self, path: Path) -> None:
        """Put `path` out of the way: it must not hold up the files behind it. Raises OSError."""
        path.rename(path.with_name(REFUSED + path.name))

    @property
    def size(self) -> int:
        """Bytes of records that wait; 0 when there is no folder. Raises OSError."""
        return sum(_size(path) for path in self._all())

    def oldest(self) -> float | None:
        """When the oldest record that waits was made, in seconds since 1970; None: none waits.

        0 where that cannot be told, and where a hand-over has left some behind.

        Raises:
            OSError: the folder cannot be read.
        """
        if self._sealed(EVENTS, SAMPLES):
            return 0.0
        begun = (_first_moment(self._current(kind)) for kind in (EVENTS, SAMPLES))
        return min((moment for moment in begun if moment is not None), default=None)

    def claim(self) -> "Claim | None":
        """Until it is released, nobody else hands over; None when somebody else does already.

        Raises:
            OSError: the folder cannot be written.
        """
        make_private(self.folder.parent)
        make_private(self.folder)
        claim = Claim(self.folder / "ingest.lock")
        if claim.take(0.0):
            return claim
        claim.release()
        return None

    def take_turn(self, every_s: float) -> bool:
        """Whether no process of the user has taken one within `every_s`; this one has now. Raises OSError."""
        stamp = self.folder / HOUSEKEPT
        with self._locked():
            if stamp.exists() and 0 <= time.time() - stamp.stat().st_mtime < every_s:
                return False
            stamp.touch(mode=0o600)
            return True

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        lock = Claim(self.folder / "lock")
        try:
            if not lock.take(PATIENCE_S):
                raise TimeoutError(errno.ETIMEDOUT, "another devdash process holds it and does not go on")
            yield
        finally:
            lock.release()

    def _append_events(self, lines: bytes) -> Lost:
        """Append and make sure; where there is no room, at the cost of samples."""
        lost = Lost()
        while True:
            try:
                self._append(EVENTS, lines, sync=True)
            except OSError as error:
                if error.errno not in _FULL:
                    raise
                self._seal(SAMPLES)
                given_up = self._give_up(self._sealed(SAMPLES), 1)
                if not given_up.files:
                    raise
                lost += given_up
            else:
                return lost

    def _append(self, kind: str, lines: bytes, *, sync: bool = False) -> None:
        """Append whole lines or nothing; what a crash has torn is ended first, so that it stays alone."""
        path = self._current(kind)
        if _size(path) >= self._bounds.file:
            self._seal(kind)
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            before = os.fstat(descriptor).st_size
            torn = before > 0 and os.pread(descriptor, 1, before - 1) != b"\n"
            try:
                _write_all(descriptor, b"\n" + lines if torn else lines)
                if sync:
                    os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, before)
                raise
        finally:
            os.close(descriptor)
        if sync and before == 0:
            _sync_folder(self.folder)

    def _seal(self, kind: str) -> None:
        """Rename the current file, so that nobody appends to it any more."""
        if _size(self._current(kind)):
            name = f"ingest-{time.time_ns():020d}-{uuid.uuid4().hex}.{kind}.jsonl"
            self._current(kind).rename(self.folder / name)
            _sync_folder(self.folder)

    def _keep_bounds(self) -> Lost:
        """Give up the oldest, what matters least first, until the whole is within its bounds."""
        excess = self.size - self._bounds.total
        if excess <= 0:
            return Lost()
        return self._give_up((*self._sealed(SAMPLES), *self._refused(), *self._sealed(EVENTS)), excess)

    def _give_up(self, paths: Iterable[Path], excess: int) -> Lost:
        """Remove the first of `paths` until `excess` bytes are gone."""
        lost = Lost()
        for path in paths:
            if lost.size >= excess:
                break
            lost += Lost(1, _size(path))
            self.remove(path)
        return lost

    def _current(self, kind: str) -> Path:
        return self.folder / f"{kind}.jsonl"

    def _sealed(self, *kinds: str) -> tuple[Path, ...]:
        endings = tuple(f".{kind}.jsonl" for kind in kinds)
        found = [path for path in self.folder.glob("ingest-*") if path.name.endswith(endings)]
        return tuple(sorted(found, key=lambda path: path.name))

    def _refused(self) -> tuple[Path, ...]:
        return tuple(sorted(self.folder.glob(REFUSED + "*"), key=lambda path: path.name))

    def _all(self) -> Iterator[Path]:
        yield from (self._current(kind) for kind in (SAMPLES, EVENTS))
        yield from self._sealed(SAMPLES, EVENTS)
        yield from self._refused()


class Claim:
    """The kernel's lock on a file; free again when the process ends in whatever way."""

    def __init__(self, path: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, 0o600)

    def take(self, patience_s: float, sleep: Callable[[float], None] = time.sleep) -> bool:
        """Whether it was to be had within `patience_s`."""
        deadline = time.monotonic() + patience_s
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    return False
                sleep(_LOOK_AGAIN_S)
            else:
                return True

    def release(self) -> None:
        """Let others have it."""
        os.close(self._descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _first_moment(path: Path) -> float | None:
    """When the first record of `path` was made; 0 when its line is spoilt."""
    try:
        with path.open("rb") as file:
            for record in read_lines(file):
                return 0.0 if record is None else record.at
    except FileNotFoundError:
        pass
    return None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
