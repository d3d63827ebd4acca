"""The actions `vendor` and `forget-vendored`: begin and end to track where a file is from."""

from collections.abc import Iterable, Sequence

import msgspec

from devdash.api import (
    Action,
    ActionRequest,
    Confirmation,
    Field,
    Level,
    Outcome,
    PaneError,
    Scope,
    Text,
    Tone,
)
from devdash_git.desk import GitDesk, Means
from devdash_git.plain import printable
from devdash_git.vendored.choosing import source_and_ref
from devdash_git.vendored.desk import chosen
from devdash_git.vendored.keeper import Keeper, default_place
from devdash_git.vendored.lockfile import read_lock, write_lock
from devdash_git.vendored.merging import Conflicts, Merger
from devdash_git.vendored.model import Entry, Finding, Origin, State
from devdash_git.vendored.paths import odd_source, why_not
from devdash_git.vendored.project import Project
from devdash_git.vendored.survey import Tracked, upstream_places
from devdash_git.vendored.taking import Taker

VENDOR = Action(
    name="vendor",
    key="v",
    title="Take from elsewhere",
    permission="git.vendored.add",
    fields=(
        Field(name="source", label="From", help="URL[@branch, tag or commit]; .@BRANCH for this repository"),
        Field(name="path", label="Path there", help="a file, a folder, or a pattern such as docs/*.md"),
        Field(name="as", label="As", required=False, help="its place here; empty: the same"),
    ),
    help="Take a file, folder or pattern from another repository or branch, and remember where it is from.",
)
FORGET = Action(
    name="forget-vendored",
    key="V",
    title="Forget origin",
    permission="git.vendored.forget",
    scope=Scope.ITEM,
    help="Track a vendored file no more; the file itself stays.",
)


class TrackDesk(GitDesk):
    """Keeps the list of what is tracked."""

    actions = (VENDOR, FORGET)

    def __init__(self, means: Means, keeper: Keeper) -> None:
        super().__init__(means)
        self._keeper = keeper
        self._taker = Taker(means, keeper.upstream, Merger(means.git, means.context))

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation | None:
        """What is forgotten. Beginning asks nothing: it changes no file that is there."""
        if action.name != FORGET.name:
            wanted(request)
            return None
        file = chosen(await self._keeper.look(), request.item or "")
        what = "the folder or pattern that it belongs to" if _is_several(file) else "it"
        return Confirmation(
            f"Forget where {printable(file.to)} is from?",
            (Text(f"The lock file loses {what}: {printable(file.origin.path)}. Files stay as they are."),),
        )

    async def act(self, request: ActionRequest) -> Outcome:
        """See `Pane.act`."""
        if request.action == FORGET.name:
            return await self._forget(request.item or "")
        entry = wanted(request)
        project = await self._keeper.project()
        seen = await self._keeper.look()
        if seen.problems and not seen.files:
            raise PaneError(*seen.problems[0])
        _must_be_free([entry.to], seen.entries)
        (found,) = await self._keeper.check(msgspec.structs.replace(seen, project=project), (entry.origin,))
        _must_be_there(found)
        places = (entry.to, *upstream_places(entry, found))
        _must_be_free(places, seen.entries)
        await self._begin(project, entry, places)
        return await self._fill(project, entry)

    async def _begin(self, project: Project, entry: Entry, places: Sequence[str]) -> None:
        async with self._means.turns.of(project.held, project.root.name):
            await self._means.context.in_thread(_add, project, entry, places)

    async def _fill(self, project: Project, entry: Entry) -> Outcome:
        """Take what is not here yet, and note what is here already and equal."""
        mine = [file for file in (await self._keeper.look()).files if file.entry.to == entry.to]
        oids = [file.upstream.oid for file in mine if file.upstream is not None]
        await self._keeper.upstream.prefetch(entry.origin, project, oids)
        taken, different, failed = 0, [], []
        for number, file in enumerate(mine, start=1):
            self._means.context.progress(f"{number} of {len(mine)}")
            if file.state not in (State.LOCAL_MISSING, State.CONVERGED):
                different.append(printable(file.to))
                continue
            try:
                plan = await self._taker.plan(project, file, Conflicts.REFUSE)
                await self._taker.carry_out(project, plan)
                taken += 1
            except PaneError as error:
                failed.append(f"{printable(file.to)}: {error.message}")
        return _told(entry, taken, different, failed)

    async def _forget(self, item: str) -> Outcome:
        seen = await self._keeper.look()
        file = chosen(seen, item)
        if seen.project is None:
            raise PaneError("The project's folder cannot be read.")
        async with self._means.turns.of(seen.project.held, seen.project.root.name):
            await self._means.context.in_thread(_remove, seen.project, file.entry.to)
        message = f"{printable(file.to)} is not tracked any more."
        if self._is_listed(file):
            message = f"What was taken of {printable(file.to)} is forgotten; devdash.toml still lists it."
        return Outcome(message=message)

    def _is_listed(self, file: Tracked) -> bool:
        listed = self._means.config.vendored
        return any(default_place(one.path, one.to) == file.entry.to for one in listed)


