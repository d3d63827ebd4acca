"""New settings: only what changed is started anew."""

from pathlib import Path

import msgspec
from panes import Registry, Scripted, engine_for, good, scripted, settings_for

from devdash.api import Duration, PaneConfig
from devdash.config.model import PaneSpec, Problem
from devdash.engine.engine import Engine
from devdash.engine.snapshot import Phase


def pane(engine: Engine, name: str) -> Scripted:
    found = engine._members[name].runner.pane
    assert isinstance(found, Scripted)
    return found


async def test_an_unchanged_pane_goes_on_undisturbed_and_a_changed_one_starts_anew(tmp_path: Path) -> None:
    registry = Registry(kept=scripted(lambda p: good()), changed=scripted(lambda p: good()))
    before = settings_for(registry)
    async with engine_for(tmp_path, registry, before) as engine:
        await engine.read_once(["kept", "changed"])
        kept, changed = pane(engine, "kept"), pane(engine, "changed")
        other = PaneSpec("changed", "changed", None, PaneConfig(interval=Duration(5)))
        after = msgspec.structs.replace(before, panes=(before.panes[0], other))
        assert await engine.reload(after) == ("changed",)
        assert pane(engine, "kept") is kept
        assert engine.snapshot("kept").report is not None
        assert changed.events[-1] == "stop"
        assert engine.snapshot("changed").report is None, (
            "data of the old settings are not shown as the new ones'"
        )


async def test_panes_come_and_go(tmp_path: Path) -> None:
    registry = Registry(one=scripted(lambda p: good()), two=scripted(lambda p: good()))
    both = settings_for(registry)
    only = msgspec.structs.replace(both, panes=both.panes[:1])
    async with engine_for(tmp_path, registry, only) as engine:
        assert await engine.reload(both) == ("two",)
        assert [snapshot.name for snapshot in engine.snapshots] == ["one", "two"]
        assert await engine.reload(only) == ("two",)
        assert [snapshot.name for snapshot in engine.snapshots] == ["one"]


async def test_a_pane_whose_table_is_wrong_says_so_and_the_other_runs(tmp_path: Path) -> None:
    registry = Registry(good=scripted(lambda p: good()), bad=scripted(lambda p: good()))
    settings = settings_for(registry)
    problem = Problem("devdash.toml", 3, "panes.bad.intervall", "unknown key", "bad")
    broken = PaneSpec("bad", "bad", None, None, (problem,))
    settings = msgspec.structs.replace(settings, panes=(settings.panes[0], broken))
    async with engine_for(tmp_path, registry, settings) as engine:
        first, second = await engine.read_once(["good", "bad"])
    assert first.phase is Phase.FRESH
    assert second.phase is Phase.BROKEN
    assert second.problems == (problem,)


async def test_a_reload_that_ends_after_the_engine_was_left_starts_nothing(tmp_path: Path) -> None:
    registry = Registry(one=scripted(lambda p: good()), two=scripted(lambda p: good()))
    both = settings_for(registry)
    only = msgspec.structs.replace(both, panes=both.panes[:1])
    async with engine_for(tmp_path, registry, only) as engine:
        pass
    assert await engine.reload(both) == ()
    assert [snapshot.name for snapshot in engine.snapshots] == ["one"]
