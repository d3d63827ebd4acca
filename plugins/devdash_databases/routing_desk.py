"""The pane's part about routes: surveys now and then, explains, tries, and checks for a CI run."""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from devdash.api import (
    Action,
    ActionRequest,
    Block,
    Field,
    FieldKind,
    Outcome,
    PaneContext,
    PaneError,
    PrintText,
    Scope,
    WorkerError,
    worst,
)
from devdash_databases.prober import Prober
from devdash_databases.project_files import stamps_of
from devdash_databases.projects import ProjectProber
from devdash_databases.routes import sarif, trial, view
from devdash_databases.routes.codes import UNTOLD
from devdash_databases.routes.scanned import Scanned, scanned_of
from devdash_databases.routes.why import level_of, why
from devdash_databases.scanner import scan

ROUTES_S = 600.0
"""Seconds after which the models are routed again though no file was edited: loading the code is dear."""

ROUTES_RETRY_S = 60.0
"""The same after a scan that failed: one that hangs must not hold up every reading."""

WHY = Action(
    name="why",
    key="w",
    title="Why there",
    permission="databases.routes.explain",
    scope=Scope.ITEM,
    help="Tell why this model is read, written and migrated where it is.",
)
CHECK = Action(
    name="check-routers",
    key="f",
    title="Check routers",
    permission="databases.routes.check",
    fields=(
        Field(
            name="format",
            label="Format",
            kind=FieldKind.CHOICE,
            default="text",
            choices=("text", "json", "sarif"),
        ),
    ),
    help="Survey the routers anew and print what is wrong; `devdash check databases --routers`.",
)
ACTIONS = (WHY, trial.TRY, CHECK)

Source = Prober | ProjectProber


