"""`Hands`: what every action looks at before it changes a repository, and the one way to change it.

An action never starts from what the screen shows, which may be minutes old: it makes sure of the
repository, asks git anew, and refuses wherever something could be lost.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType
from typing import ParamSpec, TypeVar

import msgspec

from devdash.api import Completed, PaneError, ProcessTimeout
from devdash_git.asking import STATUS, UNTOUCHED_SUBMODULES
from devdash_git.desk import Means
from devdash_git.identity import Identity, Look
from devdash_git.observation import Observation
from devdash_git.operation import Underway, lock_time, underway
from devdash_git.plain import first_words, printable, trust_hint
from devdash_git.porcelain import MalformedStatus, Status, parse
from devdash_git.problems import AccessProblem, about, unreadable
from devdash_git.states import Head
from devdash_git.targets import Target

P = ParamSpec("P")
T = TypeVar("T")

ACT_S = 300.0
"""What one command that changes files may take: a large checkout on a slow disk takes its time."""

INDEX_LOCK = "index.lock"

SHOWN = 40
"""How many names or commits are listed before a yes; the rest is counted."""


class Refused(PaneError):
    """It is not done, because something could be lost or is not as it should be."""

    kind = "refused"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message.removesuffix("."), hint)  # the next step follows in the same line


class Needless(Refused):
    """There is nothing to be done."""

    kind = "needless"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A repository as it is at this moment.

    Attributes:
        target: which.
        identity: who it is; git agrees.
        trusted: the person trusts the programs that its config names.
        status: git's own words. For a bare repository nothing.
        underway: the operation that waits for the person.
        locked: the lock that another git holds or left behind, such as "index.lock"; "": none.
    """

    target: Target
    identity: Identity
    trusted: bool
    status: Status = Status()
    underway: Underway | None = None
    locked: str = ""

    @property
    def name(self) -> str:
        """What it is called, for sentences."""
        return printable(self.target.name)

    @property
    def branch(self) -> bytes:
        """The current branch; raises `Needless` where there is none."""
        if self.status.branch is None or self.status.head is not Head.BRANCH:
            said = "has no commit" if self.status.head is Head.UNBORN else "is on no branch"
            raise Needless(f"{self.name} {said}.", "git switch BRANCH goes to one.")
        return self.status.branch

    @property
    def commit(self) -> str:
        """The commit of HEAD; raises `Needless` where there is none."""
        if self.status.oid is None:
            raise Needless(f"{self.name} has no commit.")
        return self.status.oid

    def must_be_at_rest(self) -> None:
        """Nothing is half-done in it.

        Raises:
            Refused: something is.
        """
        if self.identity.look.bare:
            raise Needless(f"{self.name} is bare: it has no files to work on.")
        if self.underway is not None:
            what, leaving = self.underway.operation.value, self.underway.leaving
            article = "an" if what.startswith("a") else "a"
            raise Refused(f"In {self.name} {article} {what} is under way.", f"Finish it, or {leaving}.")
        if self.status.conflicts:
            raise Refused(f"{self.name} has conflicts.", "Resolve them first.")
        if self.locked:
            raise Refused(
                f"Another git is at work in {self.name}: {self.locked} is there.",
                "Wait for it; if none is running, remove the file.",
            )


_MET: ContextVar[Mapping[str, Place]] = ContextVar("_MET", default=MappingProxyType({}))
"""Those that were asked together a moment ago, by name; for the questions that are made within."""


