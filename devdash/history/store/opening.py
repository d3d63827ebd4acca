"""Opening the databases: their files are recognised, their tables brought up to date, their state told."""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS, Error, connections, router
from django.db.migrations.executor import MigrationExecutor

from devdash.history.store import files
from devdash.history.store.failures import HistoryError, is_expected, may_pass, state_of
from devdash.history.store.replicas import Replicas
from devdash.history.store.settings import LABELS, SQLITE
from devdash.history.wire import Database, Opened, State

T = TypeVar("T")

ATTEMPTS = 5
"""Two hosts may bring the tables of one server up to date at once: the slower one looks again."""

PAUSE_S = 0.5


class Store:
    """The databases of one life of the worker.

    Args:
        databases: as Django is configured with them.
        host: this machine's name in them.
    """

    def __init__(self, databases: Mapping[str, Database], host: str) -> None:
        self.host = host
        self._file = _own_file(databases.get(DEFAULT_DB_ALIAS))
        self._identity: tuple[int, int] | None = None
        self._replicas = Replicas()

    def open(self) -> Opened:
        """Make the databases serve, where they can. Safe with any number of processes at once."""
        try:
            aside = self._prepare()
        except HistoryError as error:
            self.close()
            return Opened(error.state, error.message, error.hint)
        except Exception as error:
            self.close()
            if not is_expected(error):
                raise
            told = HistoryError(state_of(error))
            return Opened(told.state, told.message, told.hint)
        if aside is None:
            return Opened(State.READY)
        told = _set_aside(aside)
        return Opened(told.state, told.message, told.hint)

    def serve(self, work: Callable[[], T]) -> T:
        """What `work` gives, which may ask and change the databases, and may be done twice.

        Raises:
            HistoryError: they cannot serve now. SET_ASIDE: the file was damaged, a new one is begun, and
                whoever asks again is served.
        """
        if self._file is not None and files.identity(self._file) != self._identity:
            self._reopen()
        try:
            return self._attempt(work)
        except Exception as error:
            self.close()
            if not is_expected(error):
                raise
            if state_of(error) is not State.CORRUPT or self._file is None:
                raise HistoryError(state_of(error)) from None
        raise _set_aside(self._begin_anew(self._file))

    def close(self) -> None:
        """Close all connections; the next question opens them again."""
        for alias in connections:
            connections[alias].close()

    def _attempt(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except Error as error:
            self.close()
            if not self._replicas.fallen() and not may_pass(error):
                raise
        return work()

    def _prepare(self) -> Path | None:
        """Returns where a damaged file is now that was there."""
        with ExitStack() as stack:
            aside: Path | None = None
            if self._file is not None:
                stack.enter_context(files.claimed(self._file))
                aside = files.prepare(self._file)
            try:
                _bring_up_to_date()
            except Error as error:
                self.close()
                if self._file is None or state_of(error) is not State.CORRUPT:
                    raise
                aside = files.set_aside(self._file)
                files.prepare(self._file)
                _bring_up_to_date()
            if self._file is not None:
                self._identity = files.identity(self._file)
            return aside

    def _reopen(self) -> None:
        """Somebody has replaced or removed the file: begin with what is there now."""
        self.close()
        opened = self.open()
        if opened.state not in (State.READY, State.SET_ASIDE):
            raise HistoryError(opened.state, opened.message, opened.hint)

    def _begin_anew(self, file: Path) -> Path:
        """Set the damaged file aside, unless another process has done so, and begin another."""
        with files.claimed(file):
            aside = files.set_aside(file) if files.identity(file) == self._identity else file
        opened = self.open()
        if opened.state is not State.READY:
            raise HistoryError(opened.state, opened.message, opened.hint)
        return aside


def _bring_up_to_date() -> None:
    """Migrate each database that holds tables of ours.

    Raises:
        HistoryError: a newer devdash did that already.
        django.db.Error: it cannot be done.
    """
    for alias in connections:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                _migrate(alias)
            except Error as error:
                if attempt == ATTEMPTS or connections[alias].vendor == "sqlite" or may_pass(error):
                    raise
                connections[alias].close()
                time.sleep(PAUSE_S * attempt)
            else:
                break


def _migrate(alias: str) -> None:
    labels = [label for label in LABELS if _lives_on(alias, label)]
    if not labels:
        return
    executor = MigrationExecutor(connections[alias])
    known = executor.loader.disk_migrations or {}
    applied = executor.loader.applied_migrations or {}
    if any(key[0] in LABELS and key not in known for key in applied):
        raise HistoryError(State.NEWER)
    targets = [node for node in executor.loader.graph.leaf_nodes() if node[0] in labels]
    plan = executor.migration_plan(targets)
    if plan:
        executor.migrate(targets, plan)


def _lives_on(alias: str, label: str) -> bool:
    from django.apps import apps

    return any(router.allow_migrate_model(alias, model) for model in apps.get_app_config(label).get_models())


def _own_file(database: Database | None) -> Path | None:
    """The file of a SQLite database that is to be prepared; None for a server, memory or a URI."""
    if database is None or database.ENGINE != SQLITE or database.NAME.startswith(("file:", ":memory:")):
        return None
    return Path(database.NAME)


def _set_aside(aside: Path) -> HistoryError:
    return HistoryError(
        State.SET_ASIDE,
        f"the history's file was damaged; it is now {aside.name}, and a new one was begun",
    )
