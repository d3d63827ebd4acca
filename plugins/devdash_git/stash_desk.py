"""The actions `stash` and `unstash`: put work aside and take it back, so that at no moment it is nowhere."""

import os
import re

import msgspec

from devdash.api import (
    Action,
    ActionRequest,
    Block,
    Cell,
    Column,
    Confirmation,
    Field,
    FieldKind,
    Level,
    Notice,
    Outcome,
    PaneError,
    Row,
    Scope,
    Table,
    Text,
    Tone,
)
from devdash_git.asking import UNTOUCHED_SUBMODULES
from devdash_git.commits import counted
from devdash_git.hands import SHOWN, Needless, Place, Refused, failed
from devdash_git.inside import must_run_nothing
from devdash_git.lasting import made_to_last
from devdash_git.losses import between, must_be_none, names, there, tracked, unwatched
from devdash_git.plain import printable
from devdash_git.planned import PlannedDesk
from devdash_git.porcelain import ChangeKind

STASH = Action(
    name="stash",
    key="S",
    title="Stash",
    permission="git.stash.push",
    scope=Scope.ITEM,
    many=True,
    fields=(
        Field(name="message", label="Message", required=False, help="What it is; empty: git's own words."),
        Field(
            name="untracked",
            label="Untracked too",
            kind=FieldKind.FLAG,
            default="no",
            help="Put untracked files aside as well; ignored ones stay in any case.",
        ),
    ),
    help="Put the changes of the repository aside.",
)
UNSTASH = Action(
    name="unstash",
    key="U",
    title="Unstash",
    permission="git.stash.pop",
    scope=Scope.ITEM,
    many=True,
    fields=(
        Field(
            name="entry",
            label="Entry",
            kind=FieldKind.INTEGER,
            default="0",
            help="Its number in git stash list; 0 is the newest.",
        ),
    ),
    help="Take stashed changes back; on a conflict the entry stays.",
)

_LIST = ("stash", "list", "-z", "--no-show-signature", "--format=%H%x00%gs%x00%P")
_DROPPED = re.compile(rb"\(([0-9a-f]{40,64})\)")


class Putting(msgspec.Struct, frozen=True, kw_only=True):
    """Changes that are put aside.

    Attributes:
        item: the repository.
        commit: HEAD.
        changes: what happened to which name; the first of them.
        count: how many there are.
        content: stands for everything that the tracked files hold, staged and not.
        message: the person's words.
        untracked: untracked files go too.
    """

    item: str
    commit: str
    changes: tuple[tuple[str, str], ...]
    count: int
    content: str
    message: str
    untracked: bool


