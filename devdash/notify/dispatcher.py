"""Who is told what: from the notices of the alert engine to the queue of each channel.

A notice goes to the channels that its rule names, else to those of `[alerts]`, and
of these to each for which it is grave enough. Beyond `most` in `per` notices become
one summary (`storm.py` says which still pass). `CLOSED` always passes. Each channel
has a queue and a task of its own (`lane.py`), so none waits for another.

Each channel shows a message once at most. One that fails keeps it and tries again by
growing pauses: until the alert is over, acknowledged or snoozed when nobody could be told
(an alarm at login, before the desktop's notifications run, is not lost), and for ten
minutes when another channel has told it.
"""

import asyncio
import logging
from collections.abc import Collection, Iterable, Mapping

import msgspec

from devdash.alerts.model import Alert, AlertId, Notice, Occasion
from devdash.contract.levels import Level, worst
from devdash.engine.clock import Clock
from devdash.notify.lane import ChannelTrouble, Lane
from devdash.notify.message import Channel
from devdash.notify.storm import Limit
from devdash.notify.wording import Names, message_of, reply, summary

log = logging.getLogger("devdash.notify")

GATHER_S = 3.0
"""A summary waits so long for more to be counted in."""


class Outlet(msgspec.Struct, frozen=True):
    """A channel and what it is told.

    Attributes:
        least: alerts below this level are not told there.
        buttons: it has some, and tells what pressing one has led to.
    """

    channel: Channel
    least: Level
    buttons: bool = False


class _Swallowed(msgspec.Struct, frozen=True):
    """A notice that the summary stands for, and the lanes that would have told it."""

    level: Level
    lanes: tuple[str, ...]


class Dispatcher:
    """Tells notices through channels. Everything runs on the event loop; nothing blocks or raises.

    Args:
        outlets: channels by name.
        default: names of the channels that are told when a rule does not say.
        most: notifications in `per_s` seconds.
        absent: names that are right but have no channel here, such as the terminal's without a screen.
    """

    def __init__(
        self,
        outlets: Mapping[str, Outlet],
        *,
        default: tuple[str, ...],
        most: int,
        per_s: float,
        names: Names,
        clock: Clock,
        absent: Iterable[str] = (),
    ) -> None:
        self._least = {name: outlet.least for name, outlet in outlets.items()}
        self._lanes = {name: Lane(name, outlet.channel, clock) for name, outlet in outlets.items()}
        self._with_buttons = [name for name, outlet in outlets.items() if outlet.buttons]
        self._default = default
        self._limit = Limit(most, per_s)
        self._per_s = per_s
        self._names = names
        self._clock = clock
        self._absent = frozenset(absent)
        self._lost: dict[str, ChannelTrouble] = {}
        self._swallowed: dict[AlertId, _Swallowed] = {}
        self._summary: asyncio.Task[None] | None = None
        self._quiet_until = 0.0
        self._stopped = False

    def tell(self, notices: Iterable[Notice]) -> None:
        """Pass these on; returns at once.

        A `RESOLVED` is looked at before the `CLOSED` that goes with it, whatever their order: what
        nobody was told of is not told to be over.
        """
        if self._stopped:
            return
        for notice in sorted(notices, key=lambda notice: notice.occasion is not Occasion.RESOLVED):
            if notice.occasion is Occasion.CLOSED:
                self._close(notice.alert.id)
            else:
                self._say(notice)

    def take_over(self, open_alerts: Collection[AlertId]) -> None:
        """An earlier process, or an earlier dispatcher, may have left notifications; returns at once."""
        for lane in self._lanes.values():
            lane.take_over(open_alerts)

    def answer(self, alert: Alert, text: str, level: Level) -> None:
        """Say what a button about `alert` has led to, where there are buttons; returns at once."""
        if self._stopped:
            return
        message = reply(alert.id, text, level, self._names, self._clock.now())
        for name in self._with_buttons:
            self._lanes[name].post(message, (alert.id,), set())

    @property
    def troubles(self) -> tuple[ChannelTrouble, ...]:
        """The channels that cannot deliver now."""
        ill = [lane.trouble for lane in self._lanes.values() if lane.trouble is not None]
        return (*ill, *self._lost.values())

    def nudge(self, channel: str) -> None:
        """What waits for `channel` is tried at once: there is reason to think that it works again."""
        self._lanes[channel].nudge()

    def withdraw(self) -> frozenset[AlertId]:
        """Begin to say nothing more. Returns the alerts of which nobody was told what was to be told.

        What is on its way just now, or in the hands of a daemon that hangs, counts as told.
        """
        self._stopped = True
        if self._summary is not None:
            self._summary.cancel()
        lanes = self._lanes.values()
        untold = set(self._swallowed).union(*(lane.withdraw() for lane in lanes))
        self._swallowed = {}
        return frozenset(untold.difference(*(lane.under_way for lane in lanes)))

    async def stop(self) -> None:
        """Say nothing more and let go of all channels, within about half a second."""
        self.withdraw()
        await asyncio.gather(*(lane.stop() for lane in self._lanes.values()))

    def _say(self, notice: Notice) -> None:
        lanes = self._route(notice)
        if not lanes:
            return
        if self._limit.admits(notice, self._clock.monotonic()):
            self._swallowed.pop(notice.alert.id, None)
            told: set[str] = set()
            message = message_of(notice, self._names, self._clock.now())
            for name in lanes:
                self._lanes[name].post(message, (notice.alert.id,), told)
        elif notice.occasion is not Occasion.RESOLVED:
            self._swallowed[notice.alert.id] = _Swallowed(notice.alert.level, lanes)
            if self._summary is None or self._summary.done():
                self._summary = asyncio.create_task(self._sum_up(), name="summary of alerts")

    def _close(self, alert: AlertId) -> None:
        self._swallowed.pop(alert, None)
        for lane in self._lanes.values():
            lane.close(alert)

    def _route(self, notice: Notice) -> tuple[str, ...]:
        chosen = notice.alert.terms.channels
        wanted = dict.fromkeys(self._default if chosen is None else chosen)
        for name in wanted:
            if name not in self._lanes and name not in self._absent and name not in self._lost:
                self._lose(name)
        weight = notice.alert.level.weight
        return tuple(name for name in wanted if name in self._lanes and weight >= self._least[name].weight)

    def _lose(self, name: str) -> None:
        hint = f"Write [alerts.channel.{name}], or one of: {', '.join((*self._lanes, *self._absent))}."
        self._lost[name] = ChannelTrouble(name, "there is no channel of this name", hint, self._clock.now())
        log.warning("channel %s: there is no channel of this name", name)

    async def _sum_up(self) -> None:
        """Tell, once in `per_s`, how many were left out; nothing when all of them are over by then."""
        wait_s = max(GATHER_S, self._quiet_until - self._clock.monotonic())
        await self._clock.wait(asyncio.Event(), wait_s)
        left_out, self._swallowed = self._swallowed, {}
        told, now = set[str](), self._clock.now()
        for name, lane in self._lanes.items():
            mine = {alert: one.level for alert, one in left_out.items() if name in one.lanes}
            if mine:
                lane.post(summary(len(mine), worst(mine.values()), now), mine, told)
        if left_out:
            self._quiet_until = self._clock.monotonic() + self._per_s
