"""Running the event loop so that a pane that will not be cancelled cannot hold the end.

`asyncio.run` cancels what is left and waits for it, however long that takes.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

GRACE_S = 0.3
"""How long what is left may take to end."""


def run(main: Coroutine[Any, Any, T]) -> T:
    """What `main` returns. As `asyncio.run`, but tasks that do not end within `GRACE_S` are left behind."""
    with asyncio.Runner() as runner:
        try:
            return runner.run(main)
        finally:
            runner.get_loop().run_until_complete(_leave_behind())


async def _leave_behind() -> None:
    """Cancel every other task; take those that go on out of the account of what has to end first."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if not others:
        return
    _, stuck = await asyncio.wait(others, timeout=GRACE_S)
    for task in stuck:
        # Meant for those who make tasks of their own ("Extending asyncio"); and there is no other way.
        asyncio.tasks._unregister_task(task)
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # nobody needs to hear of it
