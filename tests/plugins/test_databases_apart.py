"""A driver that ends its process costs its own alias alone, in a project whose aliases share one."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from databases_rig import LEAKY, aliases, sound
from projects_rig import django_project, watching

from devdash.api import WorkerDied, WorkerTimeout
from devdash.engine.context import Context
from devdash_databases import apart, wire
from devdash_databases.aliases import Target, target
from devdash_databases.config import Database, Project
from devdash_databases.states import State

Make = Callable[..., Context]

pytestmark = pytest.mark.timeout(120)


async def test_an_alias_that_ends_its_process_costs_no_other(context: Make, tmp_path: Path) -> None:
    """It is found, asked apart from then on, and the others keep their process; once mended it is back."""
    names = [f"fine{number}" for number in range(6)]
    entries = {name: {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{name}.db"} for name in names}
    entries["dies"] = {"ENGINE": "leaky", "NAME": "exit", "PASSWORD": "x"}
    folder = django_project(tmp_path / "shop", f"DATABASES = {entries!r}\n")
    (folder / "leaky").mkdir()
    (folder / "leaky" / "__init__.py").touch()
    (folder / "leaky" / "base.py").write_text(LEAKY)
    for name in names:
        sound(folder / f"{name}.db")
    pane = await watching(context(), Project(path=folder), timeout=60)
    expected = {f"shop/{name}": State.OK for name in names} | {"shop/dies": State.PROBE_FAILED}
    steady: list[object] = []
    for _ in range(3):
        told = aliases(await pane.read())
        assert {alias: one.state for alias, one in told.items()} == expected
        assert told["shop/dies"].error == "WorkerDied"
        sides = pane._projects[0]._sides
        assert sides is not None
        steady.append(getattr(sides[0].worker, "pid", None))
    assert steady[1] is not None
    assert steady[1] == steady[2], "the sound ones keep theirs"


TARGETS = tuple(target(name, Database(ENGINE="x"), Path()) for name in "abcdefgh")


@pytest.mark.parametrize("deadly", ["a", "d", "h", "ah", "bcd", "abcdefgh", ""])
async def test_whoever_ends_the_process_is_found(deadly: str) -> None:
    """Wherever they are, however many there are."""
    stops, found = 0, list[str]()

    async def attempt(targets: tuple[Target, ...]) -> tuple[wire.Ping, ...]:
        if any(one.alias in deadly for one in targets):
            raise WorkerDied("died")
        return tuple(wire.Ping(alias=one.alias, state=State.OK) for one in targets)

    async def stop() -> None:
        nonlocal stops
        stops += 1

    pings = await apart.ask(TARGETS, attempt, stop, found.append, 60)
    assert [ping.alias for ping in pings] == list("abcdefgh")
    assert "".join(ping.alias for ping in pings if ping.state is not State.OK) == deadly == "".join(found)
    assert stops <= 2 * len(TARGETS)


async def test_one_that_is_silent_as_a_whole_is_not_taken_apart() -> None:
    """Each attempt would take the whole of its time: there is none for eight."""
    attempts = 0

    async def attempt(targets: tuple[Target, ...]) -> tuple[wire.Ping, ...]:
        nonlocal attempts
        attempts += 1
        raise WorkerTimeout("silent")

    async def stop() -> None:
        """Nothing to end."""

    pings = await apart.ask(TARGETS, attempt, stop, lambda alias: None, 60)
    assert {(ping.state, ping.kind) for ping in pings} == {(State.PROBE_FAILED, "WorkerTimeout")}
    assert attempts == 2


async def test_it_is_not_looked_for_without_end() -> None:
    """What there was no time for is not known; a reading has to end."""
    attempts = 0

    async def attempt(targets: tuple[Target, ...]) -> tuple[wire.Ping, ...]:
        nonlocal attempts
        attempts += 1
        raise WorkerDied("died")

    async def stop() -> None:
        """Nothing to end."""

    pings = await apart.ask(TARGETS, attempt, stop, lambda alias: None, -1)
    assert {ping.state for ping in pings} == {State.PROBE_FAILED}
    assert (len(pings), attempts) == (len(TARGETS), 2)


async def test_a_part_that_takes_too_long_is_given_up() -> None:
    """The others' answers are not lost with it."""

    async def attempt(targets: tuple[Target, ...]) -> tuple[wire.Ping, ...]:
        if len(targets) == len(TARGETS):
            raise WorkerDied("died")
        if targets[0].alias == "e":
            await asyncio.sleep(600)
        return tuple(wire.Ping(alias=one.alias, state=State.OK) for one in targets)

    async def stop() -> None:
        """Nothing to end."""

    pings = await apart.ask(TARGETS, attempt, stop, lambda alias: None, 0.2)
    assert "".join(ping.alias for ping in pings if ping.state is State.OK) == "abcd"
    assert len(pings) == len(TARGETS)
