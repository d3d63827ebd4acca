"""What the pane asks its worker, and what the worker answers."""

from enum import StrEnum

import msgspec

from devdash_ledger.elements import BudgetMonth, JournalError, WorthMonth


class AccountType(StrEnum):
    """The kinds of accounts, whatever the journal calls them."""

    ASSETS = "assets"
    LIABILITIES = "liabilities"
    INCOME = "income"
    EXPENSES = "expenses"
    EQUITY = "equity"
    OTHER = "other"
    """Of ledger and hledger, where a root may have any name."""

    @property
    def is_balance(self) -> bool:
        """Whether the month-end balance is reported; else it is the month's change."""
        return self not in (AccountType.INCOME, AccountType.EXPENSES)


class Format(StrEnum):
    """The language of a journal, by the program that defines it."""

    BEANCOUNT = "beancount"
    LEDGER = "ledger"
    HLEDGER = "hledger"


class Window(msgspec.Struct, frozen=True):
    """Some months in a row.

    Attributes:
        last: the last one, "YYYY-MM".
        count: how many; 0: all since the first transaction.
    """

    last: str
    count: int


class LoadRequest(msgspec.Struct, frozen=True):
    """Read a journal.

    Attributes:
        file: its absolute path.
        last_month: the current month, "YYYY-MM".
        language: its language.
        virtual: count virtual postings (ledger, hledger).
        roots: kinds of roots that have a name of their own (ledger, hledger).
        trusted: the mark of the code that may run (see `trust`); None: whatever there is.
        days: `Sheet.days` are wanted; with hledger they cost a look of their own.
    """

    file: str
    last_month: str
    language: Format = Format.BEANCOUNT
    virtual: bool = True
    roots: dict[str, AccountType] = {}
    trusted: str | None = None
    days: bool = False


class Series(msgspec.Struct, frozen=True, gc=False):
    """The cells of one account in one currency.

    Attributes:
        account: its full name.
        type: what kind of account it is.
        currency: of the amounts.
        amounts: decimals, one per month of the answer.
        converted: the same in the journal's main currency; None: there is no price.
            Empty when the journal has no main currency.
    """

    account: str
    type: AccountType
    currency: str
    amounts: tuple[str, ...]
    converted: tuple[str | None, ...] = ()


class CurrencyUse(msgspec.Struct, frozen=True, gc=False):
    """A currency of the journal.

    Attributes:
        name: such as "EUR".
        digits: decimals that the journal usually writes.
        postings: how many postings use it, up to the last month.
    """

    name: str
    digits: int
    postings: int


class Rates(msgspec.Struct, frozen=True, gc=False):
    """What one unit of a currency is worth in the journal's main currency.

    Attributes:
        currency: of the unit; the main currency itself is not listed.
        by_month: at the last price up to the last day of each month of the answer, a
            decimal with all its digits; None: there is no price.
    """

    currency: str
    by_month: tuple[str | None, ...]


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
        currency: the main currency, which the rest is converted to; empty when there is none.
        worth: month by month, in the main currency.
        rates: by currency, of all that are used; empty when there is no main currency.
        days: see `Sheet.days`.
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
    currency: str = ""
    worth: tuple[WorthMonth, ...] = ()
    rates: tuple[Rates, ...] = ()
    days: tuple[str, ...] = ()
