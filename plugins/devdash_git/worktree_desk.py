"""The actions `worktree` and `remove-worktree`: a second folder for a branch, and the end of one."""

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from devdash.api import (
    Action,
    ActionRequest,
    Block,
    Confirmation,
    Field,
    Level,
    Notice,
    Outcome,
    Scope,
    Text,
    Tone,
    Value,
)
from devdash_git.commits import Commit, commits, table
from devdash_git.hands import ACT_S, Hands, Needless, Place, Refused, failed, short
from devdash_git.lasting import made_to_last
from devdash_git.losses import must_be_none, names, unwatched
from devdash_git.plain import printable
from devdash_git.planned import PlannedDesk
from devdash_git.refs import HEADS, refs
from devdash_git.removed import Removed, write_down
from devdash_git.states import Head, Kind
from devdash_git.targets import tidy

CREATE = Action(
    name="worktree",
    key="w",
    title="New worktree",
    permission="git.worktree.create",
    scope=Scope.ITEM,
    fields=(
        Field(
            name="branch", label="Branch", completes=True, help="One that is there, or a new one from HEAD."
        ),
        Field(name="folder", label="Folder", required=False, help="Empty: beside the repository."),
    ),
    help="Check a branch out in a second folder.",
)
REMOVE = Action(
    name="remove-worktree",
    key="W",
    title="Remove worktree",
    permission="git.worktree.delete",
    scope=Scope.ITEM,
    help="Remove a linked worktree that has no changes and no files but the committed ones.",
)

_OWN = ("refs/worktree/", "refs/bisect/", "refs/rewritten/")
"""What a worktree has for itself, as in git-worktree(1)."""

OFFERED = 50


class Creating(msgspec.Struct, frozen=True, kw_only=True):
    """A worktree to be made: of which branch, at which commit, where; whether the branch is new."""

    item: str
    branch: str
    commit: str
    folder: str
    new: bool


class Removing(msgspec.Struct, frozen=True, kw_only=True):
    """A worktree to be removed.

    Attributes:
        item: the worktree.
        folder: where it is.
        commit: where it is at; "": nowhere.
        branch: its branch, printable; "": none.
        own: commits that no branch, tag or remote has, when HEAD is detached; the first of them.
        past: commits that its HEAD was at: its reflog goes with it.
    """

    item: str
    folder: str
    commit: str
    branch: str
    own: tuple[Commit, ...]
    past: tuple[str, ...]


