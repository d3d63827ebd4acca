"""Which submodules of a repository are checked out, for those who want to see them.

Their places stand in `.gitmodules`, which came with the repository, so it is read as data: git lists it
without running anything, and a place counts only when it is inside, reached without a link, and a repository.
What is found is then looked at as any other repository is, its own config first of all.
"""

import os
import stat
from collections.abc import Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from devdash.api import ProcessError
from devdash_git.patience import Patience
from devdash_git.problems import AccessProblem
from devdash_git.run import Git

LEVELS = 4
"""Submodules of submodules, and so on."""

MOST = 500
"""In one repository."""

LARGEST = 1_000_000
"""Bytes of a `.gitmodules` that is read."""

_PLACES = ("config", "--file", ".gitmodules", "-z", "--get-regexp", r"^submodule\..*\.path$")


class Submodules:
    """Finds them.

    Args:
        git: lists `.gitmodules`.
        patience: looks at files.
        seconds: what one look may take.
    """

    def __init__(self, git: Git, patience: Patience, seconds: float) -> None:
        self._git = git
        self._patience = patience
        self._seconds = seconds

    async def of_each(self, folders: Sequence[Path]) -> dict[Path, tuple[Path, ...]]:
        """The submodules below each of `folders`, by their paths; those that have none are left out."""
        found = {folder: await self._below(folder) for folder in await self._with_modules(folders)}
        return {folder: inside for folder, inside in found.items() if inside}

    async def _with_modules(self, folders: Sequence[Path]) -> list[Path]:
        looks = [(folder, partial(_has_modules, folder)) for folder in folders]
        answers = await self._patience.each(looks, self._seconds)
        return [folder for folder, has in zip(folders, answers, strict=True) if has]

    async def _below(self, folder: Path) -> tuple[Path, ...]:
        every: list[Path] = []
        level = [folder]
        for _ in range(LEVELS):
            inside = [path for one in level for path in await self._directly_in(one)]
            every += inside
            if not inside or len(every) >= MOST:
                break
            level = await self._with_modules(inside)
        return tuple(sorted(dict.fromkeys(every[:MOST])))

    async def _directly_in(self, folder: Path) -> tuple[Path, ...]:
        try:
            top = await self._patience.call(folder, self._seconds, _real, folder)
            if top is None:
                return ()
            answer = await self._git.read(top, *_PLACES, timeout=self._seconds)
            if answer.code != 0:
                return ()
            places = [entry.partition(b"\n")[2] for entry in answer.out.split(b"\0") if entry]
            return await self._patience.call(folder, self._seconds, _checked_out, folder, top, places[:MOST])
        except (AccessProblem, ProcessError):
            return ()


def _has_modules(folder: Path) -> bool:
    try:
        found = (folder / ".gitmodules").lstat()
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST


def _real(folder: Path) -> Path | None:
    try:
        return folder.resolve(strict=True)
    except (OSError, RuntimeError):
        return None


def _checked_out(folder: Path, top: Path, places: Sequence[bytes]) -> tuple[Path, ...]:
    """Those of `places` that are repositories inside of `top`. Blocks shortly."""
    found: list[Path] = []
    for place in places:
        parts = PurePosixPath(os.fsdecode(place)).parts
        odd = {"..", "/"}.intersection(parts) or any(part.lower() == ".git" for part in parts)
        if not parts or odd or b"\0" in place:
            continue
        path = top.joinpath(*parts)
        try:
            if path.resolve(strict=True) == path and os.path.lexists(path / ".git"):
                found.append(folder.joinpath(*parts))
        except (OSError, RuntimeError):
            continue
    return tuple(found)
