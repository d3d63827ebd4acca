"""Journals made of bookings, for tests of the reports: folded and converted as the pane does it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from devdash_ledger import months
from devdash_ledger.cash import cash
from devdash_ledger.journal import AccountType, Journal, Window
from devdash_ledger.kinds import kinds
from devdash_ledger.prices import Price
from devdash_ledger.printed import Covered, Kind, Statement
from devdash_ledger.printed_kinds import build, months_needed
from devdash_ledger.printed_period import Period
from devdash_ledger.sheet import Moves, Sheet, Use, month_ends
from devdash_ledger.unfold import Unfolding

FIRST = months.parse("2026-01")

Leg = tuple[str, str, Decimal]
"""An account, a currency, what it gains."""

Entry = tuple[int, Sequence[Leg]]
"""A month, counted from January 2026, and the legs of a transaction."""


def sheet(entries: Sequence[Entry], prices: Sequence[Price] = ()) -> Sheet:
    """What a reader would keep of these transactions."""
    moves: defaultdict[tuple[str, str], defaultdict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for month, legs in entries:
        for account, currency, amount in legs:
            moves[account, currency][FIRST + month] += amount
    kind_of = kinds({}, {})
    currencies = sorted({currency for _, currency in moves} | {"EUR"})
    order = list(AccountType)
    rows = (
        Moves(account, kind_of(account), currency, tuple(sorted(own)), tuple(own[one] for one in sorted(own)))
        for (account, currency), own in moves.items()
    )
    return Sheet(
        title="Shop",
        operating=("EUR",),
        uses=tuple(Use(name, 2, (FIRST,), (1,)) for name in currencies),
        files=("/journals/shop.beancount",),
        watched=(),
        patterns=(),
        moves=tuple(sorted(rows, key=lambda one: (order.index(one.type), one.account, one.currency))),
        prices=month_ends(prices),
        plans=(),
        errors=(),
        error_count=0,
        complete=True,
        last=FIRST + 11,
    )


def price(month: int, base: str, rate: str, quote: str = "EUR") -> Price:
    """From the month's 15th on, one `base` is worth `rate` of `quote`."""
    index = FIRST + month
    return Price(date(index // 12, index % 12 + 1, 15), base, quote, Decimal(rate))


def period(first: int, last: int) -> Period:
    """Months counted from January 2026."""
    return Period(FIRST + first, FIRST + last, is_open=False)


def journal(found: Sheet, months_of: Period) -> Journal:
    """What the pane would hand over for a report on these months."""
    window = Window(months.text_of(months_of.last), months_needed(months_of))
    return Unfolding(found).journal(window, None)


def statement(
    kind: Kind, found: Sheet, months_of: Period, *, converted: bool = True, named: Sequence[str] = ()
) -> Statement:
    """The report."""
    return build(kind, journal(found, months_of), months_of, converted=converted, is_cash=cash(named))


def covered(one: Statement, **more: str) -> Covered:
    """The report with where it comes from."""
    told = {"name": "shop.beancount", "file": "/journals/shop.beancount", "title": "Shop", "warning": ""}
    told.update(more)
    return Covered(as_of="2026-11-22T12:00:00+00:00", error_count=0, statement=one, **told)


def totals(one: Statement, key: str) -> Mapping[str, tuple[Decimal, ...]]:
    """The totals of a part by currency; a part that is not there is zero."""
    found: defaultdict[str, tuple[Decimal, ...]] = defaultdict(lambda: (Decimal(0),) * len(one.heads))
    for part in one.parts:
        if part.key == key:
            found.update((total.currency, total.amounts) for total in part.totals)
    return found
