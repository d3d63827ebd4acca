"""The battery pane: charge, power, time left, health; and when to plug in or unplug."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

import msgspec

from devdash.api import (
    Action,
    ActionRequest,
    CopyText,
    Level,
    Outcome,
    Pane,
    PaneConfig,
    PaneContext,
    Report,
    Rule,
    Scope,
    Unavailable,
)
from devdash_battery import words
from devdash_battery.away import Away
from devdash_battery.config import BatteryConfig
from devdash_battery.daychart import POINTS, SPAN_S, DayChart
from devdash_battery.facts import BatteryFacts, Stage
from devdash_battery.last_resort import LastResort
from devdash_battery.limits import has_control, limit_command, limit_value, wanting_limit
from devdash_battery.merge import Power, merge
from devdash_battery.report import (
    CANCEL,
    COPY_LIMIT,
    DRAIN,
    PERCENT_SERIES,
    Beside,
    build_report,
    summary_of,
)
from devdash_battery.rules import rules_for
from devdash_battery.signals import SETTLE_S, listen
from devdash_battery.supply import Supply
from devdash_battery.system import read_supplies, tree_of
from devdash_battery.unplugged import MEASURE_S, Unplugged

_COPY = "copy"
_CHART_EVERY_S = 1800.0


class BatteryPane(Pane[BatteryConfig]):
    """Observes the power supplies of this machine."""

    Config: ClassVar[type[PaneConfig]] = BatteryConfig
    title: ClassVar[str] = "Battery"

    def __init__(self, config: BatteryConfig, context: PaneContext) -> None:
        super().__init__(config, context)
        self._day = DayChart()
        self._away = Away(config)
        self._unplugged = Unplugged(context)
        self._last_resort: LastResort | None = None

    async def start(self) -> None:
        """Begin to listen, to keep the chart and the note of unplugging, and to watch for `critical`."""
        self.context.task("power signals", lambda: listen(self.context))
        self.context.task("chart of the day", self._keep_day)
        self.context.task("note of unplugging", self._unplugged.keep)
        if self.config.critical_command:
            self._last_resort = LastResort(self.config, self.context, self._look)
            self.context.task("critical command", self._last_resort.keep)

    async def read(self) -> Report:
        """Read all supplies.

        Raises:
            Unavailable: the folder of supplies cannot be listed.
        """
        power = await self._power()
        self._unplugged.see(power.facts)
        self._away.see(power.facts, self.context.monotonic())
        now = self.context.now().timestamp()
        if power.facts.percent is not None:
            self._day.add(power.facts.percent, now)
        beside = Beside(day=self._day.values(now))
        if self._last_resort is not None:
            beside = await self._with_episode(self._last_resort, power.facts, beside)
        return build_report(power, self.config, tree_of(self.config.sysfs), beside)

    def actions(self) -> Sequence[Action]:
        """Copy the command that sets a charge limit; show what drains; cancel; copy the summary."""
        cancel = Action(
            name=CANCEL,
            key="n",
            title="Cancel command",
            permission="battery.command.cancel",
            help="Do not run `critical_command` before the battery has been charged.",
        )
        # First, because the hint line has room for few keys and this one is pressed in a hurry.
        return (
            *((cancel,) if self.config.critical_command else ()),
            Action(
                name=COPY_LIMIT,
                key="l",
                title="Copy limit command",
                permission="battery.limit.copy",
                scope=Scope.EITHER,
                help="Copy the command that makes the battery stop charging at `full` percent.",
            ),
            Action(
                name=DRAIN,
                key="d",
                title="Drain",
                permission="battery.drain.show",
                help="List the programs that used most processor time since the machine was unplugged.",
            ),
            Action(
                name=_COPY,
                key="c",
                title="Copy summary",
                permission="battery.summary.copy",
                help="Copy the battery's state as one line.",
            ),
        )

    def rules(self) -> Sequence[Rule[BatteryFacts]]:
        """Low and unplugged; charged and plugged in; devices that want to be charged."""
        settable = self.config.full < 100 and has_control(tree_of(self.config.sysfs))
        return rules_for(
            self.config,
            limit=COPY_LIMIT if settable else None,
            drain=DRAIN,
            cancel=CANCEL,
            away=lambda: self._away.supplies,
        )

    async def act(self, request: ActionRequest) -> Outcome:
        """Do what `request` names.

        Raises:
            Unavailable: there is no pack; none with a charge limit that can be set; nothing drains it.
            PaneError: the command cannot be cancelled any more.
        """
        if request.action == CANCEL:
            return await self._cancel()
        power = await self._power()
        if request.action == COPY_LIMIT:
            return self._copy_limit(power, request.item)
        if request.action == DRAIN:
            return await self._drain(power.facts)
        if request.action == _COPY:
            return Outcome(
                message="The battery's state.",
                effects=(CopyText(summary_of(power.facts)),),
                reread=False,
            )
        raise NotImplementedError(request.action)

    async def _power(self) -> Power:
        tree = tree_of(self.config.sysfs)
        return merge(await self.context.in_thread(read_supplies, tree))

    async def _look(self) -> BatteryFacts:
        return (await self._power()).facts

    async def _with_episode(self, resort: LastResort, facts: BatteryFacts, beside: Beside) -> Beside:
        resort.see(facts)
        await resort.heeded()
        episode = await resort.episode(facts)
        left_s = 0.0 if episode is None else resort.left_s(episode)
        return msgspec.structs.replace(beside, episode=episode, left_s=left_s, trouble=resort.trouble)

    async def _keep_day(self) -> None:
        """Ask the history now and then; what comes in between is read here."""
        await asyncio.sleep(SETTLE_S)
        while True:
            means = await self.context.history(PERCENT_SERIES, span_s=SPAN_S, points=POINTS)
            self._day.seed(means, self.context.now().timestamp())
            if any(mean is not None for mean in means):
                self.context.wake()
            await asyncio.sleep(_CHART_EVERY_S)

    async def _drain(self, facts: BatteryFacts) -> Outcome:
        from devdash_battery import drain

        if not facts.present:
            raise Unavailable("this machine has no battery")
        if facts.plugged:
            raise Unavailable("the machine is plugged in: nothing drains the battery")
        noted = await self._unplugged.noted()
        if noted is None:
            self.context.progress(f"measuring for {MEASURE_S:.0f} s")
            before, after = await self._unplugged.measured()
            since = f"during {MEASURE_S:.0f} s just now; nobody was there to look when it was unplugged"
        else:
            before, after = noted, await self._unplugged.now()
            since = f"since it was unplugged, {words.span(max(after.at - before.at, 0.0))} ago"
        found = drain.shares(before, after)
        most = f"{found[0].name} used most" if found else "nothing used the processor worth telling"
        return Outcome(message=f"{most}.", blocks=drain.blocks_of(found, since), reread=False)

    async def _cancel(self) -> Outcome:
        if self._last_resort is None:
            raise Unavailable("there is no `critical_command` to cancel")
        program = words.program(self.config.critical_command)
        episode = await self._last_resort.cancel()
        if episode is not None and episode.stage is Stage.CANCELLED:
            return Outcome(message=f"{program} will not run before the battery has been charged.")
        ended = {Stage.DONE: "it has run already", Stage.FAILED: "it has run already, and failed"}
        why = "the battery is not at `critical`" if episode is None else ended.get(episode.stage, "it runs")
        return Outcome(level=Level.ATTENTION, message=f"{program}: nothing to cancel, {why}.", reread=False)

    def _copy_limit(self, power: Power, item: str | None) -> Outcome:
        tree, value = tree_of(self.config.sysfs), limit_value(self.config)
        settable = tuple(pack for pack in _meant(power, item) if pack.limit_control)
        packs = wanting_limit(settable, self.config) or settable
        if not power.packs:
            raise Unavailable("this machine has no battery")
        if not packs or tree is None:
            raise Unavailable(
                "no battery here has a charge limit that can be set from here",
                "Some machines offer one in their firmware's set-up.",
            )
        if value >= 100:
            raise Unavailable(
                "`full` is 100, so no charge limit is wanted", "Lower `full` in the pane's table."
            )
        names = " and ".join(pack.name for pack in packs)
        return Outcome(
            message=f"The command that limits {names} to {value} %.",
            effects=(CopyText(limit_command(tree, packs, value)),),
            reread=False,
        )


def _meant(power: Power, item: str | None) -> tuple[Supply, ...]:
    """The pack of that name; all of them when the item is none or a peripheral.

    Raises:
        Unavailable: there is no such supply.
    """
    if item is None or any(item == peripheral.name for peripheral in power.peripherals):
        return power.packs
    packs = tuple(pack for pack in power.packs if pack.name == item)
    if not packs:
        raise Unavailable(f"there is no battery {item}")
    return packs
