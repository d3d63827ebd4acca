"""What the tests of the history share: a folder with an open history in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from store_rig import Worker

from devdash.history.wire import State

Start = Callable[..., Worker]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """`start()`: a worker that has opened nothing yet; `start(host=…)`. Ended with the test."""
    made: list[Worker] = []

    def make(**how: object) -> Worker:
        made.append(Worker(tmp_path, **how))  # type: ignore[arg-type]  # handed on as they are
        return made[-1]

    yield make
    for worker in made:
        worker.end()


@pytest.fixture
def worker(start: Start) -> Worker:
    """A worker with an open history, in a new file."""
    one = start()
    assert one.open().state is State.READY
    return one
