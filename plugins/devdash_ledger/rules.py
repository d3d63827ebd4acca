"""The ledger's alert rules: each is one judgement of `reckoning` about the facts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import PurePath

from devdash.api import Level, Rule
from devdash_ledger import budget_table, reckoning, report, several, standing
from devdash_ledger.facts import BudgetMonth, ErrorKind, FloorBalance, LedgerFacts

_PANE = frozenset({""})
_NOBODY = frozenset[str]()
_HOUR = 3600.0

Prefix = Callable[[str], str]
"""A journal's file → what the keys of its rows begin with; empty where there is only one journal."""


def rules_for(quiet_days: int, prefix: Prefix, *, edit: str, add: str | None) -> Sequence[Rule[LedgerFacts]]:
    """All rules; that of quiet days only where they are counted.

    Args:
        quiet_days: see `Outlook`.
        prefix: see `Prefix`.
        edit, add: names of the actions that help; None: it is not offered.
    """
    quiet = (_quiet(quiet_days, add),) if quiet_days else ()
    return (_errors(edit), _assertion(edit), _over(prefix), _pace(prefix), _floor(prefix), *quiet)


def _errors(edit: str) -> Rule[LedgerFacts]:
    return Rule(
        name=report.ERRORS,
        level=Level.ATTENTION,
        text="The journal has errors",
        enter=lambda facts: _PANE if facts.error_count else _NOBODY,
        clear=lambda facts: _NOBODY if facts.error_count else _PANE,
        resolve=True,
        inhibited_by=("assertion",),
        action=edit,
    )


def _assertion(edit: str) -> Rule[LedgerFacts]:
    """About the pane and not each place: a line above moves the places, and nothing new is wrong."""
    return Rule(
        name="assertion",
        level=Level.ATTENTION,
        text="A balance assertion of the journal fails",
        say=lambda facts, item: _failing(facts),
        enter=lambda facts: _PANE if _broken(facts) else _NOBODY,
        clear=lambda facts: _NOBODY if _broken(facts) else _PANE,
        resolve=True,
        action=edit,
    )


def _broken(facts: LedgerFacts) -> list[str]:
    return [
        f"{PurePath(error.file).name}:{error.line}" if error.line else PurePath(error.file).name
        for error in facts.errors
        if error.kind is ErrorKind.BALANCE
    ]


def _failing(facts: LedgerFacts) -> str:
    places = _broken(facts)
    if len(places) > 1:
        return f"{len(places)} balance assertions fail, the first at {places[0]}"
    return f"A balance assertion fails at {places[0]}" if places else "No balance assertion fails"


def _over(prefix: Prefix) -> Rule[LedgerFacts]:
    return Rule(
        name=standing.BUDGET_OVER,
        level=Level.ATTENTION,
        text="{item} is over its budget",
        say=lambda facts, item: _words(facts, item, prefix, budget_table.over),
        enter=lambda facts: {name for name, row in _current(facts, prefix).items() if reckoning.is_over(row)},
        clear=lambda facts: {
            name for name, row in _current(facts, prefix).items() if not reckoning.is_over(row)
        },
        present=lambda facts: _current(facts, prefix).keys(),
    )


def _pace(prefix: Prefix) -> Rule[LedgerFacts]:
    return Rule(
        name="budget-pace",
        level=Level.ATTENTION,
        text="{item} will be over its budget at this pace",
        say=lambda facts, item: _words(facts, item, prefix, budget_table.soon_over),
        enter=lambda facts: {
            name for name, row in _dated(facts, prefix) if reckoning.is_soon_over(row, _day(facts))
        },
        clear=lambda facts: {
            name for name, row in _dated(facts, prefix) if reckoning.is_on_pace(row, _day(facts))
        },
        present=lambda facts: _current(facts, prefix).keys(),
        keep_s=_HOUR,
        inhibited_by=(standing.BUDGET_OVER,),
    )


def _floor(prefix: Prefix) -> Rule[LedgerFacts]:
    return Rule(
        name=standing.FLOOR,
        level=Level.ATTENTION,
        text="{item} is below its floor",
        say=lambda facts, item: _low(facts, item, prefix),
        enter=lambda facts: {name for name, one in _floors(facts, prefix).items() if reckoning.is_below(one)},
        clear=lambda facts: {
            name for name, one in _floors(facts, prefix).items() if reckoning.is_afloat(one)
        },
        present=lambda facts: _floors(facts, prefix).keys(),
    )


def _quiet(days: int, add: str | None) -> Rule[LedgerFacts]:
    return Rule(
        name=standing.QUIET,
        level=Level.ATTENTION,
        text=f"No entry for {days} days",
        say=lambda facts, item: standing.quiet(facts.quiet_for, facts.last_entry),
        enter=lambda facts: _PANE if facts.quiet_for is not None and facts.quiet_for >= days else _NOBODY,
        clear=lambda facts: _PANE if facts.quiet_for is not None and facts.quiet_for < days else _NOBODY,
        action=add,
    )


def _day(facts: LedgerFacts) -> date:
    return date.fromisoformat(facts.day)


def _current(facts: LedgerFacts, prefix: Prefix) -> Mapping[str, BudgetMonth]:
    """The budgets of the current month by the keys of their rows."""
    return {
        prefix(row.journal) + budget_table.key(row): row
        for row in facts.budgets
        if row.month == facts.day[:7]
    }


def _dated(facts: LedgerFacts, prefix: Prefix) -> Iterator[tuple[str, BudgetMonth]]:
    return iter(_current(facts, prefix).items())


def _floors(facts: LedgerFacts, prefix: Prefix) -> Mapping[str, FloorBalance]:
    return {prefix(one.journal) + standing.floor_key(one): one for one in facts.floors}


Say = Callable[[BudgetMonth, Mapping[str, int]], str]


def _words(facts: LedgerFacts, item: str, prefix: Prefix, say: Say) -> str:
    row = _current(facts, prefix).get(item)
    return _of(prefix(row.journal), say(row, {})) if row is not None else f"{item}: the budget is gone"


def _low(facts: LedgerFacts, item: str, prefix: Prefix) -> str:
    one = _floors(facts, prefix).get(item)
    return (
        _of(prefix(one.journal), standing.low(one))
        if one is not None
        else f"{item}: it has no floor any more"
    )


def _of(begins: str, text: str) -> str:
    """`text` with the journal that it is about, whose rows' keys begin so; empty: there is only one."""
    return several.told(begins.removesuffix(several.APART), text) if begins else text
