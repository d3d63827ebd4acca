"""Measures the databases pane's own readings, in turns with the drivers on connections of their own.

python -m bench.databases_inside DATABASES PROJECT ROUNDS STARTS

DATABASES is a file with Django's DATABASES as JSON, PROJECT a Django project that has the same.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from bench.databases_drivers import ask_all, connected, vendor
from bench.processes import cpu, descendants, proportional_mib
from bench.sandbox import ROOT
from devdash.api import Duration
from devdash.engine.clock import SystemClock
from devdash.engine.context import Context
from devdash_databases.config import DatabasesConfig, Project
from devdash_databases.facts import DatabasesFacts
from devdash_databases.pane import DatabasesPane
from devdash_databases.questions import OFTEN
from devdash_databases.states import State

ENSURED = """
import django
django.setup()
from django.db import connections
for connection in connections.all():
    connection.ensure_connection()
"""
"""What a person would write, to see whether the databases answer."""

VENDORS = {"mysql": "mariadb", "postgresql": "postgresql"}
"""What the questions call the servers that engines speak to here."""


class Figures(msgspec.Struct):
    """What was measured.

    Attributes:
        reading: seconds of each reading of the pane.
        same: seconds of the drivers with the same statements, one alias after the other.
        select: the same with SELECT 1 alone.
        own_cpu, probe_cpu: seconds of a processor for all readings, in this process and in the probe.
        first: seconds of the first reading of each new pane.
        ensured: seconds of each process that sets Django up and connects to each alias.
        probe_mib, drivers_mib: memory (PSS) of the probe, and of a process that holds the same connections.
        probes: how many processes pinged.
    """

    reading: list[float] = msgspec.field(default_factory=list)
    same: list[float] = msgspec.field(default_factory=list)
    select: list[float] = msgspec.field(default_factory=list)
    own_cpu: float = 0.0
    probe_cpu: float = 0.0
    first: list[float] = msgspec.field(default_factory=list)
    ensured: list[float] = msgspec.field(default_factory=list)
    probe_mib: float = 0.0
    drivers_mib: float = 0.0
    probes: int = 0


async def measure(databases: Path, project: Path, rounds: int, starts: int) -> Figures:
    """Panes in contexts of their own; no screen."""
    found = Figures()
    for _ in range(starts):
        pane, context = _pane(project)
        found.first.append(await _first(pane))
        await pane.stop()
        await context.close()
        found.ensured.append(_ensured(project))
    pane, context = _pane(project)
    await _first(pane)
    await _surveyed(pane)
    await _steady(found, pane, databases, rounds)
    probes = descendants(os.getpid())
    found.probes, found.probe_mib = len(probes), proportional_mib(probes)
    await pane.stop()
    await context.close()
    found.drivers_mib = _idle(databases)
    return found


def _pane(project: Path) -> tuple[DatabasesPane, Context]:
    clock = SystemClock()
    home = Path(tempfile.mkdtemp(dir=project.parent))
    context = Context(
        name="databases",
        folder=project,
        state_dir=home,
        cache_dir=home,
        now=clock.now,
        monotonic=clock.monotonic,
        on_wake=lambda: None,
        on_progress=lambda text: None,
        asked=lambda: False,
    )
    one = Project(path=project, python=Path(sys.executable), start_timeout=Duration(20))
    config = DatabasesConfig(projects=(one,), timeout=Duration(60), ping_timeout=Duration(10))
    return DatabasesPane(config, context), context


async def _first(pane: DatabasesPane) -> float:
    began = time.perf_counter()
    await pane.start()
    await _answered(pane)
    return time.perf_counter() - began


async def _answered(pane: DatabasesPane) -> None:
    """Read until there is an answer of every alias; a single reading, but for the first."""
    facts = (await pane.read()).facts
    while facts is None:
        facts = (await pane.read()).facts
    assert isinstance(facts, DatabasesFacts)
    states = [alias.state for project in facts.projects for alias in project.aliases]
    assert states and set(states) == {State.OK}, states


async def _surveyed(pane: DatabasesPane) -> None:
    """Until the routers were asked, which follows the first answers, and only the probe is left."""
    async with asyncio.timeout(60):
        while not pane._routing._due:
            await pane.read()
            await asyncio.sleep(0.05)
        while len(descendants(os.getpid())) > 1:  # noqa: ASYNC110 - a process tells nobody
            await asyncio.sleep(0.05)


async def _steady(found: Figures, pane: DatabasesPane, databases: Path, rounds: int) -> None:
    entries = json.loads(databases.read_text("utf-8")).values()  # noqa: ASYNC240 - before the rounds
    held = [(connected(entry), _statements(vendor(entry))) for entry in entries]
    simple = [(connection, ("SELECT 1",)) for connection, _ in held]
    (probe,) = descendants(os.getpid())
    await _answered(pane)
    ask_all(held)
    before = cpu(probe).own
    for _ in range(rounds):
        own, began = time.process_time(), time.perf_counter()
        await _answered(pane)
        found.reading.append(time.perf_counter() - began)
        found.own_cpu += time.process_time() - own
        found.same.append(ask_all(held))
        found.select.append(ask_all(simple))
    found.probe_cpu = cpu(probe).own - before
    for connection, _ in held:
        connection.close()


def _statements(engine: str) -> tuple[str, ...]:
    """A ping, and what the pane asks with every reading."""
    asked = OFTEN.get(VENDORS.get(engine, engine), ())
    return ("SELECT 1", *(question.sql for question in asked if question.sql))


def _ensured(project: Path) -> float:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "site_settings"}
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", ENSURED], cwd=project, env=env, check=True)
    return time.perf_counter() - began


def _idle(databases: Path) -> float:
    argv = [sys.executable, "-m", "bench.databases_drivers", str(databases)]
    with subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        used = proportional_mib([process.pid])
        process.communicate()
    return used


if __name__ == "__main__":
    asked = (Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    print(msgspec.json.encode(asyncio.run(measure(*asked))).decode())
