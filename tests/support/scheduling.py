"""How tests are shared out among processes, so that the end of one is a failure and no standstill.

xdist's own scheduler of groups puts all units of a process that ended back
into its queue, the finished and the deadly ones with them: a unit without
anything to run brings no word, and who waits for it waits for good. A test
that takes too long ends its process (pytest-timeout), so this is no rare thing.
"""

from contextlib import suppress
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

ROOT = Path(__file__).parents[2]


@cache
def _stays_together(file: str) -> bool:
    return "pytest.mark.xdist_group" in (ROOT / file).read_text(encoding="utf-8")


class ByFileWhereMarked(LoadScopeScheduling):
    """A file that marks itself `xdist_group` runs in one process, and builds once; other tests go anywhere.

    xdist reads the mark off the tests' ids, and pytest 9.2 does not let it write it there.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if _stays_together(file) else nodeid

    def remove_node(self, node: WorkerController) -> str | None:
        """Give to others what `node` has not done; the test that it ended in, which is not tried again."""
        work = self.assigned_work.pop(node)
        left = {
            scope: unfinished
            for scope, unit in work.items()
            if (unfinished := {test: done for test, done in unit.items() if not done})
        }
        if not left:
            return None
        scope, unit = next(iter(left.items()))
        deadly = next(iter(unit))
        del unit[deadly]
        if not unit:
            del left[scope]
        self.workqueue.update(left)
        for other in self.assigned_work:
            self._reschedule(other)
        return deadly

    def _assign_work_unit(self, node: WorkerController) -> None:
        with suppress(OSError):  # it has just ended: what it was given comes back with `remove_node`
            super()._assign_work_unit(node)

    def _reschedule(self, node: WorkerController) -> None:
        # A process begins with a test only when it has the next: a new one needs two at once.
        while self.workqueue and not node.shutting_down and self._pending_of(self.assigned_work[node]) <= 2:
            self._assign_work_unit(node)
        if not self.workqueue and not node.shutting_down:
            node.shutdown()