def wanted(request: ActionRequest) -> Entry:
    """What the fields of `vendor` say.

    Raises:
        PaneError: a source or path that is not used.
    """
    source, ref = source_and_ref(request.value("source"))
    path, to = request.value("path"), request.value("as")
    if reason := odd_source(source, ref):
        raise PaneError(f"This source is not used: {reason}.")
    if source == "." and not ref:
        raise PaneError("Which branch of this repository?", "Give it as .@BRANCH")
    place = default_place(path, to)
    for name, value in (("path", path), ("place", place if place != "." else "x")):
        if reason := why_not(value):
            raise PaneError(f"This {name} is not used: {reason}.", "Give a path below the project.")
    return Entry(place, Origin(source, ref, path))


def _must_be_there(found: Finding) -> None:
    origin = found.origin
    if found.failure is not None or found.ref_gone:
        raise PaneError(f"{printable(origin.source)}: {printable(found.message).rstrip('.')}.", found.hint)
    if not found.files:
        raise PaneError(
            f"There is no {printable(origin.path)} in {printable(origin.source)}"
            + (f" at {printable(origin.ref)}." if origin.ref else "."),
            printable(found.message),
        )


def _must_be_free(places: Iterable[str], entries: Iterable[Entry]) -> None:
    """None of `places` is anybody's already.

    Raises:
        PaneError: one is.
    """
    taken = {place for known in entries for place in (known.to, *(file.to for file in known.files))}
    for place in places:
        if place in taken:
            raise PaneError(
                f"{printable(place)} is already from elsewhere.", "forget-vendored ends that, or choose --as."
            )


def _add(project: Project, entry: Entry, places: Iterable[str]) -> None:
    entries = read_lock(project.lock)  # anew: another devdash may have begun in between
    _must_be_free(places, entries)
    write_lock(project.lock, (*entries, entry))


def _remove(project: Project, to: str) -> None:
    entries = read_lock(project.lock)
    if kept := tuple(entry for entry in entries if entry.to != to):
        write_lock(project.lock, kept)
    elif entries:
        write_lock(project.lock, ())


def _is_several(file: Tracked) -> bool:
    return file.entry.to != file.to


def _told(entry: Entry, taken: int, different: list[str], failed: list[str]) -> Outcome:
    files = "file" if taken == 1 else "files"
    message = f"{printable(entry.to)} is from {printable(entry.origin.source)} now; {taken} {files} taken."
    if not (different or failed):
        return Outcome(message=message)
    blocks = [Text(f"{name}: is different here; take-hunks decides.", Tone.WARN) for name in different]
    blocks += (Text(reason, Tone.WARN) for reason in failed)
    return Outcome(level=Level.ATTENTION, message=message, blocks=tuple(blocks[:100]))
