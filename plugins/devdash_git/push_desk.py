"""The actions `push` and `push-branch`: send one branch, as it is shown, to where it is shown."""

from collections.abc import Iterable, Sequence

from devdash.api import Action, ActionRequest, Block, Confirmation, Field, Outcome, Scope, Value
from devdash_git.desk import Means
from devdash_git.each_desk import EachDesk
from devdash_git.hands import Hands
from devdash_git.plain import printable
from devdash_git.planned import PlannedDesk
from devdash_git.pushing import Pusher, Step
from devdash_git.refs import HEADS, refs

PUSH = Action(
    name="push",
    key="P",
    title="Push",
    permission="git.repo.push",
    scope=Scope.EITHER,
    many=True,
    help="Send the commits of the branch, or of all that are ahead, to their remote; never by force.",
)
PUSH_BRANCH = Action(
    name="push-branch",
    key="p",
    title="Push a branch",
    permission="git.repo.push",
    scope=Scope.ITEM,
    fields=(
        Field(name="branch", label="Branch", completes=True, closed=True, help="A local branch."),
        Field(
            name="remote",
            label="Remote",
            required=False,
            completes=True,
            closed=True,
            help="Empty: as git decides, or the only one.",
        ),
    ),
    help="Send any local branch to a remote; one without an upstream follows it then.",
)

OFFERED = 50


class PushDesk(EachDesk[Step]):
    """Pushes the branch of one repository, or of all that are ahead."""

    actions = (PUSH,)

    verb = "Push"
    past = "Pushed"
    doing = "pushing"
    idle = "No repository has anything to push."

    def __init__(self, means: Means, hands: Hands) -> None:
        super().__init__(means, hands)
        self._pusher = Pusher(means, hands)

    async def step(self, item: str) -> Step:
        """See `EachDesk.step`; a branch without an upstream is published."""
        return await self._pusher.step(item)

    async def due(self, item: str) -> Step:
        """See `EachDesk.due`: of all repositories, none is published that nobody has named."""
        return await self._pusher.step(item, publish=False)

    def shown(self, step: Step) -> Iterable[Block]:
        """See `EachDesk.shown`."""
        return self._pusher.shown(step)

    async def do(self, step: Step) -> None:
        """See `EachDesk.do`."""
        await self._pusher.do(step)


class BranchPushDesk(PlannedDesk[Step]):
    """Pushes a branch that is chosen, to a remote that is chosen."""

    actions = (PUSH_BRANCH,)

    def __init__(self, means: Means, hands: Hands) -> None:
        super().__init__(means, hands)
        self._pusher = Pusher(means, hands)

    async def complete(self, action: Action, field: Field, text: str, draft: ActionRequest) -> Sequence[str]:
        """The local branches or the remotes that have `text` in their name."""
        place = await self._hands.place(draft.item or "")
        if field.name == "remote":
            names = place.identity.settings.remotes
        else:
            names = tuple(one.name for one in await refs(self._hands, place, HEADS))
        found = [name for name in names if text.lower() in name.lower() and printable(name) == name]
        return sorted(found, key=lambda name: (not name.lower().startswith(text.lower()), name))[:OFFERED]

    async def fill(self, action: Action, draft: ActionRequest, left: Field | None) -> Sequence[Value]:
        """The only remote, where there is one only."""
        place = await self._hands.place(draft.item or "")
        remotes = place.identity.settings.remotes
        return (Value("remote", remotes[0]),) if len(remotes) == 1 and not draft.value("remote") else ()

    async def plan(self, request: ActionRequest) -> Step:
        """See `PlannedDesk.plan`."""
        branch, remote = request.value("branch"), request.value("remote")
        return await self._pusher.step(request.item or "", branch=branch, remote=remote)

    def question(self, plan: Step) -> Confirmation:
        """See `PlannedDesk.question`."""
        asked = f"Push {printable(plan.branch)} of {plan.item} to {plan.destination}?"
        return Confirmation(asked, tuple(self._pusher.shown(plan)))

    async def carry_out(self, plan: Step) -> Outcome:
        """See `PlannedDesk.carry_out`."""
        self._means.context.progress(f"pushing {plan.item}")
        await self._pusher.do(plan)
        return Outcome(message=f"Pushed {printable(plan.branch)} of {plan.item} to {plan.destination}.")
