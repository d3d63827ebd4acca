"""The git pane: many repositories, read side by side, and fetched."""

import asyncio
from collections.abc import Sequence, Set
from typing import Any

from devdash.api import (
    Action,
    ActionRequest,
    CopyText,
    Level,
    Outcome,
    Pane,
    PaneContext,
    PaneError,
    Report,
    Rule,
    Scope,
)
from devdash_git.config import GitConfig
from devdash_git.contact import FetchBook
from devdash_git.facts import GitFacts
from devdash_git.fetch import Fetcher
from devdash_git.observe import Observation, Observer
from devdash_git.outcomes import fetched
from devdash_git.patience import Patience
from devdash_git.plain import printable
from devdash_git.problems import AccessProblem
from devdash_git.report import report
from devdash_git.run import Git
from devdash_git.states import Access, Sync
from devdash_git.targets import Finder, Target

RESERVE_S = 1.0
"""What a reading keeps of its timeout, so that slow repositories cost themselves and not the report."""

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


class GitPane(Pane[GitConfig]):
    """Shows the state of many repositories. Reads with `git status`, never with locks."""

    Config = GitConfig
    title = "Git"

    def __init__(self, config: GitConfig, context: PaneContext) -> None:
        super().__init__(config, context)
        self._git = Git(context)
        self._patience = Patience(context)
        self._book = FetchBook(context.state_dir)
        self._finder = Finder(config, context, self._patience)
        self._observer = Observer(config, context, self._git, self._patience, self._book)
        self._fetcher = Fetcher(config, context, self._git, self._observer, self._book)
        self._slow: frozenset[Target] = frozenset()

    async def read(self) -> Report:
        """Observe every repository; one that does not answer costs only itself.

        Raises:
            Unavailable: git is missing or too old.
        """
        end = self.context.monotonic() + self.config.timeout - min(RESERVE_S, self.config.timeout / 10)
        await self._git.version()
        await self.context.in_thread(self._book.load)
        targets = await self._finder.targets()
        observations = await self._observe(targets.items, end - self.context.monotonic())
        self._slow = frozenset(seen.target for seen in observations if seen.access is Access.TIMEOUT)
        return report(observations, targets.searches, self.context.now())

    async def _observe(self, targets: Sequence[Target], seconds: float) -> tuple[Observation, ...]:
        """All `targets`, in their order; those that were slow last time come last to their turn."""
        turns = sorted(targets, key=lambda target: target in self._slow)
        tasks = {target: asyncio.ensure_future(self._observer.observe(target)) for target in turns}
        if not tasks:
            return ()
        try:
            await asyncio.wait(tasks.values(), timeout=max(seconds, 0))
        finally:
            late = [task for task in tasks.values() if not task.done()]
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        return tuple(
            _too_late(target) if tasks[target].cancelled() else tasks[target].result() for target in targets
        )

    def actions(self) -> Sequence[Action]:
        """Fetch, and copy a path."""
        return (FETCH, COPY_PATH)

    def rules(self) -> Sequence[Rule[Any]]:
        """Diverged for ten minutes: long enough that nobody is in the middle of mending it."""
        return (
            Rule[GitFacts](
                name="diverged",
                level=Level.ATTENTION,
                text="{item} has diverged from its upstream",
                enter=_diverged,
                clear=_not_diverged,
                for_s=600,
            ),
        )

    async def act(self, request: ActionRequest) -> Outcome:
        """Fetch one repository or all, or copy a path.

        Raises:
            PaneError: there is no such repository, or git is missing.
        """
        targets = (await self._finder.targets()).items
        if request.item is not None:
            targets = (_named(targets, request.item),)
        if request.action == COPY_PATH.name:
            path = printable(str(targets[0].path))
            return Outcome(
                message=f"The folder of {printable(targets[0].name)}.",
                effects=(CopyText(path),),
                reread=False,
            )
        if not targets:
            return Outcome(message="There is no repository to fetch.", reread=False)
        await self._git.version()
        return fetched(await self._fetcher.fetch(targets))

    async def stop(self) -> None:
        """Wait no more for looks at drives that hang."""
        self._patience.give_up()


def _named(targets: Sequence[Target], name: str) -> Target:
    for target in targets:
        if target.name == name:
            return target
    raise PaneError(f"There is no repository {printable(name)}.", "Read again: the list may have changed.")


def _too_late(target: Target) -> Observation:
    problem = AccessProblem(
        Access.TIMEOUT,
        "The reading ended before its turn came.",
        "timeout gives a reading more time; repositories on drives that hang take it from the others.",
    )
    return Observation(target=target, access=problem.access, message=problem.message, hint=problem.hint)


def _diverged(facts: GitFacts) -> Set[str]:
    return {repo.name for repo in facts.repos if repo.sync is Sync.DIVERGED}


def _not_diverged(facts: GitFacts) -> Set[str]:
    """A repository that could not be read keeps its alert as it is."""
    return {repo.name for repo in facts.repos if repo.access is Access.OK and repo.sync is not Sync.DIVERGED}
