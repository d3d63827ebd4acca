"""What Enter opens of a cell: the transactions that it is made of, to be marked as cleared or pending."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec

from devdash.api import (
    Action,
    ActionRequest,
    Block,
    Confirmation,
    Desk,
    Level,
    Notice,
    Outcome,
    PaneContext,
    PaneError,
    Scope,
    Text,
    WorkerDied,
    WorkerFailed,
    WorkerTimeout,
)
from devdash_ledger import book, figures, months, several
from devdash_ledger.amend_orders import Mark, Marked
from devdash_ledger.config import LedgerConfig
from devdash_ledger.entry import Flag
from devdash_ledger.look_desk import LookDesk
from devdash_ledger.places import Gone, spot_of
from devdash_ledger.register import Register, RegisterRequest
from devdash_ledger.register_view import address, blocks
from devdash_ledger.writing import Writing

T = TypeVar("T", bound=msgspec.Struct)

_READER = "devdash_ledger.register_worker"
_WRITER = "devdash_ledger.amend"
_PERMISSION = "ledger.entry.mark"

CLEAR = Action(
    name="clear",
    key="asterisk",
    title="Cleared",
    permission=_PERMISSION,
    scope=Scope.ITEM,
    help="Mark a transaction of an opened cell as cleared (*). As a command, FILE:LINE names one.",
    opened=True,
)
PENDING = Action(
    name="pending",
    key="exclamation_mark",
    title="Pending",
    permission=_PERMISSION,
    scope=Scope.ITEM,
    help="Mark a transaction of an opened cell as pending (!). As a command, FILE:LINE names one.",
    opened=True,
)
_FLAGS = {CLEAR.name: Flag.CLEARED, PENDING.name: Flag.PENDING}

_LIMIT_S = 28.0
"""Less than the time after which the dashboard gives a cell up, so that our own message comes before."""


class RegisterDesk(Desk):
    """Opens cells, and marks their transactions.

    Args:
        books: the journals.
        names: what they are called in the keys of rows.
        look: what is seen of them.
        writing: the same journals, as they can be written to.
    """

    actions = (CLEAR, PENDING)

    def __init__(
        self,
        context: PaneContext,
        config: LedgerConfig,
        books: Sequence[book.Book],
        names: Sequence[str],
        look: LookDesk,
        writing: Writing,
    ) -> None:
        self._context, self._config = context, config
        self._books, self._names = books, names
        self._look, self._writing = look, writing
        self._shown: tuple[ActionRequest, str] | None = None
        """What was asked about, and the mark of its text then."""

    async def open(self, item: str, column: str) -> tuple[Block, ...] | None:
        """The transactions of the cell of the row `item`, with the balance after each.

        Raises:
            Unavailable: the journal cannot be read.
            WorkerError: it was not read to its end.
        """
        name, own = several.whose(item, self._names) if len(self._books) > 1 else (self._names[0], item)
        if not name or own is None:
            return None
        place = self._names.index(name)
        sights = self._look.seen
        seen = sights[place] if place < len(sights) else None
        if seen is None:
            return None
        current = months.text_of(months.index_of(self._context.now().date()))
        found = address(own, column, seen.journal, current)
        if found is None:
            return None
        journal = await self._writing.of_file(str(self._books[place].file))
        asked = RegisterRequest(
            journal.file,
            journal.syntax,
            found.account,
            found.currency,
            found.first,
            found.last,
            found.carried,
            self._config.virtual,
            journal.trusted,
        )
        limit = min(self._writing.limit, _LIMIT_S)
        listed = await self._call(_READER, "register", asked, Register, limit)
        return await self._context.in_thread(
            blocks, found, listed, seen.journal, figures.digits(seen.journal), self._named(name)
        )

    def _named(self, name: str) -> Callable[[str], str]:
        """How the journal `name` calls its rows."""
        return str if len(self._books) == 1 else partial(several.key_in, name)

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation | None:
        """None for what was seen in an opened cell; else the text with its new state.

        Raises:
            PaneError: there is no such transaction.
        """
        order = await self._order(request)
        if order.spot.mark:
            return None
        found = await self._call(_WRITER, "mark", order, Marked, self._writing.limit)
        self._shown = (request, found.mark)
        lines: list[Block] = [Text(line) for line in found.text.split("\n")]
        warnings = [Notice(Level.ATTENTION, text) for text in found.warnings]
        return Confirmation(f"Mark this as {action.title.lower()}?", (*lines, *warnings))

    async def act(self, request: ActionRequest) -> Outcome:
        """Mark a transaction.

        Raises:
            PaneError: it was not marked, and why.
        """
        order = msgspec.structs.replace(await self._order(request), write=True)
        shown, self._shown = self._shown, None
        if shown is not None and shown[0] == request:
            order = msgspec.structs.replace(order, spot=msgspec.structs.replace(order.spot, mark=shown[1]))
        try:
            done = await self._call(_WRITER, "mark", order, Marked, self._writing.limit)
        except (WorkerTimeout, WorkerDied) as error:
            raise PaneError(
                f"{error.message}; the transaction is either marked or as it was", "open the cell again"
            ) from error
        level = Level.ATTENTION if done.warnings else Level.OK
        said = f"{Path(done.target).name}:{done.line}: {done.text.partition(chr(10))[0]}"
        return Outcome(level=level, message=" ".join((said, *done.warnings)))

    async def _order(self, request: ActionRequest) -> Mark:
        found = await self._writing.of_item(request.item or "")
        if found is None:
            hint = f"open a cell (Enter) and choose one, or name it as {self._writing.form}"
            raise Gone(f"{request.item} is no transaction", hint)
        journal, own = found
        spot = spot_of(own, journal.file) or spot_of(f"entry:{own}", journal.file)
        if spot is None:
            raise Gone(f"{own} is no transaction", "open a cell (Enter) and choose one")
        return Mark(journal, spot, _FLAGS[request.action])

    async def _call(self, module: str, name: str, order: msgspec.Struct, reply: type[T], limit: float) -> T:
        """Ask a worker, which then ends: it would hold the journal's memory, and the code of its plug-ins."""
        worker = self._context.worker(module, idle_s=0.0)
        try:
            return await worker.call(name, order, reply, timeout=limit)
        except WorkerFailed as error:
            raise PaneError(error.message, error.hint) from error
