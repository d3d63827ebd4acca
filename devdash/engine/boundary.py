"""The customs house: what a plug-in hands to the core is checked here, once, by contract.

Types are checked always. The clauses below are icontract preconditions, so
they can be read off the functions and fall away under `python -O`; a violation
raises `ContractViolation`, which names the plug-in and the clause and fails that pane
alone. This module is imported with the first report, not at start-up.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec
from icontract import require

from devdash.config.keys import FIXED_KEYS, GLOBAL_KEYS
from devdash.contract.actions import Action, Confirmation, FieldKind, Outcome
from devdash.contract.errors import PaneError
from devdash.contract.levels import Level, worst
from devdash.contract.report import Attention, Facts, Report
from devdash.contract.rules import Rule
from devdash.contract.view import Block, Meter, Row, Table

MAX_BLOCKS = 200
MAX_ROWS = 2_000
MAX_TEXT = 1_000_000
"""Bytes (of JSON) that one report may have."""

RESERVED_KEYS = frozenset((*FIXED_KEYS, *(entry.key for entry in GLOBAL_KEYS)))
"""Keys that mean the same in every pane."""

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
_PERMISSION = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+){2}\Z")

TYPES_CLAUSE = "a Report is built of the contract's types"

T = TypeVar("T")
Offence = Callable[..., str]
"""Finds what breaks a clause, in words; "" when nothing does."""


class ContractViolation(PaneError):
    """A plug-in broke a clause of the contract: a bug in the plug-in."""

    kind = "contract"

    def __init__(self, plugin: str, clause: str, offence: str) -> None:
        super().__init__(
            f"the plug-in '{plugin}' broke the contract: {clause} ({offence})",
            "this is a bug in the plug-in; tell its author",
        )
        self.plugin = plugin
        self.clause = clause


def clause(text: str, offence: Offence) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """A precondition on the second argument of a function whose first is the plug-in's name."""

    def holds(value: object) -> bool:
        return not offence(value)

    def violation(plugin: str, value: object) -> ContractViolation:
        return ContractViolation(plugin, text, offence(value))

    return require(holds, description=text, error=violation)


MAX_INDENT = 64
"""The deepest row of a tree: what is deeper would only push the text off the screen."""

Shown = Report | Outcome | Confirmation
"""What has blocks."""


def _blocks(shown: Shown) -> Iterator[Block]:
    yield from shown.blocks
    for row in _rows(shown):
        yield from row.detail


def _rows(shown: Shown) -> Iterator[Row]:
    for block in shown.blocks:
        if isinstance(block, Table):
            yield from block.rows


def _tables(shown: Shown) -> Iterator[Table]:
    return (block for block in _blocks(shown) if isinstance(block, Table))


def _ragged(shown: Shown) -> str:
    for table in _tables(shown):
        for row in table.rows:
            if len(row.cells) != len(table.columns):
                return f"row '{row.key}' has {len(row.cells)} cells for {len(table.columns)} columns"
    return ""


def _no_columns(shown: Shown) -> str:
    return "a table without columns" if any(not table.columns for table in _tables(shown)) else ""


def _wild_indent(shown: Shown) -> str:
    rows = (row for table in _tables(shown) for row in table.rows)
    return next(
        (f"row '{row.key}' has {row.indent}" for row in rows if not 0 <= row.indent <= MAX_INDENT), ""
    )


def _percents(shown: Shown) -> Iterator[float]:
    for block in _blocks(shown):
        if isinstance(block, Meter):
            yield block.percent
        elif isinstance(block, Table):
            yield from (cell.percent for row in block.rows for cell in row.cells if cell.percent is not None)


def _wild_percent(shown: Shown) -> str:
    return next((f"{value:g}" for value in _percents(shown) if not 0.0 <= value <= 100.0), "")


def _repeated(keys: Iterator[str]) -> str:
    return next((f"'{key}' {count} times" for key, count in Counter(keys).items() if count > 1), "")


def _repeated_row(shown: Shown) -> str:
    return _repeated(row.key for row in _rows(shown))


def _repeated_attention(report: Report) -> str:
    return _repeated(entry.key for entry in report.attention)


def _lost_item(report: Report) -> str:
    keys = {row.key for row in _rows(report)}
    lost = (entry for entry in report.attention if entry.item is not None and entry.item not in keys)
    return next((f"'{entry.key}' refers to '{entry.item}'" for entry in lost), "")


def _calm_attention(report: Report) -> str:
    calm = (entry for entry in report.attention if entry.level not in (Level.ATTENTION, Level.CRITICAL))
    return next((f"'{entry.key}' is '{entry.level}'" for entry in calm), "")


