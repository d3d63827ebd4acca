"""One git command in many repositories, by one child process: a shell that goes through them.

To start a program from a process as large as the dashboard, with pipes, a session and all that ends it in
time, costs as much as `git status` in a small repository does; from a shell of one megabyte it costs next to
nothing. So where the same is asked in many repositories, the dashboard starts a shell, and the shell git.

The shell, git and what that starts are one session and one process group: they are ended together, and
share their time. So a lane is for repositories that are known to answer soon, and whoever is in one that
does not end is asked by itself.
"""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

CEILING = "GIT_CEILING_DIRECTORIES"

_LAST = "trap 'exit 143' TERM"
"""Told to end together with git, the shell waits for git's end first, so that git is nobody's orphan."""

_CODE = re.compile(rb"(\d{1,3})\0")


def command(mark: str, git: Sequence[str], folders: Sequence[Path], warned: bool) -> tuple[str, ...]:
    """The argument list of a shell that runs `git` in each of `folders`.

    The folders are arguments, which no shell reads as anything else, and `command` passes over functions
    that the environment brings along. After each answer comes `mark` and git's exit code.

    Args:
        mark: what no answer can contain: nobody can have guessed it.
        git: the program and its arguments, but for `-C`; devdash's own words.
        warned: git's errors go into its answer.
    """
    program, *options = git
    line = f'{CEILING}="$2" command {shlex.quote(program)} -C "$1" {shlex.join(options)}'
    line += " 2>&1" if warned else ""
    script = f"{_LAST}; while [ $# -gt 0 ]; do {line}; command printf '%s%d\\0' {mark} $?; shift 2; done"
    places = (text for folder in folders for text in (str(folder), str(folder.parent)))
    return ("sh", "-c", script, "sh", *places)


def answers(out: bytes, mark: str, count: int) -> tuple[bytes | None, ...]:
    """What git printed in each of `count` folders; None where it failed or the lane did not get to.

    An answer of which the end is not there is none.
    """
    found: list[bytes | None] = []
    answer, *rest = out.split(mark.encode("ascii"))
    for part in rest[:count]:
        match = _CODE.match(part)
        if match is None:
            break
        found.append(answer if match[1] == b"0" else None)
        answer = part[match.end() :]
    return (*found, *[None] * (count - len(found)))
