"""When the remote was last heard: what "in sync" is worth.

FETCH_HEAD alone does not tell: a failed fetch empties it and moves its time, and `git clone` does not
write it. So devdash keeps a record of its own fetches, and takes two hints from git's files besides.
"""

import contextlib
import os
import re
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec

from devdash.api import keep_file
from devdash_git.files import first_bytes, last_bytes
from devdash_git.problems import FetchFailure

_REFLOG_LINE = re.compile(rb"> (?P<seconds>\d{1,12}) [+-]\d{4}\t(?:fetch|pull|clone|update by push)")
_USER = re.compile(r"^((?:[A-Za-z][A-Za-z0-9+.-]*://)?)[^/@]*@")

Aware = Annotated[datetime, msgspec.Meta(tz=True)]


class Source(StrEnum):
    """Where the time of a contact comes from."""

    OWN = "fetched by devdash"
    FETCH_HEAD = "FETCH_HEAD"
    REFLOG = "reflog of the remote branch"


class Contact(msgspec.Struct, frozen=True, order=True):
    """The latest known moment at which the remote answered; aware."""

    at: datetime
    source: Source


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """devdash's own fetches of one remote.

    Attributes:
        repository: the common git directory's real path.
        remote: the remote's name.
        success: when one last succeeded; None: never. Times are aware.
        attempt: when one was last tried.
        failure: why the last one failed; None when it succeeded.
        failures: how many have failed since one succeeded.
    """

    repository: str
    remote: str
    success: Aware | None = None
    attempt: Aware | None = None
    failure: FetchFailure | None = None
    failures: int = 0


class _Book(msgspec.Struct, frozen=True):
    version: int = 1
    records: tuple[Record, ...] = ()


class FetchBook:
    """The records in `fetches.json` of `folder`; kept in memory alone where it cannot be written.

    Methods block shortly; run them in a thread. Another devdash may write the same file: `add` reads
    it again first and keeps what is newer.

    Attributes:
        revision: grows whenever a record changes.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "fetches.json"
        self._records: dict[tuple[str, str], Record] = {}
        self._taken: tuple[int, int] | None = None
        self.revision = 0
        self._lock = threading.Lock()  # several fetches end at once, each noted in a thread

    def load(self) -> None:
        """Take in what the file has; one that is absent, unreadable or no such file counts as empty."""
        with self._lock:
            self._load()

    def _load(self) -> None:
        try:
            info = self._path.stat()
            if (info.st_mtime_ns, info.st_ino) == self._taken:
                return
            self._taken = (info.st_mtime_ns, info.st_ino)
            book = msgspec.json.decode(self._path.read_bytes(), type=_Book)
        except (OSError, msgspec.DecodeError):
            return
        for record in book.records:
            self._merge(record)

    def of(self, repository: Path, remote: str) -> Record | None:
        """The record of one remote."""
        return self._records.get((_storable(str(repository)), _storable(remote)))

    def add(self, record: Record) -> None:
        """Note an attempt, and write the file where that is possible. Failures in a row are counted here."""
        named = msgspec.structs.replace(
            record, repository=_storable(record.repository), remote=_storable(record.remote)
        )
        with self._lock:
            self._load()
            known = self._records.get((named.repository, named.remote))
            before = known.failures if known is not None else 0
            self._merge(msgspec.structs.replace(named, failures=before + 1 if named.failure else 0))
            book = _Book(records=tuple(self._records.values()))
            with contextlib.suppress(OSError):  # a read-only home: the record lasts as long as the pane
                keep_file(self._path, msgspec.json.format(msgspec.json.encode(book), indent=1) + b"\n")

    def _merge(self, record: Record) -> None:
        key = (record.repository, record.remote)
        known = self._records.get(key)
        if known is None:
            self._records[key] = record
            self.revision += 1
            return
        newer = record if _later(record.attempt, known.attempt) is record.attempt else known
        self._records[key] = Record(
            repository=record.repository,
            remote=record.remote,
            success=_later(record.success, known.success),
            attempt=newer.attempt,
            failure=newer.failure,
            failures=newer.failures,
        )
        self.revision += self._records[key] != known


def last_contact(
    git_dir: Path,
    common_dir: Path,
    remotes: tuple[str, ...],
    upstream: bytes | None,
    urls: Iterable[str] | None = None,
) -> Contact | None:
    """The latest contact that git's own files tell of. Blocks shortly; run it in a thread.

    Args:
        git_dir: the work tree's git directory; FETCH_HEAD is in it.
        common_dir: the shared one; the reflogs are in it.
        remotes: the remotes that matter: the upstream's, or all.
        upstream: the short name of the upstream, such as b"origin/main".
        urls: what FETCH_HEAD has to name one of, to be about these remotes; None: it is about them.
    """
    found = [
        Contact(datetime.fromtimestamp(seconds, UTC), Source.REFLOG)
        for name in (
            *([upstream] if upstream else ()),
            *(os.fsencode(f"{remote}/HEAD") for remote in remotes),
        )
        if (seconds := _reflog_time(common_dir / "logs/refs/remotes" / os.fsdecode(name))) is not None
    ]
    if len(remotes) == 1:  # of several, FETCH_HEAD does not tell which one answered
        with contextlib.suppress(OSError):
            info = (git_dir / "FETCH_HEAD").stat()
            if info.st_size > 0 and (urls is None or _names_one(git_dir / "FETCH_HEAD", urls)):
                found.append(Contact(datetime.fromtimestamp(info.st_mtime, UTC), Source.FETCH_HEAD))
    return max(found, default=None)


def _names_one(fetch_head: Path, urls: Iterable[str]) -> bool:
    """Whether something in FETCH_HEAD is from one of `urls`; git leaves out the user, and ".git"."""
    plain = (_USER.sub(r"\1", url).rstrip("/").removesuffix(".git") for url in urls)
    ends = tuple(before + os.fsencode(url) for url in plain for before in (b" of ", b"\t"))
    return any(line.endswith(ends) for line in first_bytes(fetch_head, 65_536).split(b"\n"))


def _reflog_time(path: Path) -> int | None:
    """When the last line of a reflog was written, if a fetch, clone or push wrote it (gitformat: reflog)."""
    try:
        lines = last_bytes(path).splitlines()
    except OSError:
        return None
    match = _REFLOG_LINE.search(lines[-1]) if lines else None
    return int(match["seconds"]) if match else None


def _storable(name: str) -> str:
    """`name` as JSON can hold it: of a path that is not UTF-8 the odd bytes become escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return max(one, other)