def _played_down(report: Report) -> str:
    level = worst(entry.level for entry in report.attention)
    return f"'{report.level}' with '{level}' attention" if report.level.weight < level.weight else ""


def _deep_detail(shown: Shown) -> str:
    nested = (
        row.key
        for outer in _rows(shown)
        for block in outer.detail
        if isinstance(block, Table)
        for row in block.rows
        if row.detail
    )
    return next((f"row '{key}'" for key in nested), "")


def _long_summary(report: Report) -> str:
    return "it has a line break" if "\n" in report.summary else ""


@clause("the summary is one line", _long_summary)
@clause("a report is at least as severe as its worst attention", _played_down)
@clause("attention is 'attention' or 'critical'", _calm_attention)
@clause("attention refers to rows of the report", _lost_item)
@clause("attention keys are unique", _repeated_attention)
def _keep_report_clauses(plugin: str, value: Report) -> Report:
    return value


@clause("the rows in a row's detail have no detail themselves", _deep_detail)
@clause("row keys are unique", _repeated_row)
@clause(f"a row's indent is between 0 and {MAX_INDENT}", _wild_indent)
@clause("a percent is between 0 and 100", _wild_percent)
@clause("every row has one cell per column", _ragged)
@clause("every table has columns", _no_columns)
def _keep_block_clauses(plugin: str, value: Shown) -> None:
    """What holds wherever blocks are shown."""


def admit_report(plugin: str, value: object, actions: Sequence[Action] = ()) -> Report:
    """`value` as a report, if it is one and keeps every clause. `actions` are the pane's own.

    Raises:
        ContractViolation: it does not.
    """
    if not isinstance(value, Report):
        raise ContractViolation(plugin, "read() returns a Report", f"got {type(value).__name__}")
    _check_size(plugin, value.blocks, value.attention)
    _check_types(plugin, value)
    names = {action.name for action in actions}
    for entry in value.attention:
        if entry.action is not None and entry.action not in names:
            offence = f"'{entry.key}' names '{entry.action}'"
            raise ContractViolation(plugin, "attention names actions of the pane", offence)
    _keep_block_clauses(plugin, value)
    return _keep_report_clauses(plugin, value)


def _check_size(plugin: str, blocks: object, attention: object = ()) -> None:
    """First of all, and cheap: a flood must not be walked through."""
    if not isinstance(blocks, tuple) or not isinstance(attention, tuple):
        raise ContractViolation(plugin, TYPES_CLAUSE, "blocks and attention are tuples")
    if len(blocks) > MAX_BLOCKS:
        raise ContractViolation(plugin, f"at most {MAX_BLOCKS} blocks", f"{len(blocks)}")
    for block in blocks:
        if isinstance(block, Table) and len(block.rows) > MAX_ROWS:
            raise ContractViolation(plugin, f"at most {MAX_ROWS} rows in a table", f"{len(block.rows)}")


class _Shape(msgspec.Struct):
    """What a report must look like; its facts are the plug-in's own and only have to be JSON."""

    level: Level
    summary: str
    blocks: tuple[Block, ...]
    attention: tuple[Attention, ...]


def _check_types(plugin: str, report: Report) -> None:
    """Structs do not check their fields when built; a round trip through JSON does, at C speed."""
    if report.facts is not None and not isinstance(report.facts, Facts):
        raise ContractViolation(plugin, "facts are a subclass of Facts", type(report.facts).__name__)
    try:
        encoded = msgspec.json.encode(report)
        msgspec.json.decode(encoded, type=_Shape)
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError) as error:
        raise ContractViolation(plugin, TYPES_CLAUSE, str(error)) from error
    _check_text(plugin, encoded)


def _check_text(plugin: str, encoded: bytes) -> None:
    if len(encoded) > MAX_TEXT:
        raise ContractViolation(plugin, f"at most {MAX_TEXT} bytes of JSON", f"{len(encoded)}")


def _repeated_key(actions: Sequence[Action]) -> str:
    return _repeated(action.key for action in actions)


def _repeated_name(actions: Sequence[Action]) -> str:
    return _repeated(action.name for action in actions)


def _reserved_key(actions: Sequence[Action]) -> str:
    return next((f"'{a.name}' wants '{a.key}'" for a in actions if a.key in RESERVED_KEYS), "")


def _odd_name(actions: Sequence[Action]) -> str:
    return next((f"'{action.name}'" for action in actions if not _NAME.match(action.name)), "")


def _odd_permission(actions: Sequence[Action]) -> str:
    return next((f"'{a.permission}'" for a in actions if not _PERMISSION.match(a.permission)), "")


