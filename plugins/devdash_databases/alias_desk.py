"""The pane's part about single aliases: pause, shell, pending migrations, ending one's own queries."""

import os
import sys
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

from devdash.api import (
    Action,
    ActionRequest,
    Block,
    Cell,
    Column,
    Confirmation,
    Field,
    Level,
    Outcome,
    Pair,
    Pairs,
    PaneContext,
    PaneError,
    Row,
    Scope,
    Table,
    Unavailable,
)
from devdash_databases import running, shells, troubles
from devdash_databases.aliases import Target
from devdash_databases.config import DatabasesConfig
from devdash_databases.pauses import Pauses
from devdash_databases.prober import Prober
from devdash_databases.projects import ProjectProber, ProjectTrouble
from devdash_databases.states import State
from devdash_databases.words import duration, state_name

PENDING_S = 20.0
"""Seconds that loading a project's apps and looking at its migrations may take."""

SHELL = Action(
    name="dbshell",
    key="s",
    title="Shell",
    permission="databases.alias.shell",
    scope=Scope.ITEM,
    help="Open the database's own shell on this alias; its password is on no command line.",
)
MIGRATIONS = Action(
    name="migrations",
    key="m",
    title="Migrations",
    permission="databases.alias.migrations",
    scope=Scope.ITEM,
    help="Show the migrations of the project that were not applied on this alias.",
)
PAUSE = Action(
    name="pause",
    key="P",
    title="Pause",
    permission="databases.alias.pause",
    scope=Scope.ITEM,
    help="Ask this alias no more, until this is chosen again.",
)
KILL = Action(
    name="kill",
    key="K",
    title="End a query",
    permission="databases.query.kill",
    scope=Scope.ITEM,
    fields=(
        Field(
            name="query",
            label="Query",
            completes=True,
            help="One of your own that runs on this server: its number, first word and age.",
        ),
    ),
    help="End a query of your own user that runs for too long.",
)
ACTIONS = (SHELL, MIGRATIONS, PAUSE, KILL)

Source = Prober | ProjectProber
Find = Callable[[str], tuple[Source, Target]]


