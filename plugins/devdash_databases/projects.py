"""Asks one Django project's databases through a probe that the project's own interpreter runs.

Two workers: one for the aliases that answer, and, while there are any, one for those that hung or timed out
when they were last asked. A probe in which something hangs is killed, and the sound aliases keep theirs.
"""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from devdash.api import PaneContext, PaneError, Worker, WorkerDied, WorkerFailed, WorkerTimeout
from devdash_databases import apart, env_files, patient, wire
from devdash_databases.aliases import Target, target
from devdash_databases.config import Database, DatabasesConfig, Project
from devdash_databases.patient import GRACE_S, PATIENCE_S
from devdash_databases.project_files import find_python, folder_of, stamps_of
from devdash_databases.routes.asked import Asked, AskProject, Failure, ProjectSurveyed, Surveyed, read_survey
from devdash_databases.states import State
from devdash_databases.troubles import advice, sentence

PROBE = str(Path(__file__).with_name("project_probe.py"))

AGAIN_S = 60.0
"""Seconds after which settings that could not be loaded, or a login that was refused, are tried anew: loading
settings is dear. Asked by a person, at once."""


BUSY = 2.0
"""How many times the time for the settings is added at most, for what they wait for a processor."""


class ProjectTrouble(PaneError):
    """The project cannot be loaded."""

    def __init__(self, trouble: wire.Trouble) -> None:
        super().__init__(sentence(trouble), advice(trouble))
        self.trouble = trouble


