"""The git pane: many repositories, read side by side; what can be done with them is at the desks."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from devdash.api import (
    Desk,
    PaneContext,
    Report,
    Rule,
    StaffedPane,
)
from devdash_git.acting import acting
from devdash_git.config import GitConfig
from devdash_git.contact import FetchBook
from devdash_git.desk import Means
from devdash_git.fetch import Fetcher
from devdash_git.fetch_desk import FetchDesk, PathDesk
from devdash_git.jobs import Jobs
from devdash_git.noted import Noter
from devdash_git.observe import Observer
from devdash_git.patience import Patience
from devdash_git.reporter import Reporter
from devdash_git.rounds import Rounds
from devdash_git.rules import is_over, rules_for
from devdash_git.run import Git
from devdash_git.schedule import Schedule
from devdash_git.sight import Sight
from devdash_git.sight_desk import SightDesk
from devdash_git.submodules import Submodules
from devdash_git.targets import Finder
from devdash_git.turns import Turns
from devdash_git.vendored.desk import LookDesk, TakeDesk
from devdash_git.vendored.face import MANY, with_vendored
from devdash_git.vendored.keeper import Keeper
from devdash_git.vendored.tracking import TrackDesk

RESERVE_S = 1.0
"""What a reading keeps of its timeout, so that slow repositories cost themselves and not the report."""


MAX_WATCHED = 2_000
"""Folders that are watched; what lies in others is noticed by the next glance."""


class GitPane(StaffedPane[GitConfig]):
    """Shows the state of many repositories. Reads with `git status`, never with locks."""

    Config = GitConfig
    title = "Git"
    looks_closer = True

    def __init__(self, config: GitConfig, context: PaneContext) -> None:
        super().__init__(config, context)
        self._git = Git(context)
        self._patience = Patience(context)
        self._book = FetchBook(context.state_dir)
        self._jobs = Jobs(context)
        self._noter = Noter(self._jobs)
        inside = Submodules(self._git, self._patience, config.repo_timeout) if config.submodules else None
        self._finder = Finder(config, context, self._patience, inside)
        self._observer = Observer(config, context, self._git, self._patience, self._book)
        self._keeper = Keeper(config, context, self._git, self._patience)
        self._rounds = Rounds(config, context, self._patience, self._observer)
        self._noted = self._book.revision
        self._reporter = Reporter(context)
        self._watched: tuple[str, ...] = ()
        self._looks = SightDesk(Sight(config.show, config.order))

        means = self._means = Means(
            config=config,
            context=context,
            git=self._git,
            patience=self._patience,
            finder=self._finder,
            observer=self._observer,
            book=self._book,
            jobs=self._jobs,
            turns=Turns(context, self._patience, config.repo_timeout),
        )
        self._fetcher = Fetcher(config, context, self._git, self._observer, self._book, self._jobs)
        self.schedule = Schedule(means, self._fetcher) if config.fetch_every else None

    def staff(self) -> Iterator[Desk]:
        """Who offers what; what is done every day stands first, for the line of hints is short."""
        means = self._means
        yield FetchDesk(means, self._fetcher)
        yield from acting(means)
        yield self._looks
        yield PathDesk(means)
        yield TrackDesk(means, self._keeper)
        yield LookDesk(means, self._keeper)
        yield TakeDesk(means, self._keeper)

    async def start(self) -> None:
        """Begin to fetch now and then, where that is wanted and there is time for it."""
        if self.schedule is not None and self.context.stays:
            self.context.task("schedule of fetches", self.schedule.keep)

    async def read(self) -> Report:
        """Observe every repository; one that does not answer costs only itself.

        Raises:
            Unavailable: git is missing or too old.
        """
        end = self.context.monotonic() + self.config.timeout - min(RESERVE_S, self.config.timeout / 10)
        await self._git.version()
        await self.context.in_thread(self._book.load)
        targets = await self._finder.targets()
        anew = self.context.asked or self._book.revision != self._noted
        self._noted = self._book.revision
        left = end - self.context.monotonic()
        observations = await self._rounds.go(targets.items, left, anew=anew)
        if self._watched is not self._rounds.folders:
            self._watched = self._rounds.folders
            self.context.watch(map(Path, self._watched[:MAX_WATCHED]))
        observations = self._noter.with_jobs(observations)
        if self.schedule is not None:
            self.schedule.note(observations)
        vendored = await self._keeper.reading(end - self.context.monotonic())
        now = self.context.now()
        over = is_over(now, self.config.day_end)
        seen = await self._reporter.report(
            observations, targets.searches, now, day_over=over, sight=self._looks.sight
        )
        if self.schedule is not None:
            seen = self.schedule.told(seen)
        strict = self.config.vendored_check
        if len(vendored.files) < MANY:
            return with_vendored(seen, vendored, now, strict=strict)
        return await self.context.in_thread(with_vendored, seen, vendored, now, strict=strict)

    def rules(self) -> Sequence[Rule[Any]]:
        """What should reach a person who is not looking."""
        return rules_for(self.config)

    async def stop(self) -> None:
        """Wait no more for looks at drives that hang."""
        self._patience.give_up()
        self._keeper.give_up()