class AliasDesk:
    """Does what a person wants of one alias.

    Args:
        context: the pane's.
        config: the pane's.
        find: an alias's source and target; raises `PaneError` for one that there is not.
    """

    def __init__(self, context: PaneContext, config: DatabasesConfig, find: Find) -> None:
        self._context = context
        self._config = config
        self._find = find
        self._asked: dict[str, running.Query] = {}

    @cached_property
    def _pauses(self) -> Pauses:
        return Pauses(self._context.state_dir)

    async def start(self) -> None:
        """Clear away what earlier shells have left."""
        await self._context.in_thread(shells.sweep, self._context.state_dir)

    async def paused(self) -> frozenset[str]:
        """The aliases that are not to be asked."""
        return await self._context.in_thread(self._pauses.look)

    async def act(self, request: ActionRequest) -> Outcome | None:
        """Do it, or None when it is none of these."""
        if request.item is None:
            return None
        deeds = {
            SHELL.name: self._shell,
            MIGRATIONS.name: self._migrations,
            PAUSE.name: self._pause,
            KILL.name: self._kill,
        }
        deed = deeds.get(request.action)
        return None if deed is None else await deed(request)

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation | None:
        """What exactly is to be ended."""
        if action.name != KILL.name or request.item is None:
            return None
        query = await self._chosen(request)
        self._asked[request.item] = query
        about = (
            Pair("alias", request.item),
            Pair("number", str(query.id)),
            Pair("statement", f"{query.verb} …"),
            Pair("runs for", duration(query.seconds)),
        )
        question = f"End query {query.id} on {request.item}? Its connection stays."
        return Confirmation(question=question, blocks=(Pairs(about),), danger=True)

    async def complete(self, request: ActionRequest) -> Sequence[str]:
        """One's own queries that run there."""
        if request.action != KILL.name or request.item is None:
            return ()
        return tuple(query.label for query in await self._running(request.item))

    async def _pause(self, request: ActionRequest) -> Outcome:
        alias = request.item or ""
        self._find(alias)
        try:
            paused = await self._context.in_thread(self._pauses.turn, alias)
        except OSError as error:
            raise Unavailable(
                f"it cannot be kept: {os.strerror(error.errno or 0)}", "Look at devdash's state folder."
            ) from error
        said = "is paused: it is not asked, and nobody is alerted" if paused else "is asked again"
        return Outcome(message=f"{alias} {said}.")

    async def _shell(self, request: ActionRequest) -> Outcome:
        source, target = self._find(request.item or "")
        if target.skipped is not None or target.vendor is None:
            raise shells.unfit(target)
        shell, where = await self._shell_of(source, target)
        try:
            effect = await self._context.in_thread(shells.handed_over, shell, self._context.state_dir, where)
        except OSError as error:
            raise Unavailable(
                f"it cannot be handed over: {os.strerror(error.errno or 0)}",
                "Look at devdash's state folder.",
            ) from error
        return Outcome(message=f"The shell of {target.alias} was left.", effects=(effect,), reread=False)

    async def _shell_of(self, source: Source, target: Target) -> tuple[shells.Shell, Path]:
        if isinstance(source, Prober):
            password = await source.password(target)
            return await self._context.in_thread(shells.configured, target, password), self._context.folder
        opened = source.opened
        if opened is None or not opened.manage or target.vendor not in ("mysql", "postgresql", "sqlite"):
            raise shells.unfit(target)
        environment = {**await source.environment(), "DJANGO_SETTINGS_MODULE": opened.settings}
        python = source.python or sys.executable
        argv = (python, opened.manage, "dbshell", "--database", source.short(target.alias))
        return shells.Shell(argv, environment), Path(opened.root)

    async def _migrations(self, request: ActionRequest) -> Outcome:
        source, target = self._find(request.item or "")
        if not isinstance(source, ProjectProber):
            raise Unavailable("only a project has migrations", "Name it under [[panes.databases.projects]].")
        try:
            (found,) = (await source.pending((target.alias,), PENDING_S)).aliases
        except ProjectTrouble as error:
            text = troubles.sentence(error.trouble)
            raise PaneError(f"{source.title}: {text}", troubles.advice(error.trouble)) from None
        if found.state:
            failed = f"{target.alias}: {state_name(State(found.state))}"
            raise PaneError(failed, f"{found.kind} {found.code}".strip())
        if not found.count:
            return Outcome(message=f"All migrations are applied on {target.alias}.", reread=False)
        count = f"{found.count} migration{'' if found.count == 1 else 's'}"
        return Outcome(
            level=Level.ATTENTION,
            message=f"{count} not applied on {target.alias}",
            blocks=(_listed(found.names),),
            reread=False,
        )

    async def _kill(self, request: ActionRequest) -> Outcome:
        alias = request.item or ""
        query = await self._chosen(request)
        asked = self._asked.pop(alias, query)
        if not running.same(asked, query):
            raise PaneError(f"query {asked.id} on {alias} has ended by itself; another runs there now")
        source, target = self._find(alias)
        (ping,) = await source.ping((target.alias,), running.ending(query))
        answer = ping.answers.get(running.ENDED)
        if answer is None or answer.state or (answer.columns and not answer.rows):
            code = f" ({answer.kind} {answer.code})" if answer is not None and answer.state else ""
            raise PaneError(
                f"query {query.id} on {alias} was not ended{code}", "It may have ended by itself."
            )
        return Outcome(message=f"Query {query.id} on {alias} was told to end.")

    async def _chosen(self, request: ActionRequest) -> running.Query:
        number = running.number_of(request.value("query"))
        found = await self._running(request.item or "")
        query = next((query for query in found if query.id == number), None)
        if query is None:
            known = ", ".join(query.label for query in found) or "none"
            raise PaneError(f"no query “{request.value('query')}” of yours runs there", f"There: {known}.")
        return query

    async def _running(self, alias: str) -> tuple[running.Query, ...]:
        source, target = self._find(alias)
        if target.vendor not in running.OWN:
            raise Unavailable(
                f"queries of “{alias}” cannot be ended here", "Only MariaDB, MySQL and PostgreSQL."
            )
        (ping,) = await source.ping((alias,), running.OWN)
        if ping.state is not State.OK:
            raise PaneError(f"{alias}: {state_name(ping.state)}")
        return running.queries(ping.answers.get(running.KEY))


def _listed(names: Sequence[str]) -> Block:
    rows = tuple(Row(name, (Cell(name.partition(".")[0]), Cell(name.partition(".")[2]))) for name in names)
    return Table((Column("app"), Column("migration")), rows, heading="in the order of `migrate`")
