"""What an outcome asks of the screen: the clipboard, the editor, another program."""

import asyncio
import os
import sys

from textual.app import App, SuspendNotSupported

from devdash.contract.actions import AskNext, CopyText, Effect, OpenEditor, PrintText, RunProgram
from devdash.engine.editor import lent_terminal, program_of, what_failed


async def carry_out(app: App[None], effect: Effect) -> str:
    """Do it. Returns what to tell the person; "" for nothing."""
    match effect:
        case CopyText():
            app.copy_to_clipboard(effect.text)
            first, *rest = effect.text.splitlines() or [""]
            return f"copied: {first}" + (f" … ({len(rest) + 1} lines)" if rest else "")
        case PrintText() | AskNext():
            return ""  # shown in a sheet, with what else there is to show
        case OpenEditor() | RunProgram():
            return await _lend(app, effect)


async def _lend(app: App[None], effect: OpenEditor | RunProgram) -> str:
    """Give the terminal to the program; the panes go on reading meanwhile."""
    program = program_of(effect, os.environ)
    env = {name: value for name, value in os.environ.items() if name not in program.unset}
    try:
        with app.suspend(), lent_terminal():
            # The streams that Textual draws on: descriptors 1 and 2 may lead nowhere meanwhile.
            process = await asyncio.create_subprocess_exec(
                *program.argv,
                stdout=sys.__stdout__,
                stderr=sys.__stderr__,
                cwd=program.folder or None,
                env=env,
            )
            code = await process.wait()
    except SuspendNotSupported:
        what = f"open {effect.path}" if isinstance(effect, OpenEditor) else f"run {program.argv[0]}"
        return f"this screen cannot hand over its terminal; {what} yourself"
    except OSError as error:
        return what_failed(effect, program.argv[0], error)
    return "" if code == 0 or not program.judged else f"{program.argv[0]} ended with {code}"
