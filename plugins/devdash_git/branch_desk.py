"""The actions `switch` and `prune-gone`: go to another branch; delete those whose upstream is gone."""

from collections.abc import Sequence

import msgspec

from devdash.api import (
    Action,
    ActionRequest,
    Block,
    Cell,
    Column,
    Confirmation,
    Field,
    Level,
    Notice,
    Outcome,
    Row,
    Scope,
    Table,
    Text,
    Tone,
)
from devdash_git.commits import Commit, commits, counted, table
from devdash_git.hands import Needless, Place, Refused, failed, short
from devdash_git.lasting import made_to_last
from devdash_git.losses import must_not_overwrite
from devdash_git.occupied import occupied
from devdash_git.plain import printable
from devdash_git.planned import PlannedDesk
from devdash_git.refs import HEADS, Ref, refs
from devdash_git.removed import Removed, path, write_down
from devdash_git.states import Head

SWITCH = Action(
    name="switch",
    key="b",
    title="Switch branch",
    permission="git.branch.switch",
    scope=Scope.ITEM,
    many=True,
    fields=(Field(name="branch", label="Branch", completes=True, closed=True, help="A local branch."),),
    help="Go to another branch; changes go along, and nothing is overwritten.",
)
PRUNE = Action(
    name="prune-gone",
    key="X",
    title="Prune gone branches",
    permission="git.branch.delete",
    scope=Scope.ITEM,
    many=True,
    help="Delete the local branches whose upstream is gone, after showing each with its commits.",
)

OFFERED = 50

PRUNED = 50
"""Branches that are deleted at a time: each is shown before."""


class Switching(msgspec.Struct, frozen=True, kw_only=True):
    """From where to where.

    Attributes:
        item: the repository.
        origin: the branch or commit that is left, printable.
        before, after: commits.
        branch: where to.
        carried: how many changes go along.
        left: commits that no branch has, when HEAD is detached; the first of them.
    """

    item: str
    origin: str
    before: str
    branch: str
    after: str
    carried: int
    left: tuple[Commit, ...]


class Doomed(msgspec.Struct, frozen=True, kw_only=True):
    """A branch to be deleted.

    Attributes:
        ref: the branch.
        own: commits that no other branch, tag or remote has; the first of them.
        past: the commits that its reflog has.
    """

    ref: Ref
    own: tuple[Commit, ...]
    past: tuple[str, ...]


class Pruning(msgspec.Struct, frozen=True, kw_only=True):
    """Branches to be deleted.

    Attributes:
        item: the repository.
        doomed: the first of those whose upstream is gone; no more than can be shown.
        kept: those that stay because they are checked out somewhere, or being rebased or bisected.
        more: how many are gone besides, and stay this time.
    """

    item: str
    doomed: tuple[Doomed, ...]
    kept: tuple[str, ...]
    more: int = 0


