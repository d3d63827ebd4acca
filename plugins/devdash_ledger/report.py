"""From a folded journal to a report: level, summary, blocks, facts, attention."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec

from devdash.api import Attention, Block, Level, Notice, Report, Table
from devdash_ledger import accounts, errors, figures, months, standing, totals
from devdash_ledger.amounts import EXACT, readable
from devdash_ledger.facts import JournalError, LedgerFacts, MonthCell
from devdash_ledger.journal import AccountType, Journal
from devdash_ledger.looking import Looking, Scene
from devdash_ledger.reckoning import Outlook
from devdash_ledger.sight import Sight, sight
from devdash_ledger.standing import Known, Standing

FACTS_ROOM = 400_000
"""Bytes of JSON for cells and budgets; beyond it the oldest months are left out, and a notice says so."""
CELL_BYTES = 125
"""What a cell takes beside the name of its account."""
BUDGET_BYTES = 190
MAX_CONVERTED = 2_000
"""Accounts whose cells are converted in the facts."""
ERRORS = "errors"
"""Name of the rule about a journal's errors, and key of what is said of them: they are one thing to mend."""

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
        outlook: what budgets, balances and days are judged by.
    """

    journal: Journal
    as_of: str
    errors: tuple[JournalError, ...]
    error_count: int
    complete: bool
    older: bool
    outlook: Outlook = Outlook(date.min)


def unset(pane: str) -> Report:
    """The calm report of a pane that has no journal yet."""
    notice = Notice(Level.OK, "No journal is set.", f'Set file = "…/main.beancount" in [panes.{pane}].')
    return Report(Level.OK, "no journal set", (notice,))


def build(
    view: View, room: int = FACTS_ROOM, seen: Sight | None = None, known: Known | None = None
) -> Report:
    """The report of a journal, with facts of some `room` bytes.

    Pure, but tens of milliseconds for a large one: run it in a thread.

    Args:
        view: of the current months.
        seen: what the tables show; the current months, as they are, when None.
        known: what was made for the report before.
    """
    journal = view.journal
    if seen is None:
        seen = sight(journal, Looking(), months.parse(journal.months[-1]), len(journal.months))
    digits = figures.digits(seen.journal)
    listed = errors.listed(view.errors, journal.files[0])
    stand = standing.standing(journal, view.outlook, known)
    warned = standing.attention(stand, digits)
    notices = (*_notices(view, room), *standing.notices(stand))
    blocks: list[Block] = [
        *notices,
        accounts.table(
            seen,
            view.errors,
            digits,
            None if known is None else known.rows,
            None if known is None else known.positions,
        ),
    ]
    if seen.looking.scene is Scene.ACCOUNTS and (table := totals.table(seen, digits)) is not None:
        blocks.append(table)
    if seen.looking.scene is Scene.ACCOUNTS:
        blocks += standing.blocks(stand, journal.months[-1], digits, len(journal.series), known)
    if listed:
        blocks.append(errors.table(listed, view.error_count))
    return Report(
        Level.ATTENTION if view.error_count or warned else Level.OK,
        summary([view], [stand]),
        tuple(blocks),
        _facts(view, room, stand),
        _told_of((*((wrong(view, view.error_count),) if view.error_count else ()), *warned), blocks),
    )


def _told_of(warned: Sequence[Attention], blocks: Sequence[Block]) -> tuple[Attention, ...]:
    """`warned`, about the pane as a whole where what is looked at has no such row."""
    shown = {row.key for block in blocks if isinstance(block, Table) for row in block.rows}
    return tuple(one if one.item in shown else msgspec.structs.replace(one, item=None) for one in warned)


def _counted(count: int) -> str:
    return "1 error" if count == 1 else f"{count} errors"


def summary(views: Sequence[View], stands: Sequence[Standing] = ()) -> str:
    """The net worth of all journals and the number of errors; what has no price is named beside the sum.

    Args:
        stands: how each of them stands, where that is known already.
    """
    sums: dict[str, Decimal] = {}
    apart: dict[str, None] = {}
    digits: dict[str, int] = {}
    for view in views:
        journal = view.journal
        # Also what adds up to nothing: that is a balance, and not none.
        held = {one.currency for one in journal.series if one.type in NET_WORTH}
        if not held or not journal.worth:
            continue
        newest = journal.worth[-1]
        without = [one.currency for one in newest.unconverted]
        apart.update(dict.fromkeys(without))
        if held - set(without):
            own = newest.currency
            sums[own] = EXACT.add(sums.get(own, Decimal(0)), Decimal(newest.net_worth))
            digits[own] = max(digits.get(own, 0), figures.digits(journal).get(own, 2))
    named = [name or "no commodity" for name in apart if name not in sums]
    parts = [f"{readable(amount, digits[name])} {name}".strip() for name, amount in sums.items()]
    parts += named[:MAX_NAMED]
    if len(named) > MAX_NAMED:
        parts.append(f"{len(named) - MAX_NAMED} more")
    told = f"net worth {' + '.join(parts)}" if parts else "no balances"
    found = stands or [standing.standing(view.journal, view.outlook) for view in views]
    over = sum(len(one.over) for one in found)
    if over:
        told += " · 1 budget over" if over == 1 else f" · {over} budgets over"
    count = sum(view.error_count for view in views)
    return f"{told} · {_counted(count)}" if count else told


def _notices(view: View, room: int) -> list[Notice]:
    found: list[Notice] = []
    if view.error_count:
        found.append(Notice(Level.ATTENTION, _warning(view), "Press e to open the journal there."))
    reported, known = len(_reported(view.journal, room)), len(view.journal.months)
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


def _reported(journal: Journal, room: int) -> tuple[str, ...]:
    """The newest months, as many as the facts have room for."""
    last = journal.months[-1]
    month = sum(len(series.account) + CELL_BYTES for series in journal.series)
    month += sum(len(budget.account) + BUDGET_BYTES for budget in journal.budgets if budget.month == last)
    return journal.months[-max(1, room // max(1, month)) :]


def _facts(view: View, room: int, stand: Standing) -> LedgerFacts:
    journal = view.journal
    reported = _reported(journal, room)
    nothing = (None,) * len(journal.months)
    has_room = len(journal.series) <= MAX_CONVERTED * room // FACTS_ROOM
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
        budgets=tuple(budget for budget in stand.budgets if budget.month in reported),
        errors=view.errors,
        error_count=view.error_count,
        complete=view.complete,
        as_of=view.as_of,
        worth=journal.worth[-len(reported) :],
        floors=stand.floors,
        day=stand.outlook.day.isoformat(),
        last_entry=stand.last_entry,
        quiet_for=stand.quiet_for,
    )


def wrong(view: View, count: int) -> Attention:
    """What is said of `count` errors, the first of which is of `view`, as one thing to do."""
    first = errors.listed(view.errors[:1], view.journal.files[0])
    said = f"{first[0].place}: {first[0].headline}" if first else "The journal has errors"
    more = count - len(first)
    rest = (" · 1 more error" if more == 1 else f" · {more} more errors") if first and more else ""
    return Attention(ERRORS, Level.ATTENTION, said + rest, "edit", first[0].key if first else None)
