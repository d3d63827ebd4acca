"""`critical_command`: counts down at `critical`, lets anybody cancel, and runs the command once.

Every devdash process that shows the battery keeps watch; they share an `Episode` in a file. At the
deadline the battery is read anew, then the first that gets the lock runs the command and keeps the
lock meanwhile. The kernel lets go of the lock of a process that dies, so another takes over; a
command that was under way then counts as failed, because it must not run twice.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from devdash.api import Completed, PaneContext, PaneError
from devdash_battery.config import BatteryConfig
from devdash_battery.episode import (
    Episode,
    Moment,
    Verdict,
    become,
    follow,
    is_due,
    next_look_s,
    verdict_of,
)
from devdash_battery.episode_file import Busy, EpisodeFile, Held
from devdash_battery.facts import BatteryFacts, Stage

SETTLE_S = 2.0
"""A command that reads once and goes must not begin a countdown that it does not stay for."""

HEEDED_S = 2.0
"""How long a reading waits for the first step of a countdown; a step waits for the lock for a second."""

RETRY_S = 5.0
BLOCKED_S = 10.0
"""How often it is tried where there can be no lock."""

RUN_TIMEOUT_S = 60.0
"""For the command. `systemctl suspend` may come back only after the machine has slept."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_MOST_WORDS = 200

Look = Callable[[], Awaitable[BatteryFacts]]


