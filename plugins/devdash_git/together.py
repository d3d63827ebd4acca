"""Several repositories, observed by one child process: see `lane` for why, and `usual` for which."""

import asyncio
from collections.abc import Sequence
from functools import partial

import msgspec

from devdash.api import PaneContext, PaneError
from devdash_git.asking import question_about, understood
from devdash_git.branches import RefsStamp
from devdash_git.concluding import Concluder, files_of
from devdash_git.glance import Glance, glance
from devdash_git.identity import Identity, look
from devdash_git.lookout import Lookout
from devdash_git.observation import Files, Observation
from devdash_git.patience import Patience
from devdash_git.porcelain import Status
from devdash_git.problems import AccessProblem
from devdash_git.run import Git
from devdash_git.targets import Target

LANE_S = 2.0
"""How long git may take in all repositories of a lane: eight times as long as the last time, at least."""


class Seat(msgspec.Struct, frozen=True):
    """A repository in a lane.

    Attributes:
        before: what was seen of it the last time.
        lookout: tells whether it looks as it did then.
        identity: who it was.
        submodules: whether those are looked into.
    """

    before: Observation
    lookout: Lookout
    identity: Identity
    submodules: bool


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

    async def observe(self, lane: Sequence[Seat]) -> dict[Target, Observation]:
        """See them again.

        Returns:
            Those that answered and are who they were. Of the others nothing is said: they have to be
            observed each by itself, which tells what is wrong.
        """
        if self._patience.strained:
            return {}
        try:
            riders = await self._there(lane)
            answered = [
                rider
                for submodules in (False, True)
                for rider in await self._asked(
                    [rider for rider in riders if rider.seat.submodules is submodules], submodules
                )
            ]
            return await self._concluded(answered)
        except PaneError:  # whatever it is, each of them tells it better
            return {}

    async def _there(self, lane: Sequence[Seat]) -> "list[_Rider]":
        looks = [(seat.before.target.path, partial(_glance_again, seat)) for seat in lane]
        glances = await self._patience.each(looks, self._seconds)
        return [_Rider(seat, seen) for seat, seen in zip(lane, glances, strict=True) if seen is not None]

    async def _asked(self, riders: "Sequence[_Rider]", submodules: bool) -> "list[_Answered]":
        if not riders:
            return []
        tops = [rider.seat.identity.look.top for rider in riders]
        async with self._concluder.slots:
            began = self._context.monotonic()
            answers = await self._git.read_each(
                tops, *question_about(submodules), timeout=min(LANE_S, self._seconds)
            )
            took_s = (self._context.monotonic() - began) / len(tops)
        return [
            _Answered(rider, status, took_s)
            for rider, answer in zip(riders, answers, strict=True)
            if answer is not None and (status := _understood(answer)) is not None
        ]

    async def _concluded(self, answered: "Sequence[_Answered]") -> dict[Target, Observation]:
        looks = [(one.before.target.path, partial(_files_again, one)) for one in answered]
        files = await self._patience.each(looks, self._seconds)
        seen = await asyncio.gather(
            *(self._one(one, known) for one, known in zip(answered, files, strict=True) if known is not None)
        )
        return {one.target: one for one in seen if one is not None}

    async def _one(self, one: "_Answered", files: Files) -> Observation | None:
        begun = msgspec.structs.replace(one.before, glance=one.rider.glance, took_s=one.took_s, under="")
        try:
            return await self._concluder.concluded(begun, one.rider.seat.identity, one.status, files)
        except PaneError:
            return None


class _Rider(msgspec.Struct, frozen=True):
    """A repository that is where it was, with the glance from before git was asked."""

    seat: Seat
    glance: Glance


class _Answered(msgspec.Struct, frozen=True):
    """A repository whose status is known."""

    rider: _Rider
    status: Status
    took_s: float

    @property
    def before(self) -> Observation:
        return self.rider.seat.before


def _glance_again(seat: Seat) -> Glance | None:
    """None: it is not who it was, which takes a closer look."""
    try:
        if look(seat.before.target.path) != seat.identity.look:
            return None
    except AccessProblem:
        return None
    return seat.lookout.glance if seat.lookout.still() else glance(seat.identity.look)


def _files_again(one: _Answered) -> Files:
    return files_of(one.rider.seat.identity, one.status, _same_refs(one))


def _same_refs(one: _Answered) -> RefsStamp | None:
    """The stamp of the refs, where the glance says that it is what it was."""
    before, glanced = one.before, one.rider.glance
    if before.files is None or before.glance is not glanced or glanced.refs_left_out:
        return None
    return before.files.refs


def _understood(answer: bytes) -> Status | None:
    try:
        return understood(answer)
    except AccessProblem:
        return None
