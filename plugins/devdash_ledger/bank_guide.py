"""The guide for a bank that is new: its columns are shown and a table is proposed, tried, and kept.

What the file leaves open is asked, never guessed. The table is written as it was shown, into a file of its
own, and the review of the bank's file begins.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

import msgspec

from devdash.api import (
    Action,
    ActionRequest,
    Confirmation,
    Desk,
    Field,
    FieldKind,
    Level,
    Outcome,
    PaneContext,
    PaneError,
    Value,
)
from devdash_ledger import bank_lists, bank_mapping
from devdash_ledger.bank_calls import WORKER, called, path_of
from devdash_ledger.bank_config import Bank, Direction
from devdash_ledger.bank_desk import GUIDE, BankDesk
from devdash_ledger.bank_help import files
from devdash_ledger.bank_mapping import COLUMNS, LABELS, NUMBERS, OPEN
from devdash_ledger.bank_orders import Guessed, Look, Tried, Try
from devdash_ledger.bank_tables import Tables
from devdash_ledger.bank_toml import toml
from devdash_ledger.orders import JournalRef
from devdash_ledger.writing import Writing

R = TypeVar("R", bound=msgspec.Struct)

_COLUMN = 'Its heading, or its position from 1; "-": there is none.'
_HELP = {
    "account": "The journal's account that the file is a statement of.",
    "currency": "As the journal writes it.",
    "date": "The column of the booking date.",
    "date-format": "As strptime has it, such as %d.%m.%Y.",
    "amount": 'The column of the amount; "-" where debit and credit are two columns.',
    "positive": "in: money that came in; out: that went out.",
    "debit": f"What went out, in a column of its own. {_COLUMN}",
    "credit": f"What came in, in a column of its own. {_COLUMN}",
    "payee": f"Who it was. {_COLUMN}",
    "narration": f"What it was for. {_COLUMN}",
}
_CHOICES = {"positive": (OPEN, *Direction), "numbers": (OPEN, *NUMBERS)}


def _field(name: str) -> Field:
    choices = tuple(map(str, _CHOICES.get(name, ())))
    return Field(
        name=name,
        label=LABELS[name],
        kind=FieldKind.CHOICE if choices else FieldKind.TEXT,
        choices=choices,
        default=OPEN if choices else "",
        required=bool(choices),
        completes=not choices,
        closed=name == "account" or name in COLUMNS,
        help=_HELP.get(name, ""),
    )


NEW_BANK = Action(
    name=GUIDE,
    key="B",
    title="New bank",
    permission="ledger.bank.add",
    fields=(
        Field(name="path", label="File", completes=True, help="One of its CSV files."),
        Field(name="bank", label="Bank", required=False, help="What you call it; empty: as its file."),
        *map(_field, LABELS),
    ),
    help="Say how a bank's CSV files are to be read: what one tells is proposed, and the rest asked.",
)


class _Plan(msgspec.Struct, frozen=True):
    """What a confirmation has shown."""

    request: ActionRequest
    name: str
    bank: Bank
    text: str


class GuideDesk(Desk):
    """Keeps the tables of banks that are new."""

    def __init__(
        self,
        context: PaneContext,
        tables: Tables,
        writing: Writing,
        review: BankDesk,
        currency: str,
        *,
        plain: bool,
    ) -> None:
        """Nothing is read yet.

        Args:
            writing: the journals.
            review: what goes on with the bank's file.
            currency: of amounts where the file names none; may be empty.
            plain: every journal is of beancount.
        """
        self.actions = writing.offered((NEW_BANK,))
        self._context, self._tables, self._writing, self._review = context, tables, writing, review
        self._currency, self._plain = currency, plain
        self._proposed: dict[str, str] = {}
        """What the form was filled with last: not the person's."""
        self._looked: dict[str, Guessed] = {}
        """Guesses, by what they were asked for; for the form that is open."""
        self._plan: _Plan | None = None

    async def fill(self, action: Action, draft: ActionRequest, left: Field | None) -> Sequence[Value]:
        """What the file says, once there is one, and what follows from what the person has said."""
        if left is None:
            self._proposed, self._looked = {}, {}
        if not draft.value("path") or (left is not None and left.name == "bank"):
            return ()
        own = self._own(draft)
        found = await self._guessed(draft, own)
        shown = bank_mapping.values(found, bank_mapping.settled(found, own))
        self._proposed = {one: value for one, value in shown.items() if one not in own}
        name = Value("bank", bank_mapping.name_for(draft.value("path")))
        return (*([] if draft.value("bank") else [name]), *(Value(*one) for one in shown.items()))

    async def complete(self, action: Action, field: Field, text: str, draft: ActionRequest) -> Sequence[str]:
        """Files by their names; columns with what stands in them, and what else the file leaves to choose."""
        if field.name == "path":
            return await self._context.in_thread(files, text, Path.cwd())
        if not draft.value("path"):
            return ()
        return bank_mapping.offered(await self._guessed(draft, self._own(draft)), field.name, text)

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation:
        """The first rows as they would be read, and the table.

        Raises:
            PaneError: something is not said yet, or makes no table; or there is a bank of that name.
        """
        self._plan = None
        name = request.value("bank") or bank_mapping.name_for(request.value("path"))
        await self._context.in_thread(self._tables.require_free, name)
        own = self._own(request)
        found = await self._guessed(request, own, anew=True)
        bank = bank_mapping.bank_of(bank_mapping.settled(found, own), plain=self._plain)
        _require_known(bank.account, found.accounts)
        tried = await self._called("try", Try(str(path_of(request)), bank), Tried)
        if not tried.count:
            raise PaneError("so no row of the file can be read", "correct what is filled in")
        text = toml(bank)
        self._plan = _Plan(request, name, bank, text)
        lost = await self._review.lost()
        asked = f"Write {self._named(self._tables.file(name))}, and list the rows of {path_of(request).name}?"
        return Confirmation(
            " ".join(part for part in (lost, asked) if part), bank_lists.tried(tried, found.rest, text)
        )

    async def act(self, request: ActionRequest) -> Outcome:
        """Keep the table that was shown, and begin the review.

        Raises:
            PaneError: it was not written, and why.
        """
        plan, self._plan = self._plan, None
        if plan is None or plan.request != request:
            raise PaneError("nobody was asked about this table", "try again")
        file = await self._context.in_thread(self._tables.put, plan.name, plan.text)
        message = f"{self._named(file)} written; change it in an editor, or remove it to take it back."
        try:
            begun = await self._review.listed(
                await self._journal(request), path_of(request), plan.name, plan.bank
            )
        except PaneError as error:
            return Outcome(level=Level.ATTENTION, message=f"{message} But {error.message}")
        return msgspec.structs.replace(begun, message=f"{message}\n{begun.message}")

    def _own(self, draft: ActionRequest) -> dict[str, str]:
        """What the person has said: all but what was proposed to them and still stands."""
        values = {one.name: one.value for one in draft.values if one.name in LABELS}
        return {name: value for name, value in values.items() if value not in ("", self._proposed.get(name))}

    async def _guessed(self, draft: ActionRequest, own: dict[str, str], *, anew: bool = False) -> Guessed:
        """What the file says, given the columns that the person has named."""
        journal = await self._journal(draft)
        told = bank_mapping.told(own)
        order = Look(str(path_of(draft)), journal, self._currency, own.get("account", ""), told)
        key = f"{order.file}\n{journal.file}\n{order.account}\n{sorted(told.items())}"
        if anew or key not in self._looked:
            self._looked[key] = await self._called("look", order, Guessed)
        return self._looked[key]

    def _named(self, file: Path) -> str:
        """A file as devdash.toml would name it."""
        inside = file.is_relative_to(self._context.folder)
        return str(file.relative_to(self._context.folder) if inside else file)

    async def _journal(self, draft: ActionRequest) -> JournalRef:
        return await self._writing.chosen(draft)

    async def _called(self, name: str, order: msgspec.Struct, reply: type[R]) -> R:
        return await called(self._context, self._writing.limit, WORKER, name, order, reply)


def _require_known(account: str, known: Sequence[str]) -> None:
    """A mistyped account would be refused with every row."""
    if known and account not in known:
        close = get_close_matches(account, known, n=1)
        hint = f"did you mean {close[0]}?" if close else "open it first, or take another one"
        raise PaneError(f"the journal has no account {account}", hint)
