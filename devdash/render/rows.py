"""Rows across the tables of a report: found by key, filtered by words."""

from collections.abc import Iterator, Sequence

import msgspec

from devdash.contract.view import Block, Row, Table
from devdash.render.clean import clean


def row_keys(blocks: Sequence[Block]) -> tuple[str, ...]:
    """The keys of all rows, top to bottom."""
    return tuple(row.key for row in _rows(blocks))


def find_row(blocks: Sequence[Block], key: str) -> Row | None:
    """The row with `key`, or None."""
    return next((row for row in _rows(blocks) if row.key == key), None)


def table_keys(blocks: Sequence[Block], key: str) -> tuple[str, ...]:
    """The keys of the rows of the table that has the row with `key`, but for those that fold others away."""
    tables = (block.rows for block in blocks if isinstance(block, Table))
    rows = next((rows for rows in tables if any(row.key == key for row in rows)), ())
    return tuple(row.key for row in rows if not row.folded)


def cell_keys(blocks: Sequence[Block], key: str) -> tuple[str, ...]:
    """The keys of the columns whose cells can be chosen in the row with `key`, left to right."""
    tables = (block for block in blocks if isinstance(block, Table) and block.cells)
    return next((_keys(table) for table in tables if any(row.key == key for row in table.rows)), ())


def _keys(table: Table) -> tuple[str, ...]:
    return tuple(column.key for column in table.columns if column.key)


def column_title(blocks: Sequence[Block], key: str, column: str) -> str:
    """What a chosen cell's column is called; its key where it has no title."""
    for block in blocks:
        if isinstance(block, Table) and any(row.key == key for row in block.rows):
            return next((one.title for one in block.columns if one.key == column), "") or column
    return column


def _rows(blocks: Sequence[Block]) -> Iterator[Row]:
    for block in blocks:
        if isinstance(block, Table):
            yield from block.rows


def unfolded(rows: Sequence[Row]) -> tuple[Row, ...]:
    """`rows` without those below a folded one."""
    shown: list[Row] = []
    hidden: int | None = None  # the indent of the folded row that hides what is deeper
    for row in rows:
        if hidden is None or row.indent <= hidden:
            hidden = row.indent if row.folded else None
            shown.append(row)
    return tuple(shown)


def filter_rows(blocks: Sequence[Block], query: str) -> tuple[Block, ...]:
    """`blocks` with those table rows only in which every word of `query` occurs.

    Words are looked for in the cells and in the key, in any order and case: the
    key of an account or a path names its parents too. A row
    that matches brings its ancestors in the tree along: of an ancestor that has
    several lines, one below the other under one name, the first. What is folded is looked through
    and opened. When nothing matches,
    every table says so in its place; else tables without a match are left out.
    Blocks that are no tables stay. A blank query changes nothing.
    """
    words = clean(query).casefold().split()
    if not words:
        return tuple(blocks)
    kept = [_matching(block, words) if isinstance(block, Table) else block for block in blocks]
    if any(isinstance(block, Table) and block.rows for block in kept):
        kept = [block for block in kept if not isinstance(block, Table) or block.rows]
    return tuple(kept)


def _matching(table: Table, words: Sequence[str]) -> Table:
    """`table` with the rows that match and their ancestors."""
    wanted: set[int] = set()
    branch: list[int] = []  # the rows from the top of the tree down to the current one
    above: Row | None = None
    for number, row in enumerate(table.rows):
        first = number
        while branch and table.rows[branch[-1]].indent >= row.indent:
            last = branch.pop()
            if above is not None and _is_one(above, row):
                first = last
        if _matches(row, words):
            wanted.update(branch, (number,))
        branch.append(first)
        above = row
    kept = (row for number, row in enumerate(table.rows) if number in wanted)
    rows = tuple(msgspec.structs.replace(row, folded=False) if row.folded else row for row in kept)
    return msgspec.structs.replace(table, rows=rows, empty=f"No row has “{' '.join(words)}”.")


def _is_one(above: Row, row: Row) -> bool:
    """Whether two neighbours are lines of one node of the tree, such as an account's currencies."""
    return above.indent == row.indent and [cell.text for cell in above.cells[:1]] == [
        cell.text for cell in row.cells[:1]
    ]


def _matches(row: Row, words: Sequence[str]) -> bool:
    """Whether every one of `words` occurs in some cell or in the key, which names a row's place in a tree."""
    shown = "\n".join([clean(row.key), *(clean(cell.text) for cell in row.cells)]).casefold()
    return all(word in shown for word in words)
