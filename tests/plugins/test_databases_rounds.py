"""Who has answered is told while others are still waited for, and these when they answer."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest
from databases_rig import POSTGRESQL, aliases, file, sound, started, started_with, states
from projects_rig import FILES, django_project, watching

from devdash.api import Duration, Level, Report
from devdash.engine.context import Context
from devdash.render.blocks import lay_out
from devdash.render.text import plain
from devdash_databases import round as rounds
from devdash_databases.config import Database, DatabasesConfig, Project
from devdash_databases.facts import DatabasesFacts
from devdash_databases.pane import DatabasesPane

Make = Callable[..., Context]

SLOW = f"import os, time\nwhile not os.path.exists('gate'):\n    time.sleep(0.02)\n{FILES}"
"""Settings that sleep until there is a gate beside manage.py."""


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readings wait for one answer, and no longer."""
    monkeypatch.setattr(rounds, "PATIENCE_S", 0.0)


@pytest.fixture
def woken() -> asyncio.Event:
    """Set when the pane wants to be read again."""
    return asyncio.Event()


async def wakes(woken: asyncio.Event) -> None:
    """Wait for that, and be ready for the next."""
    async with asyncio.timeout(30):
        await woken.wait()
    woken.clear()


def projects(folder: Path) -> tuple[Project, Project]:
    """One that is well, and one whose settings wait at its gate."""
    for name, settings in (("well", FILES), ("slow", SLOW)):
        made = django_project(folder / name, settings)
        for alias in ("db", "other"):
            sound(made / f"{alias}.sqlite3")
    return Project(path=folder / "well"), Project(path=folder / "slow", start_timeout=Duration(25))


def open_gate(folder: Path) -> None:
    """Let the settings be loaded from now on."""
    (folder / "slow" / "gate").touch()


def told(report: Report) -> list[str]:
    """All states, with their aliases; of a report that has facts."""
    assert isinstance(report.facts, DatabasesFacts)
    return [f"{one.alias} {one.state}" for project in report.facts.projects for one in project.aliases]


def known(pane: DatabasesPane, project: str) -> Sequence[str]:
    """The aliases of which there is an answer."""
    return tuple(pane._chronicles[project].pings) if project in pane._chronicles else ()


async def test_a_project_that_starts_slowly_holds_up_no_other(
    context: Make, tmp_path: Path, woken: asyncio.Event
) -> None:
    """It is said to be starting. Rules are not asked: what is not there yet would be taken for gone."""
    one = context(folder=tmp_path, stays=lambda: True, on_wake=woken.set, asked=lambda: False)
    pane = await watching(one, *projects(tmp_path), timeout=60)
    first = await pane.read()
    assert (first.level, first.summary) == (Level.OK, "2 databases answer · slow is starting")
    assert first.facts is None
    text = plain(lay_out(first.blocks, 100))
    assert "well/default" in text
    assert "slow is starting: its settings are being loaded." in text
    open_gate(tmp_path)
    await wakes(woken)
    last = await pane.read()
    while last.facts is None:  # its settings were loaded, and its aliases are asked now
        await wakes(woken)
        last = await pane.read()
    assert told(last) == ["well/default ok", "well/other ok", "slow/default ok", "slow/other ok"]
    assert last.summary == "4 databases answer"
    await pane.stop()


async def test_a_reading_without_a_next_one_waits_for_all(context: Make, tmp_path: Path) -> None:
    """As that of `devdash status`; also for what the routers say."""
    pane = await watching(context(folder=tmp_path), *projects(tmp_path), timeout=60)
    reading = asyncio.create_task(pane.read())
    async with asyncio.timeout(30):
        while len(known(pane, "well")) < 2:
            await asyncio.sleep(0.01)
    assert not reading.done()
    open_gate(tmp_path)
    assert len(told(await reading)) == 4
    await pane.stop()


@pytest.fixture
async def mute() -> AsyncIterator[Database]:
    """An alias whose server accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        yield Database(ENGINE=POSTGRESQL, NAME="x", USER="u", HOST="127.0.0.1", PORT=port)


async def test_a_server_that_hangs_holds_up_no_other(
    context: Make, tmp_path: Path, woken: asyncio.Event, mute: Database
) -> None:
    """First it is said to be starting, then to be silent; and that stays said while it is asked again."""
    pytest.importorskip("psycopg")
    one = context(stays=lambda: True, on_wake=woken.set, asked=lambda: False)
    pane = await started(one, ping_timeout=1.5, fine=file(sound(tmp_path / "fine")), mute=mute)
    first = await pane.read()
    assert (first.facts, first.summary) == (None, "1 database answers · mute is starting")
    assert [
        row for row in plain(lay_out(first.blocks, 100)).splitlines() if "mute" in row and "starting" in row
    ]
    await wakes(woken)
    assert states(await pane.read()) == {"fine": "ok", "mute": "timeout"}
    assert not woken.is_set(), "there is nothing more to tell"
    readings = [await pane.read()]
    await wakes(woken)
    readings.append(await pane.read())
    assert [states(one) for one in readings] == [{"fine": "ok", "mute": "timeout"}] * 2
    assert [one.level for one in readings] == [Level.CRITICAL] * 2
    await pane.stop()


async def test_what_a_person_asks_for_while_others_are_waited_for_is_asked_anew(
    context: Make, tmp_path: Path, woken: asyncio.Event, mute: Database
) -> None:
    """The round under way began before: it does not know that the file has been mended."""
    pytest.importorskip("psycopg")
    asked = False
    one = context(stays=lambda: True, on_wake=woken.set, asked=lambda: asked)
    pane = await started(one, ping_timeout=1.5, late=file(tmp_path / "late"), mute=mute)
    await pane.read()
    sound(tmp_path / "late")
    asked = True
    await pane.read()
    asked = False
    await wakes(woken)
    report = await pane.read()
    while states(report)["late"] != "ok":  # at most until the second round is over: `wakes` has an end
        await wakes(woken)
        report = await pane.read()
    assert aliases(report)["late"].latency_ms is not None
    await pane.stop()


async def test_samples_are_told_once(
    context: Make, tmp_path: Path, woken: asyncio.Event, mute: Database
) -> None:
    """However many reports a round makes: the history would count them again."""
    pytest.importorskip("psycopg")
    one = context(stays=lambda: True, on_wake=woken.set, asked=lambda: False)
    folder = django_project(tmp_path / "well")
    for alias in ("db", "other"):
        sound(folder / f"{alias}.sqlite3")
    config = DatabasesConfig(
        projects=(Project(path=folder),), databases={"mute": mute}, ping_timeout=Duration(1.5)
    )
    pane = await started_with(one, config)
    reports = [await pane.read()]
    await wakes(woken)
    reports.append(await pane.read())
    found = [f"{sample.item} {sample.series}" for report in reports for sample in report.samples]
    assert sorted(found) == sorted(set(found))
    assert "well/default up" in found
    await pane.stop()
