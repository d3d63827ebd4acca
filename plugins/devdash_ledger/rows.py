"""Rows, and what they are made of, from before: of a new reading most are the same."""

from collections.abc import Callable, Hashable, Sequence
from decimal import Decimal
from typing import Generic, TypeVar

from devdash.api import Row

A = TypeVar("A", bound=Hashable)
T = TypeVar("T")

_Made = tuple[object, Sequence[Decimal], Row]
"""What a row was made of, the amounts in that, and the row."""


class Rows:
    """The rows of one table, as they were made last, by key.

    What a row is made of decides what it is, so that one of the same parts is the same. Threads may use it
    at the same time: at worst a row is made once more.
    """

    def __init__(self) -> None:
        self._style: object = None
        self._made: dict[str, _Made] = {}
        self._newest: dict[str, _Made] = {}

    def begin(self, style: object) -> None:
        """A new table; of another `style`, nothing of the last one is kept."""
        self._made = self._newest if style == self._style else {}
        self._style, self._newest = style, {}

    def row(self, key: str, parts: object, amounts: Sequence[Decimal], make: Callable[[], Row]) -> Row:
        """The row that `make` makes of `parts`; `key` is any text that only this row has.

        Args:
            amounts: those of the parts, which are the same only where they are written alike.
        """
        known = self._made.get(key)
        if known is None or known[0] != parts or not _alike(known[1], amounts):
            known = (parts, amounts, make())
        self._newest[key] = known
        return known[2]


class Made(Generic[A, T]):
    """What was made last of frozen values whose amounts are text, so that equal ones are written alike.

    Threads may use it at the same time, as `Rows`.
    """

    def __init__(self) -> None:
        self._style: object = None
        self._made: dict[A, T] = {}
        self._newest: dict[A, T] = {}

    def begin(self, style: object) -> None:
        """All is made anew; of another `style`, nothing of the last time is kept."""
        self._made = self._newest if style == self._style else {}
        self._style, self._newest = style, {}

    def of(self, value: A, make: Callable[[A], T]) -> T:
        """What `make` makes of `value`; the value and the style decide it."""
        known = self._made.get(value)
        if known is None:
            known = make(value)
        self._newest[value] = known
        return known


def _alike(one: Sequence[Decimal], other: Sequence[Decimal]) -> bool:
    """Equal, with as many decimals: 1 is not 1.00."""
    return len(one) == len(other) and not any(map(Decimal.compare_total, one, other))
