"""One repository, observed: files, identity, trust, status, in that order, within its own time."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from devdash.api import PaneContext, PaneError, ProcessTimeout, ProgramMissing, Unavailable
from devdash_git.agreed import is_agreed
from devdash_git.asking import Asker, Deadline
from devdash_git.concluding import Concluder, files_of
from devdash_git.config import GitConfig
from devdash_git.contact import FetchBook
from devdash_git.glance import Glance, glance
from devdash_git.identity import Identity, Look, identify, look
from devdash_git.lookout import Lookout
from devdash_git.observation import Observation, unseen
from devdash_git.patience import Patience
from devdash_git.plain import printable, trust_hint
from devdash_git.problems import AccessProblem, timed_out
from devdash_git.remotes import Found, Remotes
from devdash_git.riders import Rider, Seat
from devdash_git.run import Git
from devdash_git.states import Access
from devdash_git.targets import Target, tidy
from devdash_git.together import Together
from devdash_git.usual import divided, who

T = TypeVar("T")


class Observer:
    """Observes repositories, a few at a time.

    Args:
        config: the pane's table.
        context: processes, threads, clocks.
        git: runs git.
        patience: looks at files.
        book: devdash's own fetches.
    """

    def __init__(
        self, config: GitConfig, context: PaneContext, git: Git, patience: Patience, book: FetchBook
    ) -> None:
        self._config = config
        self._context = context
        self._git = git
        self._patience = patience
        self._asker = Asker(config, context, git)
        self._concluder = Concluder(git, book, self._deadline)
        self._together = Together(context, git, patience, self._concluder, config.repo_timeout)
        self._looks = asyncio.Semaphore(4)
        self._known: dict[Path, Identity] = {}
        self._remotes = Remotes(context)
        self._trusted = {tidy(context.folder / path.expanduser()) for path in config.trust}

    async def observe(self, target: Target) -> Observation:
        """See `target`; whatever is wrong with it becomes its access state.

        Raises:
            Unavailable, ProgramMissing: git itself is not there.
        """
        try:
            return await self._observe(target)
        except AccessProblem as problem:
            return unseen(target, problem)
        except (Unavailable, ProgramMissing):
            raise
        except ProcessTimeout:
            return unseen(target, timed_out(self._config.repo_timeout))
        except PaneError as error:  # too much output, no more threads: nothing is known of this one
            return unseen(target, AccessProblem(Access.TIMEOUT, error.message, error.hint))

    def lanes(self, before: Iterable[tuple[Observation, Lookout]]) -> list[list[Seat]]:
        """Of what was seen the last time, what can be seen `again`."""
        seats = [
            Seat(seen, lookout, identity, self.trusts(seen.target, identity.look))
            for seen, lookout in before
            if (identity := who(seen)) is not None
        ]
        return divided(seats, lambda seat: seat.before.took_s, self._concluder.at_once)

    def first_lanes(self, targets: Sequence[Target]) -> list[list[Target]]:
        """Of targets of which nothing is known, what can be seen `together`."""
        return divided(targets, lambda target: 0.0, self._concluder.at_once)

    async def again(self, lane: Sequence[Seat]) -> dict[Target, Observation]:
        """See the repositories of one of the `lanes`; those that are not in the answer take `observe`."""
        if self._patience.strained:
            return {}
        with contextlib.suppress(PaneError):  # whatever it is, each of them tells it better
            async with self._looks:
                return await self._together.again(lane)
        return {}

    async def together(self, targets: Sequence[Target]) -> dict[Target, Observation]:
        """See repositories for the first time; those that are not in the answer take `observe`."""
        if self._patience.strained:
            return {}
        with contextlib.suppress(PaneError):
            async with self._looks:
                return await self._together.observe(await self._riders(targets))
        return {}

    async def _riders(self, targets: Sequence[Target]) -> list[Rider]:
        """Those in which a status runs nothing of their own."""
        met = [one for one in await self._together.meet(targets) if not one.identity.programs.reading]
        found = await self._remotes.each([one.identity for one in met], self._config.repo_timeout)
        riders: list[Rider] = []
        for one, remotes in zip(met, found, strict=True):
            if one.identity.lasting:
                self._known[one.target.path] = one.identity
            begun = Observation(target=one.target, remotes=remotes, glance=one.glance)
            riders.append(Rider(begun, one.identity, self.trusts(one.target, one.identity.look)))
        return riders

    def _deadline(self) -> Deadline:
        """Begun when it is a repository's turn: the wait for it is not the repository's fault."""
        return Deadline(self._context, self._config.repo_timeout)

    async def verified(self, target: Target, timeout: float) -> Identity:
        """Who `target` is, asked anew: for what acts on it.

        Raises:
            AccessProblem: it is not what it was, or cannot be read.
        """
        identity = await self.identified(target, timeout)
        await self._check_reading(target, identity)
        return identity

    async def identified(self, target: Target, timeout: float) -> Identity:
        """Who `target` is, whether its config is trusted or not: for looking at the config alone.

        Raises:
            AccessProblem: it is not what it was, or cannot be read.
        """
        try:
            deadline = Deadline(self._context, timeout)
            seen = await self._look(target.path, deadline, look)
            return await identify(self._git, seen, deadline.left())
        except ProcessTimeout as error:
            raise timed_out(timeout) from error

    async def shared(self, target: Target) -> Path:
        """The git directory that its worktrees share; its folder where that cannot be told."""
        try:
            return (await self._look(target.path, self._deadline(), look)).common_dir
        except PaneError:  # what is wrong with it is told by whoever asks for more
            return target.path

    def trusts(self, target: Target, seen: Look) -> bool:
        """Whether the person listed it under `trust`: it and its submodules and hooks."""
        return not self._trusted.isdisjoint({target.path, seen.top})

    async def agrees(self, target: Target, identity: Identity) -> bool:
        """Whether the programs that its config names may run: it is listed, or was agreed to as it is now."""
        if not identity.programs.lines or self.trusts(target, identity.look):
            return True
        return await self._context.in_thread(is_agreed, self._context.state_dir, identity)

    async def _observe(self, target: Target) -> Observation:
        """Looks at files have a few more slots than git, so that a processor is not idle while one waits."""
        async with self._looks:
            seen, glanced = await self._look(target.path, self._deadline(), look_closely)
        async with self._concluder.slots:
            deadline = self._deadline()
            identity, remotes = await self._identity(target, seen, deadline)
            began = self._context.monotonic()
            status = await self._asker.status(
                identity, deadline, submodules=self.trusts(target, identity.look)
            )
            took_s = self._context.monotonic() - began
        files = await self._patience.call(target.path, self._config.repo_timeout, files_of, identity, status)
        begun = Observation(target=target, remotes=remotes, glance=glanced, took_s=took_s)
        return await self._concluder.concluded(begun, identity, status, files)

    async def _look(self, folder: Path, deadline: Deadline, how: Callable[[Path], T]) -> T:
        if self._patience.strained:  # a drive hangs: ask through a process first, since that can be killed
            await self._git.read(folder, "rev-parse", "--git-dir", timeout=deadline.left())
        return await self._patience.call(folder, deadline.left(), how, folder)

    async def _identity(self, target: Target, seen: Look, deadline: Deadline) -> tuple[Identity, Found]:
        identity = self._known.get(target.path)
        if identity is None or identity.look != seen:
            self._known.pop(target.path, None)
            identity = await identify(self._git, seen, deadline.left())
        await self._check_reading(target, identity)
        remotes = await self._remotes.of(identity, deadline.left())
        if identity.lasting:
            self._known[target.path] = identity
        return identity, remotes

    async def _check_reading(self, target: Target, identity: Identity) -> None:
        if identity.programs.reading and not await self.agrees(target, identity):
            named = ", ".join(map(printable, identity.programs.reading))
            raise AccessProblem(
                Access.UNTRUSTED_CONFIG,
                f"Its own config names programs that git status would run: {named}.",
                trust_hint(target.name),
            )


def look_closely(folder: Path) -> tuple[Look, Glance]:
    """Who is there, and what the key paths look like, before git is asked."""
    seen = look(folder)
    return seen, glance(seen)
