"""Fetching that cannot ask, hang, run what the person did not set up, or lose a commit."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import msgspec

from devdash.api import PaneContext, PaneError, ProcessTimeout
from devdash_git.config import GitConfig
from devdash_git.contact import FetchBook, Record
from devdash_git.identity import Identity
from devdash_git.jobs import Jobs
from devdash_git.observe import Observer
from devdash_git.plain import first_words, printable, trust_hint
from devdash_git.problems import FetchFailure, fetch_failure, fetch_sentence, late
from devdash_git.run import Git
from devdash_git.sync import HERE
from devdash_git.targets import Target

ARGUMENTS = (
    "--no-auto-maintenance",
    "--no-recurse-submodules",
    "--no-prune",
    "--no-prune-tags",
    "--no-write-fetch-head",
    "--progress",
    "--end-of-options",
)
"""Nothing is deleted, no submodule is entered, FETCH_HEAD stays as the person left it. Progress tells a
server that answers from one that does not."""

ACTION = "fetch"

AT_ONCE = 4
"""Fetches at a time; they wait for the network more than they work."""


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What became of fetching one repository.

    Attributes:
        target: which.
        remotes: how many remotes were fetched.
        failure: why it failed; None when it did not.
        message: what is wrong, to follow "NAME: "; empty when nothing is.
        hint: the next step.
    """

    target: Target
    remotes: int = 0
    failure: FetchFailure | None = None
    message: str = ""
    hint: str = ""


class Fetcher:
    """Fetches repositories, a few at a time.

    Args:
        config: for `fetch_timeout` and `repo_timeout`.
        context: progress, clock, threads.
        git: runs git.
        observer: makes sure of what a folder is before it is fetched.
        book: where attempts are noted.
        jobs: where it is noted what is under way.
    """

    def __init__(
        self,
        config: GitConfig,
        context: PaneContext,
        git: Git,
        observer: Observer,
        book: FetchBook,
        jobs: Jobs,
    ) -> None:
        self._config = config
        self._context = context
        self._git = git
        self._observer = observer
        self._book = book
        self._jobs = jobs
        self._turns: dict[Path, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def fetch(self, targets: Sequence[Target]) -> tuple[Fetched, ...]:
        """Fetch all `targets`; what fails costs none of the others."""
        slots = asyncio.Semaphore(AT_ONCE)
        ended = 0

        async def one(target: Target) -> Fetched:
            nonlocal ended
            async with slots:
                with self._jobs.working(ACTION, target.name):
                    result = await self._one(target)
                if result.failure is not None:
                    self._jobs.failed(ACTION, target.name, result.message)
            ended += 1
            self._context.progress(f"fetched {ended} of {len(targets)}")
            return result

        self._context.progress(f"fetching {targets[0].name if len(targets) == 1 else len(targets)}")
        with self._jobs.queue(ACTION, [target.name for target in targets]):
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(target)) for target in targets]
        return tuple(task.result() for task in tasks)

    async def _one(self, target: Target) -> Fetched:
        try:
            return await self._verified(target)
        except PaneError as problem:
            return Fetched(
                target=target, failure=FetchFailure.REFUSED, message=problem.message, hint=problem.hint
            )

    async def _verified(self, target: Target) -> Fetched:
        identity = await self._observer.verified(target, self._config.repo_timeout)
        refusal = await self._refusal(target, identity)
        if refusal is not None:
            return refusal
        # Worktrees share what is fetched, and so do a person's fetch and one of the schedule.
        async with self._turns[identity.look.common_dir]:
            return await self._all_remotes(target, identity)

    async def _all_remotes(self, target: Target, identity: Identity) -> Fetched:
        remotes = await self._remotes(identity)
        for done, remote in enumerate(remotes):
            failed = await self._remote(target, identity, remote)
            if failed is not None:
                return msgspec.structs.replace(failed, remotes=done)
        return Fetched(target=target, remotes=len(remotes))

    async def _refusal(self, target: Target, identity: Identity) -> Fetched | None:
        named = identity.programs.fetching
        if named and not await self._observer.agrees(target, identity):
            return Fetched(
                target=target,
                failure=FetchFailure.REFUSED,
                message="not fetched, its own config names programs that a fetch would run: "
                + ", ".join(map(printable, named)),
                hint=trust_hint(target.name),
            )
        return None

    async def _remotes(self, identity: Identity) -> tuple[str, ...]:
        """The remote of the branch's upstream, or all."""
        answer = await self._git.read(
            identity.look.top,
            *("symbolic-ref", "--quiet", "--short", "HEAD"),
            timeout=self._config.repo_timeout,
            bare=identity.look.bare,
        )
        branch = answer.out.rstrip(b"\n").decode("utf-8", "surrogateescape")
        remote = identity.settings.last(f"branch.{branch}.remote") if answer.code == 0 else None
        known = identity.settings.remotes
        return (remote,) if remote in known and remote != HERE else known

    async def _remote(self, target: Target, identity: Identity, remote: str) -> Fetched | None:
        """Fetch one remote and note it; None when that went well."""
        if overwrites(identity, remote):
            return Fetched(
                target=target,
                failure=FetchFailure.REFUSED,
                message=f"not fetched, {printable(remote)} is set up to overwrite local branches or tags",
                hint="Its fetch refspec should end in refs/remotes/…, or for tags begin without +: "
                "git config --get-all remote.NAME.fetch",
            )
        started = self._context.now()
        failure, said = await self._run(identity, remote)
        record = Record(
            repository=str(identity.look.common_dir),
            remote=remote,
            success=started if failure is None else None,
            attempt=started,
            failure=failure,
        )
        await self._context.in_thread(self._book.add, record)
        if failure is None:
            return None
        message, hint = fetch_sentence(failure, said)
        return Fetched(target=target, failure=failure, message=f"{printable(remote)}: {message}", hint=hint)

    async def _run(self, identity: Identity, remote: str) -> tuple[FetchFailure | None, str]:
        try:
            answer = await self._git.fetch(
                identity.look.top,
                *ARGUMENTS,
                remote,
                timeout=self._config.fetch_timeout,
                bare=identity.look.bare,
                ssh=identity.settings.last("core.sshcommand"),
            )
        except ProcessTimeout as error:
            return late(error.err), ""
        if answer.code == 0:
            return None, ""
        return fetch_failure(answer.err), first_words(answer.err)


def overwrites(identity: Identity, remote: str) -> bool:
    """Whether fetching `remote` would write over local branches or tags, and so could drop commits.

    A refspec's destination outside refs/remotes/, refs/tags/ and refs/notes/ does; so does one in refs/tags/
    by force, for nothing remembers what a tag was. A mirror is meant to.
    """
    if (identity.settings.last(f"remote.{remote}.mirror") or "").lower() in {
        "true",
        "yes",
        "on",
        "1",
    }:
        return not identity.look.bare
    pairs = (spec.partition(":") for spec in identity.settings.all(f"remote.{remote}.fetch"))
    return any(
        re.match(r"refs/(remotes|notes)/" if source[:1] == "+" else r"refs/(remotes|tags|notes)/", to) is None
        for source, _, to in pairs
        if to and source[:1] != "^"
    )