def _repeated_field(actions: Sequence[Action]) -> str:
    return next(
        (f"'{a.name}': {twice}" for a in actions if (twice := _repeated(f.name for f in a.fields))), ""
    )


def _odd_field(actions: Sequence[Action]) -> str:
    fields = (field.name for action in actions for field in action.fields)
    return next((f"'{name}'" for name in fields if not _NAME.match(name)), "")


def _no_choice(actions: Sequence[Action]) -> str:
    fields = (field for action in actions for field in action.fields)
    return next((f"'{f.name}'" for f in fields if f.kind is FieldKind.CHOICE and not f.choices), "")


@clause("a field to choose in has choices", _no_choice)
@clause("a field's name is lower case words joined by '-'", _odd_field)
@clause("field names of an action are unique", _repeated_field)
@clause("a permission is 'pane.resource.verb'", _odd_permission)
@clause("an action's name is lower case words joined by '-'", _odd_name)
@clause("an action's key is not one of the dashboard's own", _reserved_key)
@clause("action keys are unique", _repeated_key)
@clause("action names are unique", _repeated_name)
def _keep_action_clauses(plugin: str, value: tuple[Action, ...]) -> tuple[Action, ...]:
    return value


def admit_actions(plugin: str, value: object) -> tuple[Action, ...]:
    """`value` as a pane's actions.

    Raises:
        ContractViolation: it is not a sequence of actions, or breaks a clause.
    """
    actions = _all_of(plugin, "actions()", Action, value)
    for action in actions:
        _well_typed(plugin, "actions()", Action, action)
    return _keep_action_clauses(plugin, actions)


def _repeated_rule(rules: Sequence[Rule[Any]]) -> str:
    return _repeated(rule.name for rule in rules)


def _lost_inhibitor(rules: Sequence[Rule[Any]]) -> str:
    names = {rule.name for rule in rules}
    return next((f"'{name}'" for rule in rules for name in rule.inhibited_by if name not in names), "")


def _negative_time(rules: Sequence[Rule[Any]]) -> str:
    return next((f"'{r.name}'" for r in rules if min(r.for_s, r.keep_s, r.repeat_s, r.max_repeats) < 0), "")


@clause("times and repeats of a rule are not negative", _negative_time)
@clause("a rule is inhibited by rules of its own pane", _lost_inhibitor)
@clause("rule names are unique", _repeated_rule)
def _keep_rule_clauses(plugin: str, value: tuple[Rule[Any], ...]) -> tuple[Rule[Any], ...]:
    return value


def admit_rules(plugin: str, value: object) -> tuple[Rule[Any], ...]:
    """`value` as a pane's rules.

    Raises:
        ContractViolation: it is not a sequence of rules, or breaks a clause.
    """
    return _keep_rule_clauses(plugin, _all_of(plugin, "rules()", Rule, value))


def admit_outcome(plugin: str, value: object) -> Outcome:
    """`value` as what became of an action.

    Raises:
        ContractViolation: it is no Outcome, or what it shows breaks a clause.
    """
    outcome = _one(plugin, "act()", Outcome, value)
    _check_size(plugin, outcome.blocks)
    _keep_block_clauses(plugin, outcome)
    return outcome


def admit_confirmation(plugin: str, value: object) -> Confirmation | None:
    """`value` as a question, or None.

    Raises:
        ContractViolation: it is neither, or what it shows breaks a clause.
    """
    if value is None:
        return None
    question = _one(plugin, "confirmation()", Confirmation, value)
    _check_size(plugin, question.blocks)
    _keep_block_clauses(plugin, question)
    return question


def _one(plugin: str, call: str, kind: type[T], value: object) -> T:
    if not isinstance(value, kind):
        text = f"{call} returns {kind.__name__}"
        raise ContractViolation(plugin, text, f"got {type(value).__name__}")
    _well_typed(plugin, call, kind, value)
    return value


def _well_typed(plugin: str, call: str, kind: type[T], value: T) -> None:
    """Structs do not check their fields when built; a round trip through JSON does."""
    try:
        encoded = msgspec.json.encode(value)
        msgspec.json.decode(encoded, type=kind)
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError) as error:
        raise ContractViolation(plugin, f"{call} returns {kind.__name__}", str(error)) from error
    _check_text(plugin, encoded)


def _all_of(plugin: str, call: str, kind: type[T], value: object) -> tuple[T, ...]:
    text = f"{call} returns a sequence of {kind.__name__}"
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ContractViolation(plugin, text, f"got {type(value).__name__}")
    for entry in value:
        if not isinstance(entry, kind):
            raise ContractViolation(plugin, text, f"got {type(entry).__name__}")
    return tuple(value)
