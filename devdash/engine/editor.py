"""Which editor, and how it is told the line."""

import shlex
from collections.abc import Mapping
from pathlib import PurePath

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


def _words(command: str) -> list[str]:
    """A command's words, as a shell would split it; at blanks where a quote is left open."""
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()
