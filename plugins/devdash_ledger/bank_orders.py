"""What the pane asks the worker for bank files, and what it answers."""

from enum import StrEnum

import msgspec

from devdash_ledger.bank_answers import Question, Setting
from devdash_ledger.bank_config import Bank
from devdash_ledger.bank_headings import Role
from devdash_ledger.bank_review import Review
from devdash_ledger.bank_rows import BankRow, Complaint
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
        account: whose statement it is; empty: not known.
        told: columns that a person has named, by their role: heading, position, or "-" for none.
    """

    file: str
    journal: JournalRef
    currency: str = ""
    account: str = ""
    told: dict[Role, str] = msgspec.field(default_factory=dict)


class Kind(StrEnum):
    """What all cells of a column are."""

    DATE = "date"
    MONEY = "money"
    TEXT = "text"


class Found(msgspec.Struct, frozen=True):
    """A column of the file.

    Attributes:
        place: how the table names it: its heading, else its position.
        kind: what its cells are.
        samples: the first different ones that are not empty.
    """

    place: str
    kind: Kind
    samples: tuple[str, ...]


class Form(msgspec.Struct, frozen=True):
    """A form of dates that fits the file's.

    Attributes:
        form: as in `strptime`.
        sample: a date as it stands there.
        means: what it would be, ISO-8601.
    """

    form: str
    sample: str
    means: str


class Guessed(msgspec.Struct, frozen=True):
    """A guess.

    Attributes:
        settings: of the bank's table, what is certain.
        questions: what a person must say.
        columns: what the file has, left to right.
        forms: of the column of dates.
        own: the journal's accounts that it may be a statement of, the most used first.
        accounts: all of the journal's.
        rest: rows at the file's end that are not like the others.
    """

    settings: tuple[Setting, ...]
    questions: tuple[Question, ...]
    columns: tuple[Found, ...]
    forms: tuple[Form, ...]
    own: tuple[str, ...]
    accounts: tuple[str, ...]
    rest: int


class Try(msgspec.Struct, frozen=True):
    """Read a file by a table that is not kept yet."""

    file: str
    bank: Bank


class Tried(msgspec.Struct, frozen=True):
    """What the table makes of the file.

    Attributes:
        rows: the first ones.
        count: how many there are.
        complaints: the first rows that could not be read.
        complaint_count: how many there are.
        balance: whether the balances add up; None: not known.
    """

    rows: tuple[BankRow, ...]
    count: int
    complaints: tuple[Complaint, ...]
    complaint_count: int
    balance: bool | None
