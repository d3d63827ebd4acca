"""`devdash run PANE ACTION [ITEM]`: what the key does, through the same code."""

import asyncio
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import TextIO

from devdash.cli import loop
from devdash.cli.exits import Exit, UsageError
from devdash.cli.output import complain, reserved_stdout, terminal_width
from devdash.cli.past import keep, told_past
from devdash.cli.run_words import help_blocks, read_words
from devdash.cli.session import pane_spec, settings_for
from devdash.contract.actions import (
    Action,
    AskNext,
    Confirmation,
    CopyText,
    Effect,
    OpenEditor,
    Outcome,
    PrintText,
    RunProgram,
    Scope,
)
from devdash.contract.errors import PaneError, one_line
from devdash.contract.levels import Level
from devdash.engine.acting import Asked, Forbidden, RequestProblem, find_action
from devdash.engine.editor import lent_terminal, program_of, what_failed
from devdash.engine.engine import Deed, Engine
from devdash.engine.registry import Registry
from devdash.render.blocks import lay_out
from devdash.render.clean import clean
from devdash.render.text import plain

_BY_LEVEL = {Level.OK: Exit.OK, Level.ATTENTION: Exit.ATTENTION}


def run(arguments: Namespace) -> Exit:
    """Do one action.

    Raises:
        UsageError: there is no such pane, action, item or field, or it is not permitted.
    """
    registry = Registry()
    with reserved_stdout() as out:
        settings = settings_for(arguments.config, registry)
        spec = pane_spec(settings, arguments.pane)
        if spec.config is None:
            for problem in spec.problems:
                complain(str(problem))
            return Exit.USAGE
        engine = Engine(settings, registry, past=told_past(settings))
        return loop.run(_run(engine, arguments, out))


async def _run(engine: Engine, arguments: Namespace, out: TextIO) -> Exit:
    async with engine:
        pane = arguments.pane
        try:
            action = _command(engine.actions(pane), arguments.action)
            before = [f"--set={pair}" for pair in arguments.set]
            words = read_words(action, [*before, *arguments.words])
            if words.help:
                out.write(plain(lay_out(help_blocks(pane, action), terminal_width())) + "\n")
                return Exit.OK
            if action.scope is not Scope.PANE and (words.item is not None or words.items):
                # Rows are known only after a reading.
                await engine.read_once([pane])
            asked = await engine.ask(pane, action.name, words.item, words.values, words.column, words.items)
        except (RequestProblem, Forbidden) as error:
            raise UsageError(error.message, error.hint) from error
        except PaneError as error:
            complain(one_line(error.message, error.hint))
            return Exit.CRITICAL
        agreed = arguments.yes or words.yes
        if asked.confirmation and not agreed and not _confirmed(asked.confirmation):
            complain("nothing was done")
            return Exit.ATTENTION
        return await _do(engine, pane, asked, out)


def _command(actions: tuple[Action, ...], name: str) -> Action:
    """The action `name`, if it is one that a command can do.

    Raises:
        RequestProblem: there is none of that name.
        UsageError: it only changes what the screen shows.
    """
    found = next((one for one in actions if one.screen and one.name == name), None)
    if found is not None:
        raise UsageError(f"'{name}' only changes what the screen shows", "press its key there; ? shows it")
    return find_action(tuple(one for one in actions if not one.screen), name)


async def _do(engine: Engine, pane: str, asked: Asked, out: TextIO) -> Exit:
    deeds: list[Deed] = []
    engine.subscribe_deeds(deeds.append)
    outcome = await engine.act(pane, asked)
    _print(outcome, out)
    await _record(engine, deeds)
    for effect in outcome.effects:
        if isinstance(effect, AskNext):
            from devdash.cli.next_step import next_step

            out.write(await next_step(engine, pane, effect))
    done = [await _carry_out(effect, out) for effect in outcome.effects]
    return _BY_LEVEL.get(outcome.level, Exit.CRITICAL) if all(done) else Exit.CRITICAL


async def _record(engine: Engine, deeds: Sequence[Deed]) -> None:
    if not engine.settings.history.enabled:
        return
    from devdash.duty.records import deed_record

    await keep(engine.settings, [deed_record(deed, engine.clock.now()) for deed in deeds])


def _print(outcome: Outcome, out: TextIO) -> None:
    """Text to be copied or printed has standard output to itself, so that it can be piped on."""
    copies = any(isinstance(effect, CopyText | PrintText) for effect in outcome.effects)
    stream = out if outcome.level is Level.OK and not copies else sys.stderr
    if outcome.message:
        stream.write("\n".join(clean(line) for line in outcome.message.splitlines()) + "\n")
    if outcome.blocks:
        shown = sys.stderr if copies else out
        shown.write(plain(lay_out(outcome.blocks, terminal_width())) + "\n")
    out.flush()


async def _carry_out(effect: Effect, out: TextIO) -> bool:
    """What the face does for the pane. Returns whether that went well."""
    match effect:
        case CopyText():
            out.write(_for(out, effect.text) + "\n")
            return True
        case PrintText():
            out.write(_for(out, effect.text))
            if out.isatty() and not effect.text.endswith("\n"):
                out.write("\n")
            return True
        case AskNext():
            return True
        case OpenEditor() | RunProgram():
            return await _lend(effect, out)


def _for(out: TextIO, text: str) -> str:
    """A pipe gets it as it is; a terminal would obey what steers it."""
    return "\n".join(map(clean, text.split("\n"))) if out.isatty() else text


async def _lend(effect: OpenEditor | RunProgram, out: TextIO) -> bool:
    program = program_of(effect, os.environ)
    env = {name: value for name, value in os.environ.items() if name not in program.unset}
    try:
        with lent_terminal():
            process = await asyncio.create_subprocess_exec(
                *program.argv, stdout=out, cwd=program.folder or None, env=env
            )
            code = await process.wait()
    except OSError as error:
        complain(what_failed(effect, program.argv[0], error))
        return False
    if code != 0 and program.judged:
        complain(f"{program.argv[0]} ended with {code}")
    return code == 0 or not program.judged


def _confirmed(question: Confirmation) -> bool:
    """Ask on the terminal; without one the answer is no."""
    width = terminal_width()
    for line in (*question.question.splitlines(), *plain(lay_out(question.blocks, width)).splitlines()):
        complain(clean(line))
    if not sys.stdin.isatty():
        complain("there is no terminal to ask on: pass --yes to confirm")
        return False
    sys.stderr.write("yes or no? [no] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
