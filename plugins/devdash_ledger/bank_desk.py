"""The actions for bank files: import a statement, decide about its rows, write those that are accepted.

The pane hands over what concerns them. Nothing is written without the exact text having been shown, and
only that text is written.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from devdash.api import (
    Action,
    ActionRequest,
    AskNext,
    Block,
    Confirmation,
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
    Value,
)
from devdash_ledger import bank_lists, bank_review
from devdash_ledger.bank_calls import SCRIBE, WORKER, called, path_of
from devdash_ledger.bank_config import Bank
from devdash_ledger.bank_help import Accounts, files
from devdash_ledger.bank_match import Likeness
from devdash_ledger.bank_orders import Again, Begin, Begun, Guessed, Look
from devdash_ledger.bank_review import Bulk, Choice, Review
from devdash_ledger.bank_shelf import Shelf
from devdash_ledger.bank_tables import Tables
from devdash_ledger.beside import Beside
from devdash_ledger.guess import fuzzy
from devdash_ledger.orders import Index, JournalRef, Write, Written
from devdash_ledger.writing import Writing

_R = TypeVar("_R")

_WRITE = "ledger.entry.add"
_LOOK = "ledger.statement.review"
GUIDE = "new-bank"
"""The action for a bank that is new; see `bank_guide`."""
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
            help="Empty: the only one that is known. One that is new is asked about.",
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

    def __init__(self, context: PaneContext, tables: Tables, writing: Writing) -> None:
        """Nothing is read yet.

        Args:
            tables: of the banks.
            writing: the journals.
        """
        self.actions = (*writing.offered((IMPORT,)), ACCEPT, SKIP, CHANGE, FINISH)
        self._context = context
        self._tables = tables
        self._writing = writing
        self._shelf = Shelf(context.state_dir)
        self._shelved = Beside(self._shelf.load)
        writing.accompany(self._shelved)
        self._plan: _Plan | None = None
        self._accounts = Accounts(self._index)

    async def blocks(self) -> tuple[Block, ...]:
        """The list to review, when there is one. A review that cannot be read is said, not raised."""
        try:
            review = await self._shelved.result(self._context.in_thread)
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
        found = await self._bank(request)
        if found is None:  # a file that nothing can be told of is said where it was typed
            order = Look(str(path_of(request)), await self._writing.chosen(request))
            await self._called(WORKER, "look", order, Guessed)
            return None
        lost = await self.lost()
        if request.value("accept") == "review":
            return Confirmation(question=f"{lost} Go on?") if lost else None
        begun = await self._begin(await self._writing.chosen(request), path_of(request), *found)
        review = bank_review.accept_many(begun.review, Bulk(request.value("accept")))
        if not review.those(Choice.ACCEPTED):
            return None
        written = await self._scribe(review, open_new=False)
        self._plan = _Plan(request, review, written.text, begun)
        blocks = (*bank_lists.notices(begun), Text(written.text))
        return Confirmation(bank_lists.question(written, lost), blocks)

    async def complete(self, action: Action, field: Field, text: str, draft: ActionRequest) -> Sequence[str]:
        """Files by their names, banks of the settings, accounts of the journal under review."""
        if field.name == "path":
            return await self._context.in_thread(files, text, Path.cwd())
        if field.name == "bank":
            return fuzzy(text, await self._context.in_thread(self._tables.names))
        return await self._accounts.like(text)

    async def fill(self, action: Action, draft: ActionRequest, left: Field | None) -> Sequence[Value]:
        """Nothing; but when a form opens that asks for an account, they are read."""
        if left is None and action.name == CHANGE.name:
            self._accounts.forget()
            await self._accounts.like("")
        return ()

    async def _index(self) -> Index:
        return await self._called(SCRIBE, "index", await self._journal(await self._kept()), Index)

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

    async def lost(self) -> str:
        """What is thrown away when another file is imported, as a sentence; empty: nothing."""
        kept = await self._context.in_thread(self._shelf.load)
        waiting = len(kept.those(Choice.ACCEPTED)) if kept is not None else 0
        if kept is None or not waiting:
            return ""
        return f"The review of {kept.source} with {bank_lists.many(waiting, 'accepted row')} is thrown away."

    async def _import(self, request: ActionRequest) -> Outcome:
        found = await self._bank(request)
        journal = await self._writing.chosen(request)
        if found is None:
            given = [one for one in request.values if one.name != "accept"]
            named = f' "{request.value("bank")}"' if request.value("bank") else ""
            return Outcome(
                level=Level.ATTENTION,
                message=f"The bank{named} is new: say how its files are to be read.",
                effects=(AskNext(GUIDE, tuple(given)),),
                reread=False,
            )
        try:
            return await self.listed(journal, path_of(request), *found)
        except PaneError as error:
            if request.value("bank"):
                raise
            hint = "; ".join(part for part in (error.hint, "if it is of another bank, name that") if part)
            raise PaneError(f"as a file of {found[0]}: {error.message}", hint) from error

    async def listed(self, journal: JournalRef, file: Path, name: str, bank: Bank) -> Outcome:
        """Begin the review of `file`.

        Raises:
            PaneError: it cannot be read.
        """
        begun = await self._begin(journal, file, name, bank)
        if all(item.likeness is Likeness.SAME for item in begun.review.items):
            await self._context.in_thread(self._shelf.clear)  # nothing is left to decide
        else:
            await self._context.in_thread(self._shelf.keep, begun.review)
        return Outcome(
            level=Level.ATTENTION if bank_lists.notices(begun) else Level.OK,
            message=f"{begun.review.source}: {bank_lists.counted(begun.review)}",
            blocks=(*bank_lists.notices(begun), self._table(begun.review)),
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
        bank = await self._context.in_thread(self._tables.find, review.bank)
        order = Again(review, bank.window if bank is not None else 0, await self._journal(review))
        return await self._called(WORKER, "again", order, Review)

    async def _journal(self, review: Review) -> JournalRef:
        """The journal that `review` is held against."""
        return await self._writing.of_file(review.journal)

    async def _put_away(self) -> Outcome:
        """End a review of which nothing is to be written; what is undecided beside rows that were, stays."""
        kept = await self._kept()
        review = await self._again(kept)
        if review.those(Choice.ACCEPTED):
            raise PaneError("the review is another than the one that was asked about", "look again")
        left = review.those(Choice.OPEN) if kept.those(Choice.ACCEPTED) else ()
        if not left:
            await self._context.in_thread(self._shelf.clear)
            return Outcome(message="The review is put away; nothing was written.")
        await self._context.in_thread(self._shelf.keep, msgspec.structs.replace(review, items=left))
        return Outcome(message=f"Nothing was written; {bank_lists.many(len(left), 'row')} left to review")

    async def _ask_to_finish(self, request: ActionRequest) -> Confirmation:
        kept = await self._kept()
        review = await self._again(kept)
        if not review.those(Choice.ACCEPTED):
            return Confirmation(bank_lists.nothing_to_write(kept, review))
        written = await self._scribe(review, open_new=request.value("open-new") == "yes")
        self._plan = _Plan(request, review, written.text)
        return Confirmation(bank_lists.question(written), (Text(written.text),))

    async def _write(self, plan: _Plan) -> Outcome:
        """Write what was shown; what is left to decide stays under review."""
        review = plan.review
        if (await self._again(review)).those(Choice.ACCEPTED) != review.those(Choice.ACCEPTED):
            raise PaneError("the journal was changed meanwhile; nothing was written", "look again")
        open_new = plan.begun is None and plan.request.value("open-new") == "yes"
        written = await self._scribe(review, open_new=open_new, expected=plan.text)
        left = bank_lists.rest(review, written)
        count = bank_lists.many(written.count, "entry", "entries")
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
        level = Level.ATTENTION if notices or written.others else Level.OK
        return Outcome(level=level, message=f"{message}{bank_lists.told_rest(left, written)}", blocks=notices)

    async def _bank(self, request: ActionRequest) -> tuple[str, Bank] | None:
        """The bank that was named, else the only one; None: it is new.

        Raises:
            PaneError: it was not named, and there are several; or its table cannot be read.
        """
        name = request.value("bank")
        if not name:
            names = await self._context.in_thread(self._tables.names)
            if len(names) > 1:
                raise PaneError("say which bank's file it is", f"there are: {', '.join(names)}")
            name = "".join(names)
        found = await self._context.in_thread(self._tables.find, name)
        return (name, found) if found is not None else None

    async def _begin(self, journal: JournalRef, file: Path, name: str, bank: Bank) -> Begun:
        # Where code is asked about, a module beside the settings is not run: nobody was shown it.
        folder = str(self._context.folder) if journal.trusted is None else ""
        return await self._called(WORKER, "begin", Begin(str(file), name, bank, journal, folder), Begun)

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
            one_file=True,
        )
        return await self._called(SCRIBE, "write", order, Written)

    async def _called(self, module: str, name: str, order: msgspec.Struct, reply: type[_R]) -> _R:
        return await called(self._context, self._writing.limit, module, name, order, reply)