class BranchDesk(PlannedDesk[Switching | Pruning]):
    """Switches and prunes."""

    actions = (SWITCH, PRUNE)

    async def complete(self, action: Action, field: Field, text: str, draft: ActionRequest) -> Sequence[str]:
        """The local branches that have `text` in their name, those that begin with it first.

        Of several repositories those of the first: it is not asked for more than one at each key.
        """
        place = await self._hands.place(next(iter(draft.rows), ""))
        names = [one.name for one in await refs(self._hands, place, HEADS) if printable(one.name) == one.name]
        found = [name for name in names if text.lower() in name.lower()]
        return sorted(found, key=lambda name: (not name.lower().startswith(text.lower()), name))[:OFFERED]

    async def plan(self, request: ActionRequest) -> Switching | Pruning:
        """See `PlannedDesk.plan`."""
        place = await self._hands.place(request.item or "")
        if request.action == PRUNE.name:
            return await self._pruning(place)
        place.must_be_at_rest()
        return await self._switching(place, request.value("branch"))

    def question(self, plan: Switching | Pruning) -> Confirmation:
        """See `PlannedDesk.question`."""
        if isinstance(plan, Pruning):
            return _prune_question(plan)
        carried = (
            f"Takes {counted(plan.carried, 'change')} along." if plan.carried else "There are no changes."
        )
        blocks: list[Block] = [
            Text(f"{plan.origin} at {short(plan.before)} → {plan.branch} at {short(plan.after)}. {carried}")
        ]
        if plan.left:
            hint = f"git branch NAME {plan.before} keeps them."
            blocks += [
                Notice(Level.ATTENTION, "No branch has these commits:", hint),
                table(plan.item, plan.left, ""),
            ]
        return Confirmation(f"Switch {plan.item} to {plan.branch}?", tuple(blocks), danger=bool(plan.left))

    async def carry_out(self, plan: Switching | Pruning) -> Outcome:
        """See `PlannedDesk.carry_out`."""
        place = await self._hands.place(plan.item)
        return await (self._prune(place, plan) if isinstance(plan, Pruning) else self._switch(place, plan))

    async def _switching(self, place: Place, branch: str) -> Switching:
        before = place.commit
        every = await refs(self._hands, place, HEADS)
        wanted = next((one for one in every if one.name == branch), None)
        if wanted is None:
            raise Refused(f"{place.name} has no local branch {printable(branch)}.", "git branch lists them.")
        if wanted.name.encode("utf-8", "surrogateescape") == place.status.branch:
            raise Needless(f"{place.name} is on {printable(branch)} already.")
        if wanted.worktree:
            raise Refused(
                f"{printable(branch)} of {place.name} is checked out in {printable(wanted.worktree)}.",
                "Go there, or remove that worktree.",
            )
        await must_not_overwrite(self._hands, place, before, wanted.oid)
        left: tuple[Commit, ...] = ()
        if place.status.head is Head.DETACHED:
            left = await commits(self._hands, place, before, "--not", "--branches", "--tags", "--remotes")
        return Switching(
            item=place.target.name,
            origin=printable(place.status.branch) if place.status.branch is not None else "no branch",
            before=before,
            branch=branch,
            after=wanted.oid,
            carried=place.status.names,
            left=left,
        )

    async def _switch(self, place: Place, plan: Switching) -> Outcome:
        # Quiet: else it ends with a list of changes, for which it enters submodules.
        options = ("--quiet", "--no-guess", "--no-overwrite-ignore", "--no-recurse-submodules")
        answer = await self._hands.change(place, "switch", *options, plan.branch)
        if answer.code != 0:
            raise await self._hands.not_moved(place, answer, "not switched", plan.before, plan.after)
        back = f" git branch NAME {plan.before} keeps what was left." if plan.left else ""
        return Outcome(message=f"{place.name} is on {printable(plan.branch)}.{back}")

    async def _pruning(self, place: Place) -> Pruning:
        gone = [one for one in await refs(self._hands, place, HEADS) if one.gone]
        if not gone:
            raise Needless(f"{place.name} has no branch whose upstream is gone.", "Fetch with --prune first.")
        try:
            busy = await self._hands.look(place, occupied, place.identity.look.common_dir)
        except OSError as error:
            raise Refused(
                f"It cannot be told which branches of {place.name} git is in the middle of: {error.strerror}."
            ) from error
        free = [one for one in gone if not one.worktree and one.ref not in busy]
        kept = tuple(one.name for one in gone if one not in free)
        if not free:
            raise Needless(
                f"Gone branches of {place.name} are checked out, or an operation is under way on them: "
                f"{', '.join(map(printable, kept))}."
            )
        more, free = len(free) - PRUNED, free[:PRUNED]
        others = ("--not", *(f"--exclude={one.ref}" for one in free), "--all")
        # One walk for all: a branch whose tip is elsewhere too has no commit of its own.
        alone = await self._hands.ask(place, "rev-list", *(one.oid for one in free), *others)
        own = frozenset(alone.decode("ascii", "replace").split())
        doomed = tuple([await self._doomed(place, one, others if one.oid in own else None) for one in free])
        return Pruning(item=place.target.name, doomed=doomed, kept=kept, more=max(more, 0))

    async def _doomed(self, place: Place, one: Ref, others: Sequence[str] | None) -> Doomed:
        """`others`: what is subtracted from its commits; None: it has none of its own."""
        own = () if others is None else await commits(self._hands, place, one.oid, *others)
        walk = ("reflog", "show", "--no-show-signature", "--format=%H", "-z", "--end-of-options", one.ref)
        past = (await self._hands.ask(place, *walk, good=(0, 128))).decode("ascii", "replace").split("\0")
        return Doomed(ref=one, own=own, past=tuple(dict.fromkeys(entry for entry in past if entry)))

    async def _prune(self, place: Place, plan: Pruning) -> Outcome:
        """Each only if it still is where it was shown to be: git compares while it holds the ref's lock."""
        context = self._means.context
        entries = [
            Removed(
                at=context.now(),
                repository=printable(str(place.identity.look.common_dir)),
                name=printable(one.ref.name),
                commits=(one.ref.oid, *(oid for oid in one.past if oid != one.ref.oid)),
                back=f"git branch {printable(one.ref.name)} {one.ref.oid}",
            )
            for one in plan.doomed
        ]
        # Not "--all": a HEAD that is on no branch keeps nothing for long.
        others = (
            *(f"--exclude={one.ref.name}" for one in plan.doomed), "--branches", "--tags", "--remotes"
        )  # fmt: skip
        every = dict.fromkeys(commit for entry in entries for commit in entry.commits)
        await made_to_last(self._hands, place, every, *others)
        await context.in_thread(write_down, context.state_dir, entries)
        orders = b"".join(
            b"delete %s\0%s\0" % (one.ref.ref.encode("utf-8", "surrogateescape"), one.ref.oid.encode())
            for one in plan.doomed
        )
        answer = await self._hands.change(place, "update-ref", "--stdin", "-z", stdin=orders)
        if answer.code != 0:
            raise failed(place, answer, "no branch was deleted")
        rows = tuple(
            Row(f"{plan.item} {printable(one.ref.ref)}", (Cell(entry.back),))
            for one, entry in zip(plan.doomed, entries, strict=True)
        )
        listed = Table((Column("brings it back", shrink=True),), rows)
        where = Text(f"The list is also in {printable(str(path(context.state_dir)))}.", Tone.DIM)
        deleted = counted(len(entries), "branch")
        return Outcome(message=f"Deleted {deleted} of {place.name}.", blocks=(listed, where))


def _prune_question(plan: Pruning) -> Confirmation:
    blocks: list[Block] = []
    for one in plan.doomed:
        upstream = printable(one.ref.upstream.removeprefix("refs/remotes/"))
        heading = f"{printable(one.ref.name)} at {one.ref.oid}, upstream {upstream} is gone"
        if one.own:
            blocks.append(
                table(f"{plan.item} {printable(one.ref.ref)}", one.own, f"{heading}; nothing else has:")
            )
        else:
            blocks.append(Text(f"{heading}; its commits are elsewhere too"))
    blocks += [Text(f"{printable(name)} is in use, and stays", Tone.DIM) for name in plan.kept[:20]]
    blocks.append(Text("git branch NAME COMMIT brings a branch back.", Tone.DIM))
    if plan.more > 0:
        blocks.append(Text(f"{plan.more} more are gone, and stay this time: none goes unseen.", Tone.DIM))
    unmerged = any(one.own for one in plan.doomed)
    return Confirmation(
        f"Delete {counted(len(plan.doomed), 'branch')} of {plan.item}?", tuple(blocks), danger=unmerged
    )
