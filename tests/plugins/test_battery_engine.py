"""The battery pane in whole engines: from devdash.toml to a countdown, and from another to its end."""

import time
from pathlib import Path

import pytest
from power_bus import until
from power_dumps import Attributes, write_tree

from devdash.api import Level
from devdash.config.load import load
from devdash.config.model import Settings
from devdash.engine.engine import Engine, Places
from devdash.engine.registry import Registry
from devdash.render.blocks import lay_out
from devdash.render.text import plain
from devdash_battery.episode_file import EpisodeFile, Held
from devdash_battery.facts import BatteryFacts, Stage

NEARLY_EMPTY: dict[str, Attributes] = {
    "BAT0": {"type": "Battery", "status": "Discharging", "capacity": "4"},
    "AC": {"type": "Mains", "online": "0"},
}


def load_settings(tmp_path: Path, tree: Path) -> Settings:
    ran = tmp_path / "ran"
    file = tmp_path / "devdash.toml"
    file.write_text(f'[panes.battery]\nsysfs = "{tree}"\ncritical_command = ["touch", "{ran}"]\n')
    return load(file, Registry())


def stage_in(engine: Engine) -> Stage | None:
    report = engine.snapshot("battery").report
    facts = None if report is None else report.facts
    return facts.critical_command if isinstance(facts, BatteryFacts) else None


async def test_the_engine_counts_down_and_a_command_of_another_process_cancels(tmp_path: Path) -> None:
    """From devdash.toml to the notice: one engine shows it, `run battery cancel` in another ends it."""
    settings = load_settings(tmp_path, tree=write_tree(tmp_path / "tree", NEARLY_EMPTY))
    places = Places(tmp_path / "state", tmp_path / "cache")
    async with (
        Engine(settings, Registry(), places=places) as screen,
        Engine(settings, Registry(), places=places) as command,
    ):
        screen.start()
        await until(lambda: stage_in(screen) is Stage.COUNTING)
        report = screen.snapshot("battery").report
        assert report is not None
        assert [(entry.key, entry.action) for entry in report.attention] == [("critical", "cancel")]
        assert "touch runs in" in plain(lay_out(report.blocks, 80))
        asked = await command.ask("battery", "cancel", None, {})
        outcome = await command.act("battery", asked)
        assert outcome.message == "touch will not run before the battery has been charged."
        screen.refresh()
        await until(lambda: stage_in(screen) is Stage.CANCELLED)
    assert not (tmp_path / "ran").exists()


async def test_cancel_says_what_there_is_to_cancel(tmp_path: Path) -> None:
    """Above `critical` nothing counts: one sentence, and nothing is kept that would silence the next time."""
    half = NEARLY_EMPTY | {"BAT0": NEARLY_EMPTY["BAT0"] | {"capacity": "50"}}
    settings = load_settings(tmp_path, tree=write_tree(tmp_path / "tree", half))
    async with Engine(settings, Registry(), places=Places(tmp_path / "state", tmp_path / "cache")) as engine:
        outcome = await engine.act("battery", await engine.ask("battery", "cancel", None, {}))
    assert outcome.level is Level.ATTENTION
    assert outcome.message == "touch: nothing to cancel, the battery is not at `critical`."


async def test_nobody_is_promised_what_cannot_be_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notification is made of the first reading at `critical`: it says already that nothing runs.

    However slow the disk is.
    """
    lock = EpisodeFile.lock

    def slow(file: EpisodeFile) -> Held:
        time.sleep(0.3)
        return lock(file)

    monkeypatch.setattr(EpisodeFile, "lock", slow)
    settings = load_settings(tmp_path, tree=write_tree(tmp_path / "tree", NEARLY_EMPTY))
    (tmp_path / "state").write_text("a file in the folder's place, as good as a full disk")
    told: list[Stage | None] = []
    async with Engine(settings, Registry(), places=Places(tmp_path / "state", tmp_path / "cache")) as engine:
        engine.subscribe(lambda snapshot: told.append(stage_in(engine)) if snapshot.report else None)
        engine.start()
        await until(lambda: bool(told))
        report = engine.snapshot("battery").report
        assert report is not None
        assert [entry.action for entry in report.attention] == ["drain"]
    assert set(told) == {Stage.BLOCKED}


async def test_one_look_begins_nothing(tmp_path: Path) -> None:
    """`devdash status` at `critical` leaves no countdown behind that it does not stay for."""
    settings = load_settings(tmp_path, tree=write_tree(tmp_path / "tree", NEARLY_EMPTY))
    async with Engine(settings, Registry(), places=Places(tmp_path / "state", tmp_path / "cache")) as engine:
        (snapshot,) = await engine.read_once(["battery"])
    assert snapshot.report is not None
    assert snapshot.report.level is Level.CRITICAL
    assert not list((tmp_path / "state").rglob("critical*"))
    assert not list((tmp_path / "cache").rglob("*"))
