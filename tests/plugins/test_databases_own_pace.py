"""Each source is asked at its own pace: what is slow keeps nobody else from being asked again."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from databases_rig import sound
from projects_rig import FILES, django_project, watching

from devdash.api import Duration
from devdash.engine.context import Context
from devdash_databases import round as rounds
from devdash_databases.config import Project
from devdash_databases.round import Rounds, Told

Make = Callable[..., Context]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readings wait for one answer, and no longer."""
    monkeypatch.setattr(rounds, "PATIENCE_S", 0.0)


class House:
    """Sources that answer when they are let to, and a pane that reads them."""

    def __init__(self, context: Make, *, stays: bool = True) -> None:
        self.now = 0.0
        self.wanted = False
        self.woken = 0
        self.asked: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}
        self.broken: set[str] = set()
        made = context(
            stays=lambda: stays, asked=lambda: self.wanted, on_wake=self._wake, monotonic=lambda: self.now
        )
        self.rounds = Rounds(made)

    def _wake(self) -> None:
        self.woken += 1

    async def _ask(self, source: str, tell: Told) -> None:
        self.asked.append(source)
        gate = self.gates.get(source)
        if gate is not None:
            await gate.wait()
        if source in self.broken:
            raise RuntimeError(source)
        tell()

    async def read(self, *sources: str) -> list[str]:
        """Who was asked with one reading of the pane."""
        before = len(self.asked)
        if self.wanted or not self.rounds.has_news:
            for source in sources:
                self.rounds.begin(source, lambda tell, source=source: self._ask(source, tell))  # type: ignore[misc]  # the loop's own
        await self.rounds.wait()
        return self.asked[before:]

    async def settle(self) -> None:
        """Let everything happen that can."""
        for _ in range(10):
            await asyncio.sleep(0)


async def test_who_is_slow_keeps_nobody_from_being_asked_again(context: Make) -> None:
    """However many readings it takes; and it is asked by one at a time."""
    house = House(context)
    house.gates["slow"] = asyncio.Event()
    assert await house.read("quick", "slow") == ["quick", "slow"]
    for _ in range(3):
        assert await house.read("quick", "slow") == ["quick"]
    assert house.woken == 0
    house.gates["slow"].set()
    await house.settle()
    assert house.woken == 1
    assert await house.read("quick", "slow") == [], "the reading tells the rest"
    assert await house.read("quick", "slow") == ["quick", "slow"]
    assert house.woken == 1


async def test_two_that_are_slow_in_turns_are_not_asked_all_the_time(context: Make) -> None:
    """The news of the one is no reason to ask the other."""
    house = House(context)
    for name in ("first", "second"):
        house.gates[name] = asyncio.Event()
    await house.read("quick", "first", "second")
    for name in ("first", "second"):
        house.gates[name].set()
        await house.settle()
        assert await house.read("quick", "first", "second") == []
    assert house.woken == 2


async def test_news_that_nobody_has_come_for_are_none(context: Make) -> None:
    """As after a pause of the pane: the next reading asks."""
    house = House(context)
    house.gates["slow"] = asyncio.Event()
    await house.read("quick", "slow")
    house.gates["slow"].set()
    await house.settle()
    house.now += 60
    assert await house.read("quick", "slow") == ["quick", "slow"]


async def test_what_a_person_wants_is_asked_once_more_when_it_is_being_asked(context: Make) -> None:
    """Once, however often they want it meanwhile; and they are told of it."""
    house = House(context)
    house.gates["slow"] = asyncio.Event()
    await house.read("slow", "quick")
    house.wanted = True
    for _ in range(3):
        assert await house.read("slow", "quick") == ["quick"]
    house.wanted = False
    house.gates["slow"].set()
    await house.settle()
    assert house.asked.count("slow") == 2
    assert house.woken == 1
    await house.read("slow", "quick")
    await house.settle()
    assert house.asked.count("slow") == 2


async def test_an_asking_that_raises_is_told_and_begun_anew(context: Make) -> None:
    """A bug is not waited for for good, and costs no other its place."""
    house = House(context)
    house.broken.add("bad")
    house.gates["bad"] = asyncio.Event()
    await house.read("bad", "quick")
    house.wanted = True
    await house.read("bad", "quick")
    house.wanted = False
    house.gates["bad"].set()
    await house.settle()
    with pytest.raises(RuntimeError):
        await house.read("bad", "quick")
    house.broken.clear()
    house.now += 60
    assert await house.read("bad", "quick") == ["bad", "quick"]
    assert house.asked.count("bad") == 2


async def test_a_single_reading_waits_for_all(context: Make) -> None:
    """There is no next one that could tell the rest."""
    house = House(context, stays=False)
    house.gates["slow"] = asyncio.Event()
    reading = asyncio.create_task(house.read("slow", "quick"))
    await house.settle()
    assert not reading.done()
    house.gates["slow"].set()
    assert await reading == ["slow", "quick"]


async def test_a_project_that_hangs_costs_no_other_a_reading(context: Make, tmp_path: Path) -> None:
    """Its settings wait; the other's files are pinged with each reading, and the report says who starts."""
    slow = f"import os, time\nwhile not os.path.exists('gate'):\n    time.sleep(0.02)\n{FILES}"
    for name, settings in (("well", FILES), ("slow", slow)):
        made = django_project(tmp_path / name, settings)
        for alias in ("db", "other"):
            sound(made / f"{alias}.sqlite3")
    one = context(folder=tmp_path, stays=lambda: True, asked=lambda: False)
    projects = (Project(path=tmp_path / "well"), Project(path=tmp_path / "slow", start_timeout=Duration(25)))
    pane = await watching(one, *projects, timeout=60)
    found = []
    for _ in range(3):
        report = await pane.read()
        assert "slow is starting" in report.summary
        found.append(pane._chronicles["well"].pings["well/default"])
    assert len({id(ping) for ping in found}) == 3
    (tmp_path / "slow" / "gate").touch()
    await pane.stop()
