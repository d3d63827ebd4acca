"""The action `trust`: shows what a journal would run, and allows just that."""

from collections.abc import Sequence

from devdash.api import (
    Action,
    ActionRequest,
    Cell,
    Column,
    Confirmation,
    Desk,
    Outcome,
    PaneContext,
    PaneError,
    Row,
    Scope,
    Table,
    Tone,
)
from devdash_ledger.book import Book
from devdash_ledger.trust import Asked, allow, allowed

TRUST = Action(
    name="trust",
    key="t",
    title="Trust",
    permission="ledger.journal.trust",
    scope=Scope.PANE,
    help="Show the lines of the journals that would run code, and allow them; new ones ask anew.",
)
MAX_ROWS = 200


class TrustDesk(Desk):
    """What was shown is what is allowed: a journal that changes in between is not."""

    actions = (TRUST,)

    def __init__(self, context: PaneContext, books: Sequence[Book]) -> None:
        self._context, self._books = context, books
        self._shown: list[tuple[Book, Asked]] = []

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation:
        """The question, with every line that is not allowed yet.

        Raises:
            PaneError: a journal cannot be looked at, or there is nothing to allow.
        """
        shown: list[tuple[Book, Asked]] = []
        for one in self._books:
            asked = await one.asked()
            known = await self._context.in_thread(allowed, self._context.state_dir, str(one.file))
            if asked.code and asked.mark != known:
                shown.append((one, asked))
        if not shown:
            raise PaneError("nothing waits to be allowed")
        lines = [code for _, asked in shown for code in asked.code]
        if len(lines) > MAX_ROWS:
            raise PaneError(f"{len(lines)} lines would run code, more than can be looked through here")
        rows = tuple(
            Row(f"{number}", (Cell(f"{code.file}:{code.line}", Tone.ACCENT), Cell(code.text)))
            for number, code in enumerate(lines)
        )
        self._shown = shown
        table = Table((Column(), Column(shrink=True)), rows, heading="What runs, as you, with all you may do")
        return Confirmation("Allow the journal to run this when it is loaded?", (table,), danger=True)

    async def act(self, request: ActionRequest) -> Outcome:
        """Record what was shown.

        Raises:
            PaneError: it cannot be recorded, or nothing was shown.
        """
        if not self._shown:
            raise PaneError("nothing was shown to be allowed", "choose the action trust again")
        shown, self._shown = self._shown, []
        for one, asked in shown:
            await self._context.in_thread(allow, self._context.state_dir, str(one.file), asked.mark)
        self._context.wake()
        return Outcome(message=f"Allowed for {', '.join(one.file.name for one, _ in shown)}")
