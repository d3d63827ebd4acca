"""The actions `fetch` and `copy-path`: they change nothing that is the person's, so they ask nothing."""

from devdash.api import Action, ActionRequest, CopyText, Outcome, Scope
from devdash_git.desk import GitDesk, Means
from devdash_git.fetch import Fetcher
from devdash_git.outcomes import fetched
from devdash_git.plain import printable

FETCH = Action(
    name="fetch",
    key="f",
    title="Fetch",
    permission="git.repo.fetch",
    scope=Scope.EITHER,
    help="Ask the remote of the repository, or of all, for what is new; nothing local changes.",
)
COPY_PATH = Action(
    name="copy-path",
    key="y",
    title="Copy path",
    permission="git.path.copy",
    scope=Scope.ITEM,
    help="Copy the repository's folder.",
)


class FetchDesk(GitDesk):
    """Fetches one repository or all."""

    actions = (FETCH,)

    def __init__(self, means: Means) -> None:
        super().__init__(means)
        self._fetcher = Fetcher(means.config, means.context, means.git, means.observer, means.book)

    async def act(self, request: ActionRequest) -> Outcome:
        """Fetch.

        Raises:
            PaneError: there is no such repository, or git is missing.
        """
        if request.item is not None:
            targets = [await self._means.target(request.item)]
        else:
            targets = list((await self._means.finder.targets()).items)
        if not targets:
            return Outcome(message="There is no repository to fetch.", reread=False)
        await self._means.git.version()
        return fetched(await self._fetcher.fetch(targets))


class PathDesk(GitDesk):
    """Copies where a repository is."""

    actions = (COPY_PATH,)

    async def act(self, request: ActionRequest) -> Outcome:
        """The path, to be copied.

        Raises:
            PaneError: there is no such repository.
        """
        target = await self._means.target(request.item or "")
        return Outcome(
            message=f"The folder of {printable(target.name)}.",
            effects=(CopyText(printable(str(target.path))),),
            reread=False,
        )
