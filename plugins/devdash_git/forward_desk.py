"""The action `fast-forward`: brings a branch to where its upstream is known to be, and does nothing else.

It does not fetch: what it brings was fetched before, and is shown.
"""

import msgspec

from devdash.api import Action, ActionRequest, Block, Confirmation, Level, Notice, Outcome, PaneError, Scope
from devdash_git.commits import Commit, commits, counted, table
from devdash_git.hands import Needless, Place, Refused, failed, short
from devdash_git.losses import between, must_not_overwrite
from devdash_git.outcomes import Told, told
from devdash_git.plain import printable
from devdash_git.planned import PlannedDesk
from devdash_git.refs import HEADS, ref
from devdash_git.states import Tracking

FORWARD = Action(
    name="fast-forward",
    key="F",
    title="Fast-forward",
    permission="git.repo.merge",
    scope=Scope.EITHER,
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


class Plan(msgspec.Struct, frozen=True):
    """What goes forward, and what cannot, and why."""

    steps: tuple[Step, ...]
    refused: tuple[Told, ...] = ()


class ForwardDesk(PlannedDesk[Plan]):
    """Fast-forwards one repository, or all that are behind."""

    actions = (FORWARD,)

    async def plan(self, request: ActionRequest) -> Plan:
        """See `PlannedDesk.plan`."""
        if request.item is not None:
            return Plan((await self._step(request.item),))
        steps: list[Step] = []
        refused: list[Told] = []
        for target in (await self._means.finder.targets()).items:
            try:
                steps.append(await self._step(target.name))
            except Needless:
                continue
            except PaneError as problem:
                refused.append(Told(target.name, problem.message, problem.hint))
        if not steps and not refused:
            raise Needless("No repository is behind its upstream.")
        return Plan(tuple(steps), tuple(refused))

    def question(self, plan: Plan) -> Confirmation:
        """See `PlannedDesk.question`."""
        blocks: list[Block] = []
        for step in plan.steps:
            range_ = f"{short(step.before)} → {short(step.after)}"
            more = counted(step.behind, "commit"), counted(step.files, "file")
            heading = f"{step.item}: {step.branch} to {step.upstream}, {range_}, {more[0]}, {more[1]}"
            blocks.append(table(step.item, step.commits, heading))
        blocks += [Notice(Level.ATTENTION, one.message, one.hint) for one in plan.refused]
        what = plan.steps[0].item if len(plan.steps) == 1 else counted(len(plan.steps), "repository")
        return Confirmation(f"Fast-forward {what}?", tuple(blocks[:150]))

    async def carry_out(self, plan: Plan) -> Outcome:
        """See `PlannedDesk.carry_out`."""
        failures = list(plan.refused)
        for step in plan.steps:
            try:
                await self._forward(step)
            except PaneError as problem:
                if len(plan.steps) == 1 and not plan.refused:
                    raise
                failures.append(Told(step.item, problem.message, problem.hint))
        done = len(plan.steps) - (len(failures) - len(plan.refused))
        return told("Fast-forwarded", [step.item for step in plan.steps], done, failures)

    async def _step(self, item: str) -> Step:
        place = await self._hands.place(item)
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
            item=item,
            branch=printable(branch),
            upstream=printable(upstream.name),
            before=own.oid,
            after=upstream.oid,
            commits=await commits(self._hands, place, upstream.oid, f"^{own.oid}"),
            behind=status.behind,
            files=len(await between(self._hands, place, own.oid, upstream.oid)),
        )

    async def _forward(self, step: Step) -> None:
        place = await self._hands.place(step.item)
        if place.commit != step.before:
            raise Refused(f"{place.name} changes just now.", "Try again.")
        answer = await self._hands.change(place, "merge", *ARGUMENTS, step.after)
        if answer.code != 0:
            raise failed(place, answer, "not fast-forwarded")
        _must_be_at(place, step, (await self._hands.place(step.item)).commit)


def _must_be_at(place: Place, step: Step, now: str) -> None:
    if now != step.after:
        raise Refused(
            f"{place.name} is at {short(now)} now, not at {short(step.after)}.",
            f"git reset --keep {step.before} goes back.",
        )
