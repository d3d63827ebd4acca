"""The cash flow as lines of the table of accounts; `printed_kinds` tells what they mean. Pure."""

from collections.abc import Callable, Iterator
from decimal import Decimal

import msgspec

from devdash_ledger.amounts import EXACT
from devdash_ledger.figures import Amounts, Position
from devdash_ledger.printed import Part
from devdash_ledger.printed_kinds import cash_flow
from devdash_ledger.printed_period import Period as Span
from devdash_ledger.results import Result
from devdash_ledger.sight import Sight
from devdash_ledger.tree import Line, lines

_SHORT = {"opening": "Opening cash", "closing": "Closing cash", "revalued": "Prices alone"}
"""Of titles that would be cut alike in a narrow pane."""

Months = Callable[[Amounts], Amounts]
"""From an amount for each month to one for each column."""


def cash_lines(sight: Sight) -> Iterator[Line | Result]:
    """Cash before, its flows by section and account, cash after; nothing where no account is cash."""
    if not any(sight.is_cash(one.account, one.type) for one in sight.journal.series):
        return
    first = min(period.since for period in sight.columns)
    span = Span(first, sight.columns[-1].last, is_open=False)
    for part in cash_flow(sight.journal, span, converted=sight.converts, is_cash=sight.is_cash):
        yield from _section(part, sight, _folded(part.key, sight, first))


def _folded(key: str, sight: Sight, start: int) -> Months:
    """Flows are added up over a column; cash is that at its beginning, or at its end."""

    def fold(amounts: Amounts) -> Amounts:
        if key == "opening":
            return tuple(amounts[period.since - start] for period in sight.columns)
        if key == "closing":
            return tuple(amounts[period.last - start] for period in sight.columns)
        return tuple(
            _sum(amounts[period.since - start : period.last - start + 1]) for period in sight.columns
        )

    return fold


def _sum(amounts: Amounts) -> Decimal:
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total


def _section(part: Part, sight: Sight, folded: Months) -> Iterator[Line | Result]:
    """The sum of a part in each currency, and its accounts. A section of one root stands for that root."""
    main = sight.journal.currency
    sums = [(one.currency, folded(one.amounts)) for one in part.totals]
    shown = [one for one in sums if any(one[1])] or sums[:1]
    if part.is_line and part.key not in ("opening", "closing") and not any(any(own) for _, own in shown):
        return
    for place, (currency, own) in enumerate(shown):
        yield Result(
            f"total:{part.key} {currency}", _SHORT.get(part.key, part.title), currency, own, repeats=place > 0
        )
    found = [Position(one.account, one.type, one.currency, folded(one.amounts)) for one in part.entries]
    found = [one for one in found if any(one.amounts)]
    is_one = len({one.account.partition(":")[0] for one in found}) == 1
    for line in lines(found, main):
        if line.depth or not is_one:
            depth = line.depth if is_one else line.depth + 1
            apart = sight.converts and line.currency != main
            yield msgspec.structs.replace(line, depth=depth, section=part.key, apart=apart)
