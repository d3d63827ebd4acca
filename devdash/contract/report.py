"""The report: one reading of the world by one pane."""

import msgspec

from devdash.contract.levels import Level
from devdash.contract.view import Block


class Facts(msgspec.Struct, frozen=True):
    """Base of a pane's facts: plain, typed values that rules, JSON and tests read.

    A plug-in subclasses it. Fields may be numbers, text, booleans, None,
    enums, other structs, and tuples of these. Money is text (a decimal), times
    are ISO-8601 text with their offset, durations are seconds. A value that
    could not be told is None, never a made-up one.
    """


class Attention(msgspec.Struct, frozen=True):
    """One thing that needs a hand, for the triage list.

    Attributes:
        key: stable over time and unique within the report, such as "api:diverged".
        level: ATTENTION or CRITICAL.
        text: one line that is understood without the pane.
        action: the name of the action that helps; None when there is none.
        item: the key of the row concerned; None for the pane as a whole.
    """

    key: str
    level: Level
    text: str
    action: str | None = None
    item: str | None = None


class Sample(msgspec.Struct, frozen=True):
    """One number of this reading that is worth keeping: the history makes a series of it.

    Attributes:
        series: what is measured, with its unit where it has one, such as "percent" or "latency-ms";
            lower case, words joined by "-".
        value: finite.
        item: the key of the row that it is of; "" for the pane as a whole.
    """

    series: str
    value: float
    item: str = ""


class Report(msgspec.Struct, frozen=True):
    """What `Pane.read` returns. It is a value: nothing in it refers to the pane.

    Attributes:
        level: the pane's level, at least as severe as its worst attention.
        summary: one line, understood without the blocks.
        blocks: what is shown, top to bottom.
        facts: the plug-in's facts, or None.
        attention: what needs a hand, in any order.
        samples: what is kept for later, a series and item at most once.
        first: the names of actions with which the line of hints begins as long as this report stands,
            such as those that decide about what waits.
    """

    level: Level
    summary: str
    blocks: tuple[Block, ...] = ()
    facts: Facts | None = None
    attention: tuple[Attention, ...] = ()
    samples: tuple[Sample, ...] = ()
    first: tuple[str, ...] = ()
