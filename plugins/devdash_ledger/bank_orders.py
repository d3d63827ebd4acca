"""What the pane asks the worker for bank files, and what it answers."""

import msgspec

from devdash_ledger.bank_config import Bank
from devdash_ledger.bank_review import Review
from devdash_ledger.bank_rows import Complaint
from devdash_ledger.orders import JournalRef


class Begin(msgspec.Struct, frozen=True):
    """Read a bank's file and hold it against the journal.

    Attributes:
        file: the bank's, absolute.
        name: the bank's, in devdash.toml.
        bank: its table.
        journal: the one to be written to.
        folder: where an importer's module may lie; empty: among what is installed alone.
    """

    file: str
    name: str
    bank: Bank
    journal: JournalRef
    folder: str = ""


class Begun(msgspec.Struct, frozen=True):
    """A bank's file under review.

    Attributes:
        review: its rows.
        complaints: the first rows that could not be read.
        complaint_count: how many there are in all.
        balance: whether the balances add up; None: not known.
    """

    review: Review
    complaints: tuple[Complaint, ...]
    complaint_count: int
    balance: bool | None


class Again(msgspec.Struct, frozen=True):
    """Hold a review against the journal as it is now."""

    review: Review
    window: int
    journal: JournalRef


class Look(msgspec.Struct, frozen=True):
    """Guess the table of a bank from its file.

    Attributes:
        file: absolute.
        journal: whose accounts it may be a statement of.
        currency: where the file names none; may be empty.
        pane: the pane's name in devdash.toml.
        name: the bank's.
    """

    file: str
    journal: JournalRef
    currency: str
    pane: str
    name: str


class Guessed(msgspec.Struct, frozen=True):
    """A guess.

    Attributes:
        toml: the table's text.
        questions: how many questions stand in it.
        headings: of the columns; may be empty.
        rows: the first rows.
        rest: rows at the file's end that are not like the others.
    """

    toml: str
    questions: int
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    rest: int
