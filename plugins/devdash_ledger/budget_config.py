"""The ledger's settings of budgets, floors and quiet days; apart from the pane, as `config` is."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

import msgspec

from devdash.api import ConfigProblem
from devdash_ledger import sums


class BudgetConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[panes.NAME.budgets]`: how budgets are reckoned.

    Attributes:
        rollover: what a period leaves, or takes too much, counts in those after it.
        fixed: accounts whose spending does not go by days, such as a rent; not projected, nor their
            sub-accounts.
    """

    rollover: bool = False
    fixed: tuple[str, ...] = ()


class Floor(msgspec.Struct, frozen=True):
    """An account, its sub-accounts counted in, that should not fall below an amount.

    Attributes:
        currency: empty: the journal's main one.
    """

    account: str
    amount: Decimal
    currency: str


def floors_of(settings: Mapping[str, str], *, decimal_comma: bool) -> tuple[Floor, ...]:
    """The floors of `floors = { "Assets:Cash" = "50 EUR" }`.

    Raises:
        BadSum: one is no amount; `floor_problems` tells before.
    """
    found: list[Floor] = []
    for account, text in settings.items():
        typed = sums.typed(text, decimal_comma=decimal_comma)
        found.append(Floor(account, typed.amount, typed.currency))
    return tuple(found)


def floor_problems(settings: Mapping[str, str]) -> Iterable[ConfigProblem]:
    """A floor that is no amount."""
    for account, text in settings.items():
        try:
            sums.typed(text)
        except sums.BadSum as error:
            yield ConfigProblem("floors", f'{account}: {error.message}; write it such as "50 EUR"')
