"""What beancount's entries hold: bookings, prices, plans. Runs in the worker only."""

import glob
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
from beancount.core.amount import Amount
from beancount.core.data import Balance, Close, Custom, Directive, Document, Open, Pad, Transaction
from beancount.core.data import Price as PriceDirective

from devdash_ledger import months
from devdash_ledger.budgets import Plan
from devdash_ledger.elements import Every
from devdash_ledger.fold import Booking
from devdash_ledger.journal import AccountType
from devdash_ledger.prices import Price
from devdash_ledger.sheet import Ground, Opening

if TYPE_CHECKING:
    from beancount.loader import OptionsMap

_PERIODS = {
    "day": Every.DAY,
    "daily": Every.DAY,
    "week": Every.WEEK,
    "weekly": Every.WEEK,
    "month": Every.MONTH,
    "monthly": Every.MONTH,
    "quarter": Every.QUARTER,
    "quarterly": Every.QUARTER,
    "year": Every.YEAR,
    "yearly": Every.YEAR,
}
_USUAL_TOLERANCE = Decimal("0.5")
"""beancount's, where the journal sets none."""
_LIMITED = (AccountType.EXPENSES, AccountType.OTHER)
"""Of these a budget is not to be gone beyond; of others it is to be reached."""


def bookings(entries: Iterable[Directive]) -> Iterator[Booking]:
    """Every posting with an amount; one that an error left incomplete is no booking."""
    for entry in entries:
        if not isinstance(entry, Transaction):
            continue
        month = months.index_of(entry.date)
        for posting in entry.postings:
            if isinstance(posting.units, Amount) and isinstance(posting.units.number, Decimal):
                yield month, posting.account, posting.units.currency, posting.units.number


def has_documents(entries: Iterable[Directive]) -> bool:
    """Whether a file beside the journal belongs to it."""
    return any(isinstance(entry, Document) for entry in entries)


def document_patterns(entries: Iterable[Directive], folders: Iterable[str], journal: str) -> Iterator[str]:
    """What tells that documents came or went: patterns of the dated files below `folders`, and missing files.

    A document may lie before its account was opened, or not be there: such is an error of the journal.

    Args:
        folders: those of `option "documents"`, absolute or relative to the folder of `journal`.
    """
    for name in folders:
        root = glob.escape(os.path.normpath(os.path.join(os.path.dirname(journal), name)))  # noqa: PTH118, PTH120
        yield from (root, f"{root}/**/[0-9][0-9][0-9][0-9]-*")
    for entry in entries:
        if isinstance(entry, Document) and not os.path.exists(entry.filename):  # noqa: PTH110
            yield glob.escape(entry.filename)


def plugin_patterns(names: Iterable[str]) -> Iterator[str]:
    """What tells that a plug-in of `names` that could not be loaded was installed."""
    for name in names:
        if name not in sys.modules:
            package, module = name.partition(".")[0], name.replace(".", "/")
            for folder in filter(os.path.isdir, sys.path):
                place = glob.escape(os.path.abspath(folder))  # noqa: PTH100
                yield from {f"{place}/{glob.escape(package)}*", f"{place}/{glob.escape(module)}*"}


def plugin_files(names: Iterable[str]) -> Iterator[str]:
    """The modules of plug-ins, also of those that could not be loaded: their code decides the result."""
    for name in names:
        found = getattr(sys.modules.get(name), "__file__", None)
        if found:
            yield found
        elif name not in sys.modules:
            module = name.replace(".", "/")
            places = (os.path.join(folder, f"{module}{end}") for folder in sys.path for end in _MODULES)  # noqa: PTH118
            yield from filter(os.path.isfile, map(os.path.abspath, places))


_MODULES = (".py", "/__init__.py")

_HARMLESS = frozenset({"beancount.plugins.auto_accounts", "beancount.plugins.implicit_prices"})
"""Plug-ins that do nothing to a transaction without costs and prices in accounts that are open."""


def ground(
    entries: Iterable[Directive], options: "OptionsMap", kind_of: Callable[[str], AccountType]
) -> Ground | None:
    """What a plain transaction stands on; None where plug-ins or tolerances may change it."""
    opened: dict[str, Opening] = {}
    unsure: set[str] = set()
    since = date.min
    for entry in entries:
        if isinstance(entry, Open):
            unsure.update({entry.account} & set(opened))
            currencies = tuple(entry.currencies or ())
            opened[entry.account] = Opening(entry.account, kind_of(entry.account), entry.date, currencies)
        elif isinstance(entry, Close):
            unsure.add(entry.account)
        elif isinstance(entry, Balance | Pad):
            since = max(since, entry.date)
    own = (
        options["inferred_tolerance_default"] or options["inferred_tolerance_multiplier"] != _USUAL_TOLERANCE
    )
    if own or not {name for name, _ in options["plugin"]} <= _HARMLESS:
        return None
    return Ground(tuple(one for name, one in opened.items() if name not in unsure), since)


def prices(entries: Iterable[Directive]) -> Iterator[Price]:
    """The `price` directives, those that plug-ins made of costs among them."""
    for entry in entries:
        if isinstance(entry, PriceDirective) and isinstance(entry.amount.number, Decimal):
            yield Price(entry.date, entry.currency, entry.amount.currency, entry.amount.number)


def plans(entries: Iterable[Directive], kind_of: Callable[[str], AccountType]) -> Iterator[Plan]:
    """The budgets: `custom "budget" ACCOUNT "monthly" AMOUNT`, and those by the day, week, quarter, year.

    The names of the periods are fava's (fava/util/date.py, INTERVALS). A budget with another period
    ends the one before of the same account and currency, as in fava.
    """
    newest: dict[tuple[str, str], Plan] = {}
    for entry in entries:
        if isinstance(entry, Custom):
            values = [value.value for value in entry.values or ()]
            match [entry.type, *values]:
                case ["budget", str(account), str(period), Amount() as amount]:
                    every = _PERIODS.get(period.strip().lower())
                    if every is None or not isinstance(amount.number, Decimal):
                        continue
                    start, goal = months.index_of(entry.date), kind_of(account) not in _LIMITED
                    plan = Plan(account, amount.currency, start, amount.number, every, goal)
                    before = newest.get((account, amount.currency))
                    if before is not None and before.every is not every:
                        yield msgspec.structs.replace(before, start=start, number=None)
                    newest[account, amount.currency] = plan
                    yield plan


def days(entries: Sequence[Directive], since: date) -> tuple[str, ...]:
    """The days of transactions from `since` on, and the newest before; `entries` in the order of days."""
    found: dict[str, None] = {}
    for entry in reversed(entries):
        if isinstance(entry, Transaction):
            found[entry.date.isoformat()] = None
            if entry.date < since:
                break
    return tuple(reversed(found))
