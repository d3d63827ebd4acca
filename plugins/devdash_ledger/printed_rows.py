"""The rows of a report as people read them: sections with the tree of their accounts, and lines. Pure."""

from collections.abc import Iterator

import msgspec

from devdash_ledger import months
from devdash_ledger.amounts import readable
from devdash_ledger.figures import Position
from devdash_ledger.printed import Amounts, Covered, Head, Part, Statement
from devdash_ledger.tree import lines

_TITLES = {"opening": "Opening", "change": "Change", "closing": "Closing", "total": "Total"}
_MAY_BE_NOTHING = ("exchanged", "revalued")


class Row(msgspec.Struct, frozen=True):
    """A row.

    Attributes:
        label: without what its parent's row says; empty where the row above says it, in another currency.
        depth: 0 for sections and lines.
        currency: of the amounts.
        texts: the amounts as they are read, one for each column.
        is_line: it follows from other rows.
    """

    label: str
    depth: int
    currency: str
    texts: tuple[str, ...]
    is_line: bool = False


def rows(one: Statement) -> Iterator[Row]:
    """From top to bottom. A section whose accounts have one root stands for that root."""
    for part in one.parts:
        if part.key in _MAY_BE_NOTHING and _is_nothing(one, part):
            continue
        for place, total in enumerate(part.totals):
            label = "" if place else part.title
            yield Row(label, 0, total.currency, _texts(one, total.currency, total.amounts), part.is_line)
        yield from _accounts(one, part)


def _is_nothing(one: Statement, part: Part) -> bool:
    """Whether all of its amounts are zeros as they are read; what prices do leaves fractions."""
    texts = (text for total in part.totals for text in _texts(one, total.currency, total.amounts))
    return not any(char in "123456789" for text in texts for char in text)


def _accounts(one: Statement, part: Part) -> Iterator[Row]:
    found = [Position(entry.account, entry.type, entry.currency, entry.amounts) for entry in part.entries]
    has_one_root = len({entry.account.partition(":")[0] for entry in part.entries}) == 1
    for line in lines(found, one.currency):
        if line.depth or not has_one_root:
            depth = line.depth if has_one_root else line.depth + 1
            label = "" if line.repeats else line.label
            yield Row(label, depth, line.currency, _texts(one, line.currency, line.amounts))


def _texts(one: Statement, currency: str, amounts: Amounts) -> tuple[str, ...]:
    return tuple(readable(amount, one.digits.get(currency, 2)) for amount in amounts)


def head_title(head: Head, one: Statement) -> str:
    """What stands above a column."""
    return _TITLES.get(head.key) or months.heading(head.key, one.months[-1])


KINDS = {"balances": "Balances", "income": "Income statement", "cashflow": "Cash flow"}


def title(one: Covered) -> str:
    """Whose report it is, which, and of when."""
    return f"{one.title or one.name} · {KINDS[one.statement.kind]} · {one.statement.period}"


def notes(covered: Covered) -> list[str]:
    """What must be known to read the figures, a sentence each."""
    one = covered.statement
    found: list[str] = []
    if one.is_converted:
        found.append(f"In {one.currency}, at the prices of each month's last day.")
    if one.apart:
        found.append(
            f"Apart, for lack of a price: {', '.join(name or 'no commodity' for name in one.apart)}."
        )
    if covered.warning:
        found.append(covered.warning)
    return found


def chart_title(one: Statement) -> str:
    """What the chart shows; empty when there is none."""
    if one.chart is None:
        return ""
    apart = [name or "what names no commodity" for name in one.chart.apart]
    beside = f", without {', '.join(apart)}" if apart else ""
    return f"{one.chart.title}, {one.chart.currency}{beside}"


def shown_text(text: str) -> str:
    """`text` with nothing in it that could steer a terminal, or turn what stands beside it round."""
    return "".join(char if char.isprintable() else " " for char in text)
