"""What a review looks like, and how an accepted row becomes an entry."""

import datetime
from collections.abc import Sequence
from pathlib import Path

import msgspec

from devdash.api import Align, Block, Cell, Column, Level, Notice, Row, Table, Text, Tone
from devdash_ledger.bank_match import Likeness
from devdash_ledger.bank_orders import Begun, Tried
from devdash_ledger.bank_review import Choice, Item, Review
from devdash_ledger.entry import Entry, Posting
from devdash_ledger.orders import Written

KEY = "review:"
"""Before the row's id in the key of its table row."""
MAX_ROWS = 300

_COLUMNS = (
    Column("Date"),
    Column("Amount", Align.RIGHT),
    Column("Payee", shrink=True),
    Column("For", shrink=True, priority=1),
    Column("Account", shrink=True, tail=True),
    Column("", shrink=True),
)
_WORDS = (Column("Payee", shrink=True), Column("For", shrink=True))
_STATES = {
    Choice.ACCEPTED: ("accepted", Tone.GOOD),
    Choice.SKIPPED: ("skipped", Tone.DIM),
    Choice.OPEN: ("", Tone.PLAIN),
}


def table(review: Review, journal: str = "") -> Table:
    """The rows to decide, without those that the journal has for sure; at most `MAX_ROWS`.

    Args:
        journal: what it is called, where there are several.
    """
    shown = [item for item in review.items if item.likeness is not Likeness.SAME]
    whose = ", ".join(name for name in (review.bank, journal) if name)
    heading = f"To review: {review.source} ({whose}), {counted(review)}"
    if len(shown) > MAX_ROWS:
        heading += f"; the first {MAX_ROWS}"
    rows = tuple(_row(item) for item in shown[:MAX_ROWS])
    return Table(_COLUMNS, rows, empty="The journal has every row.", heading=heading)


def counted(review: Review) -> str:
    """How many rows there are of each kind."""
    known = sum(item.likeness in (Likeness.SAME, Likeness.LIKELY) for item in review.items)
    numbers = (
        (len(review.those(Choice.OPEN)), "open"),
        (len(review.those(Choice.ACCEPTED)), "accepted"),
        (len(review.those(Choice.SKIPPED)) - known, "skipped"),
        (known, "in the journal already"),
    )
    return ", ".join(f"{number} {word}" for number, word in numbers if number > 0) or "no rows"


def many(count: int, one: str, more: str = "") -> str:
    """A count and what is counted; `more`: the plural, where it is not `one` and an s."""
    return f"{count} {one if count == 1 else more or f'{one}s'}"


def _row(item: Item) -> Row:
    word, tone = _STATES[item.choice]
    if item.likeness is Likeness.LIKELY:
        word = f"{word}: {item.place}" if item.choice is not Choice.SKIPPED else f"duplicate of {item.place}"
    elif item.likeness is Likeness.MAYBE and item.choice is Choice.OPEN:
        word, tone = f"duplicate of {item.place}?", Tone.WARN
    elif item.row.twin and item.choice is Choice.OPEN:
        word, tone = "equal to a row before", Tone.WARN
    return Row(
        KEY + item.row.id,
        (
            Cell(item.row.date),
            Cell(f"{item.row.amount} {item.row.currency}"),
            Cell(item.payee),
            Cell(item.narration),
            Cell(item.account or "?", Tone.PLAIN if item.account else Tone.WARN),
            Cell(word, tone),
        ),
        detail=_detail(item),
    )


def _detail(item: Item) -> tuple[Block, ...]:
    """All of a row, uncut."""
    row = item.row
    told = (
        f"{row.date}  {row.amount} {row.currency}  (line {row.line} of the file)",
        item.payee,
        item.narration,
        f"Account: {item.account or 'not known yet; change the row and give one'}",
        f"The journal has the like at {item.place}." if item.place else "",
        "The file has an equal row before it." if row.twin else "",
    )
    return tuple(Text(text) for text in told if text)


def notices(begun: Begun) -> tuple[Block, ...]:
    """What is not right with the file."""
    return _doubts(begun)


