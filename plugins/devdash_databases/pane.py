"""The databases pane: pings every alias of every project, routes models, tells what is down."""

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial

from devdash.api import (
    Action,
    ActionRequest,
    Block,
    Confirmation,
    CopyText,
    Field,
    Level,
    Outcome,
    Pane,
    PaneContext,
    PaneError,
    Report,
    Rule,
    Scope,
    worst,
)
from devdash_databases import questions, wire
from devdash_databases.alias_desk import ACTIONS as ALIAS_ACTIONS
from devdash_databases.alias_desk import KILL, MIGRATIONS, AliasDesk
from devdash_databases.alias_rules import alias_rules
from devdash_databases.alias_view import said_of
from devdash_databases.aliases import Target, targets_of
from devdash_databases.chronicle import Chronicle
from devdash_databases.config import DatabasesConfig
from devdash_databases.facts import DatabasesFacts
from devdash_databases.prober import Prober
from devdash_databases.projects import ProjectProber
from devdash_databases.report import Reading, report_of
from devdash_databases.round import Rounds, Told
from devdash_databases.routes import view
from devdash_databases.routing_desk import ACTIONS, RoutingDesk, prefix_of
from devdash_databases.routing_rules import routing_rules
from devdash_databases.states import State
from devdash_databases.words import hint, level_of

SEEN_OFTEN_S = 600.0
"""Seconds between two questions for what changes slowly, such as sizes."""

LOOK_BACK_FIRST_S = 5.0
"""Seconds after the start at which the history is asked first."""

LOOK_BACK_S = 300.0
"""Seconds between two looks for aliases of which the history was not asked for a while."""

PING = Action(
    name="ping",
    key="p",
    title="Ping",
    permission="databases.alias.ping",
    scope=Scope.EITHER,
    help="Ping this alias now; without one, all of them.",
)
COPY = Action(
    name="copy",
    key="c",
    title="Copy connection",
    permission="databases.alias.copy",
    scope=Scope.ITEM,
    help="Copy the alias's connection, without its password.",
)