class Hands:
    """Looks at repositories, and changes them, one action in each and its worktrees at a time."""

    def __init__(self, means: Means) -> None:
        self._means = means

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Held while something is done in the repository `name`; "": in all, whose own turns come within.

        Its worktrees wait as well: they have their stash in common, where entries go by their number.

        Raises:
            PaneError: there is no such repository, or another devdash is at work in it.
        """
        turns = self._means.turns
        if not name:
            async with turns.within(Path()):
                yield
            return
        async with turns.of(await self._means.observer.shared(await self._means.target(name)), name):
            yield

    @asynccontextmanager
    async def met(self, names: Sequence[str]) -> AsyncIterator[None]:
        """Within, `place` knows what was just asked of `names` by few child processes.

        For a question about many: asked one by one they take several times as long. It is not for what is
        done, which makes sure of each repository by itself.
        """
        wanted = set(names)
        targets = [one for one in (await self._means.finder.targets()).items if one.name in wanted]
        observer = self._means.observer
        lanes = await asyncio.gather(*map(observer.together, observer.first_lanes(targets)))
        token = _MET.set({one.target.name: place for lane in lanes for one in lane.values()
                          if (place := self._from(one)) is not None})  # fmt: skip
        try:
            yield
        finally:
            _MET.reset(token)

    async def place(self, name: str) -> Place:
        """The repository `name`, made sure of and asked anew.

        Raises:
            PaneError: there is none, it is not what it was, or its config names programs.
        """
        await self._means.git.version()
        target = await self._means.target(name)
        met = _MET.get().get(name)
        if met is not None and met.target == target:
            await self._must_be_agreed_to(met)
            return met
        try:
            identity = await self._means.observer.verified(target, self._means.config.repo_timeout)
        except AccessProblem as problem:
            raise about(printable(name), problem) from problem
        trusted = self._means.observer.trusts(target, identity.look)
        place = Place(target=target, identity=identity, trusted=trusted)
        await self._must_be_agreed_to(place)
        if identity.look.bare:
            return place
        kept = () if trusted else (UNTOUCHED_SUBMODULES,)
        try:
            status = parse(await self.ask(place, *STATUS, *kept))
        except MalformedStatus as error:
            raise Refused(f"git's answer is not understood: {error}.") from error
        files = await self.look(place, _files, identity.look, status.branch or b"")
        return msgspec.structs.replace(place, status=status, underway=files[0], locked=files[1])

    def _from(self, seen: Observation) -> Place | None:
        """The place that was seen; None where not all is known that has to be."""
        identity, status, files = seen.identity, seen.status, seen.files
        if identity is None or status is None or files is None:
            return None
        return Place(
            target=seen.target,
            identity=identity,
            trusted=self._means.observer.trusts(seen.target, identity.look),
            status=status,
            underway=files.underway,
            locked=INDEX_LOCK if files.lock_time is not None else "",
        )

    async def _must_be_agreed_to(self, place: Place) -> None:
        """What its config names, and acting would run, may run."""
        target, identity = place.target, place.identity
        if identity.programs.acting and not await self._means.observer.agrees(target, identity):
            named = ", ".join(map(printable, identity.programs.acting))
            raise Refused(
                f"The config of {place.name} names programs that this would run: {named}.",
                trust_hint(target.name),
            )

    async def ask(self, place: Place, *arguments: str, good: tuple[int, ...] = (0,)) -> bytes:
        """What git answers to a question.

        Raises:
            PaneError: it fails, or takes too long.
        """
        look = place.identity.look
        timeout = self._means.config.repo_timeout
        answer = await self._means.git.read(look.top, *arguments, timeout=timeout, bare=look.bare)
        if answer.code not in good:
            raise about(place.name, unreadable(look.top, answer.err))
        return answer.out

    async def look(self, place: Place, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of a function that blocks and looks at the repository's files.

        Raises:
            PaneError: it takes too long.
        """
        timeout = self._means.config.repo_timeout
        return await self._means.patience.call(place.target.path, timeout, function, *args, **kwargs)

    async def change(self, place: Place, *arguments: str, stdin: bytes = b"") -> Completed:
        """Run a command that changes something; its exit code is the caller's to look at.

        Raises:
            Refused: it did not end in time, and was stopped.
        """
        look = place.identity.look
        try:
            return await self._means.git.change(
                look.top, *arguments, timeout=ACT_S, bare=look.bare, stdin=stdin
            )
        except ProcessTimeout as error:
            raise Refused(
                f"git did not end in {ACT_S:g} s and was stopped.", f"Look at {place.name}: git status."
            ) from error

    async def not_moved(self, place: Place, answer: Completed, what: str, old: str, new: str) -> Refused:
        """As `failed`, when git was to go from `old` to `new`; with the way back if files went there.

        git writes files first, and HEAD or the branch after that.
        """
        try:
            staged = (await self.place(place.target.name)).status.staged
        except PaneError:
            return failed(place, answer, what)
        back = f"Its files are at {short(new)}: git read-tree -m -u {new} {old} takes them back."
        return failed(place, answer, what, back if staged > place.status.staged else "")


def failed(place: Place, answer: Completed, what: str, hint: str = "") -> Refused:
    """What git said when it refused, as a failure."""
    said = first_words(answer.err) or first_words(answer.out) or "git failed without a word"
    return Refused(f"{place.name}: {what}: {said}", hint)


def short(commit: str) -> str:
    """A commit as people read it."""
    return commit[:10]


def _files(look: Look, branch: bytes) -> tuple[Underway | None, str]:
    return underway(look.git_dir), _lock(look, branch)


def _lock(look: Look, branch: bytes) -> str:
    """The first lock that is in the way of what changes files.

    git itself only meets those of HEAD and of the branch when it has written the files.
    """
    if lock_time(look.git_dir) is not None:
        return INDEX_LOCK
    refs = [
        look.git_dir / "HEAD",
        *([look.common_dir / "refs/heads" / os.fsdecode(branch)] if branch else []),
    ]
    locks = [ref.with_name(f"{ref.name}.lock") for ref in refs]
    return next((printable(lock.name) for lock in locks if os.path.lexists(lock)), "")
