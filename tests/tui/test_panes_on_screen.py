"""The four panes themselves on the screen, in every state that each can be in.

Battery, ledger and git read a real world that the test has made; the answers
of databases are given, since a latency never comes twice.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from git_builder import Builder
from panes import Registry, settings_for
from power_dumps import write_tree

from devdash.api import Pane, PaneConfig, PaneError, Report
from devdash.engine.snapshot import Phase, Snapshot
from devdash.tui import pane_view
from devdash_battery.config import BatteryConfig
from devdash_battery.episode import Episode
from devdash_battery.facts import Stage
from devdash_battery.merge import merge
from devdash_battery.pane import BatteryPane
from devdash_battery.report import Beside, build_report
from devdash_battery.sysfs import DEFAULT_TREE, read_tree
from devdash_databases import wire
from devdash_databases.aliases import target
from devdash_databases.config import Database, DatabasesConfig
from devdash_databases.pane import DatabasesPane
from devdash_databases.report import Reading, report_of
from devdash_databases.states import State
from devdash_git.config import GitConfig
from devdash_git.pane import GitPane
from devdash_ledger.pane import LedgerConfig, LedgerPane

Perform = Callable[..., Any]
Look = Callable[[Any], None]
World = tuple[type[Pane[Any]], PaneConfig]

PACK = {
    "type": "Battery",
    "present": "1",
    "status": "Discharging",
    "energy_now": "26520000",
    "energy_full": "34000000",
    "energy_full_design": "37400000",
    "power_now": "9400000",
    "voltage_now": "11800000",
    "cycle_count": "214",
}
HOUSEHOLD = Path(__file__).parents[2] / "examples" / "household.beancount"


def battery(tmp_path: Path, builder: Builder) -> World:
    tree = write_tree(tmp_path / "sys", {"BAT0": PACK, "AC": {"type": "Mains", "online": "0"}})
    return BatteryPane, BatteryConfig(sysfs=tree)


OFF, ON = {"type": "Mains", "online": "0"}, {"type": "Mains", "online": "1"}
LIMIT = "charge_control_end_threshold"
MOUSE = {"type": "Battery", "scope": "Device", "online": "1", "capacity": "12", "model_name": "G703"}
SUSPEND = BatteryConfig(critical_command=("systemctl", "suspend"))
DAY = (*[None] * 12, *range(90, 40, -2), *range(40, 62, 2))
NEARLY_EMPTY = {"BAT0": PACK | {"energy_now": "1360000"}, "AC": OFF}


def at(stage: Stage, left_s: float = 0.0) -> Beside:
    return Beside(episode=Episode(stage=stage, boot="", began=0, deadline=0, drift=0), left_s=left_s)


BATTERIES: dict[str, tuple[dict[str, dict[str, str]], BatteryConfig, Beside]] = {
    "charging to a limit": (
        {
            "BAT0": PACK | {"status": "Charging", "energy_now": "20400000", LIMIT: "80", "temp": "312"},
            "AC": ON,
        },
        BatteryConfig(),
        Beside(day=DAY),
    ),
    "full": (
        {
            "BAT0": PACK | {"status": "Full", "energy_now": "34000000", "power_now": "0", LIMIT: "100"},
            "AC": ON,
        },
        BatteryConfig(),
        Beside(),
    ),
    "two packs and a mouse": (
        {
            "BAT0": PACK | {"energy_now": "33320000", "status": "Unknown", "power_now": "0"},
            "BAT1": PACK | {"energy_now": "3400000"},
            "AC": OFF,
            "hidpp_battery_0": MOUSE,
        },
        BatteryConfig(),
        Beside(),
    ),
    "counting": (NEARLY_EMPTY, SUSPEND, at(Stage.COUNTING, 38.0)),
    "cancelled": (NEARLY_EMPTY, SUSPEND, at(Stage.CANCELLED)),
}


def battery_beside(beside: Beside) -> type[BatteryPane]:
    """A battery pane that reads its tree, beside these."""

    class Given(BatteryPane):
        async def read(self) -> Report:
            assert self.config.sysfs is not None
            return build_report(merge(read_tree(self.config.sysfs)), self.config, DEFAULT_TREE, beside)

        async def start(self) -> None: ...

    return Given


def no_battery(tmp_path: Path, builder: Builder) -> World:
    return BatteryPane, BatteryConfig(sysfs=Path("no-such-tree"))


def ledger(tmp_path: Path, builder: Builder) -> World:
    return LedgerPane, LedgerConfig(file=HOUSEHOLD)


def empty_ledger(tmp_path: Path, builder: Builder) -> World:
    journal = tmp_path / "empty.beancount"
    journal.write_text("")
    return LedgerPane, LedgerConfig(file=journal)


def git(tmp_path: Path, builder: Builder) -> World:
    origin = builder.repository("origin")
    api = builder.clone(origin, "api")
    (api / "scratch").write_text("not tracked\n")
    web = builder.clone(origin, "web")
    builder.commit(web, "page")
    notes = builder.repository("notes")
    builder.conflict(notes)
    return GitPane, GitConfig(repos=(api, web, notes, tmp_path / "gone"))


def no_repositories(tmp_path: Path, builder: Builder) -> World:
    folder = tmp_path / "empty"
    folder.mkdir()
    return GitPane, GitConfig(repos=(), scan=(folder,))


MARIADB = {
    "vendor": "mariadb",
    "version": "10.11.6",
    "driver": "MySQLdb 2.3.1",
    "role": "primary",
    "read_only": False,
}


def reading(**pings: wire.Ping) -> Reading:
    server = Database(ENGINE="django.db.backends.mysql", NAME="shop", HOST="db.example.org", PORT=3306)
    return Reading(
        project="shop",
        django="5.2",
        targets=tuple(target(alias, server, Path("/srv")) for alias in pings),
        pings=pings,
        trends=dict.fromkeys(pings, (0.8, 1.1, None, 3.0)),
    )


def given(answer: Reading) -> type[DatabasesPane]:
    """A databases pane with this answer."""

    class Given(DatabasesPane):
        async def read(self) -> Report:
            return report_of(answer)

        async def start(self) -> None: ...

    return Given


def databases(tmp_path: Path, builder: Builder) -> World:
    good = wire.Ping(alias="default", state=State.OK, latency_ms=0.8, **MARIADB)
    bad = wire.Ping(alias="replica", state=State.REFUSED, kind="OperationalError", code="2003")
    return given(reading(default=good, replica=bad)), DatabasesConfig()


def no_databases(tmp_path: Path, builder: Builder) -> World:
    return given(reading()), DatabasesConfig()


WORLDS = {"battery": battery, "ledger": ledger, "git": git, "databases": databases}
EMPTY = {"battery": no_battery, "ledger": empty_ledger, "git": no_repositories, "databases": no_databases}


class Fate:
    """What becomes of a pane's readings from now on."""

    mode = "read"