class WorktreeDesk(PlannedDesk[Creating | Removing]):
    """Creates and removes linked worktrees."""

    actions = (CREATE, REMOVE)

    async def complete(self, action: Action, field: Field, text: str, draft: ActionRequest) -> Sequence[str]:
        """The branches that are checked out nowhere."""
        place = await self._hands.place(draft.item or "")
        free = [one.name for one in await refs(self._hands, place, HEADS) if not one.worktree]
        return [name for name in free if text.lower() in name.lower() and printable(name) == name][:OFFERED]

    async def fill(self, action: Action, draft: ActionRequest, left: Field | None) -> Sequence[Value]:
        """The folder beside the repository, once the branch is known."""
        if action.name != CREATE.name or not draft.value("branch"):
            return ()
        place = await self._hands.place(draft.item or "")
        return (Value("folder", printable(str(_beside(place, draft.value("branch"))))),)

    async def plan(self, request: ActionRequest) -> Creating | Removing:
        """See `PlannedDesk.plan`."""
        place = await self._hands.place(request.item or "")
        if request.action == REMOVE.name:
            place.must_be_at_rest()
            return await self._removing(place)
        return await self._creating(place, request.value("branch"), request.value("folder"))

    def question(self, plan: Creating | Removing) -> Confirmation:
        """See `PlannedDesk.question`."""
        if isinstance(plan, Creating):
            what = "the new branch" if plan.new else "the branch"
            text = Text(f"{what} {plan.branch} at {short(plan.commit)}, in {printable(plan.folder)}")
            return Confirmation(f"Make a worktree of {plan.item}?", (text,))
        where = f"{plan.branch or 'no branch'} at {short(plan.commit)}"
        blocks: list[Block] = [Text(f"{printable(plan.folder)}, on {where}")]
        if plan.own:
            hint = f"git branch NAME {plan.commit} keeps them."
            blocks += [
                Notice(Level.ATTENTION, "No branch has these commits:", hint),
                table(plan.item, plan.own, ""),
            ]
        elif plan.branch:
            blocks.append(Text(f"The branch stays; git worktree add FOLDER {plan.branch}", Tone.DIM))
        return Confirmation(f"Remove the worktree {plan.item}?", tuple(blocks), danger=True)

    async def carry_out(self, plan: Creating | Removing) -> Outcome:
        """See `PlannedDesk.carry_out`."""
        place = await self._hands.place(plan.item)
        return await (self._create(place, plan) if isinstance(plan, Creating) else self._remove(place, plan))

    async def _creating(self, place: Place, branch: str, folder: str) -> Creating:
        top = place.identity.look.top
        if not await self._is_valid(place, branch):
            raise Refused(f"{printable(branch)} cannot be the name of a branch.")
        path = tidy(_given(top, folder) if folder else _beside(place, branch))
        trouble = await self._hands.look(place, _trouble, path, place.identity.look.common_dir)
        if trouble:
            raise Refused(f"{printable(str(path))} {trouble}.", "Give another folder.")
        known = {one.name: one for one in await refs(self._hands, place, HEADS)}
        found = known.get(branch)
        if found is not None and found.worktree:
            raise Refused(f"{printable(branch)} is checked out in {printable(found.worktree)} already.")
        head = found.oid if found is not None else place.status.oid
        if head is None:
            raise Needless(f"{place.name} has no branch {printable(branch)}, and no commit to begin one at.")
        return Creating(
            item=place.target.name, branch=branch, commit=head, folder=str(path), new=found is None
        )

    async def _is_valid(self, place: Place, branch: str) -> bool:
        """Whether git would take `branch` for the name of a branch and not for an option."""
        if branch.startswith("-") or branch == "HEAD":
            return False
        answer = await self._means.git.read(
            place.identity.look.top,
            *("check-ref-format", HEADS + branch),
            timeout=self._means.config.repo_timeout,
            bare=place.identity.look.bare,
        )
        return answer.code == 0

    async def _create(self, place: Place, plan: Creating) -> Outcome:
        if plan.new:
            what: tuple[str, ...] = ("--no-track", "-b", plan.branch, "--", plan.folder, plan.commit)
        else:
            what = ("--no-guess-remote", "--", plan.folder, plan.branch)
        answer = await self._hands.change(place, "worktree", "add", "--quiet", *what)
        if answer.code != 0:
            raise failed(place, answer, "no worktree made")
        self._means.finder.search_again()
        return Outcome(message=f"{printable(plan.branch)} of {place.name} is in {printable(plan.folder)}.")

    async def _removing(self, place: Place) -> Removing:
        look = place.identity.look
        if place.identity.kind is not Kind.WORKTREE:
            raise Refused(f"{place.name} is no linked worktree.", "Only those can be removed.")
        if await self._hands.look(place, (look.git_dir / "locked").exists):
            raise Refused(f"{place.name} is locked.", "git worktree unlock allows it to be removed.")
        every = ("ls-files", "--others", "-z")  # ignored ones as well: git itself would delete them
        must_be_none(
            place,
            names(await self._hands.ask(place, *every)),
            "files that no commit has would be lost",
            "Move or delete them first.",
        )
        if place.status.names:
            raise Refused(f"{place.name} has changes.", "Commit or stash them first.")
        must_be_none(
            place,
            await unwatched(self._hands, place),
            "edits in files that git does not look at would be lost",
            "git update-index --no-assume-unchanged --no-skip-worktree makes git look at them.",
        )
        kept = await refs(self._hands, place, *_OWN)
        if kept:
            raise Refused(
                f"{place.name} has references that go with it: {printable(kept[0].ref)}.",
                f"git branch NAME {kept[0].oid} keeps what one is at; git update-ref -d deletes it.",
            )
        commit = place.status.oid or ""
        own: tuple[Commit, ...] = ()
        if place.status.head is Head.DETACHED:
            own = await commits(self._hands, place, commit, "--not", "--branches", "--tags", "--remotes")
        branch = place.status.branch
        return Removing(
            item=place.target.name,
            folder=str(look.top),
            commit=commit,
            branch="" if branch is None else printable(branch),
            own=own,
            past=await _past(self._hands, place),
        )

    async def _remove(self, place: Place, plan: Removing) -> Outcome:
        look, context = place.identity.look, self._means.context
        entry = Removed(
            at=context.now(),
            repository=printable(str(look.common_dir)),
            name=printable(plan.folder),
            commits=tuple(dict.fromkeys(filter(None, (plan.commit, *plan.past)))),
            back=f"git worktree add {printable(plan.folder)} {plan.branch or plan.commit}",
        )
        # Not "--all": that would take its own HEAD for somebody who keeps them.
        await made_to_last(self._hands, place, entry.commits, "--branches", "--tags", "--remotes")
        await context.in_thread(write_down, context.state_dir, [entry])
        # From the main repository: git would otherwise stand in the folder that it removes.
        answer = await self._means.git.change(
            look.common_dir, "worktree", "remove", "--", str(look.top), timeout=ACT_S, bare=True
        )
        if answer.code != 0:
            raise failed(place, answer, "not removed")
        self._means.finder.search_again()
        return Outcome(message=f"Removed {place.name}. {entry.back} brings it back.")


async def _past(hands: Hands, place: Place) -> tuple[str, ...]:
    answer = await hands.ask(
        place, "reflog", "show", "--no-show-signature", "--format=%H", "-z", "HEAD", good=(0, 128)
    )
    return tuple(dict.fromkeys(entry for entry in answer.decode("ascii", "replace").split("\0") if entry))


def _given(top: Path, folder: str) -> Path:
    return top / Path(folder).expanduser()


def _beside(place: Place, branch: str) -> Path:
    """A folder next to the repository, called after both."""
    top = place.identity.look.top
    return top.parent / f"{top.name.removesuffix('.git')}-{branch.replace('/', '-')}"


def _trouble(path: Path, common_dir: Path) -> str:
    """What is wrong with `path` as a new folder; "" when nothing is. Blocks."""
    if os.path.lexists(path):
        return "is there already"
    if not path.parent.is_dir():
        return "has no folder to be in"
    if path.parent.resolve().is_relative_to(common_dir):
        return "is inside git's own folder"
    return ""
