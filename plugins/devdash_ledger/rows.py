"""Rows that were made before: of a new reading most are the same, and need not be made again."""

from collections.abc import Callable

from devdash.api import Row


class Rows:
    """The rows of one table, as they were made last, by key.

    What a row is made of decides what it is, so that one of the same parts is the same. Threads may use it
    at the same time: at worst a row is made once more.
    """

    def __init__(self) -> None:
        self._style: object = None
        self._made: dict[str, tuple[object, Row]] = {}
        self._newest: dict[str, tuple[object, Row]] = {}

    def begin(self, style: object) -> None:
        """A new table; of another `style`, nothing of the last one is kept."""
        self._made = self._newest if style == self._style else {}
        self._style, self._newest = style, {}

    def row(self, key: str, parts: object, make: Callable[[], Row]) -> Row:
        """The row that `make` makes of `parts`; `key` is any text that only this row has."""
        known = self._made.get(key)
        row = known[1] if known is not None and known[0] == parts else make()
        self._newest[key] = (parts, row)
        return row
