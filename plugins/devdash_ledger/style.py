"""How a journal is written: its syntax, indent, columns, decimal mark and where commodities stand."""

import re
from collections import Counter
from typing import TypeVar

import msgspec

from devdash_ledger.journal import Format

Syntax = Format
"""A journal's language, where its text is meant."""

T = TypeVar("T")

_SAMPLE = 200_000
"""Characters at the end of a file that are looked at: how it is written today."""

_BEANCOUNT_LEG = re.compile(
    r"^([ \t]+)(?:[*!] )?[^\W\d_][\w-]*(?::[\w-]+)+([ \t]+)([-+]?[\d,]*\.?\d+)[ \t]+([A-Z][\w'.-]*)",
    re.MULTILINE,
)
_LEDGER_LEG = re.compile(
    r"^([ \t]+)(?![;#*!])\S(?:[^\n\t;]*?\S)??(?:[ ]{2,}|[ ]?\t)[ \t]*"
    r'(?P<amount>(?P<sign>-?)(?P<left>[^\W\d_]+|"[^"\n]+"|[$€£¥₹₽₿¢])?(?P<lgap>[ ]?)-?(?P<number>\d[\d.,]*)'
    r'(?P<rgap>[ ]?)(?P<right>[^\W\d_]+|"[^"\n]+"|[$€£¥₹₽₿¢])?)[ \t]*(?:$|[;=@{])',
    re.MULTILINE,
)
_DECLARED = re.compile(
    r"^(?:decimal-mark[ \t]+(?P<mark>[.,])|(?:D|commodity|[ \t]+format)[ \t]+[^\n;]*?(?P<number>\d[\d.,]*))",
    re.MULTILINE,
)
"""What tells the decimal mark where no amount does."""
_DATE = re.compile(r"^\d{4}([-/.])\d{1,2}\1\d{1,2}\b", re.MULTILINE)


class Form(msgspec.Struct, frozen=True):
    """How amounts of one commodity are written.

    Attributes:
        name: the commodity, without quotes.
        before: it stands before the number.
        spaced: with a space between.
        digits: decimals, as most amounts have.
    """

    name: str
    before: bool = False
    spaced: bool = True
    digits: int = 2


class Style(msgspec.Struct, frozen=True):
    """How a journal is written.

    Attributes:
        syntax: its language.
        indent: what postings begin with.
        amount_end: the column, from 0, after the number (beancount) or after the amount (the others).
        date_mark: between year, month and day; beancount entries always get "-".
        decimal_comma: amounts are written as 12,50.
        forms: of the commodities in use, the most used first.
    """

    syntax: Syntax
    indent: str = "  "
    amount_end: int = 52
    date_mark: str = "-"
    decimal_comma: bool = False
    forms: tuple[Form, ...] = ()

    def form(self, currency: str) -> Form:
        """How `currency` is written; as the journal's commonest would be when it is new."""
        for one in self.forms:
            if one.name == currency:
                return one
        symbol = len(currency) == 1 and not currency.isalpha()
        return Form(currency, before=symbol, spaced=not symbol)


def style_of(text: str, syntax: Syntax) -> Style:
    """The style of a journal's `text`; what it does not show is as is usual."""
    text = text[-_SAMPLE:].replace("\r\n", "\n")
    return _beancount(text) if syntax is Syntax.BEANCOUNT else _ledger(text, syntax)


def _beancount(text: str) -> Style:
    indents: Counter[str] = Counter()
    ends: Counter[int] = Counter()
    digits: dict[str, Counter[int]] = {}
    for leg in _BEANCOUNT_LEG.finditer(text):
        indents[leg[1]] += 1
        ends[leg.end(3) - leg.start()] += 1
        digits.setdefault(leg[4], Counter())[len(leg[3].partition(".")[2])] += 1
    return Style(
        Syntax.BEANCOUNT,
        _commonest(indents, "  "),
        _commonest(ends, 52),
        forms=tuple(
            Form(name, digits=_commonest(count, 2))
            for name, count in sorted(digits.items(), key=lambda one: -one[1].total())
        ),
    )


def _ledger(text: str, syntax: Syntax) -> Style:
    indents: Counter[str] = Counter()
    ends: Counter[int] = Counter()
    marks: Counter[str] = Counter()
    forms: dict[str, Counter[Form]] = {}
    for leg in _LEDGER_LEG.finditer(text):
        indents[leg[1]] += 1
        if "\t" not in leg[0]:
            ends[leg.end("amount") - leg.start()] += 1
        mark, decimals = _decimals(leg["number"])
        marks[mark] += 1
        name = leg["left"] or leg["right"]
        if name:
            gap = leg["lgap"] if leg["left"] else leg["rgap"]
            name = name.strip('"')
            form = Form(name, bool(leg["left"]), bool(gap), decimals)
            forms.setdefault(name, Counter())[form] += 1
    del marks[""]
    if not marks:
        marks.update(one["mark"] or _decimals(one["number"])[0] for one in _DECLARED.finditer(text))
        del marks[""]
    return Style(
        syntax,
        _commonest(indents, "    "),
        _commonest(ends, 52),
        _commonest(Counter(match[1] for match in _DATE.finditer(text)), "-"),
        _commonest(marks, ".") == ",",
        tuple(
            count.most_common(1)[0][0] for _, count in sorted(forms.items(), key=lambda one: -one[1].total())
        ),
    )


def _decimals(number: str) -> tuple[str, int]:
    """The decimal mark, empty where it cannot be told, and how many digits follow it."""
    last = max(number.rfind("."), number.rfind(","))
    if last < 0:
        return "", 0
    digits = len(number) - last - 1
    alone = number.count(number[last]) == 1
    other = "," if number[last] == "." else "."
    if not alone or (digits == 3 and other not in number):  # may as well be a group of thousands
        return "", 0
    return number[last], digits


def _commonest(counted: Counter[T], otherwise: T) -> T:
    return counted.most_common(1)[0][0] if counted else otherwise
