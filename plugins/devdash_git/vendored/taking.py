"""Taking a file over: planned and shown first, and then done exactly so or not at all.

The order of steps makes a kill between any two of them harmless: the file as it was goes into the
project's object store, the new one takes its place in one step, and the lock file comes last. Killed
before that, the next look finds a file that has converged, or one whose merge changes nothing any more.
The index is left alone.
"""

from collections.abc import Sequence

import msgspec

from devdash.api import PaneError
from devdash_git.desk import Means
from devdash_git.plain import first_words, printable
from devdash_git.vendored.ground import Standing, read_file, replace_file
from devdash_git.vendored.lockfile import read_lock, write_lock
from devdash_git.vendored.merging import Conflicts, Hunk, Merger, Unmergeable, apply
from devdash_git.vendored.model import Entry, State, Taken, blob_name
from devdash_git.vendored.project import Project
from devdash_git.vendored.survey import Tracked
from devdash_git.vendored.upstream import LOCAL_S, Lacking, Upstream

NOTHING_NEW = {
    State.CURRENT: "Nothing is new upstream.",
    State.LOCALLY_MODIFIED: "Nothing is new upstream; the changes are your own.",
    State.UPSTREAM_DELETED: "It is not there any more upstream; forget-vendored ends its tracking.",
    State.REF_GONE: "The branch, tag or commit that it is from is gone; see [[panes.git.vendored]].",
    State.UNREACHABLE: "Its source could not be asked the last time; check-vendored asks again.",
    State.NEVER_CHECKED: "Its source was never asked; check-vendored does.",
}


class Untakable(PaneError):
    """A file that is not taken over, and why."""

    kind = "refused"


class Sides(msgspec.Struct, frozen=True):
    """The contents that a take is about.

    Attributes:
        mine: the project's file; None when there is none.
        base: what was taken before; None when nothing was, or it is not to be had any more.
        theirs: what is upstream.
    """

    mine: Standing | None
    base: bytes | None
    theirs: bytes


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What taking one file would do.

    Attributes:
        file: which.
        mine: the project's file, which must still be so when it is done.
        result: what the file would be.
        base: what counts as taken afterwards: upstream's content, or the old with the chosen hunks.
        conflicts: places that both sides have changed, however they are settled in `result`.
        marked: they stand in `result` between conflict markers.
        discards: something of the project's own is not in `result`.
    """

    file: Tracked
    mine: Standing | None
    result: bytes
    base: bytes
    conflicts: int = 0
    marked: bool = False
    discards: bool = False

    @property
    def writes(self) -> bool:
        """Whether the file changes; else only the lock file does."""
        return self.mine is None or self.mine.content != self.result


class Done(msgspec.Struct, frozen=True):
    """What became of a plan.

    Attributes:
        plan: which.
        kept: the names under which what was there before is in the project's object store.
    """

    plan: Plan
    kept: tuple[str, ...] = ()


class Taker:
    """Plans and takes.

    Args:
        means: threads, git, and turns.
        upstream: has the contents.
        merger: merges them.
    """

    def __init__(self, means: Means, upstream: Upstream, merger: Merger) -> None:
        self._context = means.context
        self._git = means.git
        self._turns = means.turns
        self._upstream = upstream
        self._merger = merger

    async def sides(self, project: Project, file: Tracked) -> Sides:
        """The contents on all sides. May use the network, for a content that was never looked at.

        Raises:
            PaneError: there is nothing upstream, or it is not to be had.
        """
        if file.upstream is None or file.finding is None:
            raise Untakable(f"{printable(file.to)}: {NOTHING_NEW.get(file.state, 'Nothing is known of it.')}")
        mine = await self._context.in_thread(read_file, project.root, file.to)
        commit = file.finding.commit or ""
        theirs = await self._upstream.content(file.origin, project, file.upstream.oid, commit)
        return Sides(mine, await self._base(project, file, mine, theirs), theirs)

    async def _base(
        self, project: Project, file: Tracked, mine: Standing | None, theirs: bytes
    ) -> bytes | None:
        if file.taken is None:
            return None
        base = file.taken.blob
        for known in (theirs, mine.content if mine else None):
            if known is not None and blob_name(known, base) == base:
                return known
        try:
            return await self._upstream.content(file.origin, project, base, file.taken.commit)
        except Lacking:
            return None

    async def plan(
        self, project: Project, file: Tracked, how: Conflicts, chosen: tuple[Hunk, ...] | None = None
    ) -> Plan:
        """What taking `file` would do.

        Args:
            how: what becomes of conflicts.
            chosen: some of the hunks from `Sides.base` to `Sides.theirs`; None: all.

        Raises:
            Untakable: there is nothing to take, or something would be lost.
        """
        if file.problem:
            raise Untakable(file.problem, file.hint)
        if file.state in NOTHING_NEW:
            raise Untakable(f"{printable(file.to)}: {NOTHING_NEW[file.state]}")
        sides = await self.sides(project, file)
        target = sides.theirs
        if chosen is not None and sides.base is not None:
            target = apply(sides.base, chosen)
        plan = await self._planned(file, sides, target, how)
        if plan.writes and plan.mine is not None and project.top is None:
            raise Untakable(
                f"{printable(file.to)} is in no git repository that could keep what it is now.",
                "Run git init in the project.",
            )
        return plan

    async def _planned(self, file: Tracked, sides: Sides, target: bytes, how: Conflicts) -> Plan:
        mine, base = sides.mine, sides.base
        if mine is None or mine.content in (base, target):
            return Plan(file=file, mine=mine, result=target, base=target)
        if base is None:
            return _unmerged(file, mine, target, how)
        try:
            merged = await self._merger.merge(mine.content, base, target, Conflicts.MARK)
        except Unmergeable:
            return _unmerged(file, mine, target, how)
        if not merged.conflicts:
            return Plan(file=file, mine=mine, result=merged.content, base=target)
        if how is Conflicts.REFUSE:
            raise Untakable(
                f"{printable(file.to)}: {_places(merged.conflicts)} changed on both sides; it is left alone.",
                "take-hunks takes the rest, or settles them: --conflicts mark, upstream or mine.",
            )
        settled = await self._merger.merge(mine.content, base, target, how)
        return Plan(
            file=file,
            mine=mine,
            result=settled.content,
            base=target,
            conflicts=merged.conflicts,
            marked=how is Conflicts.MARK,
            discards=how is Conflicts.UPSTREAM,
        )

    async def carry_out(self, project: Project, plan: Plan) -> Done:
        """Do it.

        Raises:
            PaneError: it could not be done; the project's file is as it was, or the lock file says so.
        """
        async with self._turns.of(project.held, project.root.name):
            entries = await self._context.in_thread(
                read_lock, project.lock
            )  # one that cannot be used stops it
            if plan.file.taken is not None and plan.file.entry.to not in {entry.to for entry in entries}:
                raise Untakable(f"{printable(plan.file.to)} is not tracked any more; nothing was done.")
            kept: list[str] = []
            partial = (
                plan.file.upstream is None
                or blob_name(plan.base, plan.file.upstream.oid) != plan.file.upstream.oid
            )
            if partial:
                await self._keep_base(project, plan)
            if plan.writes:
                kept += await self._write(project, plan)
            try:
                await self._context.in_thread(_note, project, plan)
            except PaneError as problem:
                raise _unnoted(plan, kept, problem) from problem
        return Done(plan, tuple(kept))

    async def _write(self, project: Project, plan: Plan) -> list[str]:
        kept = []
        if plan.mine is not None:
            kept.append(await self._keep(project, plan.mine.content))
        executable = plan.file.upstream is not None and plan.file.upstream.executable
        late = await self._context.in_thread(
            replace_file, project.root, plan.file.to, plan.result, executable, plan.mine
        )
        if late is not None:
            kept.append(await self._keep(project, late))
        return kept

    async def _keep_base(self, project: Project, plan: Plan) -> None:
        """What upstream never had can be had from nowhere else."""
        like = plan.file.upstream.oid if plan.file.upstream else ""
        await self._upstream.keep(plan.file.origin.source, plan.base, like)
        if project.top is not None:
            await self._keep(project, plan.base)

    async def _keep(self, project: Project, content: bytes) -> str:
        """Put a content into the project's object store; its name there."""
        if project.top is None:
            raise Untakable("There is no git repository to keep it in.", "Run git init in the project.")
        answer = await self._git.change(
            project.top, "hash-object", "-w", "--no-filters", "--stdin", timeout=LOCAL_S, stdin=content
        )
        name = answer.out.decode("ascii", "replace").strip()
        if answer.code != 0 or not name:
            raise PaneError(f"The project's repository does not keep it: {first_words(answer.err)}.")
        return name


