"""The months of a report, as people name them: "2026-10", "2026-01..2026-10", "2026", "-1". Pure."""

import re
from datetime import date

import msgspec

from devdash.api import PaneError
from devdash_ledger import months

MOST = 1_200
FORMS = "2026-10, 2026-01..2026-10, 2026, or -1 for last month"

_PART = re.compile(r"(\d{4})(?:-(\d{1,2}))?")
_BACK = re.compile(r"-(\d{1,4})")


class Period(msgspec.Struct, frozen=True):
    """Some months in a row, up to the current one at the latest.

    Attributes:
        first: the index of the first (see `months`).
        last: that of the last, included.
        is_open: the last one is the current month, which is not over.
    """

    first: int
    last: int
    is_open: bool

    @property
    def count(self) -> int:
        """How many months."""
        return self.last - self.first + 1

    @property
    def texts(self) -> tuple[str, ...]:
        """The months as "YYYY-MM", oldest first."""
        return tuple(months.text_of(month) for month in range(self.first, self.last + 1))

    @property
    def title(self) -> str:
        """Such as "Oct 2026" or "Jan 2026 – Oct 2026"."""
        ends = dict.fromkeys((self.texts[0], self.texts[-1]))
        return " – ".join(months.title(one) for one in ends) + (", not over yet" if self.is_open else "")


def period_of(text: str, today: date) -> Period:
    """The months that `text` names; "" is the current one. What lies after the current month is left out.

    Raises:
        PaneError: it names none, or none that has begun.
    """
    now = months.index_of(today)
    first, last = _ends(text.strip(), now)
    if first > now:
        raise PaneError(f"{months.text_of(first)} has not begun", "reports end with the current month")
    if first > last or last - first >= MOST:
        raise PaneError(f'"{text}" is no row of 1 to {MOST} months', f"such as {FORMS}")
    last = min(last, now)
    return Period(first, last, last == now)


def _ends(text: str, now: int) -> tuple[int, int]:
    if not text:
        return now, now
    if (back := _BACK.fullmatch(text)) is not None and int(back[1]) < MOST:
        return now - int(back[1]), now - int(back[1])
    start, dots, end = text.partition("..")
    first = _span(start.strip(), text)
    return first[0], _span(end.strip(), text)[1] if dots else first[1]


def _span(part: str, text: str) -> tuple[int, int]:
    """The first and last month of "2026-10" or "2026"."""
    found = _PART.fullmatch(part)
    if found is None or int(found[1]) < 1 or (found[2] is not None and not 1 <= int(found[2]) <= 12):
        raise PaneError(f'"{text}" is no month', f"such as {FORMS}")
    january = int(found[1]) * 12
    if found[2] is None:
        return january, january + 11
    month = january + int(found[2]) - 1
    return month, month
