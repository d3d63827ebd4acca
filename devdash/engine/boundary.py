"""The customs house: what a plug-in hands to the core is checked here, once, by contract.

Types are checked always. The clauses below are icontract preconditions, so
they can be read off the functions and fall away under `python -O`; a violation
raises `ContractViolation`, which names the plug-in and the clause and fails that pane
alone. This module is imported with the first report, not at start-up.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import msgspec
from icontract import require

from devdash.contract.actions import Action, Confirmation, Outcome, Value
from devdash.contract.errors import PaneError
from devdash.contract.levels import Level, worst
from devdash.contract.report import Attention, Facts, Report, Sample
from devdash.contract.view import Block, Meter, Row, Table

MAX_BLOCKS = 200
MAX_ROWS = 2_000
MAX_TEXT = 1_000_000
"""Bytes (of JSON) that one report may have."""

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")

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


def repeated(keys: Iterator[str]) -> str:
    """The first key that comes twice, in words; "" when none does."""
    return next((f"'{key}' {count} times" for key, count in Counter(keys).items() if count > 1), "")


def _repeated_row(shown: Shown) -> str:
    return repeated(row.key for row in _rows(shown))


def _repeated_attention(report: Report) -> str:
    return repeated(entry.key for entry in report.attention)


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


def _repeated_sample(report: Report) -> str:
    return repeated(f"{sample.series} {sample.item}".strip() for sample in report.samples)


def _odd_sample(report: Report) -> str:
    wrong = (s for s in report.samples if not NAME.match(s.series) or not math.isfinite(s.value))
    return next((f"'{sample.series}'" for sample in wrong), "")


@clause("a sample has a finite value and a series of lower case words joined by '-'", _odd_sample)
@clause("a series and item have one sample", _repeated_sample)
@clause("the summary is one line", _long_summary)
@clause("a report is at least as severe as its worst attention", _played_down)
@clause("attention is 'attention' or 'critical'", _calm_attention)
@clause("attention refers to rows of the report", _lost_item)
@clause("attention keys are unique", _repeated_attention)
def _keep_report_clauses(plugin: str, value: Report) -> Report:
    return value


def _repeated_column(shown: Shown) -> str:
    keys = (repeated(column.key for column in table.columns if column.key) for table in _tables(shown))
    return next((twice for twice in keys if twice), "")


def _no_cells(shown: Shown) -> str:
    bare = (table for table in _tables(shown) if table.cells and not any(c.key for c in table.columns))
    return next((f"the table '{table.heading}'" for table in bare), "")


@clause("a table whose cells can be chosen has a column with a key", _no_cells)
@clause("column keys are unique in their table", _repeated_column)
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
    if unknown := next((name for name in _hinted(value) if name not in names), ""):
        raise ContractViolation(plugin, "the line of hints begins with actions of the pane", f"'{unknown}'")
    for entry in value.attention:
        if entry.action is not None and entry.action not in names:
            offence = f"'{entry.key}' names '{entry.action}'"
            raise ContractViolation(plugin, "attention names actions of the pane", offence)
    _keep_block_clauses(plugin, value)
    return _keep_report_clauses(plugin, value)


def _hinted(report: Report) -> Iterator[str]:
    """Every action that the line of hints may begin with."""
    yield from report.first
    for block in report.blocks:
        if isinstance(block, Table):
            yield from (name for row in block.rows for name in row.first)


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
    samples: tuple[Sample, ...]
    first: tuple[str, ...]


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


def admit_opened(plugin: str, value: object) -> tuple[Block, ...] | None:
    """`value` as what a cell opens, or None.

    Raises:
        ContractViolation: it is neither, or breaks a clause.
    """
    if value is None:
        return None
    text = "open() returns a tuple of blocks or None"
    if not isinstance(value, tuple):
        raise ContractViolation(plugin, text, f"got {type(value).__name__}")
    _check_size(plugin, value)
    try:
        encoded = msgspec.json.encode(value)
        msgspec.json.decode(encoded, type=tuple[Block, ...])
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError) as error:
        raise ContractViolation(plugin, text, str(error)) from error
    _check_text(plugin, encoded)
    blocks: tuple[Block, ...] = value
    _keep_block_clauses(plugin, Outcome(message="", blocks=blocks))
    return blocks


def admit_completions(plugin: str, value: object) -> tuple[str, ...]:
    """`value` as what could be meant in a field.

    Raises:
        ContractViolation: it is no sequence of texts, or they are too long.
    """
    offered = all_of(plugin, "complete()", str, value)
    _check_text(plugin, msgspec.json.encode(offered))
    return offered


def admit_filling(plugin: str, value: object, names: Sequence[str]) -> tuple[Value, ...]:
    """`value` as values for the fields called `names`.

    Raises:
        ContractViolation: it is no sequence of values, or names another field.
    """
    values = all_of(plugin, "fill()", Value, value)
    for one in values:
        well_typed(plugin, "fill()", Value, one)
        if one.name not in names:
            raise ContractViolation(plugin, "fill() names fields of the action", f"'{one.name}'")
    return values


def _one(plugin: str, call: str, kind: type[T], value: object) -> T:
    if not isinstance(value, kind):
        text = f"{call} returns {kind.__name__}"
        raise ContractViolation(plugin, text, f"got {type(value).__name__}")
    well_typed(plugin, call, kind, value)
    return value


def well_typed(plugin: str, call: str, kind: type[T], value: T) -> None:
    """Structs do not check their fields when built; a round trip through JSON does.

    Raises:
        ContractViolation: a field has another type than `kind` says.
    """
    try:
        encoded = msgspec.json.encode(value)
        msgspec.json.decode(encoded, type=kind)
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError) as error:
        raise ContractViolation(plugin, f"{call} returns {kind.__name__}", str(error)) from error
    _check_text(plugin, encoded)


def all_of(plugin: str, call: str, kind: type[T], value: object) -> tuple[T, ...]:
    """`value` as a sequence of `kind`.

    Raises:
        ContractViolation: it is none.
    """
    text = f"{call} returns a sequence of {kind.__name__}"
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ContractViolation(plugin, text, f"got {type(value).__name__}")
    for entry in value:
        if not isinstance(entry, kind):
            raise ContractViolation(plugin, text, f"got {type(entry).__name__}")
    return tuple(value)