def fated(kind: type[Pane[Any]], fate: Fate) -> type[Pane[Any]]:
    """The pane, whose readings can be made to hang or to fail."""

    class Fated(kind):  # type: ignore[misc,valid-type]
        async def read(self) -> Report:
            if fate.mode == "hang":
                await asyncio.Event().wait()
            if fate.mode == "fail":
                raise PaneError("the world has gone away", "bring it back")
            report: Report = await super().read()
            return report

    return Fated


@pytest.fixture(autouse=True)
def unrested(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cursor never rests: it would in real time, and the pane would be read once more."""
    monkeypatch.setattr(pane_view, "REST_S", 3600.0)


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path / "repos", monkeypatch)


async def show(
    stage: Perform, look: Look, world: World, name: str, fates: tuple[str, ...], size: tuple[int, int]
) -> None:
    """Let the pane live through `fates`, then look."""
    fate = Fate()
    fate.mode = fates[0]
    registry = Registry(**{name: fated(world[0], fate)})
    async with stage(registry, settings=settings_for(registry, world[1]), size=size, read=False) as s:
        await s.begun()
        for mode in fates:
            fate.mode = mode
            s.app.engine.refresh()
            await s.clock.advance(1)
            # A real reading takes real time, and so may a start.
            while not at_rest(s.app.engine.snapshot(name), mode):
                await asyncio.sleep(0.01)
            if mode == "fail":
                await s.pass_time(400)
        await s.drawn()
        look(s.app)


def at_rest(snapshot: Snapshot, mode: str) -> bool:
    """Read, or failed, and not being read again: the clock may go on."""
    return snapshot.phase is (Phase.FAILED if mode == "fail" else Phase.FRESH) and not snapshot.reading


SIZE = (90, 20)
STATES: dict[str, tuple[tuple[str, ...], tuple[int, int]]] = {
    "fresh": (("read",), SIZE),
    "narrow": (("read",), (44, 20)),
    "stale": (("read", "fail"), SIZE),
    "failed": (("fail",), SIZE),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", WORLDS)
async def test_pane(
    stage: Perform, look: Look, tmp_path: Path, builder: Builder, name: str, state: str
) -> None:
    fates, size = STATES[state]
    await show(stage, look, WORLDS[name](tmp_path, builder), name, fates, size)


@pytest.mark.parametrize("name", WORLDS)
async def test_pane_while_it_is_read_for_the_first_time(
    stage: Perform, look: Look, tmp_path: Path, builder: Builder, name: str
) -> None:
    fate = Fate()
    fate.mode = "hang"
    kind, config = WORLDS[name](tmp_path, builder)
    registry = Registry(**{name: fated(kind, fate)})
    async with stage(registry, settings=settings_for(registry, config), size=SIZE) as s:
        look(s.app)


@pytest.mark.parametrize("state", BATTERIES)
async def test_battery(stage: Perform, look: Look, tmp_path: Path, builder: Builder, state: str) -> None:
    """What only some machines show: a day, a limit, two packs, a mouse, a command that is about to run."""
    supplies, config, beside = BATTERIES[state]
    config = msgspec.structs.replace(config, sysfs=write_tree(tmp_path / "sys", supplies))
    await show(stage, look, (battery_beside(beside), config), "battery", ("read",), SIZE)


@pytest.mark.parametrize("name", EMPTY)
async def test_pane_without_anything_to_show(
    stage: Perform, look: Look, tmp_path: Path, builder: Builder, name: str
) -> None:
    await show(stage, look, EMPTY[name](tmp_path, builder), name, ("read",), SIZE)