class Taking(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that is taken back.

    Attributes:
        item: the repository.
        number, commit, message: the entry.
        indexed: what was staged in it is staged again.
        files: the names in it; the first of them.
        count: how many there are.
    """

    item: str
    number: int
    commit: str
    message: str
    indexed: bool
    files: tuple[str, ...]
    count: int


class StashDesk(PlannedDesk[Putting | Taking]):
    """Stashes and unstashes."""

    actions = (STASH, UNSTASH)

    async def plan(self, request: ActionRequest) -> Putting | Taking:
        """See `PlannedDesk.plan`."""
        place = await self._hands.place(request.item or "")
        place.must_be_at_rest()
        if request.action == STASH.name:
            return await self._putting(place, request.value("message"), request.value("untracked") == "yes")
        return await self._taking(place, int(request.value("entry")))

    def question(self, plan: Putting | Taking) -> Confirmation:
        """See `PlannedDesk.question`."""
        if isinstance(plan, Putting):
            rows = tuple(
                Row(f"{plan.item}/{number}", (Cell(kind), Cell(name)))
                for number, (kind, name) in enumerate(plan.changes)
            )
            heading = f"{counted(plan.count, 'name')} put aside"
            blocks: tuple[Block, ...] = (
                Table((Column("state"), Column("file", shrink=True)), rows, heading=heading),
                Text("Unstash, or git stash pop --index, takes them back.", Tone.DIM),
            )
            return Confirmation(f"Stash the changes of {plan.item}?", blocks)
        rows = tuple(Row(f"{plan.item}/{number}", (Cell(name),)) for number, name in enumerate(plan.files))
        more = "" if plan.count == len(plan.files) else f" (the first {len(plan.files)} of {plan.count})"
        table = Table((Column("file", shrink=True),), rows, heading=f"{plan.message}{more}")
        back = Text(f"git stash store {plan.commit} puts the entry back.", Tone.DIM)
        return Confirmation(f"Take entry {plan.number} of the stash of {plan.item} back?", (table, back))

    async def carry_out(self, plan: Putting | Taking) -> Outcome:
        """See `PlannedDesk.carry_out`."""
        place = await self._hands.place(plan.item)
        if isinstance(plan, Putting):
            return await self._put(place, plan)
        return await self._take(place, plan)

    async def _putting(self, place: Place, message: str, untracked: bool) -> Putting:
        status, commit = place.status, place.commit
        count = status.names if untracked else status.names - status.untracked
        if not count:
            left = ": only untracked files" if status.untracked else ""
            raise Needless(f"{place.name} has no changes to put aside{left}.")
        if status.submodules:
            raise Refused(f"{place.name} has changed submodules, which a stash does not hold.")
        await must_run_nothing(self._means, place)
        # git writes HEAD's file over what stands there instead, such as a folder, and has that nowhere.
        deleted = ("diff-index", UNTOUCHED_SUBMODULES, "--diff-filter=D", "--no-renames", "--name-only", "-z")
        gone = names(await self._hands.ask(place, *deleted, commit))
        top = place.identity.look.top
        must_be_none(
            place,
            await self._hands.look(place, there, top, gone),
            "a stash may lose what has taken the place of tracked files",
            "Commit it, or move it elsewhere.",
        )
        must_be_none(
            place,
            await unwatched(self._hands, place) - gone,
            "a stash may lose edits in files that git does not look at",
            "git update-index --no-assume-unchanged --no-skip-worktree makes git look at them.",
        )
        kept = [one for one in status.changes if untracked or one.kind is not ChangeKind.UNTRACKED]
        return Putting(
            item=place.target.name,
            commit=commit,
            changes=tuple((one.kind.value, printable(one.name)) for one in kept),
            count=count,
            content=await self._content(place),
            message=message,
            untracked=untracked,
        )

    async def _content(self, place: Place) -> str:
        """Equal as long as the same names are changed in the same way."""
        raw = await self._hands.ask(place, "diff-index", UNTOUCHED_SUBMODULES, "--raw", "-z", place.commit)
        staged = await self._hands.ask(
            place, "diff-index", UNTOUCHED_SUBMODULES, "--raw", "--cached", "-z", place.commit
        )
        return (raw + staged).hex()

    async def _put(self, place: Place, plan: Putting) -> Outcome:
        before = [entry[0] for entry in await self._entries(place)]
        options = [
            "--no-keep-index",
            *(["--include-untracked"] if plan.untracked else ["--no-include-untracked"]),
        ]
        message = [f"--message={plan.message}"] if plan.message else []
        answer = await self._hands.change(place, "stash", "push", *options, *message)
        after = [entry[0] for entry in await self._entries(place)]
        # Their number alone does not tell: another git may have dropped one, in a worktree perhaps.
        fresh = [commit for commit in after if commit not in before]
        if not fresh and len(after) <= len(before):
            raise failed(place, answer, "not stashed")
        commit = (fresh or after)[0]
        if answer.code != 0:
            said = str(failed(place, answer, "stashed, but not all was cleared away"))
            return Outcome(level=Level.ATTENTION, message=f"{said} The entry is {commit}.")
        return Outcome(message=f"Stashed {counted(plan.count, 'name')} of {place.name} as {commit}.")

    async def _entries(self, place: Place) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """Commit, message and parents of the entries, the newest first."""
        fields = (await self._hands.ask(place, *_LIST)).split(b"\0")
        return tuple(
            (fields[at].decode(), printable(fields[at + 1]), tuple(fields[at + 2].decode().split()))
            for at in range(0, len(fields) - 2, 3)
        )

    async def _taking(self, place: Place, number: int) -> Taking:
        entries = await self._entries(place)
        if not entries:
            raise Needless(f"The stash of {place.name} is empty.")
        if not 0 <= number < len(entries):
            raise Refused(
                f"The stash of {place.name} has {counted(len(entries), 'entry')}.", "0 is the newest."
            )
        if place.status.staged:
            raise Refused(
                f"{place.name} has staged changes, which a conflict would mix with the stashed ones.",
                "Commit them, or git restore --staged.",
            )
        commit, message, parents = entries[number]
        if len(parents) not in (2, 3):
            raise Refused(f"Entry {number} of the stash of {place.name} was not made by git stash.")
        changed = await between(self._hands, place, parents[0], commit)
        staged = await between(self._hands, place, parents[0], parents[1])
        untracked: frozenset[bytes] = frozenset()
        if len(parents) == 3:
            listed = await self._hands.ask(
                place, "ls-tree", "-r", "-z", "--name-only", "--full-tree", parents[2]
            )
            untracked = names(listed)
        await self._must_fit(place, changed | staged, untracked)
        every = sorted(changed | staged | untracked)
        return Taking(
            item=place.target.name,
            number=number,
            commit=commit,
            message=message,
            indexed=bool(staged),
            files=tuple(map(printable, every[:SHOWN])),
            count=len(every),
        )

    async def _must_fit(self, place: Place, changed: frozenset[bytes], untracked: frozenset[bytes]) -> None:
        known = await tracked(self._hands, place)
        top = place.identity.look.top
        lost = set(await self._hands.look(place, there, top, changed, known))
        lost |= set(await self._hands.look(place, there, top, untracked))
        lost |= changed & await unwatched(self._hands, place)
        edited = ("diff-files", UNTOUCHED_SUBMODULES, "--name-only", "-z")
        lost |= changed & names(await self._hands.ask(place, *edited))
        must_be_none(place, lost, "in the way of what was stashed", "Commit these, or move them elsewhere.")

    async def _take(self, place: Place, plan: Taking) -> Outcome:
        index = ["--index"] if plan.indexed else []
        # Else it ends with a status, which enters submodules.
        answer = await self._hands.change(place, "stash", "apply", "--quiet", *index, plan.commit)
        if answer.code != 0:
            now = await self._hands.place(plan.item)
            if not now.status.conflicts:
                raise failed(place, answer, "not taken back; the entry stays")
            text = f"{place.name} has conflicts now; entry {plan.number} stays in the stash."
            hint = "Resolve them, then git stash drop; or git reset --merge to leave it."
            return Outcome(level=Level.ATTENTION, message=text, blocks=(Notice(Level.ATTENTION, text, hint),))
        return await self._drop(place, plan)

    async def _drop(self, place: Place, plan: Taking) -> Outcome:
        """Only the entry that was taken: numbers move when somebody stashes meanwhile."""
        still = f"Taken back in {place.name}; the entry is still in the stash."
        try:
            await made_to_last(self._hands, place, [plan.commit], "--branches", "--tags", "--remotes")
        except PaneError:
            return Outcome(level=Level.ATTENTION, message=still)
        entries = [entry[0] for entry in await self._entries(place)]
        back = f"git stash store {plan.commit} puts the entry back."
        if plan.commit not in entries:
            return Outcome(message=f"Taken back in {place.name}. {back}")
        number = entries.index(plan.commit)
        answer = await self._hands.change(place, "stash", "drop", f"stash@{{{number}}}")
        dropped = _DROPPED.search(answer.out)
        if dropped is not None and dropped[1].decode() != plan.commit:  # another git was in between
            words = await self._hands.ask(
                place, "log", "-1", "--no-show-signature", "--format=%s", dropped[1].decode()
            )
            back_in = f"--message={os.fsdecode(words.strip())}"
            await self._hands.change(place, "stash", "store", back_in, dropped[1].decode())
        if answer.code != 0 or dropped is None or dropped[1].decode() != plan.commit:
            return Outcome(level=Level.ATTENTION, message=still)
        return Outcome(message=f"Taken back in {place.name}. {back}")
