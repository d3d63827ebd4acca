"""What the ledger pane knows: its facts, for rules, JSON and tests."""

import msgspec

from devdash.api import Facts


class MonthCell(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one account holds or moved in one currency and month.

    Attributes:
        account: the account itself, without its sub-accounts.
        currency: the commodity of the amount.
        month: "YYYY-MM".
        amount: a decimal, exact, with the journal's sign. Assets, Liabilities and
            Equity: the balance at the month's end. Income and Expenses: the month's change.
        converted: the amount in the main currency at the last price up to the month's
            last day, rounded to eight decimals; None where there is no such price, and
            where there are so many accounts that the facts have no room for it.
        journal: whose it is, a file; empty where there is only one journal.
    """

    account: str
    currency: str
    month: str
    amount: str
    converted: str | None = None
    journal: str = ""


class BudgetMonth(msgspec.Struct, frozen=True, omit_defaults=True):
    """A monthly budget beside what was booked.

    Attributes:
        account: the account named by the budget; sub-accounts count as part of it.
        month: "YYYY-MM".
        currency: of both amounts.
        budget: the planned amount, a decimal.
        actual: the change of account and sub-accounts in that month, a decimal.
        journal: whose it is, as in `MonthCell`.
    """

    account: str
    month: str
    currency: str
    budget: str
    actual: str
    journal: str = ""


class Holding(msgspec.Struct, frozen=True):
    """An amount of one currency, a decimal."""

    currency: str
    amount: str


class WorthMonth(msgspec.Struct, frozen=True):
    """One month of a journal in one currency, at the last prices up to the month's last day.

    Attributes:
        month: "YYYY-MM".
        currency: of the amounts: the main one.
        net_worth: Assets and Liabilities at the month's end.
        unconverted: what they hold beside it, in currencies without a price; never added up.
        income: the month's, positive when money came in.
        expenses: the month's, positive when money was spent.
        savings_rate: (income - expenses) / income; None where there was no income.
        left_out: income and expenses, added up, in currencies without a price: the
            three figures before are without them.
        journal: whose it is, as in `MonthCell`.
    """

    month: str
    currency: str
    net_worth: str
    unconverted: tuple[Holding, ...]
    income: str
    expenses: str
    savings_rate: float | None
    left_out: tuple[Holding, ...] = ()
    journal: str = ""


class JournalError(msgspec.Struct, frozen=True):
    """One complaint of the journal's reader.

    Attributes:
        file: absolute path; the journal itself where the reader names no file.
        line: from 1; 0 when it is not known.
        message: what is wrong; may have several lines.
        accounts: the accounts that the entry concerned names; their figures may be wrong.
    """

    file: str
    line: int
    message: str
    accounts: tuple[str, ...] = ()


class LedgerFacts(Facts, frozen=True):
    """One reading of a journal.

    Attributes:
        title: the journal's own; empty when it has none.
        files: every file that was read, absolute; the journal first.
        months: the months reported, oldest first, "YYYY-MM"; the last is the current one.
        currency: the main currency; empty when the journal has none.
        cells: see `MonthCell`. An account and currency whose amounts are zero in
            every one of `months` has no cells; any other has one for each month.
        budgets: see `BudgetMonth`; only budgets by the month.
        errors: the first 50 by file and line.
        error_count: how many there are in all.
        complete: False when part of the journal could not be read at all (a
            syntax error, a missing file): figures of this or an earlier reading,
            see `as_of`, that lack something.
        as_of: when the figures were read, ISO-8601; earlier than the errors when the
            last change of the journal made it unreadable in part.
        worth: see `WorthMonth`; one for each of `months`, none where there is no main currency.
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