class _Side:
    """One worker, and whether the running process has loaded the project."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.opened = False

    async def stop(self) -> None:
        """End the process; the next call starts another, which loads the project anew."""
        self.opened = False
        await self.worker.stop()


class ProjectProber:
    """The probes of one project.

    Args:
        project: its table.
        config: the pane's.
        context: the pane's.

    Attributes:
        title: what it is called.
        opened: what is known of the project; None until it was loaded once.
        trouble: why it cannot be loaded now; None when it can.
        targets: its aliases, called "project/alias", the skipped ones included.
    """

    def __init__(self, project: Project, config: DatabasesConfig, context: PaneContext) -> None:
        self.project = project
        self.title = project.title
        self.opened: wire.OpenedProject | None = None
        self.trouble: wire.Trouble | None = None
        self.targets: tuple[Target, ...] = ()
        self.python = ""
        self._config = config
        self._context = context
        self._path = context.folder / project.path.expanduser()
        self._sides: tuple[_Side, _Side] | None = None
        self._suspects: frozenset[str] = frozenset()
        self._busy = asyncio.Lock()
        self._tried = float("-inf")
        self._stamps: tuple[int, ...] = ()

    @property
    def django(self) -> str:
        """The project's version of Django, or ""."""
        return "" if self.opened is None else self.opened.django

    async def ping(
        self,
        aliases: Iterable[str] | None = None,
        questions: wire.Questions | None = None,
        paused: frozenset[str] = frozenset(),
        early: wire.Early = wire.unheard,
    ) -> tuple[wire.Ping, ...]:
        """Ping the aliases that are asked at all: all, or those of `aliases`, by their long names.

        A project that cannot be loaded has no pings, and `trouble`. `early` is given the answers of each
        probe as they come.
        """
        async with self._busy:
            edited = await self._edited()
            if self.trouble is not None and not edited and not self._is_due():
                return ()
            try:
                wanted = None if aliases is None else frozenset(aliases)
                async with asyncio.timeout(self._config.timeout - GRACE_S):
                    return await self._ping(wanted, questions or {}, paused, early, anew=edited)
            except ProjectTrouble as error:
                self.trouble = error.trouble
            except TimeoutError:  # silent as a whole, more than once: what is beside it must not wait for it
                self.trouble = wire.Trouble("hang")
            return ()

    async def pending(self, aliases: Sequence[str], timeout: float) -> wire.Pendings:
        """The migrations that wait, by long names; asked in a process of its own that ends afterwards.

        Raises:
            WorkerError: it could not be asked.
            ProjectTrouble: the project, or its apps, cannot be loaded.
        """
        side = _Side(await self._worker())
        short = {self.short(alias): alias for alias in aliases}
        try:
            await self._load(side)
            args = wire.Pending(tuple(short), timeout)
            answer = await side.worker.call("pending", args, wire.Pendings, timeout=timeout + GRACE_S)
        finally:
            await side.stop()
        if answer.trouble is not None:
            raise ProjectTrouble(answer.trouble)
        renamed = tuple(msgspec.structs.replace(one, alias=short[one.alias]) for one in answer.aliases)
        return wire.Pendings(None, renamed)

    async def survey(self, asked: Asked) -> Surveyed:
        """Ask the project's routers; see `scanner.Surveyor`. Aliases are called as the project calls them."""
        side = _Side(await self._worker())
        seconds = self._config.attempt_s
        try:
            await self._load(side)
            answer = await side.worker.call(
                "survey", AskProject(asked, seconds), ProjectSurveyed, timeout=seconds + GRACE_S
            )
        except ProjectTrouble as error:
            return _unloadable(self.title, error.trouble)
        finally:
            await side.stop()
        if answer.trouble is not None:
            return _unloadable(self.title, answer.trouble)
        return Surveyed((), await self._context.in_thread(read_survey, answer.survey), answer.files)

    async def _edited(self) -> bool:
        """Whether the settings were changed since they were loaded, or tried the last time."""
        if self.opened is None:
            return False
        before = self._stamps
        self._stamps = await self._stamped(self.opened)
        return self._stamps != before

    async def _stamped(self, opened: wire.OpenedProject) -> tuple[int, ...]:
        """When what the settings depend on was changed."""
        files = (*opened.files, *map(str, self._env_files()))
        return await self._context.in_thread(stamps_of, files)

    def _is_due(self) -> bool:
        return self._context.asked or self._context.monotonic() - self._tried >= AGAIN_S

    async def _ping(
        self,
        wanted: frozenset[str] | None,
        questions: wire.Questions,
        paused: frozenset[str],
        early: wire.Early,
        *,
        anew: bool,
    ) -> tuple[wire.Ping, ...]:
        steady, aside = await self._both()
        if anew or not self.targets or self.trouble is not None:
            await steady.stop()
            await aside.stop()
            await self._open(steady)
        chosen = [one for one in self.targets if wanted is None or one.alias in wanted]
        resting = {one.alias: State.PAUSED for one in chosen if one.alias in paused}
        resting |= {one.alias: one.skipped for one in chosen if one.skipped is not None}
        asked = [one for one in chosen if one.alias not in resting]
        sound = tuple(one for one in asked if one.alias not in self._suspects)
        slow = tuple(one for one in asked if one.alias in self._suspects)
        answers = await asyncio.gather(
            wire.told(early, self._ask(steady, sound, questions, early)),
            wire.told(early, self._ask_aside(aside, slow, questions, early)),
        )
        found = {ping.alias: ping for part in answers for ping in part}
        if not self._suspects:
            await aside.stop()
        for one in chosen:
            if one.alias in resting:
                found[one.alias] = wire.Ping(alias=one.alias, state=resting[one.alias], vendor=one.vendor)
        return tuple(found[one.alias] for one in chosen)

    async def _ask(
        self, side: _Side, targets: tuple[Target, ...], questions: wire.Questions, early: wire.Early
    ) -> tuple[wire.Ping, ...]:
        """Ping within one worker; an alias for which it ends is asked by the other one from then on."""

        def ends(alias: str) -> None:
            self._suspects |= {alias}

        def attempt(some: tuple[Target, ...]) -> Awaitable[tuple[wire.Ping, ...]]:
            return self._attempt(side, some, questions, early)

        return await apart.ask(targets, attempt, side.stop, ends, self._config.attempt_s)

    async def _ask_aside(
        self, aside: _Side, targets: tuple[Target, ...], questions: wire.Questions, early: wire.Early
    ) -> tuple[wire.Ping, ...]:
        """The same for those that hung. Where the project cannot be loaded once more for them, they alone are
        not known: it was loaded for the others.
        """
        try:
            return await self._ask(aside, targets, questions, early)
        except ProjectTrouble as error:
            note = sentence(error.trouble)
            return tuple(
                wire.Ping(alias=one.alias, state=State.PROBE_FAILED, vendor=one.vendor, note=note)
                for one in targets
            )

    async def _attempt(
        self, side: _Side, targets: tuple[Target, ...], questions: wire.Questions, early: wire.Early
    ) -> tuple[wire.Ping, ...]:
        long = {self.short(one.alias): one for one in targets}
        args = wire.PingAll(tuple(long), float(self._config.ping_timeout), questions, PATIENCE_S)

        def first(pings: tuple[wire.Ping, ...]) -> None:
            early(_called(pings, long))

        async with asyncio.timeout(self._config.attempt_s):
            if not side.opened:
                await self._open(side)
            answer = await patient.ping(side.worker, args, first)
            if not answer.connected:  # a new process: the old one ended since the last ping
                await self._open(side)
                answer = await patient.ping(side.worker, args, first)
        # Also where the driver gave up by itself: all others would wait for that, each time.
        silent = {ping.alias for ping in answer.pings if ping.state is State.TIMEOUT}
        slow = {long[alias].alias for alias in silent.union(answer.hung)}
        self._suspects = (self._suspects - {one.alias for one in targets}) | slow
        refused = any(ping.state is State.AUTH for ping in answer.pings)
        if answer.hung or (refused and self._is_due()):
            # A hung thread ends only with its process; and a new process reads the settings anew.
            await side.stop()
        return _called(answer.pings, long)

    async def _open(self, side: _Side) -> None:
        """Load the project in the worker of `side`, and take its aliases from there.

        Raises:
            ProjectTrouble: it cannot be loaded.
        """
        self._tried = self._context.monotonic()
        self.opened = opened = await self._load(side)
        self._stamps = await self._stamped(opened)
        side.opened, self.trouble = True, None
        self.targets = self._targets(opened)

    async def _load(self, side: _Side) -> wire.OpenedProject:
        """Load the project in the worker of `side`.

        Raises:
            ProjectTrouble: it cannot be loaded.
        """
        seconds = float(self.project.start_timeout)
        args = wire.OpenProject(
            str(self._path),
            self.project.settings,
            await self.environment(),
            seconds,
            float(self._config.ping_timeout),
            seconds * BUSY,
        )
        try:
            limit = seconds * (1 + BUSY) + GRACE_S  # the probe itself gives up sooner, unless it is starved
            opened = await side.worker.call("open", args, wire.OpenedProject, timeout=limit)
        except UnicodeEncodeError:
            raise ProjectTrouble(wire.Trouble("folder", "its path is not UTF-8")) from None
        except WorkerTimeout:
            raise ProjectTrouble(wire.Trouble("hang")) from None
        except (WorkerDied, WorkerFailed):
            raise ProjectTrouble(wire.Trouble("died", self.python)) from None
        if opened.trouble is not None:
            await side.stop()
            raise ProjectTrouble(opened.trouble)
        return opened

    async def environment(self) -> dict[str, str]:
        """The variables that the settings need, secrets among them.

        Raises:
            ProjectTrouble: a secret is not to be had, or the file of variables cannot be read.
        """
        found: dict[str, str] = {}
        for file in self._env_files():
            try:
                found.update(await self._context.in_thread(env_files.read, file))
            except env_files.BadEnvFile as error:
                where = f"line {error.line}" if error.line else ""
                raise ProjectTrouble(wire.Trouble("env-file", file.name, where)) from None
        found.update(self.project.environment)
        for name, secret in self.project.secrets.items():
            try:
                found[name] = await self._context.reveal(secret)
            except PaneError:
                raise ProjectTrouble(wire.Trouble("secret", name)) from None
        return found

    def _env_files(self) -> tuple[Path, ...]:
        """The file of variables, if one is named."""
        named = self.project.env_file
        return (folder_of(self._path) / Path(named).expanduser(),) if named else ()

    def _targets(self, opened: wire.OpenedProject) -> tuple[Target, ...]:
        chosen = self.project.aliases
        return tuple(
            msgspec.structs.replace(self._target(one, opened), project=True)
            for one in opened.aliases
            if not chosen or one.alias in chosen
        )

    def _target(self, one: wire.ProjectAlias, opened: wire.OpenedProject) -> Target:
        return target(
            f"{self.project.title}/{one.alias}",
            Database(
                ENGINE="" if one.engine.endswith("backends.dummy") else one.engine,
                NAME=one.name,
                USER=one.user,
                HOST=one.host,
                PORT=one.port,
                TEST={"MIRROR": one.mirror} if one.mirror else {},
            ),
            Path(opened.root),
        )

    def short(self, alias: str) -> str:
        """What the project itself calls an alias."""
        return alias.removeprefix(f"{self.project.title}/")

    async def _both(self) -> tuple[_Side, _Side]:
        if self._sides is None:
            self._sides = (_Side(await self._worker()), _Side(await self._worker()))
        return self._sides

    async def _worker(self) -> Worker:
        if not self.python:
            self.python = await self._context.in_thread(find_python, self._path, self.project.python)
        env = {**ENVIRONMENT, **dict.fromkeys(self._config.secret_variables)}
        return self._context.worker(PROBE, python=self.python or None, env=env)


def _called(pings: Iterable[wire.Ping], long: Mapping[str, Target]) -> tuple[wire.Ping, ...]:
    """The same, called as the pane calls them; `long` is by the project's own names."""
    return tuple(
        msgspec.structs.replace(one, alias=long[one.alias].alias, vendor=one.vendor or long[one.alias].vendor)
        for one in pings
    )


def _unloadable(project: str, trouble: wire.Trouble) -> Surveyed:
    text = f"The apps of {project} cannot be loaded: {sentence(trouble)}."
    return Surveyed((Failure("apps-unloadable", text),), None)


ENVIRONMENT: Mapping[str, str | None] = {
    "LC_ALL": "C.UTF-8",  # failures are told by English messages where drivers give no code
    "LANGUAGE": None,
    "DJANGO_SETTINGS_MODULE": None,  # that of the shell in which devdash was started
    "PYTHONPATH": None,
    "PYTHONHOME": None,
    "VIRTUAL_ENV": None,
}
"""Changes to the environment of a probe."""