def _doubts(begun: Begun | Tried) -> tuple[Block, ...]:
    found: list[Block] = []
    if begun.complaint_count:
        told = "; ".join(f"line {one.line} {one.text}" for one in begun.complaints[:5])
        found.append(Notice(Level.ATTENTION, f"{begun.complaint_count} rows cannot be read: {told}."))
    if begun.balance is False:
        found.append(Notice(Level.ATTENTION, "The balances do not add up: a row may be missing."))
    return tuple(found)


def tried(found: Tried, rest: int, table: str) -> tuple[Block, ...]:
    """The first rows as a new table reads them, what it does not read, and the table."""
    more = f" of {found.count}" if found.count > len(found.rows) else ""
    rows = tuple(
        Row(
            str(row.line),
            (
                Cell(row.date),
                Cell(f"{row.amount} {row.currency}"),
                Cell("in" if row.value > 0 else "out" if row.value < 0 else ""),
                Cell(row.payee),
                Cell(row.narration),
            ),
        )
        for row in found.rows
    )
    columns = (Column("Date"), Column("Amount", Align.RIGHT), Column("came"), *_WORDS)
    heading = f"The first {many(len(rows), 'row')}{more} as they would be read"
    blocks: list[Block] = [*_doubts(found), Table(columns, rows, heading=heading)]
    if rest:
        blocks.append(
            Notice(Level.OK, f"{many(rest, 'row')} at the end of the file are not like the others.")
        )
    return (*blocks, Text(table))


def question(written: Written, lost: str = "") -> str:
    """What is written where, and what is not written yet; `lost`: what else happens."""
    said = f"Write {many(written.count, 'entry', 'entries')} into {Path(written.target).name}?"
    return " ".join(part for part in (lost, *written.warnings, said, _later(written)) if part)


def nothing_to_write(kept: Review, review: Review) -> str:
    """The question when no row is to be written; `kept` is the review before it was held against the journal.

    Rows that were accepted are in the journal by then when devdash was killed after it had written them.
    """
    if not kept.those(Choice.ACCEPTED):
        return f"No row of {review.source} is accepted. Put the review away?"
    said = f"The journal has all accepted rows of {review.source} already."
    left = len(review.those(Choice.OPEN))
    return f"{said} Take them off the list?" if left else f"{said} Put the review away?"


def _later(written: Written) -> str:
    """Each file is written by itself, whole or not at all; several could not be."""
    if not written.others:
        return ""
    names = ", ".join(Path(one).name for one in written.others)
    more = many(len(written.left), "accepted row goes", "accepted rows go")
    return f"{more} into {names}; F writes what is left, one file after the other."


def rest(review: Review, written: Written) -> Review:
    """What is left to decide, and what goes into other files."""
    ordered = _ordered(review.those(Choice.ACCEPTED))
    kept = {ordered[place].row.id for place in written.left}
    items = tuple(one for one in review.items if one.choice is Choice.OPEN or one.row.id in kept)
    return msgspec.structs.replace(review, items=items)


def told_rest(left: Review, written: Written) -> str:
    """What `rest` has, behind what was written."""
    count = len(left.those(Choice.OPEN))
    parts = ("" if not count else f"{many(count, 'row')} left to review", _later(written))
    return "".join(f"; {part}" for part in parts if part)


def _ordered(items: Sequence[Item]) -> list[Item]:
    """Oldest first."""
    return sorted(items, key=lambda item: item.row.date)


def entries(items: Sequence[Item], account: str, bank: str) -> tuple[Entry, ...]:
    """The transactions of accepted rows, oldest first; a row without words is called by its bank."""
    return tuple(
        Entry(
            datetime.date.fromisoformat(item.row.date),
            item.payee,
            item.narration if item.payee or item.narration else bank,
            (
                Posting(account, item.row.value, item.row.currency),
                Posting(item.account, 0 - item.row.value, item.row.currency),
            ),
            import_id=item.row.id,
        )
        for item in _ordered(items)
    )
