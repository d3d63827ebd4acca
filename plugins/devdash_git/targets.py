"""Which repositories the pane shows, under which names: those of `repos`, then those that `scan` finds."""

import asyncio
import os.path
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from devdash.api import PaneContext
from devdash_git.config import GitConfig
from devdash_git.discover import SEARCH_S, Found, search
from devdash_git.labels import labels_of
from devdash_git.patience import Patience
from devdash_git.plain import printable
from devdash_git.problems import AccessProblem
from devdash_git.submodules import Submodules

SEARCH_EVERY_S = 300.0
"""How long the findings of a search are kept."""


class Target(msgspec.Struct, frozen=True):
    """A repository to be looked at.

    Attributes:
        name: what it is called; unique among the targets.
        path: its folder, absolute, not resolved.
        group: the first group that means it; "" for none.
        tags: its tags.
        of: of a submodule the name of the repository that it is in; else "".
    """

    name: str
    path: Path
    group: str = ""
    tags: tuple[str, ...] = ()
    of: str = ""


class Targets(msgspec.Struct, frozen=True):
    """All repositories, in the order of the config.

    Attributes:
        items: those of `repos` as listed, then what each `scan` folder has, by path; submodules last.
        searches: what was found where; some may be unfinished.
    """

    items: tuple[Target, ...] = ()
    searches: tuple[Found, ...] = ()


class Finder:
    """Knows the targets, and searches anew every few minutes.

    Args:
        config: the pane's table.
        context: the clock and the folder that paths are relative to.
        patience: runs the searches.
        submodules: finds those; None: they are not wanted.
    """

    def __init__(
        self,
        config: GitConfig,
        context: PaneContext,
        patience: Patience,
        submodules: Submodules | None = None,
    ) -> None:
        self._config = config
        self._context = context
        self._patience = patience
        # With neither, the config file's folder is shown, if it is a repository: nobody asked for it by name.
        unasked = not config.repos and not config.scan
        self._roots = _absolute((Path(),) if unasked else config.scan, context.folder)
        self._depth = 0 if unasked else config.depth
        self._submodules = submodules
        self._found: dict[Path, Found] = {}
        self._inside: dict[Path, tuple[Path, ...]] = {}
        self._searched: float | None = None
        self._targets: Targets | None = None

    async def targets(self) -> Targets:
        """The targets now; searches first when the last search is too old. Else the same object."""
        now = self._context.monotonic()
        searches = self._roots or self._submodules is not None
        if searches and (self._searched is None or now - self._searched >= SEARCH_EVERY_S):
            for found in await asyncio.gather(*map(self._search, self._roots)):
                self._found[found.root] = _kept(self._found.get(found.root), found)
            if self._submodules is not None:
                self._inside = await self._submodules.of_each(self._paths())
            self._searched = now
            self._targets = None
        if self._targets is None:
            self._targets = self._named()
        return self._targets

    def _paths(self) -> tuple[Path, ...]:
        """What is listed or was found by a search."""
        return _once(
            *_absolute(self._config.repos, self._context.folder),
            *(path for root in self._roots for path in self._found[root].repositories),
        )

    def _named(self) -> Targets:
        listed = self._paths()
        nearest_last = sorted(self._inside, key=lambda folder: len(folder.parts))
        holders = {path: holder for holder in nearest_last for path in self._inside[holder]}
        paths = _once(*listed, *holders)  # one that is listed itself stands where it is listed
        names = dict(zip(paths, unique_names(paths), strict=True))
        own = [self._target(names[path], path) for path in listed]
        inside = [self._target(names[path], path, names[holders[path]]) for path in paths[len(listed) :]]
        return Targets((*own, *inside), tuple(self._found[root] for root in self._roots))

    def _target(self, name: str, path: Path, of: str = "") -> Target:
        groups, tags = (
            labels_of(path, labels, self._context.folder)
            for labels in (self._config.groups, self._config.tags)
        )
        return Target(name, path, groups[0] if groups else "", tags, of)

    def search_again(self) -> None:
        """Search with the next reading: a repository was made or removed."""
        self._searched = None

    async def _search(self, root: Path) -> Found:
        try:
            return await self._patience.call(
                root, SEARCH_S + 2, search, root, self._depth, self._config.ignore
            )
        except AccessProblem:
            return Found(root, (), f"{root} does not answer.", "Is its disk or network drive there?")


def _kept(known: Found | None, new: Found) -> Found:
    """`new`, with what was known before where it did not come to its end."""
    if known is None or not new.unfinished:
        return new
    return msgspec.structs.replace(new, repositories=_once(*known.repositories, *new.repositories))


def unique_names(paths: Sequence[Path]) -> tuple[str, ...]:
    """The last part of each path, with as many parts before it as make it unique; printable.

    >>> unique_names([Path("/home/api"), Path("/job/api"), Path("/web")])
    ('home/api', 'job/api', 'web')
    """
    lengths = [1] * len(paths)
    while True:
        names = [
            printable("/".join(_parts(path)[-length:])) for path, length in zip(paths, lengths, strict=True)
        ]
        counts = Counter(names)
        longer = [
            index
            for index, name in enumerate(names)
            if counts[name] > 1 and lengths[index] < len(_parts(paths[index]))
        ]
        if not longer:
            return _numbered(names)
        for index in longer:
            lengths[index] += 1


def _numbered(names: Sequence[str]) -> tuple[str, ...]:
    """Paths that differ only in bytes that cannot be shown look alike: number them."""
    seen: Counter[str] = Counter()
    result = []
    for name in names:
        seen[name] += 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(result)


def _parts(path: Path) -> tuple[str, ...]:
    return path.parts if path.name else (path.anchor or "/",)


def _absolute(paths: Sequence[Path], base: Path) -> tuple[Path, ...]:
    """Paths made absolute by their text alone: a dead drive must not be touched here."""
    return tuple(tidy(base / path.expanduser()) for path in paths)


def tidy(path: Path) -> Path:
    """`path` without "." and "..", by its text alone."""
    return Path(os.path.normpath(path))


def _once(*paths: Path) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(paths))
