"""What the remotes of a repository are called and where they lead: read once for each config of it."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from devdash.api import PaneContext, WorkerError
from devdash_git.identity import Identity
from devdash_git.plain import masked, printable
from devdash_git.trust import Settings

READER = "devdash_git.adapter"
QUIET = {"GIT_PYTHON_REFRESH": "quiet"}
"""So that GitPython can be imported where git is missing."""

IDLE_S = 2.0
"""A first pass asks for one group of repositories after the other."""


class Remote(msgspec.Struct, frozen=True):
    """A remote, fit to be shown.

    Attributes:
        name: printable.
        urls: masked and printable; more than one when the config has several.
    """

    name: str
    urls: tuple[str, ...]


Found = tuple[Remote, ...] | None
"""By name; None where GitPython cannot make sense of the repository, such as one in a newer format."""


class _Tops(msgspec.Struct, frozen=True):
    tops: tuple[bytes, ...]


class Remotes:
    """Reads the remotes of repositories, in a process that ends when all are known.

    Args:
        context: starts that process.
    """

    def __init__(self, context: PaneContext) -> None:
        self._worker = context.worker(READER, env=QUIET, idle_s=IDLE_S)
        self._known: dict[Path, tuple[Settings, Found]] = {}
        self._failed: dict[Path, Settings] = {}

    async def of(self, identity: Identity, seconds: float) -> Found:
        """The remotes of one; None too where they cannot be read.

        What git says of a repository is worth more than these, so they take half of `seconds` at most. A
        failure may be another's fault, who hung or was killed meanwhile: they are tried once more, later.
        """
        try:
            (found,) = await self.each([identity], seconds / 2)
        except WorkerError:
            top, settings = identity.look.top, identity.settings
            if self._failed.pop(top, None) == settings:
                self._known[top] = (settings, None)
            else:
                self._failed[top] = settings
            return None
        return found

    async def each(self, identities: Sequence[Identity], seconds: float) -> list[Found]:
        """The remotes of several, in their order.

        Raises:
            WorkerError: of one of them at least they could not be read.
        """
        new = [one for one in identities if not self._knows(one)]
        if new:
            order = _Tops(tuple(bytes(one.look.top) for one in new))
            answers = await self._worker.call(
                "remotes", order, list[dict[str, list[str]] | None], timeout=seconds
            )
            for one, answer in zip(new, answers, strict=True):
                self._known[one.look.top] = (one.settings, _shown(answer))
        return [self._known[one.look.top][1] for one in identities]

    def _knows(self, identity: Identity) -> bool:
        settings, _ = self._known.get(identity.look.top, (None, None))
        return settings == identity.settings


def _shown(answer: dict[str, list[str]] | None) -> Found:
    if answer is None:
        return None
    return tuple(
        Remote(printable(name), tuple(masked(printable(url)) for url in answer[name]))
        for name in sorted(answer)
    )
