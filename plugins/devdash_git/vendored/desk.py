"""The actions on vendored files: ask their sources, look at what is new there, take it over."""

from collections.abc import Sequence

from devdash.api import (
    Action,
    ActionRequest,
    Block,
    Confirmation,
    Field,
    FieldKind,
    Level,
    Outcome,
    PaneError,
    Scope,
    Text,
    Tone,
)
from devdash_git.desk import GitDesk, Means
from devdash_git.plain import printable
from devdash_git.vendored.choosing import numbers
from devdash_git.vendored.keeper import Keeper
from devdash_git.vendored.merging import Conflicts, Merger
from devdash_git.vendored.model import Origin, State
from devdash_git.vendored.project import Project
from devdash_git.vendored.showing import hunk_blocks, outcome, question, question_of_all
from devdash_git.vendored.survey import MARK, Survey, Tracked
from devdash_git.vendored.taking import Plan, Taker, Untakable

KEPT_PLANS = 16
"""Questions that were never answered leave their plans behind."""

CHECK = Action(
    name="check-vendored",
    key="u",
    title="Ask upstream",
    permission="git.vendored.check",
    help="Ask the sources of all vendored files what is new; nothing local changes.",
)
DIFF = Action(
    name="upstream-diff",
    key="d",
    title="Upstream diff",
    permission="git.vendored.diff",
    scope=Scope.ITEM,
    help="Show what has changed upstream in a vendored file since it was taken, and here.",
)
TAKE = Action(
    name="take",
    key="t",
    title="Take over",
    permission="git.vendored.take",
    scope=Scope.EITHER,
    many=True,
    help="Take a vendored file over from upstream, merged with your own changes; it is shown first.",
)
HUNKS = Action(
    name="take-hunks",
    key="T",
    title="Take changes",
    permission="git.vendored.take",
    scope=Scope.ITEM,
    fields=(
        Field(
            name="changes",
            label="Changes",
            required=False,
            help="their numbers in the upstream diff, such as 1, 3-4; empty: all",
        ),
        Field(
            name="conflicts",
            label="Conflicts",
            kind=FieldKind.CHOICE,
            default=Conflicts.REFUSE.value,
            choices=tuple(Conflicts),
            help="what becomes of places that both sides have changed",
        ),
    ),
    help="Take some of the upstream changes over, or settle conflicts.",
)

_Shown = tuple[Project, tuple[Plan, ...], tuple[str, ...]]


class LookDesk(GitDesk):
    """Asks the sources, and shows what has changed there."""

    actions = (CHECK, DIFF)

    def __init__(self, means: Means, keeper: Keeper) -> None:
        super().__init__(means)
        self._keeper = keeper
        self._merger = Merger(means.git, means.context)
        self._taker = Taker(means, keeper.upstream, self._merger)

    async def act(self, request: ActionRequest) -> Outcome:
        """See `Pane.act`."""
        seen = await self._keeper.look()
        _must_be_known(seen)
        if request.action == CHECK.name:
            return await self._check(seen)
        return await self._diff(seen, chosen(seen, request.item or ""))

    async def _check(self, seen: Survey) -> Outcome:
        if not seen.entries:
            return Outcome(message="Nothing is taken over from elsewhere.", reread=False)
        found = await self._keeper.check(seen, [entry.origin for entry in seen.entries])
        failed = [one for one in found if one.failure is not None]
        states = [file.state for file in (await self._keeper.look()).files]
        new = sum(state in (State.UPSTREAM_CHANGED, State.DIVERGED, State.LOCAL_MISSING) for state in states)
        message = f"{new} of {len(states)} {'file has' if len(states) == 1 else 'files have'} news upstream."
        if not failed:
            return Outcome(message=message)
        said = tuple(Text(f"{printable(one.origin.source)}: {one.message}", Tone.WARN) for one in failed)
        level = Level.CRITICAL if len(failed) == len(found) else Level.ATTENTION
        return Outcome(level=level, message=f"{message} {len(failed)} could not be asked.", blocks=said)

    async def _diff(self, seen: Survey, file: Tracked) -> Outcome:
        assert seen.project is not None  # a survey with files has one
        sides = await self._taker.sides(seen.project, file)
        name = printable(file.to)
        mine = sides.mine.content if sides.mine else b""
        if sides.base is None:
            hunks = await self._merger.hunks(mine, sides.theirs)
            what = "differs" if sides.mine else "is new"
            return Outcome(message=f"Upstream {name} {what}.", blocks=hunk_blocks(hunks), reread=False)
        theirs = await self._merger.hunks(sides.base, sides.theirs)
        own = await self._merger.hunks(sides.base, mine) if sides.mine else ()
        blocks: list[Block] = []
        if theirs != ():
            blocks += (Text("Upstream, since it was taken", Tone.STRONG), *hunk_blocks(theirs, numbered=True))
        if own != ():
            blocks += (Text("Here, since it was taken", Tone.STRONG), *hunk_blocks(own))
        said = "Nothing has changed in" if not blocks else "What has changed in"
        return Outcome(message=f"{said} {name}.", blocks=tuple(blocks), reread=False)


