"""What each account holds or moved in each column: months put together, converted, with the statement's sign.

Pure.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import msgspec

from devdash_ledger import months
from devdash_ledger.amounts import EXACT, digits_for
from devdash_ledger.journal import AccountType, Journal, Series
from devdash_ledger.looking import Period
from devdash_ledger.rows import Made

Amounts = tuple[Decimal, ...]
"""One amount per period, oldest first."""

NONE = Decimal(0)


_Place = tuple[int, int]
"""Where the months of a period begin and end among those of a journal."""


class Position(msgspec.Struct, frozen=True, gc=False):
    """An account in one currency.

    Attributes:
        account: the account itself, without its sub-accounts.
        type: what kind of account it is.
        currency: of the amounts.
        amounts: the balance at the period's end, or the sum of its changes.
        apart: the amounts are those without a price, beside a converted line.
    """

    account: str
    type: AccountType
    currency: str
    amounts: Amounts
    apart: bool = False


MadePositions = Made[Series, tuple[Position, ...]]


def positions(
    journal: Journal, shown: Sequence[Period], *, converted: bool, known: MadePositions | None = None
) -> list[Position]:
    """The positions of every account that is not zero in all periods of `shown`.

    With `converted` all currencies of an account are one position in the main currency; what has no
    price is a position of its own, with those amounts alone. Months that `journal` does not have
    count as zero. Where there is no main currency nothing is converted.

    Args:
        known: positions that were made before; new ones are added.
    """
    start = months.parse(journal.months[0])
    places = tuple([_place(period, start) for period in shown])
    currency = journal.currency if converted else None
    made = (known if known is not None else MadePositions()).begin((places, currency))
    return [
        position
        for one in journal.series
        for position in made.of(one, lambda one: _positions(one, currency, places))
    ]


def _positions(one: Series, currency: str | None, places: Sequence[_Place]) -> tuple[Position, ...]:
    """Those of one account, converted to `currency`; None: not converted."""
    if currency is None or not one.converted:
        found = [_position(one, one.currency, list(map(Decimal, one.amounts)), places)]
    else:
        priced = [None if text is None else Decimal(text) for text in one.converted]
        plain = [Decimal(text) for text in one.amounts]
        apart = [NONE if value is not None else own for value, own in zip(priced, plain, strict=True)]
        found = [_position(one, currency, [value or NONE for value in priced], places)]
        if any(apart):
            rest = _position(one, one.currency, apart, places)
            found.append(msgspec.structs.replace(rest, apart=True))
    return tuple([one for one in found if any(one.amounts)])


def part(found: Sequence[Position], taken: slice) -> list[Position]:
    """The periods `taken` of `found`, as `positions` gives them."""
    return [
        Position(one.account, one.type, one.currency, amounts, one.apart)
        for one in found
        if any(amounts := one.amounts[taken])
    ]


def signed(found: Sequence[Position], sign: Callable[[AccountType], int]) -> list[Position]:
    """`found`, those of kinds whose `sign` is negative turned round, those whose sign is 0 left out."""
    return [
        one
        if sign(one.type) > 0
        else msgspec.structs.replace(one, amounts=tuple(amount.copy_negate() for amount in one.amounts))
        for one in found
        if sign(one.type)
    ]


def first_month(journal: Journal) -> int | None:
    """The index of the first month of `journal` in which anything is held or moved; None: in none."""
    firsts = (
        next((place for place, text in enumerate(one.amounts) if text.strip("-0.")), None)
        for one in journal.series
    )
    first = min((place for place in firsts if place is not None), default=None)
    return None if first is None else months.parse(journal.months[0]) + first


def branches(found: Sequence[Position]) -> Mapping[tuple[str, str], Amounts]:
    """The sums of every account with all below it, by account and currency."""
    sums: dict[tuple[str, str], Amounts] = {}
    for one in found:
        account = one.account
        while account:
            known = sums.get((account, one.currency))
            sums[account, one.currency] = one.amounts if known is None else add(known, one.amounts)
            account = account.rpartition(":")[0]
    return sums


def add(one: Amounts, other: Amounts) -> Amounts:
    """The sums, period by period; no digit is rounded away."""
    return tuple(map(EXACT.add, one, other))


def _position(one: Series, currency: str, values: Sequence[Decimal], places: Sequence[_Place]) -> Position:
    if one.type.is_balance:
        count = len(values)
        amounts = tuple([values[end - 1] if 0 < end <= count else NONE for _, end in places])
    else:
        amounts = tuple([_sum(values[begin:end]) for begin, end in places])
    return Position(one.account, one.type, currency, amounts)


def _place(period: Period, start: int) -> _Place:
    """Where the months of `period` are among those that begin with `start`, which may not have them."""
    return max(period.since - start, 0), max(period.last - start + 1, 0)


def _sum(values: Sequence[Decimal]) -> Decimal:
    total = NONE
    for value in values:
        total = EXACT.add(total, value)
    return total


def digits(journal: Journal) -> Mapping[str, int]:
    """How many decimals to show, by currency."""
    usual = {use.name: use.digits for use in journal.currencies}
    amounts: defaultdict[str, list[Decimal]] = defaultdict(list)
    for series in journal.series:
        if usual[series.currency] == 0:
            amounts[series.currency].extend(Decimal(amount) for amount in series.amounts)
    return {name: digits_for(count, amounts[name]) for name, count in usual.items()}
