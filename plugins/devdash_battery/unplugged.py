"""Remembers what every process had used when the machine was unplugged, for the list of what drains it.

Kept in a file, so that `devdash run battery drain` knows what a watch has noted.
"""

import asyncio
from pathlib import Path

import msgspec

from devdash.api import PaneContext
from devdash_battery.drain import Look, Process
from devdash_battery.facts import BatteryFacts
from devdash_battery.last_resort import boot_id
from devdash_battery.processes import look

SETTLE_S = 2.0
"""A command that reads once and goes takes no note."""

MEASURE_S = 2.0
"""How long is looked when nothing was noted."""

_MOST_BYTES = 4 * 1024 * 1024


class Unplugged:
    """The note, shared by all devdash processes of the user."""

    def __init__(self, context: PaneContext) -> None:
        self._context = context
        self._file = context.cache_dir / "unplugged.json"
        self._plugged: bool | None = None
        self._kept: Look | None = None
        self._news = asyncio.Event()
        self._fresh = False

    def see(self, facts: BatteryFacts) -> None:
        """Take note of a reading: whether outside power went, or came."""
        if not facts.present or facts.plugged is None or facts.plugged is self._plugged:
            return
        self._fresh = self._plugged is True
        self._plugged = facts.plugged
        self._news.set()

    async def keep(self, settle_s: float = SETTLE_S) -> None:
        """Note when it goes, forget when it comes."""
        await asyncio.sleep(settle_s)
        while True:
            await self._news.wait()
            self._news.clear()
            await self.step()

    async def step(self) -> None:
        """Bring the note up to date. One of this boot stands, unless the plug was seen to go just now."""
        if self._plugged is not False:
            self._kept = None
            await self._context.in_thread(_forget, self._file)
        elif self._fresh or await self.noted() is None:
            now = await self.now()
            written = await self._context.in_thread(_write, self._file, now)
            self._kept = None if written else _without_names(now)
        self._fresh = False

    async def noted(self) -> Look | None:
        """What was noted at unplugging; None where nobody looked."""
        return self._kept or await self._context.in_thread(_load, self._file, boot_id())

    async def measured(self) -> tuple[Look, Look]:
        """Two looks, `MEASURE_S` apart."""
        before = await self.now()
        await asyncio.sleep(MEASURE_S)
        return before, await self.now()

    async def now(self) -> Look:
        """A look."""
        return await self._context.in_thread(look, boot_id(), self._context.now().timestamp())


def _without_names(one: Look) -> Look:
    return Look(one.at, one.boot, tuple(Process(p.pid, p.born, p.cpu_s) for p in one.processes))


def _write(file: Path, one: Look) -> bool:
    """Whether it could be kept. Names are not: what a person ran is in nobody's file."""
    fresh = file.with_suffix(".new")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.write_bytes(msgspec.json.encode(_without_names(one)))
        fresh.replace(file)
    except OSError:
        return False
    return True


def _load(file: Path, boot: str) -> Look | None:
    """The note of this boot; None also for what no devdash has written."""
    try:
        with file.open("rb") as opened:
            told = msgspec.json.decode(opened.read(_MOST_BYTES), type=Look)
    except (OSError, msgspec.MsgspecError, ValueError):
        return None
    return told if told.boot == boot else None


def _forget(file: Path) -> None:
    """A note that cannot be removed is replaced at the next unplugging."""
    try:
        file.unlink(missing_ok=True)
    except OSError:
        return
