"""The action `fast-forward`: brings a branch to where its upstream is known to be, and does nothing else.

It does not fetch: what it brings was fetched before, and is shown.
"""

from collections.abc import Iterator

import msgspec

from devdash.api import Action, Block, Scope
from devdash_git.commits import Commit, commits, counted, table
from devdash_git.each_desk import EachDesk
from devdash_git.hands import Needless, Place, Refused, short
from devdash_git.losses import between, must_not_overwrite
from devdash_git.plain import printable
from devdash_git.refs import HEADS, ref
from devdash_git.states import Tracking

FORWARD = Action(
    name="fast-forward",
    key="F",
    title="Fast-forward",
    permission="git.repo.merge",
    scope=Scope.EITHER,
    many=True,
    help="Bring the branch of the repository, or of all, to what was fetched; only where nothing diverged.",
)

ARGUMENTS = (
    "--ff-only",
    "--no-overwrite-ignore",
    "--no-autostash",
    "--no-squash",
    "--no-stat",
    "--no-progress",
    "--end-of-options",
)
"""No commit is made, no stash, and no ignored file is written over, which `git pull --ff-only` does."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One branch and where it goes.

    Attributes:
        item: the repository.
        branch, upstream: their names, printable.
        before, after: commits.
        commits: the first of those that come.
        behind: how many come.
        files: how many names change.
    """

    item: str
    branch: str
    upstream: str
    before: str
    after: str
    commits: tuple[Commit, ...]
    behind: int
    files: int


class ForwardDesk(EachDesk[Step]):
    """Fast-forwards one repository, or all that are behind."""

    actions = (FORWARD,)

    verb = "Fast-forward"
    past = "Fast-forwarded"
    doing = "fast-forwarding"
    idle = "No repository is behind its upstream."

    def shown(self, step: Step) -> Iterator[Block]:
        """See `EachDesk.shown`."""
        range_ = f"{short(step.before)} → {short(step.after)}"
        more = counted(step.behind, "commit"), counted(step.files, "file")
        heading = f"{step.item}: {step.branch} to {step.upstream}, {range_}, {more[0]}, {more[1]}"
        yield table(step.item, step.commits, heading)

    async def step(self, item: str) -> Step:
        """See `EachDesk.step`."""
        return await self._step(await self._hands.place(item))

    async def due(self, item: str) -> Step:
        """See `EachDesk.due`: what is half-done where nothing would come anyway is of no interest then."""
        place = await self._hands.place(item)
        if not place.status.behind and place.status.tracking is not Tracking.GONE:
            raise Needless(f"{place.name} is not behind its upstream, as of the last fetch.")
        return await self._step(place)

    async def _step(self, place: Place) -> Step:
        place.must_be_at_rest()
        branch, status = place.branch, place.status
        if status.tracking is Tracking.NONE:
            raise Needless(f"{printable(branch)} of {place.name} has no upstream.")
        if status.tracking is Tracking.GONE or status.ahead is None or status.behind is None:
            raise Refused(f"The upstream of {printable(branch)} of {place.name} is gone.")
        if not status.behind:
            raise Needless(f"{place.name} is not behind its upstream, as of the last fetch.")
        if status.ahead:
            raise Refused(
                f"{place.name} has diverged: {status.ahead} ahead, {status.behind} behind.",
                "Merge or rebase in a terminal.",
            )
        name = branch.decode("utf-8", "surrogateescape")
        options = place.identity.settings.last(f"branch.{name}.mergeoptions")
        if options:
            raise Refused(
                f"{place.name} sets merge options for {printable(branch)}: {printable(options)}.",
                "Merge in a terminal.",
            )
        own = await ref(self._hands, place, HEADS + name)
        upstream = await ref(self._hands, place, own.upstream) if own is not None else None
        if own is None or upstream is None or own.oid != place.commit:
            raise Refused(f"{place.name} changes just now.", "Try again.")
        await must_not_overwrite(self._hands, place, own.oid, upstream.oid)
        return Step(
            item=place.target.name,
            branch=printable(branch),
            upstream=printable(upstream.name),
            before=own.oid,
            after=upstream.oid,
            commits=await commits(self._hands, place, upstream.oid, f"^{own.oid}"),
            behind=status.behind,
            files=len(await between(self._hands, place, own.oid, upstream.oid)),
        )

    async def do(self, step: Step) -> None:
        """See `EachDesk.do`."""
        place = await self._hands.place(step.item)
        if place.commit != step.before:
            raise Refused(f"{place.name} changes just now.", "Try again.")
        answer = await self._hands.change(place, "merge", *ARGUMENTS, step.after)
        if answer.code != 0:
            raise await self._hands.not_moved(place, answer, "not fast-forwarded", step.before, step.after)
        _must_be_at(place, step, (await self._hands.place(step.item)).commit)


def _must_be_at(place: Place, step: Step, now: str) -> None:
    if now != step.after:
        raise Refused(
            f"{place.name} is at {short(now)} now, not at {short(step.after)}.",
            f"git reset --keep {step.before} goes back.",
        )
