"""One channel's queue: what is still to be said there, in order, until it is said or no longer true.

A task lives only while there is something to do. After a failure it waits, longer
each time; a new message is tried at once, and one failure of it is no reason to
forget the others. What was replaced or closed meanwhile is never sent.
"""

import asyncio
import logging
import traceback
from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec

from devdash.alerts.model import AlertId, Occasion
from devdash.engine.clock import Clock
from devdash.notify.message import Channel, ChannelFailed, Lasting, Message
from devdash.notify.wording import LONGEST_TEXT, line

log = logging.getLogger("devdash.notify")

FIRST_PAUSE_S = 2.0
FIRST_LASTING_PAUSE_S = 10.0
LONGEST_PAUSE_S = 300.0
LATE_S = 600.0
"""What another channel has told meanwhile, and what only ends something, is not said later than this."""
SEND_LIMIT_S = 120.0
"""A channel that has not come back by then hangs: its own limits are far below."""
CANCEL_GRACE_S = 0.2


class ChannelTrouble(msgspec.Struct, frozen=True):
    """A channel that cannot deliver now.

    Attributes:
        channel: its name.
        sentence: what is wrong.
        hint: the next step; may be empty.
        since: wall time of the first failure in a row.
    """

    channel: str
    sentence: str
    hint: str
    since: datetime


class Letter:
    """Something to be done in one channel: show a message or, without one, take a notification away.

    Args:
        told: names of the channels that have shown this message; shared by its letters.
        about: the alerts that are still open of those it tells of; it is in vain when there are none left.
        since: when it was written, on the monotonic clock.
    """

    def __init__(
        self, message: Message | None, about: Iterable[AlertId], told: set[str], since: float
    ) -> None:
        self.message = message
        self.about = set(about)
        self.told = told
        self.since = since
        self.tried = False
        self.failed = False
        """It was tried, and will not be shown because of that."""

    @property
    def ends(self) -> bool:
        """Whether it is a last word about something, or takes it away."""
        return self.message is None or self.message.parting

    @property
    def key(self) -> tuple[bool, AlertId | None]:
        """One letter of a key is in the queue at most, the last."""
        if self.message is None:
            return False, next(iter(self.about))
        return self.message.parting, self.message.id

    def wanted(self, now: float) -> bool:
        """Whether it is worth another try."""
        if now - self.since > LATE_S and (self.ends or self.told):
            return False
        return bool(self.about)


