"""From a folded journal to a report: level, summary, blocks, facts, attention."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from devdash.api import Attention, Block, Level, Notice, Report
from devdash_ledger import accounts, errors, totals, tree
from devdash_ledger.amounts import readable
from devdash_ledger.facts import JournalError, LedgerFacts, MonthCell
from devdash_ledger.journal import AccountType, Journal

FACTS_ROOM = 400_000
"""Bytes of JSON for cells and budgets; beyond it the oldest months are left out, and a notice says so."""
CELL_BYTES = 125
"""What a cell takes beside the name of its account."""
BUDGET_BYTES = 110
MAX_CONVERTED = 2_000
"""Accounts whose cells are converted in the facts."""
MAX_ATTENTION = 20
"""Errors in the triage list one by one; the rest is one entry."""

MAX_NAMED = 4
"""Currencies that the summary names beside the main one."""

NET_WORTH = (AccountType.ASSETS, AccountType.LIABILITIES)


class View(msgspec.Struct, frozen=True):
    """What a report is made of.

    Attributes:
        journal: the figures.
        as_of: when they were read, ISO-8601.
        errors: those of the newest reading; `older` says whether that is another one.
        error_count: how many there are in all.
        complete: the newest reading was complete.
        older: the figures are of an earlier reading.
    """

    journal: Journal
    as_of: str
    errors: tuple[JournalError, ...]
    error_count: int
    complete: bool
    older: bool


def unset(pane: str) -> Report:
    """The calm report of a pane that has no journal yet."""
    notice = Notice(Level.OK, "No journal is set.", f'Set file = "…/main.beancount" in [panes.{pane}].')
    return Report(Level.OK, "no journal set", (notice,))


def build(view: View) -> Report:
    """The report of a journal. Pure, but tens of milliseconds for a large one: run it in a thread."""
    journal = view.journal
    digits = accounts.digits(journal)
    listed = errors.listed(view.errors, journal.files[0])
    blocks: list[Block] = [
        *_notices(view),
        accounts.table(journal, view.errors, view.journal.currency, digits),
    ]
    if (table := totals.table(journal, digits)) is not None:
        blocks.append(table)
    if listed:
        blocks.append(errors.table(listed, view.error_count))
    return Report(
        Level.ATTENTION if view.error_count else Level.OK,
        _summary(view, digits),
        tuple(blocks),
        _facts(view),
        _attention(listed, view.error_count),
    )


def _counted(count: int) -> str:
    return "1 error" if count == 1 else f"{count} errors"


def _summary(view: View, digits: Mapping[str, int]) -> str:
    """The net worth and the number of errors; what has no price is named beside the sum."""
    journal = view.journal
    held = tree.total(journal.series, NET_WORTH)
    summary = "no balances"
    if held and journal.worth:
        newest = journal.worth[-1]
        apart = [one.currency for one in newest.unconverted]
        own = [one.currency for one in held if one.currency not in apart]
        amount = readable(Decimal(newest.net_worth), digits.get(newest.currency)) if own else ""
        sum_of = " ".join(part for part in (amount, newest.currency if own else "") if part)
        names = [*([sum_of] if own else []), *(name or "no commodity" for name in apart[:MAX_NAMED])]
        if len(apart) > MAX_NAMED:
            names.append(f"{len(apart) - MAX_NAMED} more")
        summary = f"net worth {' + '.join(names)}"
    return f"{summary} · {_counted(view.error_count)}" if view.error_count else summary


def _notices(view: View) -> list[Notice]:
    found: list[Notice] = []
    if view.error_count:
        found.append(Notice(Level.ATTENTION, _warning(view), "Press e to open the journal there."))
    reported, known = len(_reported(view.journal)), len(view.journal.months)
    if reported < known:
        text = f"The facts hold the last {reported} of {known} months, for there are many accounts."
        found.append(Notice(Level.OK, text))
    return found


def _warning(view: View) -> str:
    count = _counted(view.error_count)
    if view.older:
        return f"{count}: part of the journal cannot be read. The figures are those of {view.as_of[11:16]}."
    if not view.complete:
        return f"{count}: part of the journal cannot be read, and the figures lack it."
    return f"{count}: figures may be wrong."


def _reported(journal: Journal) -> tuple[str, ...]:
    """The newest months, as many as the facts have room for."""
    last = journal.months[-1]
    month = sum(len(series.account) + CELL_BYTES for series in journal.series)
    month += sum(len(budget.account) + BUDGET_BYTES for budget in journal.budgets if budget.month == last)
    return journal.months[-max(1, FACTS_ROOM // max(1, month)) :]


def _facts(view: View) -> LedgerFacts:
    journal = view.journal
    reported = _reported(journal)
    nothing = (None,) * len(journal.months)
    has_room = len(journal.series) <= MAX_CONVERTED
    cells = tuple(
        MonthCell(series.account, series.currency, month, amount, value)
        for series in journal.series
        for month, amount, value in zip(
            reported,
            series.amounts[-len(reported) :],
            ((has_room and series.converted) or nothing)[-len(reported) :],
            strict=True,
        )
    )
    return LedgerFacts(
        title=journal.title,
        files=journal.files,
        months=reported,
        currency=view.journal.currency,
        cells=cells,
        budgets=tuple(budget for budget in journal.budgets if budget.month in reported),
        errors=view.errors,
        error_count=view.error_count,
        complete=view.complete,
        as_of=view.as_of,
        worth=journal.worth[-len(reported) :],
    )


def _attention(listed: Sequence[errors.Listed], count: int) -> tuple[Attention, ...]:
    found = [
        Attention(one.key, Level.ATTENTION, f"{one.place}: {one.headline}", "edit", one.key)
        for one in listed[:MAX_ATTENTION]
    ]
    if count > len(found):
        rest = f"{count - len(found)} more errors in the journal"
        found.append(Attention("error:more", Level.ATTENTION, rest, "edit"))
    return tuple(found)
