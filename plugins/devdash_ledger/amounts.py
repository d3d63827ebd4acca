"""Amounts as people read them: grouped by thousands, with the decimals of their currency."""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal

EXACT = Context(prec=200, rounding=ROUND_HALF_EVEN)
"""For sums: enough digits that none is ever rounded."""

MINUS = "−"
MOST_DIGITS = 6
"""Decimals shown at the most; facts and details keep them all."""
_FORMS: dict[int | None, str] = {None: ",f", **{digits: f",.{digits}f" for digits in range(MOST_DIGITS + 1)}}


def readable(amount: Decimal, digits: int | None = None) -> str:
    """`amount` such as "−18 240.10", rounded half to even to `digits` decimals; None: all it has."""
    grouped = format(amount, _FORMS.get(digits) or f",.{digits}f")
    grouped = grouped.replace(",", " ")
    if grouped[0] != "-":
        return grouped
    is_zero = not grouped.strip("-0. ")
    return grouped[1:] if is_zero else MINUS + grouped[1:]


def digits_for(usual: int, amounts: Iterable[Decimal]) -> int:
    """How many decimals to show for a currency.

    Those that the journal usually writes. Where it usually writes none (shares),
    a fraction of one must still be seen: as many as the amounts need, within reason.
    """
    if usual > 0:
        return min(usual, MOST_DIGITS)
    needed = max((_fraction(amount) for amount in amounts), default=0)
    return min(needed, MOST_DIGITS)


def _fraction(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
