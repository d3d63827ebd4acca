"""Plug-ins are imported beside the loop."""

import asyncio
import threading
from typing import Any

import pytest

from devdash.config.plugins import PluginProblem
from devdash.contract.pane import Pane
from devdash.engine import warming
from devdash.engine.warming import warm


class Shelf:
    """Plug-ins whose import is as bad as their name."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.go_on = threading.Event()

    def pane_type(self, plugin: str) -> type[Pane[Any]]:
        self.asked.append(plugin)
        if plugin == "slow":
            assert self.go_on.wait(30), "the loop stood still meanwhile"
        if plugin == "wrong":
            raise PluginProblem("the plug-in 'wrong' cannot be loaded: SyntaxError")
        if plugin == "leaves":
            raise SystemExit(3)
        return Pane

    def title(self, plugin: str) -> str:
        return plugin


async def test_the_loop_goes_on_while_a_plug_in_is_imported() -> None:
    """The import ends only when the loop has lived meanwhile."""
    shelf = Shelf()
    warming_up = asyncio.create_task(warm(shelf, ["slow"]))
    while not shelf.asked:
        await asyncio.sleep(0)
    for _ in range(10):
        await asyncio.sleep(0)
    assert not warming_up.done()
    shelf.go_on.set()
    await warming_up


async def test_one_that_never_ends_or_fails_keeps_nobody_from_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is the matter the pane says, when its turn comes."""
    monkeypatch.setattr(warming, "PATIENCE_S", 0.01)
    shelf = Shelf()
    await warm(shelf, ["slow", "wrong", "leaves", "fine", "fine"])
    assert shelf.asked == ["slow", "wrong", "leaves", "fine"]
    shelf.go_on.set()
