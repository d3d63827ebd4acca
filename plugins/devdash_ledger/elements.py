"""What facts are made of. The worker speaks of it too; its start counts, so nothing of devdash is used."""

from enum import StrEnum

import msgspec


class MonthCell(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
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


class Every(StrEnum):
    """How often a budget is given anew."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class BudgetMonth(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A budget beside what was booked, at the end of one month.

    Attributes:
        account: the account named by the budget; sub-accounts count as part of it.
        month: "YYYY-MM".
        currency: of all amounts.
        budget: what is planned for the period, a decimal.
        actual: the change of account and sub-accounts from the period's begin to the month's end, a decimal.
        journal: whose it is, as in `MonthCell`.
        every: the period: the month, or the calendar's quarter or year in which it lies. Budgets by
            the day and the week are put together to months.
        goal: it is to be reached (income, savings), not to be kept.
        carried: with rollover what earlier periods left, negative when they took more; else empty.
        left: budget and carried, less actual; empty where it was not reckoned.
        percent: actual of budget and carried; None where these are not above zero.
        projected: actual at the period's end when it goes on as until `LedgerFacts.day`; empty for
            months that are over, for goals and for accounts that do not go by days.
    """

    account: str
    month: str
    currency: str
    budget: str
    actual: str
    journal: str = ""
    every: Every = Every.MONTH
    goal: bool = False
    carried: str = ""
    left: str = ""
    percent: float | None = None
    projected: str = ""


class FloorBalance(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an account holds that should not fall below its floor.

    Attributes:
        account: sub-accounts count as part of it.
        currency: of both amounts.
        floor: what it should hold at least, a decimal.
        balance: at the end of the current month, as far as it is written, a decimal; None where part
            of the journal cannot be read, and nothing from before is known.
        journal: whose it is, as in `MonthCell`.
    """

    account: str
    currency: str
    floor: str
    balance: str | None
    journal: str = ""


class Holding(msgspec.Struct, frozen=True, gc=False):
    """An amount of one currency, a decimal."""

    currency: str
    amount: str


class WorthMonth(msgspec.Struct, frozen=True, gc=False):
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


class ErrorKind(StrEnum):
    """What an error is about."""

    BALANCE = "balance"
    """A balance that the journal asserts is another one."""
    OTHER = "other"


class JournalError(msgspec.Struct, frozen=True):
    """One complaint of the journal's reader.

    Attributes:
        file: absolute path; the journal itself where the reader names no file.
        line: from 1; 0 when it is not known.
        message: what is wrong; may have several lines.
        accounts: the accounts that the entry concerned names; their figures may be wrong.
        kind: what it is about.
    """

    file: str
    line: int
    message: str
    accounts: tuple[str, ...] = ()
    kind: ErrorKind = ErrorKind.OTHER