class Lane:
    """Delivers letters to one channel, one after the other."""

    def __init__(self, name: str, channel: Channel, clock: Clock) -> None:
        self.name = name
        self.trouble: ChannelTrouble | None = None
        self._channel = channel
        self._clock = clock
        self._queue: dict[tuple[bool, AlertId | None], Letter] = {}
        self._under_way: Letter | None = None
        self._tried: set[AlertId] = set()
        self._pauses = 0
        self._nudge = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._resuming: asyncio.Task[ChannelFailed | None] | None = None
        self._stopped = False

    def post(self, message: Message, about: Iterable[AlertId], told: set[str]) -> None:
        """Show `message`, instead of one with the same id that still waits."""
        letter = Letter(message, about, told, self._clock.monotonic())
        if message.occasion is Occasion.RESOLVED and (False, message.id) in self._queue:
            return  # nobody here has heard of what is over
        self._put(letter)

    def close(self, alert: AlertId) -> None:
        """Drop what waits about `alert`, and take away what may be shown."""
        under_way = () if self._under_way is None else (self._under_way,)
        for letter in (*self._queue.values(), *under_way):
            if not letter.ends:
                letter.about.discard(alert)
        self._queue = {key: letter for key, letter in self._queue.items() if letter.about}
        if alert in self._tried:
            self._tried.discard(alert)
            self._put(Letter(None, (alert,), set(), self._clock.monotonic()))

    def take_over(self, open_alerts: Collection[AlertId]) -> None:
        """What an earlier process has shown serves again where it is still true; the rest is taken away."""
        if not isinstance(self._channel, Lasting) or self._stopped:
            return
        left = self._channel.left
        self._tried |= left
        for alert in left.difference(open_alerts):
            self.close(alert)
        if left.intersection(open_alerts):
            resumed = asyncio.create_task(self._channel.resume())
            self._resuming = asyncio.create_task(self._outcome(resumed, SEND_LIMIT_S), name="notifications")

    def nudge(self) -> None:
        """Something has changed for the better: what waits is tried at once."""
        self._nudge.set()

    def withdraw(self) -> set[AlertId]:
        """Begin nothing more. Returns the alerts of what still waited and was told nowhere else.

        What a daemon that hangs has in hand does not count: it shows it when it wakes.
        """
        self._stopped = True
        letters = [one for one in self._queue.values() if one.failed or not one.tried]
        if self._under_way is not None and self._under_way.failed:
            letters.append(self._under_way)
        self._queue = {}
        return {alert for one in letters if not (one.ends or one.told) for alert in one.about}

    @property
    def under_way(self) -> frozenset[AlertId]:
        """What is being told now. What is only tried again may fail again, and is not meant."""
        one = self._under_way
        return frozenset() if one is None or one.failed else frozenset(one.about)

    async def stop(self) -> None:
        """Say nothing more, and let the channel go."""
        self.withdraw()
        tasks = {task for task in (self._task, self._resuming) if task is not None}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=2 * CANCEL_GRACE_S)
        failure = await self._outcome(asyncio.create_task(self._channel.stop()), 2 * CANCEL_GRACE_S)
        if failure is not None:
            log.info("channel %s did not stop: %s", self.name, failure.message)

    def _put(self, letter: Letter) -> None:
        if self._stopped:
            return
        self._queue.pop(letter.key, None)
        self._queue[letter.key] = letter
        self._nudge.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name=f"channel {self.name}")

    async def _work(self) -> None:
        while self._queue:
            self._nudge.clear()
            letter = self._next()
            failure = await self._deliver(letter)
            if failure is None:
                self._well(letter)
                continue
            self._ill(failure)
            letter.failed = not failure.pending
            if letter.key not in self._queue and letter.about:
                self._queue[letter.key] = letter
            if self._fresh() is None:
                await self._pause(failure)
            now = self._clock.monotonic()
            self._queue = {key: one for key, one in self._queue.items() if one.wanted(now)}

    def _next(self) -> Letter:
        letter = self._fresh() or next(iter(self._queue.values()))
        del self._queue[letter.key]
        return letter

    def _fresh(self) -> Letter | None:
        return next((letter for letter in self._queue.values() if not letter.tried), None)

    async def _deliver(self, letter: Letter) -> ChannelFailed | None:
        letter.tried = True
        message = letter.message
        if message is None:
            work = self._channel.close(next(iter(letter.about)))
        else:
            work = self._channel.send(message)
            if message.id is not None and not letter.ends:
                self._tried.add(message.id)
        self._under_way = letter
        try:
            return await self._outcome(asyncio.create_task(work), SEND_LIMIT_S)
        finally:
            self._under_way = None

    async def _outcome(self, task: asyncio.Task[None], limit_s: float) -> ChannelFailed | None:
        """How `task` ended; one that does not end in time is cancelled, and left behind if need be."""
        ended = asyncio.Event()
        task.add_done_callback(_take_note)
        task.add_done_callback(lambda _: ended.set())
        try:
            in_time = await self._clock.wait(ended, limit_s)
        finally:
            task.cancel()
        if not in_time:
            await asyncio.wait({task}, timeout=CANCEL_GRACE_S)
            return ChannelFailed(f"it did not come back within {limit_s:g} s")
        if task.cancelled():
            return ChannelFailed("it was interrupted")
        error = task.exception()
        if error is None or isinstance(error, ChannelFailed):
            return error
        frames = "".join(traceback.format_tb(error.__traceback__))
        # Not the exception's text: it may quote what was sent.
        log.error("channel %s raised %s\n%s", self.name, type(error).__name__, frames)
        return ChannelFailed(f"it has a fault ({type(error).__name__})", "The log says where.", lasting=True)

    async def _pause(self, failure: ChannelFailed) -> None:
        first = FIRST_LASTING_PAUSE_S if failure.lasting else FIRST_PAUSE_S
        if not await self._clock.wait(self._nudge, min(first * 2**self._pauses, LONGEST_PAUSE_S)):
            self._pauses = min(self._pauses + 1, 16)

    def _well(self, letter: Letter) -> None:
        letter.told.add(self.name)
        self._pauses = 0
        if self.trouble is not None:
            self.trouble = None
            # To take away what was never shown succeeds without the channel's doing.
            said = "delivers again" if letter.message is not None else "has nothing left to tell"
            log.info("channel %s %s", self.name, said)

    def _ill(self, failure: ChannelFailed) -> None:
        sentence, hint = line(failure.message, LONGEST_TEXT), line(failure.hint, LONGEST_TEXT)
        if self.trouble is None:
            log.warning("channel %s: %s", self.name, sentence)
        since = self._clock.now() if self.trouble is None else self.trouble.since
        self.trouble = ChannelTrouble(self.name, sentence, hint, since)


def _take_note(task: asyncio.Task[None]) -> None:
    """Look at how a task has ended, even when nobody waits for it any more, so that nothing complains."""
    if not task.cancelled():
        task.exception()
