"""`EachDesk`: the same deed for one repository, or for each of them where it is due."""

import asyncio
from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar, Generic, Protocol, TypeVar

import msgspec

from devdash.api import Action, ActionRequest, Block, Confirmation, Level, Notice, Outcome, PaneError
from devdash_git.commits import counted
from devdash_git.hands import Needless
from devdash_git.outcomes import Told, told
from devdash_git.planned import AT_ONCE, PlannedDesk
from devdash_git.several import MOST_BLOCKS, Declined, Planned, question_of


class OneStep(Protocol):
    """What is planned for one repository."""

    @property
    def item(self) -> str:
        """The repository."""
        ...


S = TypeVar("S", bound=OneStep)


class Plan(msgspec.Struct, Generic[S], frozen=True):
    """What is to be done where, and where it cannot be done, and why.

    Attributes:
        everywhere: it is about all repositories, none of which was named.
    """

    steps: tuple[S, ...]
    refused: tuple[Told, ...] = ()
    everywhere: bool = False


class EachDesk(PlannedDesk[Plan[S]], Generic[S]):
    """One action; without a row it is about all repositories.

    Class attributes:
        verb: of the question, such as "Push".
        past: of the outcome, such as "Pushed".
        doing: of the progress, such as "pushing".
        idle: the sentence where no repository needs it.
    """

    verb: ClassVar[str]
    past: ClassVar[str]
    doing: ClassVar[str]
    idle: ClassVar[str]

    @abstractmethod
    async def step(self, item: str) -> S:
        """What would be done in the repository `item`. It only looks.

        Raises:
            Needless: there is nothing to be done.
            PaneError: it cannot be done, and why.
        """

    async def due(self, item: str) -> S:
        """As `step`, of one among all repositories, which nobody has named."""
        return await self.step(item)

    @abstractmethod
    def shown(self, step: S) -> Iterable[Block]:
        """What a person has to know of it before."""

    @abstractmethod
    async def do(self, step: S) -> None:
        """Do it.

        Raises:
            PaneError: it could not be done; nothing is lost.
        """

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation | None:
        """See `PlannedDesk.confirmation`."""
        if request.rows:
            return await super().confirmation(action, request)
        async with self._hands.met([target.name for target in (await self._means.finder.targets()).items]):
            return await super().confirmation(action, request)

    async def plan(self, request: ActionRequest) -> Plan[S]:
        """See `PlannedDesk.plan`."""
        if request.item is not None:
            return Plan((await self.step(request.item),))
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(name: str) -> S | Told | None:
            async with slots:
                try:
                    return await self.due(name)
                except Needless:
                    return None
                except PaneError as problem:
                    return Told(name, problem.message, problem.hint)

        async with asyncio.TaskGroup() as group:
            every = (await self._means.finder.targets()).items
            tasks = [group.create_task(one(target.name)) for target in every]
        found = [result for task in tasks if (result := task.result()) is not None]
        steps = [result for result in found if not isinstance(result, Told)]
        refused = [result for result in found if isinstance(result, Told)]
        if not steps and not refused:
            raise Needless(self.idle)
        return Plan(tuple(steps), tuple(refused), everywhere=True)

    def question(self, plan: Plan[S]) -> Confirmation:
        """See `PlannedDesk.question`."""
        blocks = [block for step in plan.steps for block in self.shown(step)]
        blocks += [Notice(Level.ATTENTION, one.message, one.hint) for one in plan.refused]
        if len(blocks) > MOST_BLOCKS:  # none may be left out: each has a line then
            return question_of(
                self.verb,
                [Planned(step.item, self._alone(step)) for step in plan.steps],
                [Declined(one, needless=False) for one in plan.refused],
            )
        what = plan.steps[0].item if len(plan.steps) == 1 else counted(len(plan.steps), "repository")
        return Confirmation(f"{self.verb} {what}?", tuple(blocks))

    def _alone(self, step: S) -> Confirmation:
        return Confirmation(f"{self.verb} {step.item}?", tuple(self.shown(step)))

    async def carry_out(self, plan: Plan[S]) -> Outcome:
        """See `PlannedDesk.carry_out`."""
        failures = list(plan.refused)
        named = [step.item for step in plan.steps]
        with self._means.jobs.queue(self._action, named if plan.everywhere else ()):
            for number, step in enumerate(plan.steps):
                self._means.context.progress(f"{self.doing} {step.item} ({number + 1} of {len(plan.steps)})")
                try:
                    await self._in_turn(plan, step)
                except PaneError as problem:
                    if len(plan.steps) == 1 and not plan.refused:
                        raise
                    failures.append(Told(step.item, problem.message, problem.hint))
        done = len(plan.steps) - (len(failures) - len(plan.refused))
        return told(self.past, named, done, failures)

    @property
    def _action(self) -> str:
        return self.actions[0].name

    async def _in_turn(self, plan: Plan[S], step: S) -> None:
        """Of one that was named, the turn is taken already, and it is noted."""
        if not plan.everywhere:
            await self.do(step)
            return
        async with self._hands.turn(step.item):
            with self._means.jobs.working(self._action, step.item):
                await self.do(step)
