"""Fifty aliases of which ten hang: the others keep their pace."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from databases_rig import sound
from ground import settled
from projects_rig import django_project, watching

from devdash.api import Report
from devdash.engine.context import Context
from devdash_databases import round as rounds
from devdash_databases.config import Project
from devdash_databases.facts import DatabasesFacts
from devdash_databases.pane import DatabasesPane
from devdash_databases.wire import Ping

if TYPE_CHECKING:
    from mariadb_bed import MariadbBed

pytestmark = pytest.mark.xdist_group("beds")

Make = Callable[..., Context]

SETTINGS = """
import pymysql
pymysql.install_as_MySQLdb()
DATABASES = {databases!r}
"""

PLACES = {"file": 20, "primary": 20, "replica": 10}


def names(*places: str) -> set[str]:
    """The aliases that are there, as the pane calls them."""
    return {f"shop/{place}{number}" for place in places for number in range(PLACES[place])}


class Watching:
    """Reads a pane as the engine does: when it wakes."""

    def __init__(self, pane: DatabasesPane, woken: asyncio.Event) -> None:
        self._pane = pane
        self._woken = woken

    @property
    def pings(self) -> dict[str, Ping]:
        """The last of each alias."""
        known = self._pane._chronicles.get("shop")
        return {} if known is None else dict(known.pings)

    @property
    def steady(self) -> int | None:
        """The process of those that answer."""
        sides = self._pane._projects[0]._sides
        assert sides is not None
        return getattr(sides[0].worker, "pid", None)

    async def round(self) -> list[set[str]]:
        """Who was asked anew, with each report of one round through all; only `replica` is ever down."""
        before = self.pings
        told: list[set[str]] = []
        self._woken.clear()
        while not told or self._pane._rounds._asking:
            if told:
                async with asyncio.timeout(30):
                    await self._woken.wait()
                self._woken.clear()
            report = await self._pane.read()
            now = self.pings
            told.append({alias for alias in now if now[alias] is not before.get(alias)})
            assert down(report) <= names("replica")
        return told

    async def until_all_answer(self) -> None:
        """Rounds, until there is nobody who does not."""
        async with asyncio.timeout(30):
            while len(self.pings) < 50 or {ping.state.value for ping in self.pings.values()} != {"ok"}:
                await self.round()


def down(report: Report) -> set[str]:
    """The aliases that are told not to answer."""
    if not isinstance(report.facts, DatabasesFacts):
        return set()
    (project,) = report.facts.projects
    assert project.trouble is None
    return {alias.alias for alias in project.aliases if alias.state.value != "ok"}


async def test_forty_keep_their_pace_while_ten_wait_for_a_stopped_server(
    context: Make, tmp_path: Path, mariadb_bed: "MariadbBed", monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are told before the ten, in every round; from the second one on by the same process.

    The server is stopped with connections open: first drivers wait in a query, then in connecting, each
    with its own timeout. When it goes on all share a process again, with one connection each.
    """
    pytest.importorskip("pymysql")
    monkeypatch.setattr(rounds, "PATIENCE_S", 0.1)
    woken = asyncio.Event()
    database = mariadb_bed.new_database()
    servers = mariadb_bed.aliases(database)
    for entry in servers.values():
        entry["OPTIONS"] = {"ssl_disabled": True}  # to look for certificates takes longer than all the rest
    entries = {
        f"{place}{number}": servers["replica" if place == "replica" else "default"]
        for place in ("primary", "replica")
        for number in range(PLACES[place])
    }
    for number in range(PLACES["file"]):
        file = sound(tmp_path / f"file{number}.db")
        entries[f"file{number}"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}
    folder = django_project(tmp_path / "shop", SETTINGS.format(databases=entries))
    one = context(stays=lambda: True, on_wake=woken.set, asked=lambda: False)
    pane = await watching(one, Project(path=folder), ping_timeout=2, timeout=60)
    watch = Watching(pane, woken)
    await watch.until_all_answer()
    mariadb_bed.replica.server.send(signal.SIGSTOP)
    try:
        first = await watch.round()
        assert {ping.state.value for ping in watch.pings.values() if ping.alias in names("replica")} == {
            "timeout"
        }
        later = [await watch.round()]
        process = watch.steady
        later += [await watch.round() for _ in range(3)]
        assert watch.steady == process
        for told in (first, *later):
            before = max((seen for seen in told if not seen & names("replica")), key=len, default=set())
            assert before == names("file", "primary"), "all of them before any that hangs"
            assert told[-1] == names(*PLACES), "and these, in the same round"
    finally:
        mariadb_bed.replica.server.send(signal.SIGCONT)
    await watch.until_all_answer()
    assert (await watch.round())[-1] == names(*PLACES)
    assert watch.steady == process
    counted = "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE user = 'devdash'"
    settled(lambda: mariadb_bed.replica.sql(counted) == [{"n": PLACES["replica"]}], "one for each alias")
    await pane.stop()
