"""The row on which the cursor rests is told to panes that look closer, and to no other."""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

from lots import Lots
from panes import Registry

from devdash.api import Report
from devdash.engine.context import Context
from devdash.tui import pane_view

Perform = Callable[..., Any]


class Closer(Lots):
    """Remembers which row somebody looked at in each reading."""

    looks_closer = True
    seen: ClassVar[list[str | None]] = []

    async def read(self) -> Report:
        assert isinstance(self.context, Context)
        type(self).seen.append(self.context.dwelt)
        return await super().read()


class Careless(Closer):
    """Looks at nothing closer."""

    looks_closer = False
    seen: ClassVar[list[str | None]] = []


async def rest(s: Any, holds: Callable[[], bool]) -> None:
    """Wait until the timer has rung and what it told has been read."""
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(pane_view.REST_S / 20)
            await s.pass_time(0.05)


async def test_a_row_is_read_once_the_cursor_rests_on_it(stage: Perform) -> None:
    """Not each row that it passes."""
    Closer.seen = []
    async with stage(Registry(closer=Closer)) as s:
        await rest(s, lambda: Closer.seen[-1] == "ant")
        await s.press("down", "down", "down", "down")
        await rest(s, lambda: Closer.seen[-1] == "elm")
        assert [row for row in Closer.seen if row] == ["ant", "elm"]


async def test_without_the_focus_nobody_looks(stage: Perform) -> None:
    Closer.seen, Careless.seen = [], []
    async with stage(Registry(closer=Closer, careless=Careless)) as s:
        await rest(s, lambda: Closer.seen[-1] == "ant")
        await s.press("2", "down")
        context = s.app.engine._members["closer"].context
        await rest(s, lambda: context.dwelt is None)
        await asyncio.sleep(2 * pane_view.REST_S)
        await s.pass_time(0.1)
        assert Careless.seen == [None]
