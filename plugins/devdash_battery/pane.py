"""The battery pane: charge, power, time left, health; and when to plug in or unplug."""

from collections.abc import Sequence
from typing import ClassVar

from devdash.api import (
    Action,
    ActionRequest,
    CopyText,
    Outcome,
    Pane,
    PaneConfig,
    Report,
    Rule,
    Scope,
    Unavailable,
)
from devdash_battery.config import BatteryConfig
from devdash_battery.facts import BatteryFacts
from devdash_battery.judge import rules_for
from devdash_battery.limits import limit_command, limit_value, wanting_limit
from devdash_battery.merge import Power, merge
from devdash_battery.report import COPY_LIMIT, build_report, summary_of
from devdash_battery.supply import Supply
from devdash_battery.system import read_supplies, tree_of

_COPY = "copy"


class BatteryPane(Pane[BatteryConfig]):
    """Observes the power supplies of this machine."""

    Config: ClassVar[type[PaneConfig]] = BatteryConfig
    title: ClassVar[str] = "Battery"

    async def read(self) -> Report:
        """Read all supplies.

        Raises:
            Unavailable: the folder of supplies cannot be listed.
        """
        return build_report(await self._power(), self.config, tree_of(self.config.sysfs))

    def actions(self) -> Sequence[Action]:
        """Copy the command that sets a charge limit; copy the summary."""
        return (
            Action(
                name=COPY_LIMIT,
                key="l",
                title="Copy limit command",
                permission="battery.limit.copy",
                scope=Scope.EITHER,
                help="Copy the command that makes the battery stop charging at `full` percent.",
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
        """Low and unplugged; charged and plugged in."""
        return rules_for(self.config)

    async def act(self, request: ActionRequest) -> Outcome:
        """Copy what `request` names.

        Raises:
            Unavailable: there is no pack, or none with a charge limit that can be set.
        """
        power = await self._power()
        if request.action == COPY_LIMIT:
            return self._copy_limit(power, request.item)
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
