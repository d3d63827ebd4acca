"""Some months of a journal that is folded to more of them: cheaper than to fold it once more. Pure."""

import msgspec

from devdash_ledger import months
from devdash_ledger.journal import Journal, Rates, Series, Window


def contains(journal: Journal, window: Window) -> bool:
    """Whether every month of `window` is one of `journal`; of a window without a count it cannot be told."""
    last = months.parse(window.last)
    begin, end = months.parse(journal.months[0]), months.parse(journal.months[-1])
    return window.count > 0 and begin <= last - window.count + 1 and last <= end


def cut(journal: Journal, window: Window) -> Journal:
    """`journal` of the months `window`, all of which it contains."""
    end = months.parse(window.last) - months.parse(journal.months[0]) + 1
    begin = end - window.count
    if begin == 0 and end == len(journal.months):
        return journal
    shown = journal.months[begin:end]
    taken = frozenset(shown)
    return msgspec.structs.replace(
        journal,
        months=shown,
        series=tuple([_series(one, begin, end) for one in journal.series if _holds(one, begin, end)]),
        budgets=tuple([one for one in journal.budgets if one.month in taken]),
        worth=journal.worth[begin:end],
        rates=tuple(Rates(one.currency, one.by_month[begin:end]) for one in journal.rates),
    )


def _holds(one: Series, begin: int, end: int) -> bool:
    """Whether any amount is not zero."""
    return any(text.strip("-0.") for text in one.amounts[begin:end])


def _series(one: Series, begin: int, end: int) -> Series:
    return Series(one.account, one.type, one.currency, one.amounts[begin:end], one.converted[begin:end])
