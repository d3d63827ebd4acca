"""Plain transactions that were appended to a beancount journal: in the sheet before the full load. Pure.

Only what can mean nothing else is taken: whole transactions of one file's new end, without costs, prices or
flags of postings, in accounts that are open and never closed, on or after the day of the last balance or
pad, balanced to the last digit, or with one amount to be filled in. Then a sum is all there is to do, and it
is what beancount would say. Everything else waits for the full load, which follows in any case.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from devdash_ledger import months
from devdash_ledger.amounts import EXACT
from devdash_ledger.content import Content, Later
from devdash_ledger.journal import AccountType
from devdash_ledger.sheet import Ground, Moves, Opening, Sheet, Use

# beancount/parser/lexer.l; each takes less than beancount does
_HEADER = re.compile(
    r'(\d{4}-\d\d-\d\d) [*!](?: "[^"\\\x00-\x1f]*"){1,2}(?: [#^][A-Za-z0-9][A-Za-z0-9\-_/.]*)*[ \t]*',
    re.ASCII,
)
_META = re.compile(r'[ \t]+(?!filename:|lineno:)[a-z][a-zA-Z0-9\-_]+: "[^"\\\x00-\x1f]*"[ \t]*', re.ASCII)
# Numbers of at most 24 digits: with more, beancount rounds sums or fails.
_POSTING = re.compile(
    r"[ \t]+([^ \t:;]+(?::[^ \t:;]+)+)(?:[ \t]+(-?\d{1,14}(?:\.\d{1,10})?)[ \t]+([A-Z][A-Z0-9'._-]*))?[ \t]*",
    re.ASCII,
)

Leg = tuple[str, str, Decimal]
"""An account, a currency, and what the account gained."""


class Entry(msgspec.Struct, frozen=True):
    """One transaction."""

    day: date
    legs: tuple[Leg, ...]


def appended(before: Content, later: Later) -> bytes | None:
    """What was appended to the one file that changed; None when something else changed."""
    place = changed(before, later.content)
    end = None if place is None else later.ends.get(before.files[place].path)
    if end is None:
        return None
    last, tail = end
    return tail if last in (b"", b"\n") or tail[:1] == b"\n" else None


def changed(before: Content, now: Content) -> int | None:
    """The place of the one file that grew; None where anything else is another."""
    if before.paths != now.paths or before.patterns != now.patterns:
        return None
    places = [place for place, one in enumerate(now.files) if one != before.files[place]]
    grew = len(places) == 1 and now.files[places[0]].size > before.files[places[0]].size
    return places[0] if grew else None


def entries_of(tail: bytes, sheet: Sheet) -> tuple[Entry, ...] | None:
    """The transactions of `tail`; None when any part of it may mean something else."""
    ground = sheet.ground
    try:
        text = tail.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return None
    if ground is None or not sheet.complete or not text.endswith("\n") or "\r" in text:
        return None
    open_since = {one.account: one for one in ground.openings}
    units = frozenset(one.name for one in sheet.uses)
    found: list[Entry] = []
    for lines in _blocks(text.split("\n")):
        entry = _entry(lines, ground, open_since, units)
        if entry is None:
            return None
        found.append(entry)
    return tuple(found)


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    """The lines of each entry: from one that does not begin with a blank to the next, or an empty one."""
    block: list[str] = []
    for line in (*lines, ""):
        if block and (not line or not line[0].isspace()):
            yield block
            block = []
        if line:
            block.append(line)  # one of blanks alone too: no entry has that, so it is not taken


def _entry(
    lines: Sequence[str], ground: Ground, open_since: Mapping[str, Opening], units: frozenset[str]
) -> Entry | None:
    header = _HEADER.fullmatch(lines[0])
    if header is None:
        return None
    try:
        day = date.fromisoformat(header[1])
    except ValueError:
        return None
    rest = lines[2:] if len(lines) > 1 and _META.fullmatch(lines[1]) else lines[1:]
    postings = [_POSTING.fullmatch(line) for line in rest]
    legs = _balanced([(one[1], one[2], one[3]) for one in postings if one is not None])
    if day < ground.since or legs is None or None in postings:
        return None
    return Entry(day, legs) if all(_fits(leg, day, open_since, units) for leg in legs) else None


def _fits(leg: Leg, day: date, open_since: Mapping[str, Opening], units: frozenset[str]) -> bool:
    account, currency, _ = leg
    opening = open_since.get(account)
    if opening is None or opening.day > day or currency not in units:
        return False
    return not opening.currencies or currency in opening.currencies


def _balanced(postings: Sequence[tuple[str, str | None, str | None]]) -> tuple[Leg, ...] | None:
    """The postings with the one amount filled in that is missing; None when they are not balanced exactly."""
    legs = [
        (account, currency, Decimal(number)) for account, number, currency in postings if number and currency
    ]
    rest: defaultdict[str, Decimal] = defaultdict(Decimal)
    for _, currency, number in legs:
        rest[currency] = EXACT.add(rest[currency], number)
    left = [account for account, number, _ in postings if number is None]
    if not left:
        return tuple(legs) if len(legs) > 1 and not any(rest.values()) else None
    # Of one precision, so that beancount's rounding to the coarsest changes nothing.
    places = {number.as_tuple().exponent for _, _, number in legs}
    if len(left) > 1 or len(rest) != 1 or len(places) != 1 or not any(rest.values()):
        return None
    [(currency, number)] = rest.items()
    return (*legs, (left[0], currency, number.copy_negate()))


def extended(sheet: Sheet, entries: Sequence[Entry]) -> Sheet:
    """The sheet with the entries."""
    legs = [(months.index_of(entry.day), *leg) for entry in entries for leg in entry.legs]
    moves = {(one.account, one.currency): one for one in sheet.moves}
    kinds = {one.account: one.type for one in sheet.ground.openings} if sheet.ground is not None else {}
    for month, account, currency, number in legs:
        known = moves.get((account, currency)) or Moves(account, kinds[account], currency, (), ())
        by_month = dict(zip(known.months, known.changes, strict=True))
        by_month[month] = EXACT.add(by_month.get(month, Decimal(0)), number)
        ordered = tuple(sorted(by_month))
        changes = tuple(by_month[one] for one in ordered)
        moves[account, currency] = Moves(account, known.type, currency, ordered, changes)
    all_moves = list(moves.values())
    if len(all_moves) > len(sheet.moves):
        order = list(AccountType)
        all_moves.sort(key=lambda one: (order.index(one.type), one.account, one.currency))
    counts: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for month, _, currency, _ in legs:
        counts[currency][month] += 1
    return msgspec.structs.replace(
        sheet,
        moves=tuple(all_moves),
        uses=tuple([_used(one, counts[one.name]) if one.name in counts else one for one in sheet.uses]),
        days=_days(sheet, [entry.day.isoformat() for entry in entries]),
    )


def _used(use: Use, counts: Counter[int]) -> Use:
    by_month = counts + Counter(dict(zip(use.months, use.postings, strict=True)))
    ordered = tuple(sorted(by_month))
    return Use(use.name, use.digits, ordered, tuple(by_month[month] for month in ordered))


def _days(sheet: Sheet, new: Sequence[str]) -> tuple[str, ...]:
    """See `Sheet.days`."""
    since = f"{months.text_of(sheet.last)}-01"
    ordered = sorted({*sheet.days, *new})
    older = [day for day in ordered if day < since]
    return (*older[-1:], *ordered[len(older) :])
