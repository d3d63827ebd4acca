"""A real context for tests of panes."""

import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

import pytest

from devdash.engine.context import Context
from devdash.engine.past import NO_PAST, Past


@pytest.fixture
async def context(tmp_path: Path) -> AsyncIterator[Callable[..., Context]]:
    """`context(name="git", folder=tmp_path)` makes a real context; it is closed after the test.

    Optional: `now` (a function that returns an aware datetime; the wall clock
    when absent), `monotonic`, `on_wake`, `on_progress`, `past`, `asked`, `stays` (a reading is all
    there is, when absent).
    """
    made: list[Context] = []

    def make(
        *,
        name: str = "pane",
        folder: Path = tmp_path,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
        monotonic: Callable[[], float] = time.monotonic,
        on_wake: Callable[[], None] = lambda: None,
        on_progress: Callable[[str], None] = lambda text: None,
        past: Past = NO_PAST,
        asked: Callable[[], bool] = lambda: True,
        stays: Callable[[], bool] = lambda: False,
    ) -> Context:
        one = Context(
            name=name,
            folder=folder,
            state_dir=tmp_path / "state" / name,
            cache_dir=tmp_path / "cache" / name,
            now=now,
            monotonic=monotonic,
            on_wake=on_wake,
            on_progress=on_progress,
            past=past,
            asked=asked,
            stays=stays,
        )
        made.append(one)
        return one

    yield make
    for one in made:
        await one.close()
