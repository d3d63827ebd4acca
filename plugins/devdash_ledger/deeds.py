"""The actions that write: add an entry, duplicate one, take the last one back.

Nothing is written without the exact text having been shown or confirmed in advance (`--yes`), and
only that text is written. All of it happens in the process of `devdash_ledger.scribe`.
"""

import asyncio
import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from devdash.api import (
    Action,
    ActionRequest,
    Block,
    Confirmation,
    Desk,
    Field,
    FieldKind,
    Level,
    Notice,
    Outcome,
    PaneContext,
    PaneError,
    Scope,
    Text,
    Value,
    WorkerDied,
    WorkerFailed,
    WorkerTimeout,
)
from devdash_ledger.amend_orders import Copy
from devdash_ledger.entry import Flag
from devdash_ledger.guess import fuzzy
from devdash_ledger.orders import Draft, DraftLeg, Habit, Index, JournalRef, TakeBack, Write, Written
from devdash_ledger.places import spot_of
from devdash_ledger.writing import FIELD as JOURNAL
from devdash_ledger.writing import Writing

T = TypeVar("T", bound=msgspec.Struct)

_WORKER = "devdash_ledger.scribe"
_COPIER = "devdash_ledger.amend"
_PERMISSION = "ledger.entry.add"
_FLAGS = {"cleared": Flag.CLEARED, "pending": Flag.PENDING}

_DATE = Field(name="date", label="Date", kind=FieldKind.DATE, default="today")
_STATE = Field(name="state", label="State", kind=FieldKind.CHOICE, choices=tuple(_FLAGS), default="cleared")
_AMOUNT_HELP = "A sum such as 12.50+3*2; the currency may stand with it."

ADD = Action(
    name="add",
    key="n",
    title="Add entry",
    permission=_PERMISSION,
    fields=(
        _DATE,
        Field(name="payee", label="Payee", required=False, completes=True),
        Field(name="narration", label="Narration", required=False, completes=True),
        Field(name="account", label="Account", completes=True, closed=True, help="Where it went."),
        Field(name="amount", label="Amount", help=_AMOUNT_HELP),
        Field(
            name="second",
            label="Second account",
            required=False,
            completes=True,
            closed=True,
            help="Empty, or where another part went.",
        ),
        Field(name="second-amount", label="Its amount", required=False, help=_AMOUNT_HELP),
        Field(
            name="from",
            label="From",
            completes=True,
            closed=True,
            help="Where it came from; gets the amount that balances.",
        ),
        _STATE,
        Field(
            name="open-new",
            label="Open new accounts",
            kind=FieldKind.FLAG,
            default="no",
            help="Accounts that the journal does not have are opened with the entry.",
        ),
    ),
    help="Add an entry to the journal, after showing its exact text.",
)
DUPLICATE = Action(
    name="duplicate",
    key="D",
    title="Duplicate",
    permission=_PERMISSION,
    scope=Scope.EITHER,
    fields=(
        Field(
            name="payee",
            label="Payee",
            required=False,
            completes=True,
            closed=True,
            help="Empty: the transaction that is chosen in an opened cell.",
        ),
        _DATE,
        Field(name="amount", label="Amount", required=False, help="Empty: as the last time."),
        _STATE,
    ),
    help="Add the chosen transaction, or the last entry of a payee, once more, with today's date.",
    opened=True,
)
UNDO = Action(
    name="undo",
    key="u",
    title="Take back",
    permission="ledger.entry.undo",
    help="Take the entry that was added last out of the journal, if it is still at the end of its file.",
)
ACTIONS = (ADD, DUPLICATE, UNDO)


