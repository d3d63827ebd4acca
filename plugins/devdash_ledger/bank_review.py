"""The list in which a person accepts, changes or skips the rows of a bank's file: values in, values out."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

import msgspec

from devdash.api import PaneError
from devdash_ledger.bank_match import Likeness, Match
from devdash_ledger.bank_rows import BankRow


class Choice(StrEnum):
    """What is to become of a row."""

    OPEN = "open"
    ACCEPTED = "accepted"
    SKIPPED = "skipped"


class Item(msgspec.Struct, frozen=True):
    """One row under review.

    Attributes:
        row: as the bank has it; its id is the item's.
        likeness: whether the journal has it.
        place: where the journal has it.
        account: of the other posting; empty: not known yet.
        suggested: history knew the account, or the person gave it.
        payee: as it will be written.
        narration: as it will be written.
        choice: what is to become of it.
    """

    row: BankRow
    likeness: Likeness
    place: str
    account: str
    suggested: bool
    payee: str
    narration: str
    choice: Choice = Choice.OPEN


class Review(msgspec.Struct, frozen=True):
    """All rows of a file.

    Attributes:
        bank: the bank's name in devdash.toml.
        account: the account that the file is a statement of.
        source: the file's name, for people.
        items: in the file's order; ids are unique.
        journal: the main file of the journal that it is held against, absolute.
    """

    bank: str
    account: str
    source: str
    items: tuple[Item, ...]
    journal: str = ""

    def those(self, choice: Choice) -> tuple[Item, ...]:
        """The items with that choice, in order."""
        return tuple(item for item in self.items if item.choice is choice)

    def item(self, row_id: str) -> Item:
        """The item of that id.

        Raises:
            PaneError: there is none.
        """
        for item in self.items:
            if item.row.id == row_id:
                return item
        raise PaneError("that row is not under review", "look at the list again")


class Bulk(StrEnum):
    """Which rows are accepted at once."""

    SUGGESTED = "suggested"
    """Those that are new and whose account history knows."""
    ALL = "all"
    """Those that are new."""


def begin(
    bank: str,
    account: str,
    source: str,
    rows: Sequence[BankRow],
    matches: Sequence[Match],
    suggest: Callable[[BankRow], str],
    predicted: Mapping[str, str],
    other: str = "",
) -> Review:
    """A review in which what the journal has is skipped, and all else is open.

    Args:
        matches: one per row.
        suggest: the account of the other posting; "" when history knows none.
        predicted: accounts to look at where history knows none, by the row's id.
        other: the account where nothing else is known; may be empty.
    """
    return Review(
        bank,
        account,
        source,
        tuple(
            _item(row, found, suggest(row), predicted.get(row.id, other))
            for row, found in zip(rows, matches, strict=True)
        ),
    )


def _item(row: BankRow, found: Match, suggested: str, other: str) -> Item:
    there = found.likeness in (Likeness.SAME, Likeness.LIKELY)
    return Item(
        row=row,
        likeness=found.likeness,
        place=found.place,
        account=suggested or other,
        suggested=bool(suggested),
        payee=row.payee,
        narration=row.narration,
        choice=Choice.SKIPPED if there else Choice.OPEN,
    )


def accept(review: Review, row_id: str) -> Review:
    """Take a row over.

    Raises:
        PaneError: there is no such row, its account is not known, or the journal has it for sure.
    """
    item = review.item(row_id)
    if item.likeness is Likeness.SAME:
        raise PaneError(f"the journal has this row already: {item.place}")
    if not item.account:
        raise PaneError("this row has no account yet", "change it and give one")
    return _with(review, msgspec.structs.replace(item, choice=Choice.ACCEPTED))


def skip(review: Review, row_id: str) -> Review:
    """Leave a row out.

    Raises:
        PaneError: there is no such row.
    """
    return _with(review, msgspec.structs.replace(review.item(row_id), choice=Choice.SKIPPED))


def change(review: Review, row_id: str, account: str, payee: str, narration: str) -> Review:
    """Give a row another account or other words, and take it over.

    Raises:
        PaneError: as `accept`; or the account is the statement's own.
    """
    if account == review.account:
        raise PaneError(f"{account} is the account of the statement itself", "give the other account")
    item = msgspec.structs.replace(
        review.item(row_id), account=account, suggested=bool(account), payee=payee, narration=narration
    )
    return accept(_with(review, item), row_id)


def accept_many(review: Review, bulk: Bulk) -> Review:
    """Accept the open rows of a kind. What may be in the journal is never among them.

    Raises:
        PaneError: a row that is meant has no account.
    """
    meant = [
        item
        for item in review.those(Choice.OPEN)
        if item.likeness is Likeness.NEW and (bulk is Bulk.ALL or (item.suggested and not item.row.twin))
    ]
    lacking = [item.row.line for item in meant if not item.account]
    if lacking:
        shown = ", ".join(map(str, lacking[:10])) + (" …" if len(lacking) > 10 else "")
        raise PaneError(
            f"{len(lacking)} rows have no account (lines {shown})", 'set other = "…" in the bank\'s table'
        )
    ids = {item.row.id for item in meant}
    return msgspec.structs.replace(
        review,
        items=tuple(
            msgspec.structs.replace(item, choice=Choice.ACCEPTED) if item.row.id in ids else item
            for item in review.items
        ),
    )


def rematched(review: Review, matches: Sequence[Match]) -> Review:
    """The review against a journal that has changed: what it has by now is skipped, whatever was chosen.

    Args:
        matches: one per item, in order.
    """
    items = tuple(_rematched(item, found) for item, found in zip(review.items, matches, strict=True))
    return msgspec.structs.replace(review, items=items)


def _rematched(item: Item, found: Match) -> Item:
    """A person's word stands, except against the row's own import id."""
    changed = msgspec.structs.replace(item, likeness=found.likeness, place=found.place)
    if found.likeness is Likeness.SAME:
        return msgspec.structs.replace(changed, choice=Choice.SKIPPED)
    return changed


def _with(review: Review, item: Item) -> Review:
    items = tuple(item if one.row.id == item.row.id else one for one in review.items)
    return msgspec.structs.replace(review, items=items)
