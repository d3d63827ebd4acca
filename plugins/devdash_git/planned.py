"""`PlannedDesk`: actions that first show what would happen, and then do exactly that or nothing.

The plan is made twice: for the question, and again after the yes. When the two differ, somebody has
changed the repository in between, and what was agreed to is no longer what would happen. Of several
repositories each has a plan of its own, so that one that cannot be done, or has changed, costs itself alone.
"""

import asyncio
import os
from abc import abstractmethod
from collections.abc import Mapping
from typing import Generic, TypeVar

from msgspec.structs import replace

from devdash.api import Action, ActionRequest, Confirmation, Outcome, PaneError
from devdash_git.desk import GitDesk, Means
from devdash_git.hands import Hands, Refused
from devdash_git.outcomes import Told
from devdash_git.several import Became, Declined, Planned, outcome_of, question_of

P = TypeVar("P")

KEPT_PLANS = 16
"""Questions that were never answered leave their plans behind."""

AT_ONCE = min(4, os.cpu_count() or 1)
"""Repositories that are looked at side by side for a question."""


class PlannedDesk(GitDesk, Generic[P]):
    """A desk whose every action is planned, shown, and carried out.

    A plan is a value: two that are equal do the same. It names commits, never branches alone.
    """

    def __init__(self, means: Means, hands: Hands) -> None:
        super().__init__(means)
        self._hands = hands
        self._shown: dict[ActionRequest, Mapping[str, P]] = {}

    @abstractmethod
    async def plan(self, request: ActionRequest) -> P:
        """What would be done; the request is about one repository, or all. It only looks.

        Raises:
            PaneError: it cannot be done, and why.
        """

    @abstractmethod
    def question(self, plan: P) -> Confirmation:
        """What the person is asked."""

    @abstractmethod
    async def carry_out(self, plan: P) -> Outcome:
        """Do it.

        Raises:
            PaneError: it could not be done; nothing is lost.
        """

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation | None:
        """The plan, to be agreed to."""
        if request.items:
            plans, declined = await self._plans(request)
            asked = [Planned(item, self.question(plan)) for item, plan in plans.items()]
            question = question_of(action.title, asked, declined)
            self._keep(request, plans)
            return question
        plan = await self.plan(request)
        self._keep(request, {request.item or "": plan})
        return self.question(plan)

    async def act(self, request: ActionRequest) -> Outcome:
        """Do what was shown.

        Raises:
            Refused: it would be something else now.
        """
        shown = self._shown.pop(request, None)
        with self._means.jobs.queue(request.action, request.rows):
            if request.items:
                return await self._each(request, shown)
            return await self._one(request, shown)

    async def _plans(self, request: ActionRequest) -> tuple[dict[str, P], tuple[Declined, ...]]:
        """A plan for each of several repositories, or why there is none."""
        slots = asyncio.Semaphore(AT_ONCE)
        progress, looked = self._means.context.progress, 0

        async def one(item: str) -> tuple[str, P] | Declined:
            nonlocal looked
            async with slots:
                progress(f"looking at {item} ({looked + 1} of {len(request.items)})")
                looked += 1
                try:
                    return item, await self.plan(_about(request, item))
                except PaneError as problem:
                    return Declined.of(item, problem)

        try:
            progress(f"looking at {len(request.items)} repositories")
            async with self._hands.met(request.items), asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(item)) for item in request.items]
        finally:
            progress("")
        found = [task.result() for task in tasks]
        plans = dict(entry for entry in found if not isinstance(entry, Declined))
        return plans, tuple(entry for entry in found if isinstance(entry, Declined))

    def _keep(self, request: ActionRequest, plans: Mapping[str, P]) -> None:
        self._shown[request] = plans
        while len(self._shown) > KEPT_PLANS:
            del self._shown[next(iter(self._shown))]

    async def _one(self, request: ActionRequest, shown: Mapping[str, P] | None) -> Outcome:
        async with self._hands.turn(request.item or ""):
            plan = await self.plan(request)
            if shown is not None and plan != shown[request.item or ""]:
                raise Refused(
                    "Something has changed since it was shown; nothing was done.", "Look at it again."
                )
            if request.item is None:
                return await self.carry_out(plan)
            with self._means.jobs.working(request.action, request.item):
                return await self.carry_out(plan)

    async def _each(self, request: ActionRequest, shown: Mapping[str, P] | None) -> Outcome:
        """One after the other: two of them may be worktrees of one repository.

        Those without a plan were not agreed to.
        """
        title = next(action.title for action in self.actions if action.name == request.action)
        items = [item for item in request.items if shown is None or item in shown]
        results: list[Became] = []
        for number, item in enumerate(items, 1):
            self._means.context.progress(f"{title}: {item} ({number} of {len(items)})")
            try:
                results.append(Became(item, await self._one(_about(request, item), shown)))
            except PaneError as problem:
                results.append(Became(item, failure=Told(item, problem.message, problem.hint)))
        return outcome_of(title, results)


def _about(request: ActionRequest, item: str) -> ActionRequest:
    """The same wish about one repository."""
    return replace(request, item=item, items=())