class Deeds(Desk):
    """The writing actions of one pane.

    Args:
        writing: the journals.
    """

    def __init__(self, context: PaneContext, writing: Writing) -> None:
        self.actions = writing.offered(ACTIONS, latest=(UNDO,))
        self._context = context
        self._writing = writing
        self._shown: tuple[ActionRequest, str] | None = None
        self._indexing: dict[str, asyncio.Task[Index]] = {}

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation:
        """The exact text, and the file.

        Raises:
            PaneError: it cannot be done, and why.
        """
        self._shown = None
        if request.action == UNDO.name:
            found = await self._call("undo", TakeBack(await self._writing.chosen(request)), Written)
            question = f"Take this out of {found.target}?"
        else:
            found = await self._written(request)
            question = f"Write this at the end of {found.target}?"
        self._shown = (request, found.text)
        blocks: list[Block] = [Text(line) for line in found.text.split("\n")]
        return Confirmation(question, (*blocks, *_notices(found)))

    async def act(self, request: ActionRequest) -> Outcome:
        """Do it.

        Raises:
            PaneError: it was not done, and why.
        """
        shown, self._shown = self._shown, None
        expected = shown[1] if shown is not None and shown[0] == request else ""
        try:
            if request.action == UNDO.name:
                order = TakeBack(await self._writing.chosen(request), write=True, expected=expected)
                done = await self._call("undo", order, Written)
                message = f"Taken out of {Path(done.target).name}: {_headline(done)}"
            else:
                done = await self._written(request, write=True, expected=expected)
                message = f"Added to {Path(done.target).name}: {_headline(done)}"
        except (WorkerTimeout, WorkerDied) as error:
            raise PaneError(
                f"{error.message}; the entry is either in the journal as a whole or not at all",
                "look at the end of the file (e) before you try again",
            ) from error
        level = Level.ATTENTION if done.warnings else Level.OK
        return Outcome(level=level, message=" ".join((message, *done.warnings)))

    async def complete(self, action: Action, field: Field, text: str, draft: ActionRequest) -> Sequence[str]:
        """What history knows."""
        index = await self._known(draft)
        if field.name == "payee":
            return fuzzy(text, index.payees)
        if field.name == "narration":
            payee = draft.value("payee")
            own = [one.narration for one in index.habits if one.payee == payee and one.narration]
            return fuzzy(text, dict.fromkeys((*own, *index.narrations)))
        return fuzzy(text, index.accounts)

    async def fill(self, action: Action, draft: ActionRequest, left: Field | None) -> Sequence[Value]:
        """The payee's last entry as a template; reads the history when a form opens."""
        if left is None:
            self._indexing = {}
        if left is None or left.name == JOURNAL:
            await self._known(draft)
            return ()
        if left.name != "payee" or action.name != ADD.name:
            return ()
        habit = _habit(await self._known(draft), draft.value("payee"))
        return _template(habit) if habit is not None else ()

    async def _written(self, request: ActionRequest, *, write: bool = False, expected: str = "") -> Written:
        """Check what is to be added, and `write` it."""
        chosen = await self._copy(request) if request.action == DUPLICATE.name else None
        if chosen is not None:
            copy = msgspec.structs.replace(chosen, write=write, expected=expected)
            return await self._call("copy", copy, Written, _COPIER)
        order = msgspec.structs.replace(await self._order(request), write=write, expected=expected)
        return await self._call("write", order, Written)

    async def _copy(self, request: ActionRequest) -> Copy | None:
        """The transaction that was chosen; None: a payee's last entry is meant."""
        found = await self._writing.of_item(request.item) if request.item is not None else None
        spot = spot_of(found[1], found[0].file) if found is not None else None
        if found is None or spot is None or request.value("payee"):
            if not request.value("payee"):
                raise PaneError(
                    "no transaction is chosen", "open a cell (Enter) and choose one, or name a payee"
                )
            return None
        if request.value("amount"):
            raise PaneError(
                "the chosen transaction is added as it stands", "leave the amount empty, or name its payee"
            )
        day = datetime.date.fromisoformat(request.value("date"))
        return Copy(found[0], spot, day, _FLAGS[request.value("state")])

    async def _order(self, request: ActionRequest) -> Write:
        value = request.value
        journal = await self._writing.chosen(request)
        day = datetime.date.fromisoformat(value("date"))
        flag = _FLAGS[value("state")]
        if request.action == DUPLICATE.name:
            habit = _habit(await self._fresh(journal), value("payee"))
            if habit is None:
                raise PaneError("the journal has no entry of that payee", "add one (n)")
            draft = Draft(day, habit.payee, habit.narration, _again(habit, value("amount")), flag)
            return Write(journal, (draft,))
        legs = [DraftLeg(value("account"), value("amount"))]
        if value("second") or value("second-amount"):
            if not (value("second") and value("second-amount")):
                raise PaneError("the second account needs an amount", "give both, or neither")
            legs.append(DraftLeg(value("second"), value("second-amount")))
        draft = Draft(day, value("payee"), value("narration"), (*legs, DraftLeg(value("from"))), flag)
        return Write(journal, (draft,), open_new=value("open-new") == "yes")

    async def _known(self, draft: ActionRequest) -> Index:
        """The history as it was when the form opened; a call that is given up does not stop the reading."""
        journal = await self._writing.chosen(draft)
        known = self._indexing.get(journal.file)
        if known is None or (known.done() and known.exception() is not None):
            known = self._indexing[journal.file] = asyncio.create_task(self._fresh(journal))
        return await asyncio.shield(known)

    async def _fresh(self, journal: JournalRef) -> Index:
        return await self._call("index", journal, Index)

    async def _call(self, name: str, order: msgspec.Struct, reply: type[T], module: str = _WORKER) -> T:
        """Call the writing process, which then ends: it would keep the code of the journal's plug-ins."""
        worker = self._context.worker(module, idle_s=0.0)
        try:
            return await worker.call(name, order, reply, timeout=self._writing.limit)
        except WorkerFailed as error:
            raise PaneError(error.message, error.hint) from error


def _headline(done: Written) -> str:
    """The first line of what was written, but for accounts opened with it, and how many entries more."""
    heads = [part.split("\n")[0] for part in done.text.split("\n\n")]
    entries = [head for head in heads if " open " not in head and not head.startswith("account ")] or heads
    more = f" and {len(entries) - 1} more" if len(entries) > 1 else ""
    return f"{entries[0]}{more}"


def _notices(found: Written) -> tuple[Block, ...]:
    return tuple(Notice(Level.ATTENTION, text) for text in found.warnings)


def _habit(index: Index, payee: str) -> Habit | None:
    wanted = payee.casefold().strip()
    return next((one for one in index.habits if one.payee.casefold() == wanted), None)


def _template(habit: Habit) -> tuple[Value, ...]:
    """The fields of a form; the amounts only of an entry that the form can hold."""
    accounts, amounts = habit.accounts, habit.amounts
    found = [Value("narration", habit.narration)]
    if len(accounts) not in (2, 3):
        return tuple(found)
    found += [Value("account", accounts[0]), Value("amount", amounts[0]), Value("from", accounts[-1])]
    if len(accounts) == len(("account", "second", "from")):
        found += [Value("second", accounts[1]), Value("second-amount", amounts[1])]
    return tuple(found)


def _again(habit: Habit, amount: str) -> tuple[DraftLeg, ...]:
    """The postings of `habit`, of another amount when one is given.

    Raises:
        PaneError: another amount does not say what the parts are.
    """
    pairs = list(zip(habit.accounts, habit.amounts, strict=True))
    if not amount:
        return tuple(DraftLeg(account, given) for account, given in pairs)
    if len(pairs) != len(("account", "from")):
        raise PaneError("that entry has more than two accounts", "leave the amount empty, or add it (n)")
    return DraftLeg(pairs[0][0], amount), DraftLeg(pairs[1][0])
