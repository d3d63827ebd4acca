"""Several repositories, observed by few child processes: see `lane` for why, and `usual` for which.

Whatever is wrong with one, nothing is said of it here: it has to be observed by itself, which tells.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import msgspec

from devdash.api import PaneContext, PaneError
from devdash_git import branches, relations
from devdash_git.asking import question_about, understood
from devdash_git.concluding import Concluder, files_of
from devdash_git.observation import Files, Observation
from devdash_git.patience import Patience
from devdash_git.porcelain import Status
from devdash_git.problems import AccessProblem
from devdash_git.riders import Newcomer, Rider, Seat, known_riders, newcomers
from devdash_git.run import Git
from devdash_git.targets import Target

LANE_S = 2.0
"""How long a command may take in all repositories of a lane: eight times as long as the last time."""

Told = dict[tuple[str, ...], bytes]


class Together:
    """Observes the repositories of a lane.

    Args:
        context: the clock.
        git: runs git.
        patience: looks at files.
        concluder: makes observations.
        seconds: what one repository may take.
    """

    def __init__(
        self, context: PaneContext, git: Git, patience: Patience, concluder: Concluder, seconds: float
    ) -> None:
        self._context = context
        self._git = git
        self._patience = patience
        self._concluder = concluder
        self._seconds = seconds
        self._lane_s = min(LANE_S, seconds)

    async def again(self, lane: Sequence[Seat]) -> dict[Target, Observation]:
        """See those that answer and are who they were.

        Raises:
            PaneError: no process could be started.
        """
        return await self.observe(await known_riders(self._patience, lane, self._seconds))

    async def meet(self, targets: Sequence[Target]) -> list[Newcomer]:
        """Ask who they are, of those of which nothing is known.

        Raises:
            PaneError: no process could be started.
        """
        async with self._concluder.slots:
            return await newcomers(self._git, self._patience, targets, self._seconds, self._lane_s)

    async def observe(self, riders: Sequence[Rider]) -> dict[Target, Observation]:
        """See those that answer.

        Raises:
            PaneError: no process could be started.
        """
        answered: list[tuple[Rider, Status]] = []
        for submodules in (False, True):
            some = [rider for rider in riders if rider.submodules is submodules]
            answered += await self._statuses(some, question_about(submodules))
        known = await self._with_files(answered)
        views = [self._concluder.view_of(rider.identity, status, files) for rider, status, files in known]
        asked = [one for one, view in zip(known, views, strict=True) if view is None]
        told = await self._told([rider for rider, _, _ in asked])
        seen = await asyncio.gather(
            *(self._concluded(*one, told=said) for one, said in zip(asked, told, strict=True))
        )
        for one, view in zip(known, views, strict=True):
            if view is not None:  # of which there is nothing to wait for, nor a task to be made
                seen.append(await self._concluded(*one, view=view))
        return {one.target: one for one in seen if one is not None}

    async def _with_files(
        self, answered: Sequence[tuple[Rider, Status]]
    ) -> list[tuple[Rider, Status, Files]]:
        """What the files of each tell; they are read where they may tell something new."""
        files = [_files_still(rider, status) for rider, status in answered]
        looks = [
            (rider.begun.target.path, partial(files_of, rider.identity, status, rider.refs))
            for (rider, status), known in zip(answered, files, strict=True)
            if known is None
        ]
        read = iter(await self._patience.each(looks, self._seconds) if looks else ())
        return [
            (rider, status, found)
            for (rider, status), known in zip(answered, files, strict=True)
            if (found := next(read) if known is None else known) is not None
        ]

    async def _statuses(
        self, riders: Sequence[Rider], question: tuple[str, ...]
    ) -> list[tuple[Rider, Status]]:
        async with self._concluder.slots:
            began = self._context.monotonic()
            answers = await self._each(riders, question, warned=True)  # then it is asked alone
            took_s = self._context.monotonic() - began
        if took_s < self._lane_s:
            riders = [_timed(rider, took_s / len(riders)) for rider in riders]
        return [
            (rider, status)
            for rider, answer in zip(riders, answers, strict=True)
            if answer is not None and (status := _understood(answer)) is not None
        ]

    async def _told(self, asked: Sequence[Rider]) -> list[Told]:
        """What git says of the refs of each."""
        told: list[Told] = [{} for _ in asked]
        if not asked:
            return told
        async with self._concluder.slots:
            for question in (relations.LIST, branches.QUESTION):
                answers = await self._each(asked, question)
                for said, answer in zip(told, answers, strict=True):
                    if answer is not None:
                        said[question] = answer
        return told

    async def _each(
        self, riders: Sequence[Rider], question: tuple[str, ...], *, warned: bool = False
    ) -> tuple[bytes | None, ...]:
        tops: list[Path] = [rider.identity.look.top for rider in riders]
        if not tops:
            return ()
        return await self._git.read_each(tops, *question, timeout=self._lane_s, warned=warned)

    async def _concluded(
        self,
        rider: Rider,
        status: Status,
        files: Files,
        *,
        told: Told | None = None,
        view: relations.View | None = None,
    ) -> Observation | None:
        try:
            return await self._concluder.concluded(
                rider.begun, rider.identity, status, files, told=told, view=view
            )
        except PaneError:
            return None


def _files_still(rider: Rider, status: Status) -> Files | None:
    """What the files told the last time, where they tell the same: a status names what they are asked."""
    before = rider.begun.status
    if before is None:
        return None
    named = (status.branch, status.upstream, status.stash)
    return rider.files if named == (before.branch, before.upstream, before.stash) else None


def _timed(rider: Rider, took_s: float) -> Rider:
    return msgspec.structs.replace(rider, begun=msgspec.structs.replace(rider.begun, took_s=took_s))


def _understood(answer: bytes) -> Status | None:
    try:
        return understood(answer)
    except AccessProblem:
        return None
