"""The action `trust`: shows the programs that a repository's own config names, and asks once about them."""

import msgspec

from devdash.api import (
    Action,
    ActionRequest,
    Cell,
    Column,
    Confirmation,
    Outcome,
    Row,
    Scope,
    Table,
    Text,
    Tone,
)
from devdash_git.agreed import agree
from devdash_git.hands import Needless, Refused
from devdash_git.plain import masked, printable
from devdash_git.planned import PlannedDesk
from devdash_git.trust import Setting

TRUST = Action(
    name="trust",
    key="K",
    title="Trust",
    permission="git.repo.trust",
    scope=Scope.ITEM,
    help="Look at the programs that the repository's own config names, and let git run them.",
)


class Plan(msgspec.Struct, frozen=True):
    """The repository, and the lines of its config that are agreed to."""

    item: str
    lines: tuple[Setting, ...]


class TrustDesk(PlannedDesk[Plan]):
    """Asks once; a line that is added or changes later asks anew."""

    actions = (TRUST,)

    async def plan(self, request: ActionRequest) -> Plan:
        """See `PlannedDesk.plan`."""
        target = await self._means.target(request.item or "")
        identity = await self._means.observer.identified(target, self._means.config.repo_timeout)
        if await self._means.observer.agrees(target, identity):
            raise Needless(f"{printable(target.name)} names no programs that are not trusted already.")
        return Plan(target.name, identity.programs.lines)

    def question(self, plan: Plan) -> Confirmation:
        """See `PlannedDesk.question`."""
        rows = tuple(
            Row(
                f"{plan.item}/{at}", (Cell(printable(one.key)), Cell(masked(printable(one.value)), Tone.WARN))
            )
            for at, one in enumerate(plan.lines)
        )
        table = Table((Column("setting"), Column("runs", shrink=True)), rows)
        note = Text("They run as you, with every reading, fetch or action that needs them.", Tone.DIM)
        return Confirmation(f"Let git run these programs of {plan.item}?", (table, note), danger=True)

    async def carry_out(self, plan: Plan) -> Outcome:
        """See `PlannedDesk.carry_out`."""
        target = await self._means.target(plan.item)
        identity = await self._means.observer.identified(target, self._means.config.repo_timeout)
        if identity.programs.lines != plan.lines:
            raise Refused("Its config changes just now.", "Look at it again.")
        path = await self._means.context.in_thread(agree, self._means.context.state_dir, identity)
        return Outcome(message=f"{printable(target.name)} is trusted; to take that back, remove {path}.")
