"""What is asked of the process that changes what stands in a journal already."""

import datetime

import msgspec

from devdash_ledger.entry import Flag
from devdash_ledger.orders import JournalRef
from devdash_ledger.places import Spot


class Mark(msgspec.Struct, frozen=True):
    """Mark a transaction cleared or pending.

    Attributes:
        journal: whose it is.
        spot: where it stands. With a mark, its text must still be what that says.
        flag: what it gets.
        write: False: only tell what it would be.
    """

    journal: JournalRef
    spot: Spot
    flag: Flag
    write: bool = False


class Marked(msgspec.Struct, frozen=True):
    """What was, or would be, marked.

    Attributes:
        target: the real path of the file.
        line: of the transaction's head, from 1.
        text: the transaction with its new state.
        mark: of its text as it was before.
        warnings: sentences for the person.
    """

    target: str
    line: int
    text: str
    mark: str
    warnings: tuple[str, ...] = ()


class Copy(msgspec.Struct, frozen=True):
    """Add a transaction once more, as it stands, with another date.

    Attributes:
        journal: whose it is.
        spot: where it stands. With a mark, its text must still be what that says.
        day: of the copy.
        flag: what the copy gets.
        write: False: only check, and tell the text.
        expected: the text that the person has seen; anything else is not written. Empty: none was shown.
    """

    journal: JournalRef
    spot: Spot
    day: datetime.date
    flag: Flag
    write: bool = False
    expected: str = ""


class Seek(msgspec.Struct, frozen=True):
    """Look for what was written and is gone.

    Attributes:
        journal: whose notes they are.
        now_ns: the time, in ns since 1970.
    """

    journal: JournalRef
    now_ns: int


class GoneEntry(msgspec.Struct, frozen=True):
    """What is gone of one writing.

    Attributes:
        target: the real path of the file.
        at: when it was written, in ns since 1970.
        text: with newlines as "\\n", and without one at its end.
    """

    target: str
    at: int
    text: str


class Sought(msgspec.Struct, frozen=True):
    """What is gone, the oldest first."""

    entries: tuple[GoneEntry, ...] = ()


class Restore(msgspec.Struct, frozen=True):
    """Write what is gone from a file once more, or look for it no longer.

    Attributes:
        journal: whose notes they are.
        now_ns: the time, in ns since 1970.
        leave: do not write it, and look for it no longer.
        write: False: only check, and tell the text.
        expected: the text that the person has seen; anything else is not written. Empty: none was shown.
    """

    journal: JournalRef
    now_ns: int
    leave: bool = False
    write: bool = False
    expected: str = ""
