"""Submodules that git would enter by itself, and whose own config names programs that it would run there.

`git stash` runs `git status` in every submodule that is checked out, and nothing turns that off: no option,
and a setting can be overridden by what the repository says of its submodule.
"""

import os
from pathlib import Path

from devdash_git.desk import Means
from devdash_git.hands import Place, Refused
from devdash_git.plain import printable
from devdash_git.problems import AccessProblem
from devdash_git.submodules import LEVELS, MOST
from devdash_git.targets import Target

LINK = b"160000 "
"""How `git ls-files --stage` begins the entry of a submodule."""


async def must_run_nothing(means: Means, place: Place) -> None:
    """Refuse where a submodule of `place`, or one in it, names programs. A yes to all of it is `trust`.

    Raises:
        Refused: one does, or it cannot be told.
    """
    if place.trusted:
        return
    level, seen = [place.identity.look.top], 0
    for _ in range(LEVELS):
        level = [path for top in level for path in await _directly_in(means, place, top)]
        seen += len(level)
        if not level:
            return
        for path in level:
            await _check(means, place, path)
        if seen > MOST:
            break
    raise Refused(f"{place.name} has too many submodules to look at their config.", "Stash in a terminal.")


async def _directly_in(means: Means, place: Place, top: Path) -> list[Path]:
    timeout = means.config.repo_timeout
    answer = await means.git.read(top, "ls-files", "--stage", "-z", timeout=timeout)
    if answer.code != 0:
        raise Refused(f"It cannot be told which submodules {printable(str(top))} has.")
    links = [entry.partition(b"\t")[2] for entry in answer.out.split(b"\0") if entry.startswith(LINK)]
    paths = [top / os.fsdecode(link) for link in links]
    return await means.patience.call(place.target.path, timeout, _checked_out, paths)


def _checked_out(paths: list[Path]) -> list[Path]:
    return [path for path in paths if os.path.lexists(path / ".git")]


async def _check(means: Means, place: Place, path: Path) -> None:
    name = printable(str(path.relative_to(place.identity.look.top)))
    try:
        identity = await means.observer.identified(Target(name, path), means.config.repo_timeout)
    except AccessProblem as problem:
        raise Refused(
            f"The submodule {name} of {place.name} cannot be made sure of: {problem.message}", problem.hint
        ) from problem
    if identity.programs.reading:
        named = ", ".join(map(printable, identity.programs.reading))
        raise Refused(
            f"The config of {name}, a submodule of {place.name}, names programs that git stash would run: "
            f"{named}.",
            f"If you trust all of {place.name}, list it under trust.",
        )
