"""How much of a budget is used in the newest column, as a bar beside its account. Pure."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from devdash.api import Cell, Tone
from devdash_ledger import months
from devdash_ledger.amounts import EXACT, readable
from devdash_ledger.facts import Every
from devdash_ledger.journal import Journal
from devdash_ledger.looking import Period


class Bar(msgspec.Struct, frozen=True):
    """A budget of one account and currency.

    Attributes:
        budget: the planned amount of the whole period, not zero.
        actual: what was booked in it.
    """

    budget: Decimal
    actual: Decimal

    @property
    def percent(self) -> Decimal:
        """The share that is used."""
        return self.actual / self.budget * 100

    def cell(self) -> Cell:
        """The bar; more than all of it is said in the tone as well."""
        share = self.percent
        tone = Tone.BAD if share > 100 else Tone.PLAIN
        shown = min(max(float(share), 0.0), 100.0)
        return Cell(f"{readable(share, 0)} %" if abs(share) < 1000 else ">999 %", tone, percent=shown)

    def told(self, currency: str) -> str:
        """In words, with every decimal."""
        return f"{readable(self.actual)} of {readable(self.budget)} {currency}".strip()


def bars(journal: Journal, period: Period) -> Mapping[tuple[str, str], Bar]:
    """By account and currency: the budgets of all months of `period`, added up.

    With rollover what was carried over into the first of them counts, as it does for the month alone.
    """
    sums: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    for one in journal.budgets:
        if one.every is Every.MONTH and period.since <= months.parse(one.month) <= period.last:
            key = (one.account, one.currency)
            budget, actual = sums.get(key, (Decimal(one.carried or 0), Decimal(0)))
            sums[key] = (EXACT.add(budget, Decimal(one.budget)), EXACT.add(actual, Decimal(one.actual)))
    return {key: Bar(budget, actual) for key, (budget, actual) in sums.items() if budget}
