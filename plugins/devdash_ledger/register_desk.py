"""What Enter opens of a cell: the transactions that its amount is made of."""

from collections.abc import Sequence

from devdash.api import ActionRequest, Block, Outcome, PaneContext, Unavailable, WorkerFailed, WorkerTimeout
from devdash_ledger import book, figures, months, several
from devdash_ledger.config import LedgerConfig, Trust, language_of
from devdash_ledger.desk import Desk
from devdash_ledger.journal import Format
from devdash_ledger.register import Register, RegisterRequest
from devdash_ledger.register_view import address, blocks
from devdash_ledger.trust import allowed

_WORKER = "devdash_ledger.register_worker"
_LIMIT_S = 28.0
"""Less than the time after which the dashboard gives a cell up, so that our own message comes before."""


class RegisterDesk(Desk):
    """Opens cells. It has no actions.

    Args:
        books: the journals.
        names: what they are called in the keys of rows.
    """

    def __init__(
        self, context: PaneContext, config: LedgerConfig, books: Sequence[book.Book], names: Sequence[str]
    ) -> None:
        self._context, self._config = context, config
        self._books, self._names = books, names

    async def open(self, item: str, column: str) -> tuple[Block, ...] | None:
        """The transactions of the cell of the row `item`, with the balance after each.

        Raises:
            Unavailable: the journal cannot be read.
            WorkerError: it could not be read to its end.
        """
        name, own = several.whose(item, self._names) if len(self._books) > 1 else (self._names[0], item)
        if not name or own is None:
            return None
        one = self._books[self._names.index(name)]
        view = one.view()
        if view is None:
            return None
        current = months.text_of(months.index_of(self._context.now().date()))
        found = address(own, column, view.journal, current)
        if found is None:
            return None
        asked = RegisterRequest(
            str(one.file),
            language_of(one.file, self._config.format) or Format.BEANCOUNT,
            found.account,
            found.currency,
            found.first,
            found.last,
            found.carried,
            self._config.virtual,
            await self._trusted(one),
        )
        listed = await self._call(asked)
        return await self._context.in_thread(
            blocks, found, listed, view.journal, figures.digits(view.journal)
        )

    async def act(self, request: ActionRequest) -> Outcome:
        """There is nothing to do."""
        raise NotImplementedError(request.action)

    async def _trusted(self, one: book.Book) -> str | None:
        if self._config.trust is not Trust.ASK:
            return None
        return await self._context.in_thread(allowed, self._context.state_dir, str(one.file))

    async def _call(self, asked: RegisterRequest) -> Register:
        """Ask a worker, which then ends: it would hold the journal's memory, and the code of its plug-ins."""
        worker = self._context.worker(_WORKER)
        limit = min(self._config.timeout, _LIMIT_S)
        try:
            return await worker.call("register", asked, Register, timeout=limit)
        except WorkerFailed as error:
            if error.failure == Unavailable.kind:
                raise Unavailable(error.message, error.hint) from error
            raise
        except WorkerTimeout as error:
            raise WorkerTimeout(
                f"reading {asked.file} took longer than {limit:.0f} s and was stopped"
            ) from error
        finally:
            await worker.stop()
