"""The results of a statement, the last rows of its table: net income, net worth, savings rate. Pure."""

from collections.abc import Callable, Sequence

import msgspec

from devdash_ledger.amounts import EXACT, readable
from devdash_ledger.figures import NONE, Amounts, Position, add
from devdash_ledger.journal import AccountType
from devdash_ledger.looking import Scene
from devdash_ledger.sight import Sight


class Result(msgspec.Struct, frozen=True):
    """A row of results.

    Attributes:
        key: the row's.
        label: what it is.
        currency: of the amounts.
        amounts: one per column.
        repeats: there is a row above with the same label, in another currency.
        apart: the amounts are those without a price.
        rates: texts in the amounts' place.
    """

    key: str
    label: str
    currency: str
    amounts: Amounts
    repeats: bool = False
    apart: bool = False
    rates: tuple[str, ...] = ()


def results(sight: Sight, plain: Sequence[Position]) -> list[Result]:
    """The results of the scene; none where nothing is added up in it.

    Args:
        plain: the positions of the columns, with the journal's sign.
    """
    match sight.looking.scene:
        case Scene.ACCOUNTS | Scene.CASH:
            return []
        case Scene.BALANCE:
            kinds = (AccountType.ASSETS, AccountType.LIABILITIES)
            return _sums(sight, plain, "Net worth", "worth", lambda kind: 1 if kind in kinds else 0)
        case Scene.INCOME:
            found = _sums(sight, plain, "Net income", "income", lambda kind: 0 if kind.is_balance else -1)
            return [*found, *_savings(sight, plain, found)]


def _sums(
    sight: Sight, plain: Sequence[Position], label: str, key: str, sign: Callable[[AccountType], int]
) -> list[Result]:
    """One sum per currency, the main one first."""
    sums: dict[str, Amounts] = {}
    apart: set[str] = set()
    for one in plain:
        if factor := sign(one.type):
            amounts = one.amounts if factor > 0 else tuple(amount.copy_negate() for amount in one.amounts)
            known = sums.get(one.currency)
            sums[one.currency] = amounts if known is None else add(known, amounts)
            if one.apart:
                apart.add(one.currency)
    main = sight.journal.currency
    order = sorted(sums, key=lambda currency: (currency != main, currency))
    shown = [currency for currency in order if any(sums[currency])] or order[:1]
    return [
        Result(f"total:{key} {currency}", label, currency, sums[currency], place > 0, currency in apart)
        for place, currency in enumerate(shown)
    ]


def _savings(sight: Sight, plain: Sequence[Position], found: Sequence[Result]) -> list[Result]:
    """The share of income that was not spent, where it can be told in one currency."""
    if not found or not (sight.converts or len(found) == 1):
        return []
    main = found[0].currency
    count = len(found[0].amounts)
    income, lacking = [NONE] * count, [False] * count
    for one in plain:
        for place, amount in enumerate(one.amounts):
            if one.type is AccountType.INCOME and one.currency == main:
                income[place] = EXACT.subtract(income[place], amount)
            if not one.type.is_balance and one.currency != main and amount:
                lacking[place] = True
    rates = tuple(
        f"{readable(net / earned * 100, 0)} %{'+' if lacks else ''}" if earned > 0 else "–"
        for net, earned, lacks in zip(found[0].amounts, income, lacking, strict=True)
    )
    if all(rate == "–" for rate in rates):
        return []
    return [Result("total:savings", "Savings rate", main, found[0].amounts, rates=rates)]
