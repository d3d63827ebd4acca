"""The actions `fetch` and `copy-path`: they change nothing that is the person's, so they ask nothing."""

from collections.abc import Sequence
from pathlib import Path

from devdash.api import Action, ActionRequest, CopyText, Outcome, PaneError, Scope
from devdash_git.desk import GitDesk, Means
from devdash_git.fetch import Fetched, Fetcher
from devdash_git.outcomes import fetched
from devdash_git.plain import printable
from devdash_git.problems import FetchFailure
from devdash_git.targets import Target

FETCH = Action(
    name="fetch",
    key="f",
    title="Fetch",
    permission="git.repo.fetch",
    scope=Scope.EITHER,
    many=True,
    help="Ask the remote of the repository, or of all, for what is new; nothing local changes.",
)
COPY_PATH = Action(
    name="copy-path",
    key="y",
    title="Copy path",
    permission="git.path.copy",
    scope=Scope.ITEM,
    many=True,
    help="Copy the repository's folder; of several, a line each.",
)


class FetchDesk(GitDesk):
    """Fetches one repository, several or all."""

    actions = (FETCH,)

    def __init__(self, means: Means, fetcher: Fetcher) -> None:
        super().__init__(means)
        self._fetcher = fetcher

    async def act(self, request: ActionRequest) -> Outcome:
        """Fetch.

        Raises:
            PaneError: there is no such repository, or git is missing.
        """
        targets, lost = await self._targets(request.rows)
        if not targets and not lost:
            return Outcome(message="There is no repository to fetch.", reread=False)
        await self._means.git.version()
        return fetched((*(await self._fetcher.fetch(targets) if targets else ()), *lost))

    async def _targets(self, rows: Sequence[str]) -> tuple[Sequence[Target], Sequence[Fetched]]:
        """The repositories that are meant, and the rows that are none; the only row has to be one."""
        if len(rows) < 2:
            return await self._means.several(rows), ()
        targets: list[Target] = []
        lost: list[Fetched] = []
        for row in rows:
            try:
                targets.append(await self._means.target(row))
            except PaneError as problem:
                reason = FetchFailure.REFUSED
                lost.append(Fetched(target=Target(row, Path()), failure=reason, message=problem.message))
        return targets, lost


class PathDesk(GitDesk):
    """Copies where a repository is."""

    actions = (COPY_PATH,)

    async def act(self, request: ActionRequest) -> Outcome:
        """The paths, to be copied.

        Raises:
            PaneError: there is no such repository.
        """
        targets = await self._means.several(request.rows)
        folders = "\n".join(printable(str(target.path)) for target in targets)
        named = printable(targets[0].name) if len(targets) == 1 else f"{len(targets)} repositories"
        return Outcome(message=f"The folder of {named}.", effects=(CopyText(folders),), reread=False)
