"""`Sight`: the figures that are looked at, and how, and what its lines are called. Pure."""

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


def key_of(account: str, currency: str, *, converted: bool) -> str:
    """The key of a line; one that is converted is about the account whatever it holds."""
    return account if converted else f"{account} {currency}"


def account_of(seen: Sight, item: str) -> str | None:
    """The account of the line `item`; None: it is no account's line."""
    for series in seen.journal.series:
        account = series.account
        while account:
            if item == account or item == key_of(account, series.currency, converted=False):
                return account
            account = account.rpartition(":")[0]
    return None
