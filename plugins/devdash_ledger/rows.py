"""Rows, and what they are made of, from before: of a new reading most are the same."""

from collections.abc import Callable, Hashable, Sequence
from decimal import Decimal
from typing import Generic, TypeVar

from devdash.api import Row

A = TypeVar("A", bound=Hashable)
T = TypeVar("T")

_Made = tuple[object, Sequence[Decimal], Row]
"""What a row was made of, the amounts in that, and the row."""


class Batch:
    """The rows of one table: those of the table before that are the same, and new ones."""

    def __init__(self, style: object, before: dict[str, _Made]) -> None:
        self.style = style
        self.rows: dict[str, _Made] = {}
        self._before = before

    def row(self, key: str, parts: object, amounts: Sequence[Decimal], make: Callable[[], Row]) -> Row:
        """The row that `make` makes of `parts`; `key` is any text that only this row has.

        Args:
            amounts: those of the parts, which are the same only where they are written alike.
        """
        known = self._before.get(key)
        if known is None or known[0] != parts or not _alike(known[1], amounts):
            known = (parts, amounts, make())
        self.rows[key] = known
        return known[2]


class Rows:
    """The rows of one table, as they were made last, by key.

    What a row is made of decides what it is, so that one of the same parts is the same. Threads may use it
    at the same time: at worst a row is made once more.
    """

    def __init__(self) -> None:
        self._last = Batch(None, {})

    def begin(self, style: object) -> Batch:
        """A new table; of another `style`, nothing of the last one is kept."""
        last = self._last
        self._last = Batch(style, last.rows if style == last.style else {})
        return self._last


class Making(Generic[A, T]):
    """What is made of the values of one reading; see `Made`."""

    def __init__(self, style: object, before: dict[A, T]) -> None:
        self.style = style
        self.made: dict[A, T] = {}
        self._before = before

    def of(self, value: A, make: Callable[[A], T]) -> T:
        """What `make` makes of `value`; the value and the style decide it."""
        known = self._before.get(value)
        if known is None:
            known = make(value)
        self.made[value] = known
        return known


class Made(Generic[A, T]):
    """What was made last of frozen values whose amounts are text, so that equal ones are written alike.

    Threads may use it at the same time, as `Rows`.
    """

    def __init__(self) -> None:
        self._last: Making[A, T] = Making(None, {})

    def begin(self, style: object) -> Making[A, T]:
        """All is made anew; of another `style`, nothing of the last time is kept."""
        last = self._last
        self._last = Making(style, last.made if style == last.style else {})
        return self._last


def _alike(one: Sequence[Decimal], other: Sequence[Decimal]) -> bool:
    """Equal, with as many decimals: 1 is not 1.00."""
    return len(one) == len(other) and not any(map(Decimal.compare_total, one, other))
