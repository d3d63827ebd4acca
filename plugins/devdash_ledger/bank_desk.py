"""The actions for bank files: import a statement, decide about its rows, write those that are accepted.

The pane hands over what concerns them. Nothing is written without the exact text having been shown, and
only that text is written.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from devdash.api import (
    Action,
    ActionRequest,
    Block,
    Confirmation,
    CopyText,
    Desk,
    Field,
    FieldKind,
    Level,
    Outcome,
    PaneContext,
    PaneError,
    Scope,
    Table,
    Text,
    Unavailable,
    Value,
    WorkerFailed,
)
from devdash_ledger import bank_lists, bank_review
from devdash_ledger.bank_config import Bank
from devdash_ledger.bank_help import Accounts, files
from devdash_ledger.bank_match import Likeness
from devdash_ledger.bank_orders import Again, Begin, Begun, Guessed, Look
from devdash_ledger.bank_review import Bulk, Choice, Review
from devdash_ledger.bank_shelf import Shelf
from devdash_ledger.guess import fuzzy
from devdash_ledger.orders import Index, JournalRef, Write, Written
from devdash_ledger.writing import Writing

_R = TypeVar("_R")

_WORKER = "devdash_ledger.bank_worker"
_SCRIBE = "devdash_ledger.scribe"

_WRITE = "ledger.entry.add"
_LOOK = "ledger.statement.review"
_AS_IT_IS = "Empty: as it is."

IMPORT = Action(
    name="import",
    key="i",
    title="Bank file",
    permission=_WRITE,
    fields=(
        Field(name="path", label="File", completes=True, help="A bank's CSV file."),
        Field(
            name="bank",
            label="Bank",
            required=False,
            completes=True,
            help="Its name in devdash.toml. Empty: the only one; a new one is guessed from the file.",
        ),
        Field(
            name="accept",
            label="Accept",
            kind=FieldKind.CHOICE,
            choices=("review", *Bulk),
            default="review",
            help="review: decide row by row; suggested or all: write the new rows at once.",
        ),
    ),
    help="Read a bank's CSV file and list its rows, with duplicates and suggested accounts.",
)
ACCEPT = Action(
    name="accept",
    key="plus",
    title="Accept",
    permission=_LOOK,
    scope=Scope.ITEM,
    help="Accept the row of a bank file.",
)
SKIP = Action(
    name="skip",
    key="minus",
    title="Skip",
    permission=_LOOK,
    scope=Scope.ITEM,
    help="Leave out the row of a bank file.",
)
CHANGE = Action(
    name="change",
    key="E",
    title="Change",
    permission=_LOOK,
    scope=Scope.ITEM,
    fields=(
        Field(name="account", label="Account", required=False, completes=True, closed=True, help=_AS_IT_IS),
        Field(name="payee", label="Payee", required=False, help=_AS_IT_IS),
        Field(name="narration", label="Narration", required=False, help=_AS_IT_IS),
    ),
    help="Give the row of a bank file another account or other words, and accept it.",
)
FINISH = Action(
    name="finish",
    key="F",
    title="Write accepted",
    permission=_WRITE,
    fields=(
        Field(
            name="open-new",
            label="Open new accounts",
            kind=FieldKind.FLAG,
            default="no",
            help="Accounts that the journal does not have are opened.",
        ),
    ),
    help="Write the accepted rows of a bank file into the journal, after showing the exact text.",
)
ACTIONS = (IMPORT, ACCEPT, SKIP, CHANGE, FINISH)
_DECIDING = (ACCEPT.name, SKIP.name, CHANGE.name, FINISH.name)
"""What a review that waits needs."""


class _Plan(msgspec.Struct, frozen=True):
    """What a confirmation has shown.

    Attributes:
        request: to which it belongs.
        review: with the rows that are to be written accepted.
        text: exactly what is written.
        begun: of an import.
    """

    request: ActionRequest
    review: Review
    text: str
    begun: Begun | None = None


class BankDesk(Desk):
    """Bank files of one pane."""

    def __init__(
        self, context: PaneContext, banks: Mapping[str, Bank], writing: Writing, currency: str
    ) -> None:
        """Nothing is read yet.

        Args:
            writing: the journals.
            currency: of amounts where neither table nor file name one; may be empty.
        """
        self.actions = (*writing.offered((IMPORT,)), ACCEPT, SKIP, CHANGE, FINISH)
        self._context = context
        self._banks = banks
        self._writing = writing
        self._currency = currency
        self._shelf = Shelf(context.state_dir)
        self._plan: _Plan | None = None
        self._accounts = Accounts(self._index)

    async def blocks(self) -> tuple[Block, ...]:
        """The list to review, when there is one. A review that cannot be read is said, not raised."""
        try:
            review = await self._context.in_thread(self._shelf.load)
        except PaneError as error:
            return (Text(f"{error.message}; {error.hint}" if error.hint else error.message),)
        self.first = () if review is None else _DECIDING
        return (self._table(review),) if review is not None else ()

    def _table(self, review: Review) -> Table:
        return bank_lists.table(review, self._writing.told(review.journal))

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation | None:
        """The exact text before it is written; a question before a review is thrown away.

        Raises:
            PaneError: it cannot be done.
        """
        self._plan = None
        if request.action == FINISH.name:
            return await self._ask_to_finish(request)
        if request.action != IMPORT.name:
            return None
        kept = await self._context.in_thread(self._shelf.load)
        waiting = len(kept.those(Choice.ACCEPTED)) if kept is not None else 0
        lost = (
            f"The review of {kept.source} with {bank_lists.many(waiting, 'accepted row')} is thrown away. "
            if kept and waiting
            else ""
        )
        if request.value("accept") == "review":
            return Confirmation(question=f"{lost}Go on?") if lost else None
        name, bank = self._bank(request)
        begun = await self._begin(request, name, bank)
        review = bank_review.accept_many(begun.review, Bulk(request.value("accept")))
        if not review.those(Choice.ACCEPTED):
            return None
        written = await self._scribe(review, open_new=False)
        self._plan = _Plan(request, review, written.text, begun)
        return self._question(review, written, lost, bank_lists.notices(begun))

    async def complete(self, action: Action, field: Field, text: str, draft: ActionRequest) -> Sequence[str]:
        """Files by their names, banks of the settings, accounts of the journal under review."""
        if field.name == "path":
            return await self._context.in_thread(files, text, Path.cwd())
        return fuzzy(text, self._banks) if field.name == "bank" else await self._accounts.like(text)

    async def fill(self, action: Action, draft: ActionRequest, left: Field | None) -> Sequence[Value]:
        """Nothing; but when a form opens that asks for an account, they are read."""
        if left is None and action.name == CHANGE.name:
            self._accounts.forget()
            await self._accounts.like("")
        return ()

    async def _index(self) -> Index:
        return await self._called(_SCRIBE, "index", await self._journal(await self._kept()), Index)

    async def act(self, request: ActionRequest) -> Outcome:
        """Do it; see `ACTIONS`.

        Raises:
            PaneError: it could not be done; nothing was written.
        """
        plan, self._plan = self._plan, None
        if plan is not None and plan.request == request:
            return await self._write(plan)
        if request.action == IMPORT.name:
            return await self._import(request)
        if request.action == FINISH.name:
            return await self._put_away()
        return await self._decide(request)

    async def _import(self, request: ActionRequest) -> Outcome:
        if request.value("bank") not in self._banks and (request.value("bank") or not self._banks):
            return await self._guess(request)
        name, bank = self._bank(request)
        begun = await self._begin(request, name, bank)
        if all(item.likeness is Likeness.SAME for item in begun.review.items):
            await self._context.in_thread(self._shelf.clear)  # nothing is left to decide
        else:
            await self._context.in_thread(self._shelf.keep, begun.review)
        return Outcome(
            level=Level.ATTENTION if bank_lists.notices(begun) else Level.OK,
            message=f"{begun.review.source}: {bank_lists.counted(begun.review)}",
            blocks=(*bank_lists.notices(begun), self._table(begun.review)),
        )

    async def _guess(self, request: ActionRequest) -> Outcome:
        name = request.value("bank") or "mybank"
        file = _path(request)
        journal = await self._writing.chosen(request)
        order = Look(str(file), journal, self._currency, self._context.name, name)
        found = await self._called(_WORKER, "look", order, Guessed)
        return Outcome(
            message=f"devdash.toml has no bank {name} yet: put this table into it.",
            blocks=bank_lists.guessed(found, file.name),
            effects=(CopyText(found.toml),),
            reread=False,
        )

    async def _decide(self, request: ActionRequest) -> Outcome:
        """Accept, skip or change one row of the review that is under way."""
        review = await self._kept()
        if request.item is None or not request.item.startswith(bank_lists.KEY):
            raise PaneError("this is no row of a bank file", "choose one of the list to review")
        row_id = request.item.removeprefix(bank_lists.KEY)
        item = review.item(row_id)
        if request.action == ACCEPT.name:
            review = bank_review.accept(review, row_id)
        elif request.action == SKIP.name:
            review = bank_review.skip(review, row_id)
        else:
            review = bank_review.change(
                review,
                row_id,
                request.value("account").strip() or item.account,
                request.value("payee").strip() or item.payee,
                request.value("narration").strip() or item.narration,
            )
        await self._context.in_thread(self._shelf.keep, review)
        return Outcome(message=f"{review.source}: {bank_lists.counted(review)}")

    async def _again(self, review: Review) -> Review:
        window = self._banks[review.bank].window if review.bank in self._banks else 0
        order = Again(review, window, await self._journal(review))
        return await self._called(_WORKER, "again", order, Review)

    async def _journal(self, review: Review) -> JournalRef:
        """The journal that `review` is held against."""
        return await self._writing.of_file(review.journal)

    async def _put_away(self) -> Outcome:
        """End a review of which nothing is accepted."""
        if (await self._kept()).those(Choice.ACCEPTED):
            raise PaneError("the review is another than the one that was asked about", "look again")
        await self._context.in_thread(self._shelf.clear)
        return Outcome(message="The review is put away; nothing was written.")

    async def _ask_to_finish(self, request: ActionRequest) -> Confirmation:
        review = await self._kept()
        review = await self._again(review)
        if not review.those(Choice.ACCEPTED):
            return Confirmation(question=f"No row of {review.source} is accepted. Put the review away?")
        written = await self._scribe(review, open_new=request.value("open-new") == "yes")
        self._plan = _Plan(request, review, written.text)
        return self._question(review, written, "", ())

    def _question(
        self, review: Review, written: Written, lost: str, notices: tuple[Block, ...]
    ) -> Confirmation:
        count = len(review.those(Choice.ACCEPTED))
        asked = f"Write {bank_lists.many(count, 'entry', 'entries')} into {Path(written.target).name}?"
        return Confirmation(
            question=" ".join((*([lost.strip()] if lost else []), *written.warnings, asked)),
            blocks=(*notices, Text(written.text)),
        )

    async def _write(self, plan: _Plan) -> Outcome:
        """Write what was shown; what is left to decide stays under review."""
        review = plan.review
        if (await self._again(review)).those(Choice.ACCEPTED) != review.those(Choice.ACCEPTED):
            raise PaneError("the journal was changed meanwhile; nothing was written", "look again")
        open_new = plan.begun is None and plan.request.value("open-new") == "yes"
        written = await self._scribe(review, open_new=open_new, expected=plan.text)
        left = msgspec.structs.replace(review, items=review.those(Choice.OPEN))
        count = bank_lists.many(len(review.those(Choice.ACCEPTED)), "entry", "entries")
        message = f"{count} written into {Path(written.target).name}"
        try:
            if left.items:
                await self._context.in_thread(self._shelf.keep, left)
            else:
                await self._context.in_thread(self._shelf.clear)
        except PaneError as error:
            # The ids in the journal keep the rows from being written again.
            return Outcome(level=Level.ATTENTION, message=f"{message}; but {error.message}")
        notices = bank_lists.notices(plan.begun) if plan.begun is not None else ()
        rest = f"; {bank_lists.many(len(left.items), 'row')} left to review" if left.items else ""
        return Outcome(
            level=Level.ATTENTION if notices else Level.OK, message=f"{message}{rest}", blocks=notices
        )

    def _bank(self, request: ActionRequest) -> tuple[str, Bank]:
        name = request.value("bank")
        if not name and len(self._banks) == 1:
            name = next(iter(self._banks))
        if name not in self._banks:
            known = ", ".join(self._banks) or "none"
            raise PaneError(f'there is no bank "{name}" in devdash.toml', f"there are: {known}")
        return name, self._banks[name]

    async def _begin(self, request: ActionRequest, name: str, bank: Bank) -> Begun:
        journal = await self._writing.chosen(request)
        # Where code is asked about, a module beside the settings is not run: nobody was shown it.
        folder = str(self._context.folder) if journal.trusted is None else ""
        order = Begin(str(_path(request)), name, bank, journal, folder)
        return await self._called(_WORKER, "begin", order, Begun)

    async def _kept(self) -> Review:
        review = await self._context.in_thread(self._shelf.load)
        if review is None:
            raise PaneError("no bank file is under review", "import one first")
        return review

    async def _scribe(self, review: Review, *, open_new: bool, expected: str = "") -> Written:
        """Check what is accepted; write it when the text that was shown is given."""
        order = Write(
            await self._journal(review),
            entries=bank_lists.entries(review.those(Choice.ACCEPTED), review.account, review.bank),
            open_new=open_new,
            write=bool(expected),
            expected=expected,
        )
        return await self._called(_SCRIBE, "write", order, Written)

    async def _called(self, module: str, name: str, order: msgspec.Struct, reply: type[_R]) -> _R:
        worker = self._context.worker(module)
        try:
            return await worker.call(name, order, reply, timeout=self._writing.limit)
        except WorkerFailed as error:
            # What the worker's own code says is meant for the person.
            if error.failure == Unavailable.kind:
                raise Unavailable(error.message, error.hint) from error
            raise
        finally:
            await worker.stop()


def _path(request: ActionRequest) -> Path:
    """The file as any command would find it: below the folder in which devdash was started."""
    return Path(request.value("path")).expanduser().absolute()
