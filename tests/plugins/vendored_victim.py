"""A devdash that is killed in the middle of a take: `vendored_victim.py STEP PROJECT FOLDER`."""

import asyncio
import os
import signal
import sys
import time
from datetime import datetime
from pathlib import Path

from vendored_beds import LOCK

from devdash.api import ActionRequest, Completed, exchanged
from devdash.engine.context import Context
from devdash_git.config import GitConfig
from devdash_git.pane import GitPane
from devdash_git.run import Git
from devdash_git.vendored import ground, taking


def die(*_: object, **__: object) -> object:
    """As `kill -9` does it."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def arm(step: str) -> None:
    """Die just before `step` is done."""
    if step == "keep":
        real = Git.change

        async def change(git: Git, *args: str, **kwargs: object) -> Completed:
            if "hash-object" in args:
                die()
            return await real(git, *args, **kwargs)  # type: ignore[arg-type]  # as it was called

        Git.change = change  # type: ignore[method-assign, assignment]  # the victim is this process
    elif step == "write":
        os.fsync = die  # type: ignore[assignment]  # as above
    elif step == "rename":
        ground.exchanged = die  # type: ignore[assignment]  # as above
    elif step == "sweep":

        def exchange_and_die(*args: str, **kwargs: int) -> object:
            exchanged(*args, **kwargs)
            return die()

        ground.exchanged = exchange_and_die  # type: ignore[assignment]  # as above
    else:
        taking.write_lock = die  # type: ignore[assignment]  # as above


async def main(step: str, project: Path, folder: Path) -> None:
    """Take `long` over, and do not survive it."""
    context = Context(
        name="pane",
        folder=folder,
        state_dir=folder / "state/pane",
        cache_dir=folder / "cache/pane",
        now=lambda: datetime.now().astimezone(),
        monotonic=time.monotonic,
        on_wake=lambda: None,
        on_progress=lambda text: None,
    )
    pane = GitPane(GitConfig(repos=(project,), vendored_lock=project / LOCK), context)
    action = next(one for one in pane.actions() if one.name == "take")
    request = ActionRequest("take", "./long")
    assert await pane.confirmation(action, request) is not None
    arm(step)
    await pane.act(request)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
