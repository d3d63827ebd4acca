"""The actions `log` and `diff`: what was committed, and what is not yet. Text of others, shown as data."""

from devdash.api import Action, ActionRequest, Block, Cell, Column, Outcome, Row, Scope, Table, Text, Tone
from devdash_git.asking import UNTOUCHED_SUBMODULES
from devdash_git.commits import commits, table
from devdash_git.desk import GitDesk, Means
from devdash_git.hands import Hands, Needless, Place
from devdash_git.plain import printable

LOG = Action(
    name="log",
    key="l",
    title="Log",
    permission="git.repo.show",
    scope=Scope.ITEM,
    help="Show the last commits of the repository.",
)
DIFF = Action(
    name="diff",
    key="D",
    title="Diff",
    permission="git.repo.show",
    scope=Scope.ITEM,
    help="Show what is not committed: HEAD against the files.",
)

COMMITS = 300
LINES = 1_500
"""Lines of a diff that are shown; the rest is counted. A report has at most 2,000 rows."""

WIDE = 400
"""Characters of a line that are shown: a minified file would fill the screen's memory."""

_TONES = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.ACCENT, "d": Tone.STRONG}


class LookDesk(GitDesk):
    """Shows, and changes nothing; so nothing is asked."""

    actions = (LOG, DIFF)

    def __init__(self, means: Means, hands: Hands) -> None:
        super().__init__(means)
        self._hands = hands

    async def act(self, request: ActionRequest) -> Outcome:
        """Blocks to read.

        Raises:
            PaneError: there is nothing to show, or git cannot tell.
        """
        place = await self._hands.place(request.item or "")
        blocks = await (self._log(place) if request.action == LOG.name else self._diff(place))
        return Outcome(message="", blocks=blocks, reread=False)

    async def _log(self, place: Place) -> tuple[Block, ...]:
        if place.identity.look.bare or place.status.oid is not None:
            listed = await commits(self._hands, place, "HEAD", limit=COMMITS)
            return (table(place.target.name, listed, f"{place.name}: the last {len(listed)} commits"),)
        raise Needless(f"{place.name} has no commit.")

    async def _diff(self, place: Place) -> tuple[Block, ...]:
        if place.identity.look.bare:
            raise Needless(f"{place.name} is bare: it has no files.")
        against = place.status.oid or await self._empty_tree(place)
        options = ("--no-ext-diff", "--no-textconv", "--no-color", "--stat=100", "--patch")
        submodules = () if place.trusted else (UNTOUCHED_SUBMODULES,)
        answer = await self._hands.ask(place, "diff", *options, *submodules, against, "--")
        lines = answer.split(b"\n")[:-1]
        untracked = f"{place.status.untracked} untracked, not shown" if place.status.untracked else ""
        if not lines:
            return (Text(f"Nothing has changed in tracked files. {untracked}".strip()),)
        rows = tuple(
            Row(f"{place.target.name}/{at}", (_cell(line),)) for at, line in enumerate(lines[:LINES])
        )
        rest = f"; {len(lines) - LINES} more lines: git diff HEAD" if len(lines) > LINES else ""
        heading = f"{place.name}: HEAD against the files{rest}" + (f"; {untracked}" if untracked else "")
        return (Table((Column(""),), rows, heading=heading),)

    async def _empty_tree(self, place: Place) -> str:
        """What a repository without commits is compared with; its name depends on the hash."""
        answer = await self._hands.ask(place, "hash-object", "-t", "tree", "/dev/null")
        return answer.decode("ascii").strip()


def _cell(line: bytes) -> Cell:
    text = printable(line.replace(b"\t", b"    "))
    shown = text if len(text) <= WIDE else text[: WIDE - 1] + "…"
    return Cell(shown, _TONES.get(text[:1], Tone.PLAIN))
