"""What the refs of each repository tell, asked for again when they change."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from devdash_git import branches, relations
from devdash_git.asking import Deadline
from devdash_git.identity import Identity
from devdash_git.porcelain import Status
from devdash_git.run import Git
from devdash_git.trust import Settings


class _ViewKey(msgspec.Struct, frozen=True):
    """What a `relations.View` follows from."""

    identity: Identity
    branch: bytes | None
    oid: str | None
    refs: branches.RefsStamp | None


class Views:
    """Remembers them.

    Args:
        git: runs git.
    """

    def __init__(self, git: Git) -> None:
        self._git = git
        self._known: dict[Path, tuple[_ViewKey, relations.View]] = {}

    def known(
        self, identity: Identity, status: Status, refs: branches.RefsStamp | None
    ) -> relations.View | None:
        """What was told when everything that it follows from was the same; None: ask."""
        if identity.look.bare:
            return relations.View()
        key, view = self._known.get(identity.look.top, (None, None))
        same = refs is not None and key == _ViewKey(identity, status.branch, status.oid, refs)
        return view if same else None

    async def ask(
        self,
        identity: Identity,
        status: Status,
        refs: branches.RefsStamp | None,
        deadline: Deadline,
        told: Mapping[tuple[str, ...], bytes],
    ) -> relations.View:
        """Ask git.

        Args:
            told: what it has said already, by command.

        Raises:
            AccessProblem: TIMEOUT.
            ProcessError: as `PaneContext.run`.
        """
        top = identity.look.top

        async def ask(*arguments: str) -> bytes | None:
            if arguments in told:
                return told[arguments]
            answer = await self._git.read(top, *arguments, timeout=deadline.left())
            return answer.out if answer.code == 0 else None

        view = await relations.view(
            ask,
            branch=status.branch,
            has_commit=status.oid is not None,
            has_remote=bool(identity.settings.remotes),
            fork=_fork(identity.settings, status.branch),
        )
        self._known[top] = (_ViewKey(identity, status.branch, status.oid, refs), view)
        return view


def _fork(settings: Settings, branch: bytes | None) -> bytes | None:
    """Where a push goes that is not to the upstream's remote, as push.default is unless somebody sets it.

    git pushes to the same name there, and all the same has no answer to `%(push)`.
    """
    name = (branch or b"").decode("utf-8", "surrogateescape")
    remote = settings.last(f"branch.{name}.pushremote") or settings.last("remote.pushdefault")
    simple = (settings.last("push.default") or "simple").lower() == "simple"
    if not name or not remote or remote == settings.last(f"branch.{name}.remote") or not simple:
        return None
    if settings.all(f"remote.{remote}.push"):
        return None
    return f"refs/remotes/{remote}/{name}".encode("utf-8", "surrogateescape")