class LastResort:
    """The watch of one process.

    Args:
        look: reads the battery now.
        boot: names this boot; asked of the kernel when None.

    Attributes:
        trouble: why nothing can be run, one sentence; "" when all is well.
    """

    def __init__(
        self, config: BatteryConfig, context: PaneContext, look: Look, *, boot: str | None = None
    ) -> None:
        self._config = config
        self._context = context
        self._look = look
        self._boot = boot_id() if boot is None else boot
        self._file = EpisodeFile(context.state_dir)
        self._seen: tuple[BatteryFacts, float] | None = None
        self._news = asyncio.Event()
        self._heeded = asyncio.Event()
        self.trouble = ""

    def see(self, facts: BatteryFacts) -> None:
        """Take note of a reading."""
        self._seen = (facts, self._context.monotonic())
        self._heeded.clear()
        self._news.set()

    async def heeded(self) -> None:
        """After a reading: wait, a moment at most, until it is known whether a countdown can begin.

        So nobody is promised a command that cannot be run. Where devdash does not stay, none begins.
        """
        facts, _ = self._seen or (None, 0.0)
        if not self._context.stays or verdict_of(facts, self._config) is not Verdict.CRITICAL or self.trouble:
            return
        if await self._context.in_thread(self._file.load) is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(HEEDED_S):
                    await self._heeded.wait()

    async def episode(self, facts: BatteryFacts) -> Episode | None:
        """What the processes share at the moment, as far as `facts` let it stand."""
        kept = await self._context.in_thread(self._file.load)
        return None if kept is None else self._followed(kept, verdict_of(facts, self._config))

    def left_s(self, episode: Episode) -> float:
        """Seconds until the command runs."""
        return max(episode.deadline - self._context.monotonic(), 0.0)

    async def keep(self, settle_s: float = SETTLE_S) -> None:
        """Keep watch, and wake the pane when the shown time, or what is wrong, is another."""
        if not self._context.stays:
            await asyncio.sleep(settle_s)
        while True:
            self._news.clear()
            before = self.trouble
            try:
                pause, self.trouble = await self.step(), ""
            except PaneError as error:
                # Tried again soon: few minutes are left, and room on a full disk is a matter of seconds.
                pause, self.trouble = BLOCKED_S, error.message
            if not self._news.is_set():  # else there was a reading meanwhile, which the next step heeds
                self._heeded.set()
            if self.trouble != before:
                self._context.wake()
            try:
                async with asyncio.timeout(pause):
                    await self._news.wait()
            except TimeoutError:
                self._context.wake()

    async def step(self) -> float | None:
        """Do what is to be done now. Returns seconds until the next look; None: at the next reading.

        Raises:
            PaneError: there can be no lock.
        """
        verdict = verdict_of(self._fresh(), self._config)
        before = await self._context.in_thread(self._file.load)
        after = self._followed(before, verdict)
        if after != before or (after is not None and after.stage is Stage.RUNNING):
            try:
                after = await self._settle(verdict)
            except Busy:
                return RETRY_S
        if is_due(after, verdict, self._moment()):
            after = await self._run()
        if after != before:
            self._context.wake()
        return next_look_s(after, self._moment())

    async def cancel(self) -> Episode | None:
        """End the countdown for this stay at `critical`, in whichever process it runs.

        Returns:
            The episode as it is now; None: there is nothing to cancel.

        Raises:
            Busy: it is too late.
            PaneError: the battery cannot be read, or there can be no lock.
        """
        verdict = verdict_of(await self._look(), self._config)
        with await self._context.in_thread(self._file.lock):
            episode = self._followed(await self._context.in_thread(self._file.load), verdict)
            if episode is not None and episode.stage is Stage.COUNTING:
                episode = become(episode, Stage.CANCELLED, self._moment())
            await self._save(episode)
        self._news.set()
        return episode

    async def _settle(self, verdict: Verdict) -> Episode | None:
        """Bring the shared file up to date."""
        with await self._context.in_thread(self._file.lock):
            before = await self._context.in_thread(self._file.load)
            after = self._followed(before, verdict)
            if after is not None and after.stage is Stage.RUNNING:
                # Whoever ran it would hold the lock.
                said = "devdash ended while it ran; whether it took effect is not known"
                after = become(after, Stage.FAILED, self._moment(), said)
            if after != before:
                await self._save(after)
            return after

    async def _run(self) -> Episode | None:
        """Read the battery anew, and run the command if it is still this process's turn."""
        try:
            verdict = verdict_of(await self._look(), self._config)
        except PaneError:
            verdict = Verdict.OPEN
        try:
            held = await self._context.in_thread(self._file.lock)
        except Busy:
            return await self._context.in_thread(self._file.load)
        with held:
            return await self._run_under(held, verdict)

    async def _run_under(self, held: Held, verdict: Verdict) -> Episode | None:
        episode = self._followed(await self._context.in_thread(self._file.load), verdict)
        if episode is None or not is_due(episode, verdict, self._moment()):
            await self._save(episode)
            return episode
        await self._save(become(episode, Stage.RUNNING, self._moment()))
        self._context.wake()
        try:
            done = await self._context.run(self._config.critical_command, timeout=RUN_TIMEOUT_S)
            failure = _failure(done)
        except PaneError as error:
            failure = error.message
        stage = Stage.FAILED if failure else Stage.DONE
        ended = become(episode, stage, self._moment(), failure)
        await self._save(ended)
        return ended

    async def _save(self, episode: Episode | None) -> None:
        try:
            await self._context.in_thread(self._file.save, episode)
        except OSError as error:
            raise PaneError(
                f"{self._context.state_dir} cannot be written: {error.strerror}",
                "`critical_command` runs only where processes can agree on who runs it.",
            ) from error

    def _followed(self, episode: Episode | None, verdict: Verdict) -> Episode | None:
        return follow(episode, verdict, self._moment(), self._config.critical_countdown)

    def _fresh(self) -> BatteryFacts | None:
        """The last reading, unless readings have failed since."""
        if self._seen is None:
            return None
        facts, at = self._seen
        age = self._context.monotonic() - at
        return facts if age <= 2 * self._config.interval + self._config.timeout else None

    def _moment(self) -> Moment:
        return Moment(self._context.now().timestamp(), self._context.monotonic(), self._boot)


@cache
def boot_id() -> str:
    """The kernel's name for this boot; "" where there is none, and only the clocks tell boots apart."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def _failure(done: Completed) -> str:
    """Why a program failed, in one line; "" when it did not."""
    if done.code == 0:
        return ""
    lines = done.err.decode("utf-8", "replace").split("\n")
    said = next((line.strip() for line in lines if line.strip()), "")
    printable = "".join(sign for sign in said if sign.isprintable())[:_MOST_WORDS]
    how = f"ended with code {done.code}" if done.code > 0 else f"was ended by signal {-done.code}"
    return f"{how}: {printable}" if printable else how
