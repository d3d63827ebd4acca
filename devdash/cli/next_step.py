"""What a command is followed by: the form that the screen would open, as lines, and what to type."""

import shlex
from collections.abc import Iterator

from devdash.cli.output import terminal_width
from devdash.contract.actions import Action, AskNext, Field, FieldKind
from devdash.contract.view import Cell, Column, Row, Table, Text, Tone
from devdash.engine.acting import find_action
from devdash.engine.assisting import Draft
from devdash.engine.engine import Engine
from devdash.render.blocks import lay_out
from devdash.render.text import plain

MOST = 12
"""Answers that are listed for what is open."""
_COLUMNS = (Column("field"), Column("is", shrink=True))


async def next_step(engine: Engine, pane: str, effect: AskNext) -> str:
    """The fields of the action with what the pane proposes for them, and the command; ends with a newline.

    Where it proposes nothing, what could be meant is listed.

    Raises:
        RequestProblem: the pane has no such action.
    """
    action = find_action(engine.actions(pane), effect.action)
    given = {one.name: one.value for one in effect.values}
    answers = {field.name: given.get(field.name, field.default) for field in action.fields}
    filled = await engine.fill(pane, Draft(action.name, None, answers), None)
    answers |= {one.name: one.value for one in filled}
    rows: list[Row] = []
    for field in action.fields:
        if field.name not in given:
            rows += _rows(field, answers[field.name], await _offers(engine, pane, action, answers, field))
    said = "".join(f" --{name} {shlex.quote(value)}" for name, value in given.items() if value)
    blocks = (
        Table(_COLUMNS, tuple(rows), heading=action.help or action.title),
        Text("What is not given is as it stands here. Go on with:", Tone.DIM),
    )
    shown = plain(lay_out(blocks, terminal_width()))
    return f"{shown}\n  devdash run {pane} {action.name}{said} …\n"


async def _offers(
    engine: Engine, pane: str, action: Action, answers: dict[str, str], field: Field
) -> tuple[str, ...]:
    if field.kind is FieldKind.CHOICE:
        return tuple(one for one in field.choices if one != field.default)
    if not field.completes:
        return ()
    return await engine.complete(pane, Draft(action.name, None, answers), field.name)


def _rows(field: Field, answer: str, offers: tuple[str, ...]) -> Iterator[Row]:
    """One row for what is known; for what is open, one for each answer."""
    name = f"--{field.name}"
    if (answer and answer != field.default) or not offers:
        yield Row(name, (Cell(name), Cell(answer, Tone.DIM if answer == field.default else Tone.PLAIN)))
        return
    for number, offer in enumerate(offers[:MOST]):
        yield Row(f"{name}:{number}", (Cell("" if number else name), Cell(f"? {offer}", Tone.WARN)))
