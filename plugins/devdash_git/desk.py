"""`GitDesk`: some actions of the git pane that belong together, and `Means`: what all of them work with."""

from collections.abc import Sequence
from dataclasses import dataclass

from devdash.api import (
    Desk,
    PaneContext,
    PaneError,
)
from devdash_git.config import GitConfig
from devdash_git.contact import FetchBook
from devdash_git.jobs import Jobs
from devdash_git.observe import Observer
from devdash_git.patience import Patience
from devdash_git.plain import printable
from devdash_git.run import Git
from devdash_git.targets import Finder, Target
from devdash_git.turns import Turns


@dataclass(frozen=True, kw_only=True)
class Means:
    """What the desks share.

    Attributes:
        config: the pane's table.
        context: processes, threads, clocks, folders.
        git: runs git.
        patience: looks at files that may be on a drive that hangs.
        finder: knows which repositories there are.
        observer: makes sure of what a folder is before anything is done in it.
        book: devdash's own fetches.
        jobs: what is done where.
        turns: one action at a time in a repository.
    """

    config: GitConfig
    context: PaneContext
    git: Git
    patience: Patience
    finder: Finder
    observer: Observer
    book: FetchBook
    jobs: Jobs
    turns: Turns

    async def several(self, names: Sequence[str]) -> tuple[Target, ...]:
        """The repositories called so; all of them where none is named.

        Raises:
            PaneError: there is none of that name.
        """
        if not names:
            return (await self.finder.targets()).items
        return tuple([await self.target(name) for name in names])

    async def target(self, name: str) -> Target:
        """The repository called `name`.

        Raises:
            PaneError: there is none.
        """
        for target in (await self.finder.targets()).items:
            if target.name == name:
                return target
        raise PaneError(f"There is no repository {printable(name)}", "Read again: the list may have changed.")


class GitDesk(Desk):
    """A desk with the pane's means."""

    def __init__(self, means: Means) -> None:
        self._means = means
