"""`Sight`: the figures that are looked at, and how; and what a line or cell of the table is about. Pure."""

from collections.abc import Sequence

import msgspec

from devdash_ledger import figures
from devdash_ledger.figures import Position
from devdash_ledger.journal import AccountType, Journal
from devdash_ledger.looking import AVERAGED, MAX_MONTHS, Looking, Period, Scene, compared, periods

_SIGNS = {
    Scene.ACCOUNTS: dict.fromkeys(AccountType, 1),
    Scene.INCOME: {AccountType.INCOME: -1, AccountType.EXPENSES: 1},
    Scene.BALANCE: {AccountType.ASSETS: 1, AccountType.LIABILITIES: -1},
}


class Sight(msgspec.Struct, frozen=True):
    """What is looked at; made by `sight`.

    Attributes:
        journal: of at least the months of `looking.window`.
        looking: how.
        columns: oldest first; years before the first entry are left out.
        before: the months that the newest column is compared with, oldest first; empty: with none.
    """

    journal: Journal
    looking: Looking
    columns: tuple[Period, ...]
    before: tuple[Period, ...]

    @property
    def converts(self) -> bool:
        """Whether amounts are converted: there may be no currency to convert to."""
        return self.looking.converted and bool(self.journal.currency)

    def sign(self, kind: AccountType) -> int:
        """1: accounts of that kind are shown as the journal has them; -1: turned round; 0: not."""
        return _SIGNS[self.looking.scene].get(kind, 0)

    def positions(self, shown: Sequence[Period]) -> list[Position]:
        """All positions in the periods `shown`, with the journal's sign."""
        return figures.positions(self.journal, shown, converted=self.converts)


def sight(journal: Journal, looking: Looking, current: int, count: int) -> Sight:
    """What is seen of `journal`.

    Args:
        current: index of the current month.
        count: how many months are columns.
    """
    first = figures.first_month(journal)
    shown = periods(looking, current, max(1, min(count, MAX_MONTHS)))
    if looking.years:
        shown = tuple(one for one in shown if first is not None and one.last >= first) or shown[-1:]
    before: tuple[Period, ...] = ()
    if first is not None and compared(looking):
        months = periods(looking, current, AVERAGED + 1)[:-1]
        before = tuple(one for one in months if one.last >= first)
    return Sight(journal, looking, shown, before)


class Chosen(msgspec.Struct, frozen=True):
    """What a cell, or a whole line, of the table is about.

    Attributes:
        account: the account; those below it count as well.
        currency: of the amounts; None: all that have a price, converted to the main one.
        first, last: indices of the months that the cell is about; of all columns where none is chosen.
        since: where its changes begin to be added up: before `first` with running totals.
        sign: -1: the cell shows the journal's amount turned round.
    """

    account: str
    currency: str | None
    first: int
    last: int
    since: int
    sign: int


def key_of(account: str, currency: str, *, converted: bool) -> str:
    """The key of a line."""
    return f"{account} in {currency}" if converted else f"{account} {currency}"


def chosen(seen: Sight, item: str, column: str | None = None) -> Chosen | None:
    """What the line `item`, in the column `column`, is about; None: it is no account's line."""
    shown = seen.columns
    one = next((period for period in shown if period.key == column), None)
    first, last, since = (
        (one.first, one.last, one.since)
        if one is not None
        else (shown[0].first, shown[-1].last, shown[0].since)
    )
    main = seen.journal.currency
    for series in seen.journal.series:
        if not seen.sign(series.type):
            continue
        account = series.account
        while account:
            for currency, key in _keys(seen, account, series.currency, main):
                if key == item:
                    return Chosen(account, currency, first, last, since, seen.sign(series.type))
            account = account.rpartition(":")[0]
    return None


def _keys(seen: Sight, account: str, currency: str, main: str) -> list[tuple[str | None, str]]:
    """The lines that a position of `account` may be part of, each with its currency."""
    if not seen.converts:
        return [(currency, key_of(account, currency, converted=False))]
    keys: list[tuple[str | None, str]] = [(None, key_of(account, main, converted=True))]
    if currency != main:
        keys.append((currency, key_of(account, currency, converted=False)))
    return keys