class DatabasesPane(Pane[DatabasesConfig]):
    """The aliases of devdash.toml and of Django projects, or devdash's own."""

    Config = DatabasesConfig
    title = "Databases"

    def __init__(self, config: DatabasesConfig, context: PaneContext) -> None:
        super().__init__(config, context)
        self._prober: Prober | None = None
        self._projects: tuple[ProjectProber, ...] = ()
        self._chronicles: dict[str, Chronicle] = {}
        self._seldom_due: dict[str, float] = {}
        self._rounds = Rounds(context)
        self._routing = RoutingDesk(context, self._routed)
        self._desk = AliasDesk(context, config, self._find)

    async def start(self) -> None:
        """Settle what is asked; the workers start with the first ping."""
        context = self.context
        targets = targets_of(self.config, context.folder, context.history_file)
        self._prober = Prober(self.config, context, targets)
        self._projects = tuple(ProjectProber(one, self.config, context) for one in self.config.projects)
        context.task("look back", self._look_back)
        await self._desk.start()

    async def read(self) -> Report:
        """Ping every alias, and now and then route every model. An alias that is down is data, no error.

        Where it takes long, those that have answered are told while the others are waited for.
        """
        if not self.context.stays:
            self._routing.look()
        if self.context.asked or not self._rounds.has_news:
            await self._begin()
        whole = await self._rounds.wait()
        if whole or all(map(self._has_answered, self._sources())):  # a survey would delay first answers
            self._routing.look()
        await self._routing.settle()
        return self._report()

    async def stop(self) -> None:
        """Wait for nothing that is under way."""
        self._routing.give_up()
        self._rounds.cancel()

    def actions(self) -> Sequence[Action]:
        """What is done with one alias, and what is asked of the routers."""
        return (PING, COPY, *ALIAS_ACTIONS, *ACTIONS)

    def rules(self) -> Sequence[Rule[DatabasesFacts]]:
        """Aliases that are down, replicas that do not follow, what else is wrong with one, and routers."""
        return (*alias_rules(self.config, ping=PING.name, migrations=MIGRATIONS.name), *routing_rules())

    async def act(self, request: ActionRequest) -> Outcome:
        """Ping, copy a connection, explain or try routes."""
        for desk in (self._routing, self._desk):
            outcome = await desk.act(request)
            if outcome is not None:
                return outcome
        target = self._find(request.item)[1] if request.item is not None else None
        if request.action == COPY.name and target is not None:
            if not target.connection:
                raise PaneError(f"alias “{target.alias}” is not configured", "Give it an ENGINE.")
            text = f"The connection of {target.alias}, without its password."
            return Outcome(message=text, effects=(CopyText(target.connection),), reread=False)
        return _outcome(await self._ping((target.alias,) if target else None))

    async def open(self, item: str, column: str) -> tuple[Block, ...] | None:
        """Why a model is read, written or migrated where it is."""
        return await self._routing.open(item, column)

    async def complete(self, action: Action, field: Field, text: str, draft: ActionRequest) -> Sequence[str]:
        """Aliases, routers, and queries that run."""
        if action.name == KILL.name:
            return await self._desk.complete(draft)
        return await self._routing.complete(field.name, text, draft.item)

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation | None:
        """Before a query is ended."""
        return await self._desk.confirmation(action, request) or await super().confirmation(action, request)

    def _find(self, alias: str) -> tuple[Prober | ProjectProber, Target]:
        found = {target.alias: (source, target) for source in self._sources() for target in source.targets}
        if alias not in found and alias.startswith((view.MODEL, view.FINDING)):
            raise PaneError("this row is no alias", "Move to an alias, above.")
        if alias not in found:
            raise PaneError(f"there is no alias “{alias}”", f"Known: {', '.join(found)}.")
        return found[alias]

    async def _begin(self) -> None:
        """Begin to ask all that is not paused, and is not being asked already."""
        if not self.config.databases and not self.config.projects:
            await self._make_own()
        paused = await self._desk.paused()
        for source in self._sources():
            self._rounds.begin(source.title, partial(self._ask, source, paused))

    async def _ask(self, source: Prober | ProjectProber, paused: frozenset[str], tell: Told) -> None:
        """Ping all aliases of `source`; what comes early is known at once, and judged with the rest."""
        chronicle = self._chronicle(source)
        seldom = self.context.monotonic() >= self._seldom_due.get(source.title, float("-inf"))
        if seldom:
            self._seldom_due[source.title] = self.context.monotonic() + SEEN_OFTEN_S
        asked = questions.asked(seldom=seldom)

        def early(pings: Sequence[wire.Ping]) -> None:
            chronicle.note(pings, whole=False)
            tell()

        chronicle.note(await source.ping(None, asked, paused, early), whole=True)
        tell()

    async def _make_own(self) -> None:
        """Make devdash's own file, empty, when it could not be opened; the ping says it when that fails."""
        file, prober = self.context.history_file, self._probing()
        last = self._chronicle(prober).pings.get("default")
        if file is not None and (last is None or last.state is State.CANNOT_OPEN):
            await prober.create_own(str(file))

    async def _ping(self, aliases: tuple[str, ...] | None) -> tuple[wire.Ping, ...]:
        """Ping what a person asks for, the paused too."""
        sources = self._sources()
        answers = await asyncio.gather(*(source.ping(aliases) for source in sources))
        for source, pings in zip(sources, answers, strict=True):
            self._chronicle(source).note(pings, whole=False)
        return tuple(ping for answer in answers for ping in answer)

    async def _look_back(self) -> None:
        """Ask the history now and then; what comes in between is read here."""
        await asyncio.sleep(LOOK_BACK_FIRST_S)
        while True:
            for chronicle in tuple(self._chronicles.values()):
                await chronicle.look_back()
            await asyncio.sleep(LOOK_BACK_S)

    def _chronicle(self, source: Prober | ProjectProber) -> Chronicle:
        if source.title not in self._chronicles:
            self._chronicles[source.title] = Chronicle(self.context)
        return self._chronicles[source.title]

    def _sources(self) -> tuple[Prober | ProjectProber, ...]:
        """What is asked, in the order in which it is shown."""
        if self.config.projects and not self.config.databases:
            return self._projects
        return (self._probing(), *self._projects)

    def _routed(self) -> Iterator[tuple[Prober | ProjectProber, Sequence[str]]]:
        """The projects whose routers are asked, with the aliases that may be looked at."""
        if self.config.apps:
            yield self._probing(), self.config.live
        for one in self._projects:
            yield one, one.project.live

    def _probing(self) -> Prober:
        if self._prober is None:
            raise PaneError("the pane has not been started")
        return self._prober

    def _report(self) -> Report:
        return report_of(*map(self._reading, self._sources()))

    def _has_answered(self, source: Prober | ProjectProber) -> bool:
        """Whether there was an answer of each alias, and of the project itself."""
        if isinstance(source, ProjectProber) and source.opened is None:
            return False
        known = self._chronicle(source).pings
        return all(target.alias in known for target in source.targets)

    def _reading(self, source: Prober | ProjectProber) -> Reading:
        aliases = [target.alias for target in source.targets] if source.trouble is None else []
        chronicle = self._chronicle(source)
        samples, chronicle.samples = chronicle.samples, ()  # each is kept once
        return Reading(
            project=source.title,
            django=source.django,
            targets=source.targets,
            pings={alias: chronicle.pings[alias] for alias in aliases if alias in chronicle.pings},
            trends={alias: trend for alias in aliases if (trend := chronicle.trend(alias))},
            scan=self._routing.known(source),
            prefix=prefix_of(source),
            trouble=source.trouble,
            is_starting=source.trouble is None and not self._has_answered(source),
            is_routed=self._routing.has_asked(source),
            observed={alias: chronicle.observed(alias) for alias in aliases},
            following=chronicle.following,
            paces={alias: chronicle.pace(alias) for alias in aliases},
            samples=samples if aliases else (),
            now=self.context.now().timestamp(),
            config=self.config,
        )


def _outcome(pings: Sequence[wire.Ping]) -> Outcome:
    """What a ping that a person asked for came to."""
    if not pings:
        return Outcome(message="there is no database to ping")
    level = worst(level_of(ping.state) for ping in pings)
    said = "; ".join(_said(ping) for ping in pings)
    if len(pings) == 1 and (advice := hint(pings[0].state, pings[0].vendor)):
        said = f"{said}. {advice}"
    return Outcome(level=Level.ATTENTION if level is Level.UNKNOWN else level, message=said)


def _said(ping: wire.Ping) -> str:
    if ping.latency_ms is not None:
        return f"{ping.alias} answered in {ping.latency_ms:.1f} ms"
    return f"{ping.alias}: {said_of(ping)}"
