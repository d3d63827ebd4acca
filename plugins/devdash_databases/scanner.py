"""Has the routers asked, each time in a process of its own, which ends afterwards.

Loading a project's apps is dear and leaves much in memory, and a trial of another order or an alias that
is down shall leave nothing behind.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import msgspec

from devdash.api import PaneContext, PaneError, WorkerError
from devdash_databases.routes.asked import Asked, Surveyed
from devdash_databases.routes.scanned import Scanned, failed, scanned_of
from devdash_databases.routes.surveyed import Look


class Surveyor(Protocol):
    """What can ask a project's routers."""

    async def survey(self, asked: Asked) -> Surveyed:
        """Ask the routers in the state of the world that `asked` describes.

        Raises:
            WorkerError: it could not be done.
            PaneError: a password is not to be had.
        """
        ...


async def scan(
    context: PaneContext, source: Surveyor, live: Sequence[str], *, sources: bool = False
) -> Scanned:
    """Everything about the routes of a project.

    Args:
        context: whose threads reckon: of hundreds of models that takes longer than a frame.
        live: the aliases, as the project calls them, that may be looked at.
        sources: tell the files of models and routers.
    """
    try:
        told = await source.survey(Asked(sources=sources))
    except WorkerError as error:
        return failed(type(error).__name__)
    if told.survey is None:
        return scanned_of(told)
    looks = await asyncio.gather(*(_look(source, alias) for alias in live))
    seen = dict(zip(live, looks, strict=True))
    whole = Surveyed((), msgspec.structs.replace(told.survey, live=seen), told.files)
    return await context.in_thread(scanned_of, whole)


async def _look(source: Surveyor, alias: str) -> Look:
    """At one alias, in a process of its own: one that hangs holds up no other."""
    try:
        told = await source.survey(Asked(live=(alias,)))
    except (WorkerError, PaneError) as error:
        return _not_looked(type(error).__name__)
    found = told.survey.live.get(alias) if told.survey is not None else None
    return found or _not_looked("no answer")


def _not_looked(why: str) -> Look:
    return Look(failed=why, tables={}, pending=(), read_only=None)
