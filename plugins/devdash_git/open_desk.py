"""The actions `edit`, `shell` and `browse`: give the terminal to a program, in the repository's folder."""

import os
import shutil

from devdash.api import Action, ActionRequest, Effect, OpenEditor, Outcome, RunProgram, Scope, Unavailable
from devdash_git.desk import GitDesk, Means
from devdash_git.hands import Hands
from devdash_git.plain import printable
from devdash_git.run import LOCAL_VARIABLES

EDIT = Action(
    name="edit",
    key="e",
    title="Edit",
    permission="git.repo.open",
    scope=Scope.ITEM,
    help="Open the repository's folder in $VISUAL or $EDITOR.",
)
SHELL = Action(
    name="shell",
    key="c",
    title="Shell",
    permission="git.repo.open",
    scope=Scope.ITEM,
    help="Open $SHELL in the repository's folder; the screen comes back when it ends.",
)
BROWSE = Action(
    name="browse",
    key="i",
    title="lazygit or tig",
    permission="git.repo.open",
    scope=Scope.ITEM,
    help="Open the repository in lazygit, or tig where there is none.",
)

BROWSERS = ("lazygit", "tig")


class OpenDesk(GitDesk):
    """Opens what git agrees is that repository.

    A folder that has become another repository, or whose own config names programs, is not opened in
    lazygit or tig, which would run them. An editor and a shell are the person's own hands.
    """

    actions = (EDIT, SHELL, BROWSE)

    def __init__(self, means: Means, hands: Hands) -> None:
        super().__init__(means)
        self._hands = hands

    async def act(self, request: ActionRequest) -> Outcome:
        """Hand the terminal over.

        Raises:
            PaneError: the folder is gone, not trusted, or there is no such program.
        """
        target = await self._means.target(request.item or "")
        if request.action == BROWSE.name:
            place = await self._hands.place(target.name)
            program = await self._means.context.in_thread(_browser)
            effect: Effect = RunProgram(
                argv=(program,), folder=str(place.identity.look.top), unset=LOCAL_VARIABLES
            )
        else:
            folder = str(target.path)
            timeout = self._means.config.repo_timeout
            if not await self._means.patience.call(target.path, timeout, os.path.isdir, folder):
                raise Unavailable(f"The folder of {printable(target.name)} is not there.")
            effect = OpenEditor(folder)
            if request.action == SHELL.name:
                shell = os.environ.get("SHELL") or "/bin/sh"
                effect = RunProgram(argv=(shell,), folder=folder, unset=LOCAL_VARIABLES, judged=False)
        return Outcome(message=f"Opening {printable(target.name)}.", effects=(effect,))


def _browser() -> str:
    for name in BROWSERS:
        if (found := shutil.which(name)) is not None:
            return found
    raise Unavailable("Neither lazygit nor tig is installed.", "Install one of them.")
