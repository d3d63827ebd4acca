"""What devdash is doing in which repository, what waits for its turn, and what came of the last.

In memory: after a start every repository is idle. What a killed devdash left half-done shows in git's own
state, which is read anew.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum

import msgspec

from devdash.api import PaneContext, PaneError


class Stage(StrEnum):
    """How far it is."""

    IDLE = "idle"
    """Nothing was done since the start."""
    QUEUED = "queued"
    WORKING = "working"
    SUCCESS = "success"
    FAIL = "fail"


class Job(msgspec.Struct, frozen=True):
    """An action in one repository.

    Attributes:
        action: its name, such as "push".
        stage: how far it is; never IDLE.
        since: when it came so far; aware.
        message: why it failed; else empty.
    """

    action: str
    stage: Stage
    since: datetime
    message: str = ""

    @property
    def underway(self) -> bool:
        """Whether it has not ended."""
        return self.stage in (Stage.QUEUED, Stage.WORKING)


class Jobs:
    """The last job of each repository.

    Args:
        context: the clock; woken whenever something changes, so that it shows.

    Attributes:
        revision: grows whenever something changes.
    """

    def __init__(self, context: PaneContext) -> None:
        self._context = context
        self._last: dict[str, Job] = {}
        self.revision = 0

    def of(self, name: str) -> Job | None:
        """The last job of the repository `name`; None: there was none."""
        return self._last.get(name)

    @contextmanager
    def queue(self, action: str, names: Iterable[str]) -> Iterator[None]:
        """While it goes on, `names` wait for their turn; where none came, nothing was done."""
        waiting = {name: self._last.get(name) for name in names}
        for name in waiting:
            self._note(name, Job(action, Stage.QUEUED, self._context.now()))
        try:
            yield
        finally:
            for name, before in waiting.items():
                job = self._last.get(name)
                if job is not None and (job.action, job.stage) == (action, Stage.QUEUED):
                    self._note(name, before)

    @contextmanager
    def working(self, action: str, name: str) -> Iterator[None]:
        """It is done in `name` meanwhile; what it raises is why it failed."""
        self._note(name, Job(action, Stage.WORKING, self._context.now()))
        try:
            yield
        except PaneError as problem:
            self.failed(action, name, problem.message)
            raise
        except BaseException:  # cancelled, or a bug: whoever called tells of it
            self.failed(action, name, "it was stopped before its end")
            raise
        self._note(name, Job(action, Stage.SUCCESS, self._context.now()))

    def failed(self, action: str, name: str, message: str) -> None:
        """It has failed in `name`."""
        self._note(name, Job(action, Stage.FAIL, self._context.now(), message))

    def _note(self, name: str, job: Job | None) -> None:
        if job is None:
            self._last.pop(name, None)
        else:
            self._last[name] = job
        self.revision += 1
        self._context.wake()
