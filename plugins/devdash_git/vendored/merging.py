"""Differences, hunks and three-way merges, by git itself, in an empty folder of their own.

No repository takes part: no attributes, no drivers, no config but the person's own.
"""

import re
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path

import msgspec

from devdash.api import PaneContext, PaneError
from devdash_git.plain import first_words, printable
from devdash_git.run import Git

TIMEOUT_S = 20.0

CONTEXT = 3
"""Lines shown around a change."""

_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


_REFUSED = 255
"""What git merge-file ends with where it does not merge at all, such as for contents that are no texts."""

_MOST_CONFLICTS = 127
"""It ends with their number, and with this for more."""


class Unmergeable(PaneError):
    """Contents that have no lines, or too many."""


class Conflicts(StrEnum):
    """What becomes of places that both sides have changed."""

    REFUSE = "refuse"
    MARK = "mark"
    """Both are written, between conflict markers."""
    UPSTREAM = "upstream"
    MINE = "mine"


class Merged(msgspec.Struct, frozen=True):
    """A merge.

    Attributes:
        content: the merged file; with conflict markers, or sides chosen, where there were conflicts.
        conflicts: how many places both sides have changed.
    """

    content: bytes
    conflicts: int


class Hunk(msgspec.Struct, frozen=True):
    """One change of some lines.

    Attributes:
        start: the first line of the old text that it replaces, from 0.
        length: how many lines it replaces.
        lines: what takes their place, ends of lines included.
        shown: the change as a diff shows it, with lines around it; from 1.
    """

    start: int
    length: int
    lines: tuple[bytes, ...]
    shown: tuple[str, ...]


class Merger:
    """Runs git on texts.

    Args:
        git: runs it.
        context: threads for the small files that git reads.
    """

    def __init__(self, git: Git, context: PaneContext) -> None:
        self._git = git
        self._context = context

    async def merge(self, mine: bytes, base: bytes, theirs: bytes, how: Conflicts = Conflicts.MARK) -> Merged:
        """`mine` with the changes from `base` to `theirs`.

        Raises:
            Unmergeable: as with a file that is no text.
            PaneError: it failed.
        """
        if mine == base:
            return Merged(theirs, 0)
        if mine == theirs or base == theirs:
            return Merged(mine, 0)
        sides = {Conflicts.UPSTREAM: ("--theirs",), Conflicts.MINE: ("--ours",)}.get(how, ())
        names = ("-L", "mine", "-L", "taken before", "-L", "upstream")
        async with self._laid_out(mine, base, theirs) as folder:
            answer = await self._git.read(
                folder, "merge-file", "-p", "-q", *sides, *names, "mine", "base", "theirs", timeout=TIMEOUT_S
            )
        if answer.code == _REFUSED:
            raise Unmergeable(f"It cannot be merged: {first_words(answer.err)}.", "Is it a text file?")
        if not 0 <= answer.code <= _MOST_CONFLICTS:
            raise PaneError(f"The merge failed: {first_words(answer.err)}.", "Try again.")
        return Merged(answer.out, answer.code)

    async def hunks(self, old: bytes, new: bytes) -> tuple[Hunk, ...] | None:
        """The changes from `old` to `new`, top to bottom; None when they are no texts."""
        if old == new:
            return ()
        if b"\0" in old[:8000] or b"\0" in new[:8000]:  # as git tells
            return None
        async with self._laid_out(old, b"", new) as folder:
            answer = await self._git.read(
                folder,
                *("-c", "diff.noprefix=false", "diff", "--no-index", "--no-ext-diff", "--no-textconv"),
                *("--no-color", "--text", "--unified=0", "--inter-hunk-context=0", "--no-indent-heuristic"),
                *("--diff-algorithm=histogram", "--ignore-submodules", "mine", "theirs"),
                timeout=TIMEOUT_S,
            )
        if answer.code not in (0, 1):
            raise PaneError(f"It cannot be compared: {first_words(answer.err)}.")
        return _hunks(answer.out, lines(old), lines(new))

    @asynccontextmanager
    async def _laid_out(self, mine: bytes, base: bytes, theirs: bytes) -> AsyncIterator[Path]:
        """A folder of their own, with the three in it.

        Raises:
            PaneError: there is no room for them.
        """
        try:
            made = tempfile.TemporaryDirectory(prefix="devdash-merge-")
        except OSError as error:
            raise _unwritable(error) from error
        with made as name:
            try:
                await self._context.in_thread(_put, Path(name), mine, base, theirs)
            except OSError as error:
                raise _unwritable(error) from error
            yield Path(name)


def apply(old: bytes, chosen: Sequence[Hunk]) -> bytes:
    """`old` with some of its hunks, in any order."""
    result = lines(old)
    for hunk in sorted(chosen, key=lambda one: one.start, reverse=True):
        result[hunk.start : hunk.start + hunk.length] = hunk.lines
    return b"".join(result)


def _unwritable(error: OSError) -> PaneError:
    return PaneError(
        f"Scratch files cannot be written: {error.strerror}.",
        f"Make room in {printable(tempfile.gettempdir())}.",
    )


def lines(content: bytes) -> list[bytes]:
    r"""The lines as git counts them: only "\n" ends one."""
    parts = [part + b"\n" for part in content.split(b"\n")]
    parts[-1] = parts[-1][:-1]
    return parts if parts[-1] else parts[:-1]


def _hunks(diff: bytes, old: Sequence[bytes], new: Sequence[bytes]) -> tuple[Hunk, ...]:
    """Where they are is what the diff tells; the lines themselves are those of the files."""
    found = []
    for line in diff.split(b"\n"):
        if match := _HUNK.match(line):
            numbers = [1 if part is None else int(part) for part in match.groups()]
            start, taken = _span(numbers[0], numbers[1])
            begin, given = _span(numbers[2], numbers[3])
            added = tuple(new[begin : begin + given])
            found.append(Hunk(start, taken, added, _shown(old, start, taken, added)))
    return tuple(found)


def _span(first: int, length: int) -> tuple[int, int]:
    """A span from 0. Of an empty one git names the line before it."""
    return (first - 1 if length else first), length


def _shown(old: Sequence[bytes], start: int, length: int, added: Sequence[bytes]) -> tuple[str, ...]:
    end = start + length
    return (
        f"@@ line {start + 1} @@",
        *(" " + _text(line) for line in old[max(start - CONTEXT, 0) : start]),
        *("-" + _text(line) for line in old[start:end]),
        *("+" + _text(line) for line in added),
        *(" " + _text(line) for line in old[end : end + CONTEXT]),
    )


def _text(line: bytes) -> str:
    return printable(line.removesuffix(b"\n").replace(b"\t", b"    "))


def _put(folder: Path, mine: bytes, base: bytes, theirs: bytes) -> None:
    for name, content in (("mine", mine), ("base", base), ("theirs", theirs)):
        (folder / name).write_bytes(content)
