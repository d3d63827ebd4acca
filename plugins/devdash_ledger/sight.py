"""`Sight`: the figures that are looked at, and how, and what its lines are called. Pure."""

from collections.abc import Callable, Sequence

import msgspec

from devdash_ledger import figures
from devdash_ledger.cash import cash
from devdash_ledger.figures import MadePositions, Position
from devdash_ledger.journal import AccountType, Journal
from devdash_ledger.looking import AVERAGED, MAX_MONTHS, Looking, Period, Scene, compared, periods

_SIGNS = {
    Scene.ACCOUNTS: dict.fromkeys(AccountType, 1),
    Scene.INCOME: {AccountType.INCOME: -1, AccountType.EXPENSES: 1},
    Scene.BALANCE: {AccountType.ASSETS: 1, AccountType.LIABILITIES: -1},
}


IsCash = Callable[[str, AccountType], bool]


BY_NAME: IsCash = cash(())


class Sight(msgspec.Struct, frozen=True):
    """What is looked at; made by `sight`.

    Attributes:
        journal: of at least the months of `looking.window`.
        looking: how.
        columns: oldest first; years before the first entry are left out.
        before: the months that the newest column is compared with, oldest first; empty: with none.
        is_cash: whether an account is cash.
    """

    journal: Journal
    looking: Looking
    columns: tuple[Period, ...]
    before: tuple[Period, ...]
    is_cash: IsCash

    @property
    def converts(self) -> bool:
        """Whether amounts are converted: there may be no currency to convert to."""
        return self.looking.converted and bool(self.journal.currency)

    def sign(self, kind: AccountType) -> int:
        """1: accounts of that kind are shown as the journal has them; -1: turned round; 0: not."""
        return _SIGNS[self.looking.scene].get(kind, 0)

    def positions(self, shown: Sequence[Period], known: MadePositions | None = None) -> list[Position]:
        """All positions in the periods `shown`, with the journal's sign; `known`: that were made before."""
        return figures.positions(self.journal, shown, converted=self.converts, known=known)


def sight(journal: Journal, looking: Looking, current: int, count: int, is_cash: IsCash = BY_NAME) -> Sight:
    """What is seen of `journal`.

    Args:
        current: index of the current month.
        count: how many months are columns.
        is_cash: whether an account is cash.
    """
    first = figures.first_month(journal)
    shown = periods(looking, current, max(1, min(count, MAX_MONTHS)))
    if looking.years:
        shown = tuple(one for one in shown if first is not None and one.last >= first) or shown[-1:]
    before: tuple[Period, ...] = ()
    if first is not None and compared(looking):
        months = periods(looking, current, AVERAGED + 1)[:-1]
        before = tuple(one for one in months if one.last >= first)
    return Sight(journal, looking, shown, before, is_cash)


SECTIONS = ("operating", "investing", "financing", "other", "cash")
"""Of the cash flow, where an account's line says in which one it stands."""


def key_of(account: str, currency: str, *, converted: bool, section: str = "") -> str:
    """The key of a line; one that is converted is about the account whatever it holds."""
    name = account if converted else f"{account} {currency}"
    return f"{section}/{name}" if section else name


def account_of(seen: Sight, item: str) -> str | None:
    """The account of the line `item`; None: it is no account's line."""
    section, _, rest = item.partition("/")
    if seen.looking.scene is Scene.CASH and section in SECTIONS:
        item = rest
    for series in seen.journal.series:
        account = series.account
        while account:
            if item in (account, key_of(account, series.currency, converted=False)):
                return account
            account = account.rpartition(":")[0]
    return None
