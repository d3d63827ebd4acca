"""`git status --porcelain=v2 --branch --show-stash -z`, read into a struct.

Pure: bytes in, struct out. The format is that of git-status(1), "Porcelain Format Version 2" with "-z":
records end with NUL, names are raw bytes and are never quoted, and a rename is followed by its old name.
"""

from enum import StrEnum

import msgspec

from devdash_git.states import Head, Tracking

KEPT_CHANGES = 40
"""How many changed names a status keeps; the counts are of all."""


class MalformedStatus(ValueError):
    """The bytes are not what git-status(1) describes."""


class ChangeKind(StrEnum):
    """What happened to a name. One name may be staged and unstaged at once."""

    STAGED = "staged"
    UNSTAGED = "unstaged"
    BOTH = "staged, unstaged"
    UNTRACKED = "untracked"
    CONFLICT = "conflict"


class Change(msgspec.Struct, frozen=True):
    """A changed name, as raw bytes relative to the top of the work tree."""

    kind: ChangeKind
    name: bytes


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of `git status`.

    Attributes:
        oid: the commit of HEAD, in hexadecimal; None when there is none.
        head: what HEAD is.
        branch: the branch's short name as raw bytes; None unless `head` is BRANCH or UNBORN.
        tracking: whether there is an upstream.
        upstream: its short name as raw bytes; None when `tracking` is NONE.
        ahead, behind: commits; None unless `tracking` is PRESENT.
        staged, unstaged, untracked, conflicts: names of each sort; a name that is both staged and
            unstaged counts in both; an untracked folder counts once.
        submodules: submodules among the changed names.
        stash: entries of the stash. 0 also when git is older than 2.35, which does not say.
        names: changed names in all, each counted once.
        changes: the first changed names, at most `KEPT_CHANGES`, in git's order.
        counted: False: nobody looked at all files, and nothing that is told of them or the stash counts.
        closed: a place that may not be read, which is why they are not counted; "": it takes too long.
    """

    oid: str | None = None
    head: Head = Head.INVALID
    branch: bytes | None = None
    tracking: Tracking = Tracking.NONE
    upstream: bytes | None = None
    ahead: int | None = None
    behind: int | None = None
    staged: int = 0
    unstaged: int = 0
    untracked: int = 0
    conflicts: int = 0
    submodules: int = 0
    stash: int = 0
    names: int = 0
    changes: tuple[Change, ...] = ()
    counted: bool = True
    closed: str = ""


def parse(data: bytes) -> Status:
    """Read the answer of `git status`.

    Raises:
        MalformedStatus: it is cut short, or has a record that git-status(1) does not describe.
            Unknown headers are skipped, as git-status(1) asks.
    """
    if data and not data.endswith(b"\0"):
        raise MalformedStatus("the last record is cut short")
    records = data.split(b"\0")[:-1]
    headers: dict[bytes, bytes] = {}
    tally = _Tally()
    position = 0
    while position < len(records):
        record = records[position]
        position += 1
        if record.startswith(b"# "):
            key, _, value = record[2:].partition(b" ")
            headers[key] = value
        elif tally.add(record):
            if position >= len(records):
                raise MalformedStatus("a rename without its old name")
            position += 1
    return _status(headers, tally)


class _Tally:
    """Counts of the records that were read so far."""

    def __init__(self) -> None:
        self.staged = self.unstaged = self.untracked = self.conflicts = self.submodules = self.names = 0
        self.changes: list[Change] = []

    def add(self, record: bytes) -> bool:
        """Count `record`; True when the next record is its old name."""
        kind = record[:2]
        if kind in (b"1 ", b"2 "):
            self._tracked(_fields(record, 8 if kind == b"1 " else 9))
            return kind == b"2 "
        if kind == b"u ":
            fields = _fields(record, 10)
            self.conflicts += 1
            self.submodules += fields[2].startswith(b"S")
            self._keep(ChangeKind.CONFLICT, fields[-1])
        elif kind == b"? ":
            self.untracked += 1
            self._keep(ChangeKind.UNTRACKED, _fields(record, 1)[-1])
        elif kind != b"! ":
            raise MalformedStatus(f"an unknown record that begins with {record[:8]!r}")
        return False

    def _tracked(self, fields: list[bytes]) -> None:
        code = fields[1]
        if len(code) != 2:
            raise MalformedStatus(f"a state of {len(code)} characters")
        staged, unstaged = code[:1] != b".", code[1:] != b"."
        self.staged += staged
        self.unstaged += unstaged
        self.submodules += fields[2].startswith(b"S")
        kind = (
            ChangeKind.BOTH if staged and unstaged else ChangeKind.STAGED if staged else ChangeKind.UNSTAGED
        )
        self._keep(kind, fields[-1])

    def _keep(self, kind: ChangeKind, name: bytes) -> None:
        self.names += 1
        if len(self.changes) < KEPT_CHANGES:
            self.changes.append(Change(kind, name))


def _fields(record: bytes, before_name: int) -> list[bytes]:
    """The fields of `record`: `before_name` of them are parted by single spaces, the name is the rest."""
    fields = record.split(b" ", before_name)
    if len(fields) != before_name + 1 or not fields[-1]:
        raise MalformedStatus(f"a record of {len(fields)} fields that begins with {record[:2]!r}")
    return fields


def _status(headers: dict[bytes, bytes], tally: _Tally) -> Status:
    oid = headers.get(b"branch.oid", b"(initial)")
    name = headers.get(b"branch.head", b"(unknown)")
    upstream = headers.get(b"branch.upstream")
    counts = headers.get(b"branch.ab")
    head = _head(oid, name)
    ahead, behind = (None, None) if counts is None else _ahead_behind(counts)
    tracking = Tracking.NONE
    if upstream is not None:
        tracking = Tracking.GONE if counts is None else Tracking.PRESENT
    return Status(
        oid=None if oid == b"(initial)" else oid.decode("ascii", "backslashreplace"),
        head=head,
        branch=name if head in (Head.BRANCH, Head.UNBORN) else None,
        tracking=tracking,
        upstream=upstream,
        ahead=ahead,
        behind=behind,
        staged=tally.staged,
        unstaged=tally.unstaged,
        untracked=tally.untracked,
        conflicts=tally.conflicts,
        submodules=tally.submodules,
        stash=_number(headers.get(b"stash", b"0")),
        names=tally.names,
        changes=tuple(tally.changes),
    )


def _head(oid: bytes, name: bytes) -> Head:
    if name == b"(unknown)":
        return Head.INVALID
    if name == b"(detached)":
        return Head.DETACHED
    return Head.UNBORN if oid == b"(initial)" else Head.BRANCH


def _ahead_behind(value: bytes) -> tuple[int, int]:
    """Read "+1 -2". git writes "+? -?" when it was told not to count."""
    ahead, parted, behind = value.partition(b" ")
    if not parted or ahead[:1] != b"+" or behind[:1] != b"-":
        raise MalformedStatus(f"ahead and behind as {value!r}")
    return _number(ahead[1:]), _number(behind[1:])


def _number(value: bytes) -> int:
    if not value.isdigit():
        raise MalformedStatus(f"a number as {value!r}")
    return int(value)