class RoutingDesk:
    """Keeps what is known of the routes of each project.

    Args:
        context: the pane's.
        sources: every project whose routers can be asked, with the aliases that may be looked at.
    """

    def __init__(
        self, context: PaneContext, sources: Callable[[], Iterable[tuple[Source, Sequence[str]]]]
    ) -> None:
        self._context = context
        self._sources = sources
        self._known: dict[str, Scanned] = {}
        self._due: dict[str, float] = {}
        self._stamps: dict[str, tuple[int, ...]] = {}
        self._looking: asyncio.Task[bool] | None = None

    def known(self, source: Source) -> Scanned:
        """What is known of a project's routes; nothing before the first survey."""
        return self._known.get(source.title, Scanned())

    def has_asked(self, source: Source) -> bool:
        """Whether its routers were asked, or are not to be."""
        return source.title in self._known or all(one is not source for one, _ in self._sources())

    def look(self) -> None:
        """Begin to survey, beside the readings, what was edited or whose time has come; see `settle`."""
        if self._looking is None:
            self._looking = asyncio.create_task(self._survey_due())
            if self._context.stays:
                self._looking.add_done_callback(self._end)

    async def settle(self) -> None:
        """Wait for the survey under way where there is no later reading, which could tell of it.

        Raises:
            PaneError: projects could not be asked.
        """
        looking = self._looking
        if looking is not None and (looking.done() or not self._context.stays):
            self._looking = None
            await looking

    def _end(self, looking: asyncio.Task[bool]) -> None:
        if looking.cancelled():
            return
        if looking.exception() is None and not looking.result():
            self._looking = None
        else:
            self._context.wake()

    def give_up(self) -> None:
        """Wait for no survey any more."""
        if self._looking is not None:
            self._looking.cancel()

    async def open(self, item: str, column: str) -> tuple[Block, ...] | None:
        """Why a model goes where it goes; `column` is "read", "write" or "migrate"."""
        return self._why(item, column)

    async def act(self, request: ActionRequest) -> Outcome | None:
        """Do it, or None when it is none of its actions."""
        match request.action:
            case WHY.name:
                blocks = self._why(request.item or "", None)
                return Outcome(message="", blocks=blocks, reread=False)
            case trial.TRY.name:
                return await self._try(request)
            case CHECK.name:
                return await self._check(request.value("format"))
        return None

    async def complete(self, field: str, text: str, item: str | None) -> Sequence[str]:
        """What could be meant in the form of a trial."""
        source, _ = self._source(item)
        return trial.offered(self.known(source).survey, field, text)

    def _why(self, item: str, column: str | None) -> tuple[Block, ...]:
        if not item.startswith(view.MODEL):
            raise PaneError("only models are routed", "Choose the row of a model, below “routes”.")
        source, label = self._source(item)
        scanned = self.known(source)
        model = scanned.survey.model(label)
        if model is None:
            raise PaneError(f"there is no model “{label}” any more", "Read the pane anew.")
        return why(scanned, model, column)

    def _source(self, item: str | None) -> tuple[Source, str]:
        """The project that a model's row is of, and the model's label; the first project for other rows."""
        name = (item or "").removeprefix(view.MODEL)
        sources = [source for source, _ in self._sources()]
        if not sources:
            raise PaneError(
                "no routers are asked", "Name `apps` and `routers`, or a project, in devdash.toml."
            )
        for source in sources:
            prefix = prefix_of(source)
            if prefix and name.startswith(prefix):
                return source, name.removeprefix(prefix)
        return sources[0], name

    async def _survey_due(self) -> bool:
        """Whether there were any."""
        due = [one for one in self._sources() if await self._is_due(one[0])]
        await asyncio.gather(*(self._survey(source, live) for source, live in due))
        return bool(due)

    async def _is_due(self, source: Source) -> bool:
        now = self._context.monotonic()
        if now >= self._due.get(source.title, now):
            return True
        return await self._stamped(self.known(source).files) != self._stamps[source.title]

    async def _stamped(self, files: Sequence[str]) -> tuple[int, ...]:
        """When they were changed."""
        return await self._context.in_thread(stamps_of, files) if files else ()

    async def _survey(self, source: Source, live: Sequence[str], *, sources: bool = False) -> Scanned:
        """Survey a project, and keep what was found."""
        files = self.known(source).files
        before = dict(zip(files, await self._stamped(files), strict=True))
        found = await scan(self._context, source, live, sources=sources)
        after = dict(zip(found.files, await self._stamped(found.files), strict=True))
        # What was edited meanwhile may have been loaded before.
        self._stamps[source.title] = tuple(before.get(file, stamp) for file, stamp in after.items())
        self._known[source.title] = found
        lost = any(one.code in UNTOLD for one in found.findings)
        self._due[source.title] = self._context.monotonic() + (ROUTES_RETRY_S if lost else ROUTES_S)
        return found

    async def _try(self, request: ActionRequest) -> Outcome:
        source, _ = self._source(request.item)
        now = self.known(source)
        self._context.progress("asking the routers")
        if not now.survey.models:
            now = await scan(self._context, source, ())
        asked = trial.asked(
            now.survey,
            request.value("down"),
            request.value("transaction"),
            request.value("order"),
            request.value("written") == "yes",
        )
        try:
            then = await self._context.in_thread(scanned_of, await source.survey(asked))
        except WorkerError as error:
            raise PaneError(f"the routers could not be asked: {type(error).__name__}") from error
        return Outcome(message="", blocks=trial.told(now, then, asked), reread=False)

    async def _check(self, form: str) -> Outcome:
        """For a CI run: the level is that of the gravest finding; a note is none."""
        sources = tuple(self._sources())
        if not sources:
            self._source(None)
        self._context.progress("asking the routers")
        found = await asyncio.gather(*(self._survey(source, live, sources=True) for source, live in sources))
        checked = [(source.title, one) for (source, _), one in zip(sources, found, strict=True)]
        lost = [one for _, scanned in checked for one in scanned.findings if one.code in UNTOLD]
        if lost:
            raise PaneError(lost[0].text, lost[0].repair)
        printed = {"json": sarif.as_json, "text": sarif.as_text}
        text = printed[form](checked) if form in printed else sarif.sarif(checked, self._context.folder)
        level = worst(level_of(one.level) for _, scanned in checked for one in scanned.findings)
        count = view.counted([one for _, scanned in checked for one in scanned.findings])
        said = count or "no routing problem"
        return Outcome(level=level, message=said, effects=(PrintText(text),), reread=self._context.stays)


def prefix_of(source: Source) -> str:
    """What stands before the models of a project in keys."""
    return f"{source.title}/" if isinstance(source, ProjectProber) else ""
