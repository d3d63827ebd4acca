"""Who rides in a lane: known repositories that are who they were, and newcomers, asked who they are."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TypeVar

import msgspec

from devdash_git import branches
from devdash_git.glance import Glance, glance
from devdash_git.identity import CONFIG, WHERE, Identity, Look, identity, look, make_sure, same
from devdash_git.lookout import Lookout
from devdash_git.observation import Files, Observation
from devdash_git.patience import Patience
from devdash_git.problems import AccessProblem
from devdash_git.run import Git
from devdash_git.targets import Target

T = TypeVar("T")


class Seat(msgspec.Struct, frozen=True):
    """A known repository that may ride.

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


class Rider(msgspec.Struct, frozen=True):
    """A repository of which all is known that comes before a status.

    Attributes:
        begun: what was seen of it so far.
        identity: who it is.
        submodules: whether those are looked into.
        refs: the stamp of its refs, where it is known to be what it was.
        files: what its files told, where they are known to tell the same if its status does.
    """

    begun: Observation
    identity: Identity
    submodules: bool
    refs: branches.RefsStamp | None = None
    files: Files | None = None


class Newcomer(msgspec.Struct, frozen=True):
    """A repository that has just been looked at, and what git says of it."""

    target: Target
    glance: Glance
    identity: Identity


async def known_riders(patience: Patience, lane: Sequence[Seat], seconds: float) -> list[Rider]:
    """Those that are where and who they were.

    Args:
        seconds: how long one may hold up the others.
    """
    looks = [(seat.before.target.path, partial(_rider, seat)) for seat in lane]
    return _those(await patience.each(looks, seconds))


async def newcomers(
    git: Git, patience: Patience, targets: Sequence[Target], seconds: float, lane_s: float
) -> list[Newcomer]:
    """Those that git agrees on; bare repositories are not asked about here.

    Args:
        seconds: how long one may hold up the others.
        lane_s: how long git may take for all of them.

    Raises:
        ProcessError: no process could be started.
    """
    looks = [(target.path, partial(_look, target)) for target in targets]
    there = _those(await patience.each(looks, seconds))
    tops = [seen.top for _, seen, _ in there]
    if not tops:
        return []
    where = await git.read_each(tops, *WHERE, timeout=lane_s)
    config = await git.read_each(tops, *CONFIG, timeout=lane_s)
    return _those(_newcomer(*one, *said) for one, *said in zip(there, where, config, strict=True))


def _rider(seat: Seat) -> Rider | None:
    """None: it is not who it was, which takes a closer look."""
    if not same(seat.identity.look, seat.before.target.path):
        return None
    still = seat.lookout.still()
    seen = seat.lookout.glance if still else glance(seat.identity.look)
    files = seat.before.files if still and not seen.refs_left_out else None
    refs = None if files is None else files.refs
    begun = msgspec.structs.replace(seat.before, glance=seen, under="")
    return Rider(begun, seat.identity, seat.submodules, refs, _lasting(files))


def _lasting(files: Files | None) -> Files | None:
    """`files`, if a glance tells of all that could change them: how far an operation is it does not tell."""
    return None if files is None or files.refs is None or files.underway is not None else files


def _look(target: Target) -> tuple[Target, Look, Glance] | None:
    try:
        seen = look(target.path)
    except AccessProblem:
        return None
    return None if seen.bare else (target, seen, glance(seen))


def _newcomer(
    target: Target, seen: Look, glanced: Glance, where: bytes | None, config: bytes | None
) -> Newcomer | None:
    if where is None or config is None:
        return None
    try:
        make_sure(seen, where)
    except AccessProblem:
        return None
    return Newcomer(target, glanced, identity(seen, where, config))


def _those(answers: Iterable[T | None]) -> list[T]:
    return [one for one in answers if one is not None]
