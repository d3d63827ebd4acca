"""Which editor, how it is told the line, and how a program gets the terminal for itself."""

import shlex
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePath
from types import FrameType

from devdash.contract.actions import OpenEditor, RunProgram

_COLON = frozenset({"hx", "helix", "subl", "zed"})
"""Editors that are given `file:line`."""

_GOTO = frozenset({"code", "codium", "code-insiders", "cursor"})
"""Editors that are given `--goto file:line`."""


def editor_command(environ: Mapping[str, str], path: str, line: int) -> tuple[str, ...]:
    """The argument list that opens `path` at `line` (from 1; 0: nowhere special).

    $VISUAL, else $EDITOR, else vi; both may carry arguments. Editors that are
    not known get `+line`, as vi, vim, nano, emacs and their kin do.
    """
    chosen = _words(environ.get("VISUAL", "")) or _words(environ.get("EDITOR", "")) or ["vi"]
    if line <= 0:
        return (*chosen, path)
    name = PurePath(chosen[0]).name
    if name in _COLON:
        return (*chosen, f"{path}:{line}")
    if name in _GOTO:
        return (*chosen, "--goto", f"{path}:{line}")
    return (*chosen, f"+{line}", path)


def program_of(effect: OpenEditor | RunProgram, environ: Mapping[str, str]) -> RunProgram:
    """The program that is to have the terminal. "" as its folder: the current one."""
    if isinstance(effect, RunProgram):
        return effect
    return RunProgram(argv=editor_command(environ, effect.path, effect.line), folder="")


def what_failed(effect: OpenEditor | RunProgram, program: str, error: OSError) -> str:
    """Why `program` could not be started, and the next step."""
    hint = "; set $VISUAL or $EDITOR" if isinstance(effect, OpenEditor) else ""
    return f"{program} cannot be run: {error.strerror}{hint}"


@contextmanager
def lent_terminal() -> Iterator[None]:
    """While it lasts, Ctrl+C and Ctrl+\\ mean the program alone, which shares the terminal's process group.

    The signals are taken and dropped, not ignored: the program would inherit that.
    """
    before = {number: signal.signal(number, _drop) for number in (signal.SIGINT, signal.SIGQUIT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


def _drop(number: int, frame: FrameType | None) -> None:
    """Do nothing."""


def _words(command: str) -> list[str]:
    """A command's words, as a shell would split it; at blanks where a quote is left open."""
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()