class TakeDesk(GitDesk):
    """Takes files over: what was shown, and nothing else."""

    actions = (TAKE, HUNKS)

    def __init__(self, means: Means, keeper: Keeper) -> None:
        super().__init__(means)
        self._keeper = keeper
        self._merger = Merger(means.git, means.context)
        self._taker = Taker(means, keeper.upstream, self._merger)
        self._shown: dict[ActionRequest, _Shown] = {}

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation | None:
        """What exactly would happen."""
        seen = await self._keeper.look()
        _must_be_known(seen)
        assert seen.project is not None  # _must_be_known
        if request.item is None:
            able, unable = _named(seen, request.items) if request.items else (seen.files, ())
            plans, left = await self._plan_all(able, seen.project, unable)
            asked = question_of_all(plans, left)
        else:
            file = chosen(seen, request.item)
            plan = await self._plan(seen.project, file, request)
            before = plan.mine.content if plan.mine else b""
            plans, left = (plan,), ()
            asked = question(plan, await self._merger.hunks(before, plan.result))
        self._shown[request] = (seen.project, plans, left)
        while len(self._shown) > KEPT_PLANS:
            del self._shown[next(iter(self._shown))]
        return asked

    async def act(self, request: ActionRequest) -> Outcome:
        """Do what was shown; a file that has changed since then is left alone."""
        shown = self._shown.pop(request, None)
        if shown is None:
            raise Untakable("What would happen was not shown; nothing was done.", "Ask once more.")
        project, plans, left = shown
        done, failed = [], [*left]
        for number, plan in enumerate(plans, start=1):
            try:
                done.append(await self._taker.carry_out(project, plan))
            except PaneError as error:
                if len(plans) == 1:
                    raise
                failed.append(f"{printable(plan.file.to)}: {error.message}")
            self._means.context.progress(f"took {number} of {len(plans)}")
        return outcome(done, failed)

    async def _plan(self, project: Project, file: Tracked, request: ActionRequest) -> Plan:
        if request.action == TAKE.name:
            return await self._taker.plan(project, file, Conflicts.REFUSE)
        how = Conflicts(request.value("conflicts"))
        wanted = request.value("changes")
        if wanted.strip() in ("", "all"):
            return await self._taker.plan(project, file, how)
        sides = await self._taker.sides(project, file)
        hunks = None if sides.base is None else await self._merger.hunks(sides.base, sides.theirs)
        if not hunks:
            raise Untakable(f"{printable(file.to)} has no changes that could be chosen among.")
        picked = tuple(hunks[number - 1] for number in numbers(wanted, len(hunks)))
        return await self._taker.plan(project, file, how, picked)

    async def _plan_all(
        self, files: Sequence[Tracked], project: Project, unable: Sequence[str]
    ) -> tuple[tuple[Plan, ...], tuple[str, ...]]:
        """All that can be taken without a conflict, and why the others cannot."""
        plans, left = [], [*unable]
        able = [file for file in files if _has_news(file)]
        wanted: dict[Origin, list[str]] = {}
        for file in able:
            if file.upstream is not None:
                wanted.setdefault(file.origin, []).append(file.upstream.oid)
        for origin, oids in wanted.items():
            await self._keeper.upstream.prefetch(origin, project, oids)
        for file in able:
            try:
                plans.append(await self._taker.plan(project, file, Conflicts.REFUSE))
            except PaneError as error:
                left.append(error.message)
        if not plans:
            raise Untakable(
                "Nothing can be taken over.", left[0] if left else "check-vendored asks for news."
            )
        return tuple(plans), tuple(left)


def _has_news(file: Tracked) -> bool:
    news = (State.UPSTREAM_CHANGED, State.DIVERGED, State.CONVERGED, State.LOCAL_MISSING)
    return file.state in news and not file.pending


def _named(seen: Survey, rows: Sequence[str]) -> tuple[Sequence[Tracked], Sequence[str]]:
    """The files that `rows` stand for, and why others have nothing to be taken."""
    files: list[Tracked] = []
    unable: list[str] = []
    for row in rows:
        try:
            file = chosen(seen, row)
        except PaneError as problem:
            unable.append(problem.message)
            continue
        if _has_news(file):
            files.append(file)
        else:
            unable.append(f"{printable(file.to)} has no news, as of the last check.")
    return files, unable


def chosen(seen: Survey, item: str) -> Tracked:
    """The vendored file that a row stands for.

    Raises:
        PaneError: there is none.
    """
    for file in seen.files:
        if file.key == item:
            return file
    if not item.startswith(MARK):
        raise PaneError(
            f"{printable(item)} is a repository.", "Choose one of the files from other repositories, below."
        )
    raise PaneError(f"There is no vendored file {printable(item)}.", "Read again: the list may have changed.")


def _must_be_known(seen: Survey) -> None:
    if seen.problems and not seen.files:
        raise PaneError(*seen.problems[0])
    if seen.project is None:
        raise PaneError(
            "Nothing is taken over from elsewhere.",
            "Begin with the action vendor, or [[panes.git.vendored]].",
        )
