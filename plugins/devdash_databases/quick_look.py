"""A look at SQLite files from within devdash, which spares a process where all is well.

To start a process for a file costs a hundred times as much as to ask it. So files that cannot keep this
process (see `local_files`) are asked in a thread first, and only what answers at once counts. Whatever is
locked, broken or slow, or asked more than whether it answers, is for the probe, which can be killed.

There is never more than one such thread. While one hangs after all, nothing is asked here.
"""

import asyncio
import os
import threading
import urllib.parse
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from devdash.api import Mounts, PaneContext, PaneError
from devdash_databases import local_files, wire
from devdash_databases.aliases import Target
from devdash_databases.probing import engines
from devdash_databases.states import State

PATIENCE_S = 0.5
"""Seconds for all files together; then the probe asks those that have not answered."""


class QuickLook:
    """Asks the files of one pane.

    Args:
        context: the pane's.
        mounts: the table of mounts; None: the kernel's.
    """

    def __init__(self, context: PaneContext, mounts: Mounts | None = None) -> None:
        self._context = context
        self._mounts = mounts or Mounts()
        self._alone = threading.Lock()

    async def ask(self, targets: Sequence[Target]) -> tuple[wire.Ping, ...]:
        """The answers of those that are sound; none is told of the others."""
        if self._alone.locked():  # by a thread that hangs
            return ()
        answers: list[wire.Ping] = []
        # PaneError: others of the pane's threads hang, and no more are started.
        with suppress(TimeoutError, PaneError):
            async with asyncio.timeout(PATIENCE_S):
                await self._context.in_thread(self._look, targets, answers)
        return tuple(answers)

    def _look(self, targets: Iterable[Target], answers: list[wire.Ping]) -> None:
        """In a thread: put what answers into `answers`, one after the other."""
        if not self._alone.acquire(blocking=False):
            return
        try:
            kinds = self._mounts.kinds()
            for target in targets:
                answers += _answer(target, kinds)
        finally:
            self._alone.release()


def _answer(target: Target, kinds: Mapping[str, str]) -> tuple[wire.Ping, ...]:
    """What the probe would say of a sound file; nothing where it has to say it."""
    import sqlite3

    from devdash_databases.probing.file_ping import ask_file
    from devdash_databases.probing.plain_file import PlainFile

    path = _plain_path(target)
    place = local_files.own_file(path, kinds) if path is not None else None
    if place is None:
        return ()
    try:
        took, read_only = ask_file(PlainFile(engines.read_only_uri(place), 0.0))
    except sqlite3.Error:
        return ()
    answer = wire.Ping(
        alias=target.alias,
        state=State.OK,
        latency_ms=round(took * 1000, 3),
        vendor=engines.SQLITE,
        version=sqlite3.sqlite_version,
        driver=f"sqlite3 {sqlite3.sqlite_version}",
        role="file",
        read_only=read_only,
    )
    return (answer,)


def _plain_path(target: Target) -> Path | None:
    """The file of an alias that names one and says nothing else of it."""
    name = str(target.settings.get("NAME", ""))
    if not engines.is_plain(target.settings) or target.password is not None:
        return None
    path, _, query = name.partition("?")
    if not name.startswith("file:"):
        return Path(name)
    if query not in ("", "mode=ro") or not path.startswith("file:/") or path.startswith("file://"):
        return None
    return Path(os.fsdecode(urllib.parse.unquote_to_bytes(path[len("file:") :])))
