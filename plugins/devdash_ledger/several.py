"""The report of several journals: each journal's own, put together, and each row saying whose it is."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePath

import msgspec

from devdash.api import Attention, Block, Level, Notice, PaneError, Report, Table, worst
from devdash_ledger import report
from devdash_ledger.facts import LedgerFacts
from devdash_ledger.sight import Sight

MAX_ERRORS = 50
APART = "/"
"""Between a journal's name and what a row is called in it."""


class Part(msgspec.Struct, frozen=True):
    """One journal of several.

    Attributes:
        name: what it is called on the screen; unlike the others'.
        file: its absolute path.
        view: its figures; None: there have been none yet.
        lost: why it could not be read just now; None: it could.
        seen: what its tables show; the current months, as they are, when None.
    """

    name: str
    file: str
    view: report.View | None
    lost: PaneError | None
    seen: Sight | None = None


def names(files: Sequence[str]) -> tuple[str, ...]:
    """The files' names, each with as many of its folders as tell it from the others."""
    found = [PurePath(file).name for file in files]
    depth = 1
    while len(set(found)) < len(found):
        depth += 1
        counts = Counter(found)
        longer = ["/".join(PurePath(file).parts[-depth:]) for file in files]
        found = [long if counts[short] > 1 else short for short, long in zip(found, longer, strict=True)]
    return tuple(found)


def begin(name: str) -> str:
    """What the keys of the rows of the journal `name` begin with."""
    return name + APART


def whose(item: str | None, parts: Sequence[str]) -> tuple[str, str | None]:
    """The journal's name and its own key of a row; the name is empty where `item` has none."""
    for name in parts:
        if item is not None and item.startswith(name + APART):
            return name, item.removeprefix(name + APART)
    return "", item


def key_in(name: str, key: str) -> str:
    """The key of a row of the journal `name`, among those of all."""
    return f"{name}{APART}{key}"


def told(name: str, text: str) -> str:
    """What is said of the journal `name` where it stands among what is said of others."""
    return f"{name}: {text}"


def build(parts: Sequence[Part]) -> Report:
    """The journals one below the other. Pure, but slow for large ones: run it in a thread.

    At least one of `parts` has a view.
    """
    views = [part.view for part in parts if part.view is not None]
    room = report.FACTS_ROOM // len(views)
    built = [(part, report.build(part.view, room, part.seen)) for part in parts if part.view is not None]
    lost = [part for part in parts if part.lost is not None]
    levels = [one.level for _, one in built]
    return Report(
        worst([*levels, Level.ATTENTION] if lost else levels),
        report.summary(views) + "".join(f" · {part.name} not read" for part in lost),
        (*map(_loss, lost), *(block for part, one in built for block in _blocks(part, one))),
        _facts(built),
        (
            *_wrong(parts),
            *(
                _attention(part, own)
                for part, one in built
                for own in one.attention
                if own.key != report.ERRORS
            ),
        ),
    )


def _loss(part: Part) -> Notice:
    why = part.lost.message if part.lost is not None else ""
    hint = part.lost.hint if part.lost is not None else ""
    kept = f" The figures are those of {part.view.as_of[11:16]}." if part.view is not None else ""
    return Notice(Level.ATTENTION, f"{part.name}: {why}.{kept}", hint)


def _blocks(part: Part, one: Report) -> list[Block]:
    found: list[Block] = []
    for block in one.blocks:
        if isinstance(block, Table):
            rows = tuple(
                msgspec.structs.replace(row, key=f"{part.name}{APART}{row.key}") for row in block.rows
            )
            heading = " · ".join(text for text in (part.name, block.heading) if text)
            found.append(msgspec.structs.replace(block, rows=rows, heading=heading))
        elif isinstance(block, Notice):
            found.append(msgspec.structs.replace(block, text=f"{part.name}: {block.text}"))
        else:
            found.append(block)
    return found


def _wrong(parts: Sequence[Part]) -> Iterator[Attention]:
    """The errors of all journals as one entry, as there is one alert about them."""
    found = [(part, part.view) for part in parts if part.view is not None and part.view.error_count]
    if found:
        part, view = found[0]
        one = report.wrong(view, sum(view.error_count for _, view in found))
        item = None if one.item is None else key_in(part.name, one.item)
        yield msgspec.structs.replace(one, item=item)


def _attention(part: Part, found: Attention) -> Attention:
    item = None if found.item is None else f"{part.name}{APART}{found.item}"
    key, text = f"{part.name}{APART}{found.key}", told(part.name, found.text)
    return msgspec.structs.replace(found, key=key, text=text, item=item)


def _facts(built: Sequence[tuple[Part, Report]]) -> LedgerFacts:
    own = [(part.file, one.facts) for part, one in built if isinstance(one.facts, LedgerFacts)]
    facts = [one for _, one in own]
    errors = [error for one in facts for error in one.errors]
    return LedgerFacts(
        title=" + ".join(one.title for one in facts if one.title),
        files=tuple(dict.fromkeys(file for one in facts for file in one.files)),
        months=max((one.months for one in facts), key=len),
        currency=facts[0].currency,
        cells=tuple(msgspec.structs.replace(cell, journal=file) for file, one in own for cell in one.cells),
        floors=tuple(
            msgspec.structs.replace(floor, journal=file) for file, one in own for floor in one.floors
        ),
        day=max(one.day for one in facts),
        last_entry=max(one.last_entry for one in facts),
        quiet_for=min((one.quiet_for for one in facts if one.quiet_for is not None), default=None),
        budgets=tuple(
            msgspec.structs.replace(budget, journal=file) for file, one in own for budget in one.budgets
        ),
        errors=tuple(errors[:MAX_ERRORS]),
        error_count=sum(one.error_count for one in facts),
        complete=all(one.complete for one in facts) and all(part.lost is None for part, _ in built),
        as_of=min(one.as_of for one in facts),
        worth=tuple(msgspec.structs.replace(month, journal=file) for file, one in own for month in one.worth),
    )
