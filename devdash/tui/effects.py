"""What an outcome asks of the screen: the clipboard, the editor."""

import asyncio
import os
import sys

from textual.app import App, SuspendNotSupported

from devdash.contract.actions import CopyText, Effect, OpenEditor, PrintText
from devdash.engine.editor import editor_command, lent_terminal


async def carry_out(app: App[None], effect: Effect) -> str:
    """Do it. Returns what to tell the person; "" for nothing."""
    match effect:
        case CopyText():
            app.copy_to_clipboard(effect.text)
            first, *rest = effect.text.splitlines() or [""]
            return f"copied: {first}" + (f" … ({len(rest) + 1} lines)" if rest else "")
        case PrintText():
            return ""  # shown in a sheet, with what else there is to show
        case OpenEditor():
            return await _edit(app, effect)


async def _edit(app: App[None], effect: OpenEditor) -> str:
    """Give the terminal to the editor; the panes go on reading meanwhile."""
    argv = editor_command(os.environ, effect.path, effect.line)
    try:
        with app.suspend(), lent_terminal():
            # The streams that Textual draws on: descriptors 1 and 2 may lead nowhere meanwhile.
            process = await asyncio.create_subprocess_exec(
                *argv, stdout=sys.__stdout__, stderr=sys.__stderr__
            )
            code = await process.wait()
    except SuspendNotSupported:
        return f"this screen cannot hand over its terminal; open {effect.path} yourself"
    except OSError as error:
        return f"{argv[0]} cannot be run: {error.strerror}; set $VISUAL or $EDITOR"
    return "" if code == 0 else f"{argv[0]} ended with {code}"
