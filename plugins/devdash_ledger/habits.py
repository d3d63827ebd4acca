"""What a journal's text suggests for the next entry: payees, accounts, templates, places.

It reads lines, not meaning: a program needs seconds where this needs a fraction, and nothing here
decides what is written.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from devdash_ledger.orders import Habit, Index, Place
from devdash_ledger.style import Syntax

MOST = 2_000
"""Payees, narrations and accounts kept of each."""
MOST_PLACES = 300
_MAX_LINE = 1_000

_STRING = r'"((?:[^"\\]|\\.)*)"'
_BEANCOUNT_HEAD = re.compile(rf"(\d{{4}}-\d\d-\d\d)\s+(?:[*!]|txn)(?:\s+{_STRING})?(?:\s+{_STRING})?")
_BEANCOUNT_LEG = re.compile(
    r"\s+(?:[*!]\s+)?([^\W\d_][\w-]*(?::[\w-]+)+)(?:\s+([-+]?[\d.,]+)\s+([A-Z][\w'.-]*))?"
)
_BEANCOUNT_OPEN = re.compile(r"^\d{4}-\d\d-\d\d\s+open\s+([^\s;]+)", re.MULTILINE)
_LEDGER_HEAD = re.compile(
    r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2})(?:=\S+)?(?:\s+[*!](?=\s))?(?:\s*\([^)]*\))?\s+(.*)"
)
_LEDGER_LEG = re.compile(
    r"[ \t]+(?:[*!]\s+)?([^\s;#*!(\[].*?)(?:(?: {2,}|[ ]?\t)\s*([^;=@{\n]*?))?\s*(?:[;=@{].*)?"
)
_LEDGER_ACCOUNT = re.compile(r"^account[ \t]+([^;\n]+?)[ \t]*(?:  ;.*|;.*)?$", re.MULTILINE)


class Seen(msgspec.Struct):
    """A transaction of the text; `legs` are account and amount with its currency, as written."""

    line: int
    head: str
    day: str
    payee: str
    narration: str
    legs: list[tuple[str, str]]


def transactions(text: str, syntax: Syntax) -> Iterator[Seen]:
    """The transactions of one file, in its order."""
    seen: Seen | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > _MAX_LINE:
            continue
        if line[:1] in (" ", "\t"):
            if seen is not None and (leg := _leg(line, syntax)) is not None:
                seen.legs.append(leg)
            continue
        if seen is not None:
            yield seen
        seen = _head(number, line, syntax) if line[:1].isdigit() else None
    if seen is not None:
        yield seen


def declared(text: str, syntax: Syntax) -> Iterator[str]:
    """The accounts that the text opens or declares."""
    pattern = _BEANCOUNT_OPEN if syntax is Syntax.BEANCOUNT else _LEDGER_ACCOUNT
    for found in pattern.finditer(text.replace("\r\n", "\n")):
        yield found[1]


def index_of(texts: Iterable[tuple[str, str]], syntax: Syntax) -> Index:
    """What the files `(path, text)` suggest."""
    known: list[tuple[str, Seen]] = []
    accounts: Counter[str] = Counter()
    for path, text in texts:
        for name in declared(text, syntax):
            accounts[name] += 0
        for seen in transactions(text, syntax):
            known.append((path, seen))
            accounts.update(account for account, _ in seen.legs)
    known.sort(key=lambda one: one[1].day.replace("/", "-").replace(".", "-"))
    known.reverse()
    habits: dict[str, Habit] = {}
    for _, seen in known:
        if seen.payee and seen.payee not in habits and len(habits) < MOST:
            legs = seen.legs
            habits[seen.payee] = Habit(
                seen.payee, seen.narration, tuple(leg[0] for leg in legs), tuple(leg[1] for leg in legs)
            )
    narrations = dict.fromkeys(seen.narration for _, seen in known if seen.narration)
    return Index(
        payees=tuple(habits),
        narrations=tuple(narrations)[:MOST],
        accounts=tuple(name for name, _ in accounts.most_common(MOST)),
        habits=tuple(habits.values()),
        places=tuple(Place(path, seen.line, seen.head) for path, seen in known[:MOST_PLACES]),
    )


def _head(number: int, line: str, syntax: Syntax) -> Seen | None:
    if syntax is Syntax.BEANCOUNT:
        found = _BEANCOUNT_HEAD.match(line)
        if found is None:
            return None
        texts = [_unescaped(text) for text in (found[2], found[3]) if text is not None]
        payee, narration = texts if len(texts) > 1 else ("", *(texts or [""]))
        return Seen(number, line, found[1], payee, narration, [])
    found = _LEDGER_HEAD.match(line)
    if found is None:
        return None
    said = re.split(r"\s{2,};|\t;|;" if syntax is Syntax.LEDGER else ";", found[2])[0]
    payee, _, narration = (part.strip() for part in said.partition("|"))
    return Seen(number, line, found[1], payee, narration, [])


def _leg(line: str, syntax: Syntax) -> tuple[str, str] | None:
    if syntax is Syntax.BEANCOUNT:
        found = _BEANCOUNT_LEG.match(line)
        return found and (found[1], f"{found[2]} {found[3]}" if found[2] else "")
    found = _LEDGER_LEG.fullmatch(line)
    return found and (found[1], found[2] or "")


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
