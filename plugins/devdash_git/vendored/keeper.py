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

HERE_EVERY_S = 30.0
"""How old it may be what is known of other branches of the project itself, with `vendored_check`."""

AGAIN_S = 300.0
"""When a source that could not be asked is asked again."""

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
        self._first = True
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
        """As `look`; with `vendored_check` sources that were not asked for long are asked as well.

        The first reading waits for them, since `devdash check` has no other. Later ones go on without,
        and what the sources say wakes the pane.

        Args:
            seconds: how long the first reading can wait.
        """
        patience, self._first = max(seconds, 0) if self._first else 0.0, False
        seen = await self.look()
        due = self._due(seen)
        if not due and self._checking is None:
            return seen
        if self._checking is None:
            self._checking = asyncio.ensure_future(self.check(seen, due, quietly=True))
            self._checking.add_done_callback(self._noticed)
        task = self._checking
        done, _ = await asyncio.wait({task}, timeout=patience)
        if not done:
            return seen
        self._checking = None
        task.result()
        return await self.look()

    def _noticed(self, task: "asyncio.Task[tuple[Finding, ...]]") -> None:
        """Read again; how it ended is told then, or by nobody when the pane has stopped."""
        if not task.cancelled() and task.exception() is None:
            self._context.wake()

    def give_up(self) -> None:
        """Wait for no source any more."""
        if self._checking is not None:
            self._checking.cancel()

    def _due(self, seen: Survey) -> tuple[Origin, ...]:
        """What a reading has to ask for: what was not asked for long, and what needs no network."""
        if not self._config.vendored_check or seen.project is None:
            return ()
        now = self._context.now().timestamp()
        findings = {file.origin: file.finding for file in seen.files}
        origins = dict.fromkeys(entry.origin for entry in seen.entries)
        return tuple(origin for origin in origins if self._is_due(origin, findings.get(origin), now))

    def _is_due(self, origin: Origin, finding: Finding | None, now: float) -> bool:
        if finding is None:
            return True
        age = float(self._config.vendored_every)
        if origin.source == HERE:
            age = min(age, HERE_EVERY_S)
        elif finding.failure is not None:
            age = min(age, AGAIN_S)
        return now - finding.at >= age

    async def check(
        self, seen: Survey, origins: Iterable[Origin], *, quietly: bool = False
    ) -> tuple[Finding, ...]:
        """Ask sources, a few at a time, and remember what they said. Failures are in the findings.

        Args:
            quietly: say nothing of how far it is, since nobody asked for it.
        """
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
            if not quietly:
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
