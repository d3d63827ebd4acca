"""Where things are kept is nobody else's business."""

from pathlib import Path

import pytest
from panes import Registry, engine_for, good, scripted

from devdash.engine.engine import Places
from devdash.engine.places import make_private


async def test_the_state_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    async with engine_for(tmp_path, Registry(one=scripted(lambda pane: good()))):
        assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_private(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o755


async def test_a_state_folder_that_cannot_be_made_costs_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    registry = Registry(one=scripted(lambda pane: good()))
    engine = engine_for(tmp_path, registry)
    engine._places = Places(tmp_path / "file" / "state", tmp_path / "cache")
    async with engine:
        (snapshot,) = await engine.read_once(["one"])
        assert snapshot.report is not None
