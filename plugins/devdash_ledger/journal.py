"""What the pane asks its worker, and what the worker answers."""

from enum import StrEnum

import msgspec

from devdash_ledger.facts import BudgetMonth, JournalError


class AccountType(StrEnum):
    """The five kinds of accounts, whatever the journal's options call them."""

    ASSETS = "assets"
    LIABILITIES = "liabilities"
    INCOME = "income"
    EXPENSES = "expenses"
    EQUITY = "equity"

    @property
    def is_balance(self) -> bool:
        """Whether the month-end balance is reported; else it is the month's change."""
        return self in (AccountType.ASSETS, AccountType.LIABILITIES, AccountType.EQUITY)


class LoadRequest(msgspec.Struct, frozen=True):
    """Read a journal.

    Attributes:
        file: its absolute path.
        last_month: the last month to report, "YYYY-MM"; later entries do not count.
        months: how many months to report; 0: all since the first transaction.
    """

    file: str
    last_month: str
    months: int


class Series(msgspec.Struct, frozen=True):
    """The cells of one account in one currency.

    Attributes:
        account: its full name.
        type: what kind of account it is.
        currency: of the amounts.
        amounts: decimals, one per month of the answer.
    """

    account: str
    type: AccountType
    currency: str
    amounts: tuple[str, ...]


class CurrencyUse(msgspec.Struct, frozen=True):
    """A currency of the journal.

    Attributes:
        name: such as "EUR".
        digits: decimals that the journal usually writes.
        postings: how many postings use it, up to the last month.
    """

    name: str
    digits: int
    postings: int


class Journal(msgspec.Struct, frozen=True):
    """A journal folded to months.

    Attributes:
        title: the journal's title; empty when it sets none.
        operating: the operating currencies, in the journal's order.
        currencies: every currency with a posting, by name.
        files: every file that was read; the journal first.
        watched: further files that decide the result: those of its plug-ins.
        patterns: absolute patterns of includes whose matches may change.
        months: oldest first, "YYYY-MM".
        series: by type and account.
        budgets: by account, currency and month.
        errors: the first 50 by file and line.
        error_count: how many there are in all.
        complete: every file and every entry could be read.
    """

    title: str
    operating: tuple[str, ...]
    currencies: tuple[CurrencyUse, ...]
    files: tuple[str, ...]
    watched: tuple[str, ...]
    patterns: tuple[str, ...]
    months: tuple[str, ...]
    series: tuple[Series, ...]
    budgets: tuple[BudgetMonth, ...]
    errors: tuple[JournalError, ...]
    error_count: int
    complete: bool
