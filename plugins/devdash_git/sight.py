"""Which rows are shown, and in which order: chosen by keys, kept as long as the pane lives."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

import msgspec

from devdash.api import Cell, Level, Row, Tone
from devdash_git.choices import Only, Order
from devdash_git.facts import RepositoryFacts
from devdash_git.states import Sync


class Sight(msgspec.Struct, frozen=True):
    """How the pane is looked at."""

    only: Only = Only.ALL
    order: Order = Order.LISTED

    @property
    def heading(self) -> str:
        """What is not as usual; "" when all is."""
        parts = (
            f"only {self.only.value}" if self.only is not Only.ALL else "",
            f"by {self.order.value}" if self.order is not Order.LISTED else "",
        )
        return ", ".join(filter(None, parts))


E = TypeVar("E", bound=StrEnum)


def following(value: E) -> E:
    """The next value of an enum, the first after the last."""
    every = list(type(value))
    return every[(every.index(value) + 1) % len(every)]


def arranged(rows: Sequence[tuple[Row, RepositoryFacts]], sight: Sight) -> tuple[Row, ...]:
    """The rows as `sight` wants them.

    Those that are not shown stay in the table, folded away at its end: a need leads to them, and `/`
    finds them.
    """
    if sight.heading:  # a worktree may be far from its repository then
        rows = [(msgspec.structs.replace(row, indent=0), facts) for row, facts in rows]
    chosen = [row for row, facts in rows if _HOLDS[sight.only](row, facts)]
    keys = {row.key for row in chosen}
    others = [row for row, _ in rows if row.key not in keys]
    shown = _ordered(chosen, sight.order)
    if not others:
        return shown
    words = f"{len(others)} {'other' if len(others) == 1 else 'others'}"
    width = len(others[0].cells)
    fold = Row(f"{others[0].key}/others", (Cell(words, Tone.DIM), *[Cell()] * (width - 1)), folded=True)
    inside = (msgspec.structs.replace(row, indent=row.indent + 1) for row in _ordered(others, sight.order))
    return (*shown, fold, *inside)


def grouped(
    rows: Iterable[tuple[Row, RepositoryFacts]],
) -> Mapping[str, list[tuple[Row, RepositoryFacts]]]:
    """The rows by group, in the order in which the groups come up; those of no group under "", last."""
    found: dict[str, list[tuple[Row, RepositoryFacts]]] = {}
    for row, facts in rows:
        found.setdefault(facts.group or "", []).append((row, facts))
    if "" in found:
        found[""] = found.pop("")
    return found


def _ordered(rows: Sequence[Row], order: Order) -> tuple[Row, ...]:
    if order is Order.NAME:
        return tuple(sorted(rows, key=lambda row: row.key.casefold()))
    if order is Order.ATTENTION:
        return tuple(sorted(rows, key=lambda row: -row.level.weight))
    return tuple(rows)


def _ahead(_row: Row, facts: RepositoryFacts) -> bool:
    return facts.sync in (Sync.AHEAD, Sync.DIVERGED) or bool(facts.unpushed_branches)


def _behind(_row: Row, facts: RepositoryFacts) -> bool:
    return facts.sync in (Sync.BEHIND, Sync.DIVERGED) or bool(facts.behind_base)


_HOLDS: Mapping[Only, Callable[[Row, RepositoryFacts], bool]] = {
    Only.ALL: lambda row, facts: True,
    Only.ATTENTION: lambda row, facts: row.level is not Level.OK,
    Only.DIRTY: lambda row, facts: facts.dirty,
    Only.AHEAD: _ahead,
    Only.BEHIND: _behind,
}
