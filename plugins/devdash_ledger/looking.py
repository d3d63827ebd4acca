"""`Looking`: how a person looks at the figures, and the months and years that are columns then. Pure.

Nothing here touches facts, rules or the summary: they are about the current months, whatever is looked at.
"""

from enum import StrEnum
from functools import lru_cache

import msgspec

from devdash_ledger import months
from devdash_ledger.journal import Window

AVERAGED = 6
"""Months before the newest one shown that it is compared with."""
MAX_MONTHS = 24
"""Columns; hardly a terminal shows more."""
MAX_YEARS = 10
_YEAR = 12


class Scene(StrEnum):
    """What the table of accounts is."""

    ACCOUNTS = "accounts"
    INCOME = "income statement"
    BALANCE = "balance sheet"
    CASH = "cash flow"


class Looking(msgspec.Struct, frozen=True):
    """How the figures are looked at.

    Attributes:
        scene: which statement.
        converted: one line per account in the main currency; what has no price stays apart.
        years: a column is a year, not a month.
        running: changes are added up since January of their year.
        back: how many months the newest column lies before the current month.
        folded: accounts whose sub-accounts are not shown.
    """

    scene: Scene = Scene.ACCOUNTS
    converted: bool = False
    years: bool = False
    running: bool = False
    back: int = 0
    folded: frozenset[str] = frozenset()


class Period(msgspec.Struct, frozen=True):
    """A column: the months with the indices `first` to `last`.

    Attributes:
        key: what the column is called when a cell is chosen, see `span`.
        title: what it is headed with.
        first, last: indices of months (see `months`); a balance is that at the end of `last`.
        since: where changes begin to be added up: `first`, or January with running totals.
    """

    key: str
    title: str
    first: int
    last: int
    since: int


@lru_cache(maxsize=16)
def periods(looking: Looking, current: int, count: int) -> tuple[Period, ...]:
    """The columns, oldest first, the newest `looking.back` months before the month `current`.

    Args:
        current: index of the current month.
        count: how many months are shown; of years there are `MAX_YEARS`, the last as far as it has come.
    """
    last = current - looking.back
    if looking.years:
        newest = last // _YEAR
        return tuple(_year(year, current) for year in range(newest - MAX_YEARS + 1, newest + 1))
    return tuple(_month(month, last, running=looking.running) for month in range(last - count + 1, last + 1))


def span(first: int, last: int) -> str:
    """The key of a column of these months: "2026-10", or "2026-01:2026-10"."""
    return months.text_of(last) if first == last else f"{months.text_of(first)}:{months.text_of(last)}"


def _month(month: int, last: int, *, running: bool) -> Period:
    since = month // _YEAR * _YEAR if running else month
    title = months.heading(months.text_of(month), months.text_of(last))
    return Period(span(since, month), title, month, month, since)


def _year(year: int, current: int) -> Period:
    first, last = year * _YEAR, min(year * _YEAR + _YEAR - 1, current)
    ongoing = last % _YEAR != _YEAR - 1
    return Period(f"{year:04d}", f"{year:04d} so far" if ongoing else f"{year:04d}", first, last, first)


def compared(looking: Looking) -> bool:
    """Whether the newest column is compared with the months before it: single months are, sums are not."""
    return not (looking.years or looking.running or looking.scene is Scene.CASH)


def window(looking: Looking, current: int, count: int) -> Window:
    """The months that have to be read for it: those of the columns, and what is needed from before them."""
    shown = periods(looking, current, count)
    first = min(period.since for period in shown)
    last = shown[-1].last
    if compared(looking):
        first = min(first, last - AVERAGED)
    if looking.scene is Scene.CASH:
        first -= 1  # what there was before
    return Window(months.text_of(last), last - first + 1)


def moved(looking: Looking, steps: int) -> Looking:
    """`looking` with the columns moved by `steps` months or years, never beyond the current one."""
    by = steps * (_YEAR if looking.years else 1)
    return msgspec.structs.replace(looking, back=max(looking.back - by, 0))
