"""What the ledger pane knows: its facts, for rules, JSON and tests."""

from devdash.api import Facts
from devdash_ledger.elements import (
    BudgetMonth,
    ErrorKind,
    Every,
    FloorBalance,
    Holding,
    JournalError,
    MonthCell,
    WorthMonth,
)

__all__ = [
    "BudgetMonth",
    "ErrorKind",
    "Every",
    "FloorBalance",
    "Holding",
    "JournalError",
    "LedgerFacts",
    "MonthCell",
    "WorthMonth",
]


class LedgerFacts(Facts, frozen=True):
    """One reading of a journal.

    Attributes:
        title: the journal's own; empty when it has none.
        files: every file that was read, absolute; the journal first.
        months: the months reported, oldest first, "YYYY-MM"; the last is the current one.
        currency: the main currency; empty when the journal has none.
        cells: see `MonthCell`. An account and currency whose amounts are zero in
            every one of `months` has no cells; any other has one for each month.
        budgets: see `BudgetMonth`.
        errors: the first 50 by file and line.
        error_count: how many there are in all.
        complete: False when part of the journal could not be read at all (a
            syntax error, a missing file): figures of this or an earlier reading,
            see `as_of`, that lack something.
        as_of: when the figures were read, ISO-8601; earlier than the errors when the
            last change of the journal made it unreadable in part.
        worth: see `WorthMonth`; one for each of `months`, none where there is no main currency.
        floors: see `FloorBalance`; one for each floor of the settings.
        day: the day for which budgets, floors and quiet days were reckoned, "YYYY-MM-DD".
        last_entry: the day of the newest entry up to `day`; empty when there is none, or it is not asked for.
        quiet_for: days since then; None when there is none.
    """

    title: str
    files: tuple[str, ...]
    months: tuple[str, ...]
    currency: str
    cells: tuple[MonthCell, ...]
    budgets: tuple[BudgetMonth, ...]
    errors: tuple[JournalError, ...]
    error_count: int
    complete: bool
    as_of: str
    worth: tuple[WorthMonth, ...] = ()
    floors: tuple[FloorBalance, ...] = ()
    day: str = ""
    last_entry: str = ""
    quiet_for: int | None = None