def _unnoted(plan: Plan, kept: Sequence[str], problem: PaneError) -> PaneError:
    """The file is written, and the lock file is not: who is told of that needs the way back as well."""
    if not plan.writes:
        return problem
    back = f"As it was: git cat-file blob {kept[0]}" if kept else problem.hint
    return Untakable(f"{printable(plan.file.to)} is written, and not noted as taken: {problem.message}", back)


def _unmerged(file: Tracked, mine: Standing, target: bytes, how: Conflicts) -> Plan:
    """Two files of which nothing tells what each has changed: one of them is chosen, or none."""
    if how is Conflicts.UPSTREAM:
        return Plan(file=file, mine=mine, result=target, base=target, conflicts=1, discards=True)
    if how is Conflicts.MINE:
        return Plan(file=file, mine=mine, result=mine.content, base=target, conflicts=1)
    raise Untakable(
        f"{printable(file.to)} is different here, and the two cannot be merged; it is left alone.",
        "take-hunks can decide: --conflicts upstream or mine.",
    )


def _note(project: Project, plan: Plan) -> None:
    """Write into the lock file what was taken. Blocks shortly."""
    file = plan.file
    if file.upstream is None or file.finding is None or file.finding.commit is None:
        return
    taken = Taken(file.to, file.path, file.finding.commit, blob_name(plan.base, file.upstream.oid))
    entries = {entry.to: entry for entry in read_lock(project.lock)}
    known = entries.get(file.entry.to, Entry(file.entry.to, file.origin))
    files = tuple(sorted((*(one for one in known.files if one.to != file.to), taken)))
    entries[file.entry.to] = Entry(file.entry.to, file.origin, files)
    write_lock(project.lock, tuple(entries.values()))


def _places(count: int) -> str:
    return f"{count} {'place was' if count == 1 else 'places were'}"
