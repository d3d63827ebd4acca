"""What the pane asks of the writing process, and what it answers."""

import datetime

import msgspec

from devdash_ledger.entry import Entry, Flag
from devdash_ledger.style import Syntax
from devdash_ledger.target import WriteConfig


class JournalRef(msgspec.Struct, frozen=True):
    """A journal to be written to.

    Attributes:
        file: absolute path of its main file.
        syntax: its language.
        state_dir: where the notes for undo are kept.
        config: how entries are written.
        currency: of amounts typed without one; empty: the one most used.
        timeout_s: for one run of ledger or hledger.
        trusted: the mark of the code that may run (see `trust`); None: whatever there is.
    """

    file: str
    syntax: Syntax
    state_dir: str
    config: WriteConfig = WriteConfig()
    currency: str = ""
    timeout_s: float = 50.0
    trusted: str | None = None


class DraftLeg(msgspec.Struct, frozen=True):
    """A posting as it was typed; at most one of a draft has no amount, and gets what balances."""

    account: str
    amount: str = ""


class Draft(msgspec.Struct, frozen=True):
    """An entry as it was typed."""

    date: datetime.date
    payee: str
    narration: str
    legs: tuple[DraftLeg, ...]
    flag: Flag = Flag.CLEARED


class Write(msgspec.Struct, frozen=True):
    """Check entries, and write them at once, in one piece and into one file.

    Attributes:
        journal: where to.
        drafts: as typed; before `entries`.
        entries: as values.
        open_new: accounts that are new are opened in the same step; else they are refused.
        write: False: only check, and tell the text.
        expected: the text that the person has seen; anything else is not written. Empty: none was shown.
        one_file: of entries that go into several files, those of the first one's file; else they are refused.
    """

    journal: JournalRef
    drafts: tuple[Draft, ...] = ()
    entries: tuple[Entry, ...] = ()
    open_new: bool = False
    write: bool = False
    expected: str = ""
    one_file: bool = False


class Written(msgspec.Struct, frozen=True):
    """What was, or would be, written.

    Attributes:
        target: the real path of the file.
        line: where the entry begins in it, from 1.
        text: exactly what is added, without the blank line before it.
        warnings: sentences for the person.
        count: how many entries.
        left: of the order's `entries`, the places of those that go into other files.
        others: these files.
    """

    target: str
    line: int
    text: str
    warnings: tuple[str, ...] = ()
    count: int = 0
    left: tuple[int, ...] = ()
    others: tuple[str, ...] = ()


class TakeBack(msgspec.Struct, frozen=True):
    """Take back what was written last; without `write` only tell what that is."""

    journal: JournalRef
    write: bool = False
    expected: str = ""


class Habit(msgspec.Struct, frozen=True):
    """The last entry of one payee, as a template.

    Attributes:
        payee, narration: its words.
        accounts: of its postings, in order.
        amounts: as written, with the currency; empty where left out.
    """

    payee: str
    narration: str
    accounts: tuple[str, ...]
    amounts: tuple[str, ...]


class Place(msgspec.Struct, frozen=True):
    """A transaction of the journal.

    Attributes:
        file: the path in which it stands.
        line: of its head, from 1.
        head: that line.
    """

    file: str
    line: int
    head: str


class Index(msgspec.Struct, frozen=True):
    """What history suggests; plain strings.

    Attributes:
        payees: the latest first.
        narrations: the latest first.
        accounts: the most used first, then those only declared.
        habits: by payee, the latest first.
        places: the latest transactions, the last first.
    """

    payees: tuple[str, ...] = ()
    narrations: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    habits: tuple[Habit, ...] = ()
    places: tuple[Place, ...] = ()
