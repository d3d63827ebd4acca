"""Which pane stands where.

The layout is rows of pane names. A pane that it leaves out is added below, in
rows as wide as the widest one; without a layout the panes fill a grid of one
column (1 pane), two (up to 4) or three, row by row in the file's order.
Disabled panes may be named and are passed over.
"""

from collections.abc import Collection, Sequence
from itertools import chain

from devdash.config.convert import Flaw
from devdash.config.keypath import KeyPath
from devdash.config.suggest import did_you_mean

Layout = tuple[tuple[str, ...], ...]

AT: KeyPath = ("devdash", "layout")


def arrange(wanted: Layout, names: Sequence[str], disabled: Collection[str]) -> tuple[Layout, list[Flaw]]:
    """A layout with every pane of `names` exactly once, and what is wrong with the wanted one."""
    flaws: list[Flaw] = []
    rows: list[tuple[str, ...]] = []
    placed: set[str] = set()
    for place, row in enumerate(wanted):
        kept: list[str] = []
        for column, name in enumerate(row):
            if name in names and name not in placed:
                kept.append(name)
                placed.add(name)
            elif name not in disabled:
                message = (
                    "this pane is in the layout twice"
                    if name in placed
                    else f"there is no pane of this name{did_you_mean(name, names)}"
                )
                flaws.append(Flaw((*AT, place, column), message))
        if kept:
            rows.append(tuple(kept))
    left = [name for name in names if name not in placed]
    width = max(map(len, rows), default=_columns(len(left)))
    return (*rows, *grid(left, width)), flaws


def grid(names: Sequence[str], width: int) -> Layout:
    """`names` in rows of `width`."""
    return tuple(tuple(names[start : start + width]) for start in range(0, len(names), max(width, 1)))


def _columns(count: int) -> int:
    if count <= 1:
        return 1
    return 2 if count <= 4 else 3


def placed(layout: Layout) -> tuple[str, ...]:
    """Every pane of the layout, row by row."""
    return tuple(chain.from_iterable(layout))
