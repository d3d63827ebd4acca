"""`Keeper`: the vendored files of the pane's project, surveyed with each reading, checked when asked."""

import asyncio
from collections.abc import Iterable, Sequence

from devdash.api import PaneContext, PaneError
from devdash_git.config import GitConfig, Vendored
from devdash_git.patience import Patience
from devdash_git.problems import AccessProblem
from devdash_git.run import Git
from devdash_git.vendored.book import Findings
from devdash_git.vendored.lockfile import LockProblem
from devdash_git.vendored.model import Entry, Finding, Origin
from devdash_git.vendored.paths import fixed_part, is_pattern
from devdash_git.vendored.project import HERE, Project, project_at
from devdash_git.vendored.survey import Contents, Survey, survey
from devdash_git.vendored.upstream import Upstream

AT_ONCE = 4
"""Sources asked at a time."""


class Keeper:
    """Knows the project, its entries and what the sources last said.

    Args:
        config: the pane's table.
        context: clocks, threads, folders.
        git: runs git.
        patience: looks at files that may be on a drive that hangs.
    """

    def __init__(self, config: GitConfig, context: PaneContext, git: Git, patience: Patience) -> None:
        self._config = config
        self._context = context
        self._patience = patience
        self._lock = context.folder / config.vendored_lock.expanduser()
        self._wanted = tuple(map(entry_of, config.vendored))
        self._findings = Findings(context.cache_dir)
        self._contents = Contents()
        self._checking: asyncio.Task[tuple[Finding, ...]] | None = None
        self.upstream = Upstream(config, context, git)

    async def look(self) -> Survey:
        """All vendored files now, as of the last checks; without any it costs a look at the lock file."""
        folder = self._lock.parent
        try:
            return await self._patience.call(folder, self._config.repo_timeout, self._look)
        except AccessProblem as problem:
            return Survey(problems=((problem.message, problem.hint),)) if self._wanted else Survey()

    async def reading(self, seconds: float) -> Survey:
        """As `look`; with `vendored_check` sources that were not asked for long are asked first.

        Args:
            seconds: how long the reading can wait for that. What comes later wakes the pane.
        """
        seen = await self.look()
        due = self._due(seen)
        if not due and self._checking is None:
            return seen
        if self._checking is None:
            self._checking = asyncio.ensure_future(self.check(seen, due))
            self._checking.add_done_callback(_noticed)
        task = self._checking
        done, _ = await asyncio.wait({task}, timeout=max(seconds, 0))
        if not done:
            task.add_done_callback(lambda _: self._context.wake())
            return seen
        self._checking = None
        task.result()
        return await self.look()

    def give_up(self) -> None:
        """Wait for no source any more."""
        if self._checking is not None:
            self._checking.cancel()

    def _due(self, seen: Survey) -> tuple[Origin, ...]:
        """What a reading has to ask for: what was not asked for long, and what needs no network."""
        if not self._config.vendored_check or seen.project is None:
            return ()
        oldest = self._context.now().timestamp() - self._config.vendored_every
        findings = {file.origin: file.finding for file in seen.files}
        return tuple(
            entry.origin
            for entry in seen.entries
            if (found := findings.get(entry.origin)) is None
            or found.at < oldest
            or entry.origin.source == HERE
        )

    async def check(self, seen: Survey, origins: Iterable[Origin]) -> tuple[Finding, ...]:
        """Ask sources, a few at a time, and remember what they said. Failures are in the findings."""
        if seen.project is None:
            raise PaneError("The project's folder cannot be read.")
        project = seen.project
        known = await self._context.in_thread(self._findings.of, project.root)
        groups: dict[tuple[str, str], list[Origin]] = {}
        for origin in dict.fromkeys(origins):
            groups.setdefault((origin.source, origin.ref), []).append(origin)
        slots = asyncio.Semaphore(AT_ONCE)
        ended = 0

        async def one(group: Sequence[Origin]) -> tuple[Finding, ...]:
            nonlocal ended
            async with slots:
                found = await self.upstream.find(group, project, known)
            ended += 1
            self._context.progress(f"asked {ended} of {len(groups)} sources")
            return found

        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(one(group)) for group in groups.values()]
        found = tuple(finding for task in running for finding in task.result())
        tracked = {entry.origin for entry in seen.entries} | {finding.origin for finding in found}
        await self._context.in_thread(self._findings.add, project.root, found, tracked)
        return found

    async def project(self) -> Project:
        """The project, looked at anew.

        Raises:
            PaneError: there is no such folder.
        """
        return await self._patience.call(self._lock.parent, self._config.repo_timeout, self._project)

    def _project(self) -> Project:
        try:
            return project_at(self._lock)
        except (OSError, RuntimeError) as error:
            raise LockProblem("There is no folder for the lock file.", "See vendored_lock.") from error

    def _look(self) -> Survey:
        if not self._wanted and not self._lock.exists():
            return Survey()
        try:
            project = self._project()
        except LockProblem as problem:
            return Survey(problems=((problem.message, problem.hint),))
        return survey(project, self._wanted, self._findings.of(project.root), self._contents)


def _noticed(task: "asyncio.Task[tuple[Finding, ...]]") -> None:
    """Take note of how a check ended that nobody waits for, so that asyncio does not complain."""
    if not task.cancelled():
        task.exception()


def entry_of(wanted: Vendored) -> Entry:
    """What a table of the config tracks."""
    origin = Origin(wanted.source, wanted.ref, wanted.path)
    return Entry(default_place(wanted.path, wanted.to), origin)


def default_place(path: str, to: str) -> str:
    """Where `path` goes when `to` was said: nothing is the same place; a folder for a file keeps its name.

    >>> default_place("a/x.sh", ""), default_place("a/x.sh", "b/"), default_place("a/*.md", "")
    ('a/x.sh', 'b/x.sh', 'a')
    """
    if is_pattern(path):
        return to.removesuffix("/") or fixed_part(path) or "."
    if to.endswith("/") and not path.endswith("/"):
        return to + path.rpartition("/")[2]
    return to.removesuffix("/") or path.removesuffix("/")
