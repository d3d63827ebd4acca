"""One question and one outcome out of those about several repositories. Pure."""

from collections.abc import Sequence

import msgspec

from devdash.api import (
    Block,
    Cell,
    Column,
    Confirmation,
    Level,
    Notice,
    Outcome,
    PaneError,
    Row,
    Table,
    Text,
    Tone,
)
from devdash_git.commits import counted
from devdash_git.hands import Needless, Refused
from devdash_git.outcomes import Told

MOST_BLOCKS = 150
"""Of a question or an outcome, which the dashboard takes up to 200 of; beyond, each has one line."""

NAMED = 3
"""Refusals that are told in a sentence; the others are counted."""


class Planned(msgspec.Struct, frozen=True):
    """What one repository would be asked about."""

    item: str
    question: Confirmation


class Declined(msgspec.Struct, frozen=True):
    """A repository for which there is no plan; `needless`: because there is nothing to be done."""

    told: Told
    needless: bool

    @classmethod
    def of(cls, item: str, problem: PaneError) -> "Declined":
        """Why there is none."""
        return cls(Told(item, problem.message, problem.hint), isinstance(problem, Needless))


def question_of(title: str, planned: Sequence[Planned], declined: Sequence[Declined]) -> Confirmation:
    """What will happen in each; and in which nothing will, and why.

    Raises:
        Refused: nothing would happen in any.
    """
    if not planned:
        raise _refused(declined)
    blocks: list[Block] = []
    for one in planned:
        blocks += [Text(one.question.question.removesuffix("?"), Tone.STRONG), *one.question.blocks]
    left = [_left_out(one) for one in declined]
    if len(blocks) + len(left) > MOST_BLOCKS:
        blocks = [_in_short(planned)]
        left = [_declined_table(declined)] if declined else []
    danger = any(one.question.danger for one in planned)
    return Confirmation(f"{title}: {counted(len(planned), 'repository')}?", (*blocks, *left), danger=danger)


def _refused(declined: Sequence[Declined]) -> Refused:
    kind = Needless if all(one.needless for one in declined) else Refused
    said = "; ".join(one.told.message.removesuffix(".") for one in declined[:NAMED])
    more = f"; and {len(declined) - NAMED} more" if len(declined) > NAMED else ""
    return kind(f"{said}{more}.", declined[0].told.hint if len(declined) == 1 else "")


def _left_out(one: Declined) -> Block:
    told = one.told
    return Text(told.message, Tone.DIM) if one.needless else Notice(Level.ATTENTION, told.message, told.hint)


def _in_short(planned: Sequence[Planned]) -> Table:
    rows = tuple(Row(one.item, (Cell(one.item, Tone.STRONG), Cell(_gist(one.question)))) for one in planned)
    return Table((Column("repository"), Column("what will happen", shrink=True)), rows)


def _gist(question: Confirmation) -> str:
    """The first that it says beyond the question."""
    for block in question.blocks:
        said = block.heading if isinstance(block, Table) else block.text if isinstance(block, Text) else ""
        if said:
            return said
    return question.question


def _declined_table(declined: Sequence[Declined]) -> Table:
    rows = tuple(
        Row(f"{one.told.name} ", (Cell(one.told.name), Cell(one.told.message, Tone.DIM))) for one in declined
    )
    return Table((Column("repository"), Column("left out", shrink=True)), rows)


class Became(msgspec.Struct, frozen=True):
    """What became of one repository: an outcome, or why there is none."""

    item: str
    outcome: Outcome | None = None
    failure: Told | None = None


def outcome_of(title: str, results: Sequence[Became]) -> Outcome:
    """One outcome: a line for each repository, then what each had to show."""
    done = [one.outcome for one in results if one.outcome is not None]
    failed = len(results) - len(done)
    whole = all(one.level is Level.OK for one in done) and not failed
    level = Level.OK if whole else Level.ATTENTION if done else Level.CRITICAL
    message = f"{title}: done in {counted(len(done), 'repository')}" + (f"; {failed} not." if failed else ".")
    hints = any(one.failure is not None and one.failure.hint for one in results)
    columns = (
        Column("repository"),
        Column("what became of it", shrink=True),
        *([Column("next step", priority=1, shrink=True)] if hints else []),
    )
    rows = tuple(Row(one.item, _cells(one)[: len(columns)]) for one in results)
    shown = [block for outcome in done for block in outcome.blocks]
    return Outcome(
        level=level,
        message=message,
        blocks=(Table(columns, rows), *shown[:MOST_BLOCKS]),
        effects=tuple(effect for outcome in done for effect in outcome.effects),
        reread=any(outcome.reread for outcome in done) or not done,
    )


def _cells(one: Became) -> tuple[Cell, ...]:
    name = Cell(one.item, Tone.STRONG)
    if one.failure is not None:
        return name, Cell(one.failure.message, Tone.BAD), Cell(one.failure.hint, Tone.DIM)
    assert one.outcome is not None
    tone = Tone.PLAIN if one.outcome.level is Level.OK else Tone.WARN
    return name, Cell(one.outcome.message, tone), Cell("")
