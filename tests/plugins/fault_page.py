"""The tables of docs/databases.md that come from a run of the tests."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "databases.md"

NOTHING = "—"
"""Where there is no such thing, or it cannot be told."""

Cells = Mapping[tuple[str, str], str]
"""By the words of a row and the name of a column."""


class Table:
    """One table of the page, between two comments.

    Args:
        name: what the comments call it.
        columns: the names of all but the first.
        first: the name of the first.
    """

    def __init__(self, name: str, columns: Sequence[str], first: str) -> None:
        self._begin = f"<!-- {name}: pytest --snapshot-update -->\n"
        self._end = f"<!-- end of {name} -->\n"
        self._columns = tuple(columns)
        self._first = first

    def cells(self) -> dict[tuple[str, str], str]:
        """What the page says, without the signs that set it."""
        _, table, _ = self._parts()
        rows = [line.strip("|").split("|") for line in table.splitlines()[2:]]
        return {
            (words.strip(), column): re.sub("`", "", cell).strip()
            for words, *cells in rows
            for column, cell in zip(self._columns, cells, strict=True)
        }

    def write(self, rows: Sequence[str], found: Cells) -> None:
        """Write it anew; what was not found now stays as it is."""
        known = {**self.cells(), **found}
        lines = [f"| {self._first} | {' | '.join(self._columns)} |", "|---" * (len(self._columns) + 1) + "|"]
        for words in rows:
            told = [known.get((words, column), NOTHING) for column in self._columns]
            lines.append(f"| {words} | {' | '.join(map(_set, told))} |")
        before, _, after = self._parts()
        PAGE.write_text(before + self._begin + "\n".join(lines) + "\n" + self._end + after)

    def _parts(self) -> tuple[str, str, str]:
        """The page before the table, the table, and the page after it."""
        before, _, rest = PAGE.read_text().partition(self._begin)
        table, _, after = rest.partition(self._end)
        return before, table, after


def _set(cell: str) -> str:
    """A state as code, and what is said beside it as it is."""
    state, comma, more = cell.partition(", ")
    return cell if cell == NOTHING else f"`{state}`{comma}{more}"
