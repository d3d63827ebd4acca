"""What a wish does to the book; the same wherever it comes from."""

from datetime import timedelta

from devdash.alerts.book import Book
from devdash.alerts.model import Moment, Notice
from devdash.duty.wishes import Wish


def apply(book: Book, wish: Wish, now: Moment) -> tuple[Notice, ...]:
    """Do in `book` what `wish` says."""
    if wish.snooze_s is None:
        return book.acknowledge(wish.ids, now)
    until = wish.at + timedelta(seconds=wish.snooze_s) if wish.snooze_s > 0 else None
    return book.snooze(wish.ids, until, now)
