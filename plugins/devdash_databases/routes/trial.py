"""A trial: where the models would go in another state of the world. Nothing in the world changes."""

from collections.abc import Iterator, Sequence

from devdash.api import (
    Action,
    Block,
    Cell,
    Column,
    Field,
    FieldKind,
    Level,
    Notice,
    PaneError,
    Row,
    Table,
    Text,
    Tone,
)
from devdash_databases.routes.asked import Asked
from devdash_databases.routes.facts import FindingFacts, RouteFacts
from devdash_databases.routes.judge import findings_of
from devdash_databases.routes.scanned import Scanned
from devdash_databases.routes.surveyed import Survey
from devdash_databases.routes.told import short
from devdash_databases.routes.why import notices

TRY = Action(
    name="try-routes",
    key="t",
    title="Try routes",
    permission="databases.routes.try",
    fields=(
        Field(
            name="down",
            label="Down",
            required=False,
            completes=True,
            closed=True,
            help="Aliases that count as down, with commas between; nothing is stopped.",
        ),
        Field(
            name="transaction",
            label="In a transaction on",
            required=False,
            completes=True,
            closed=True,
            help="The alias of atomic(); empty: none.",
        ),
        Field(
            name="order",
            label="Routers in order",
            required=False,
            completes=True,
            closed=True,
            help="Names with commas between; those that are not named follow. Empty: as they are.",
        ),
        Field(name="written", label="After a write", kind=FieldKind.FLAG, default="no"),
    ),
    help="Ask the routers where the models would go; nothing changes.",
)

CHANGED = (Column("model", shrink=True), Column("read"), Column("write", priority=1), Column("", priority=2))


def words(text: str) -> tuple[str, ...]:
    """Names with commas or spaces between."""
    return tuple(text.replace(",", " ").split())


def asked(survey: Survey, down: str, transaction: str, order: str, written: bool) -> Asked:
    """What a person has filled in.

    Raises:
        PaneError: an alias or router that there is not.
    """
    aliases = [one.alias for one in survey.aliases]
    fallen = words(down)
    for alias in (*fallen, *words(transaction)):
        if alias not in aliases:
            raise PaneError(f"there is no alias “{alias}”", f"Known: {', '.join(aliases)}.")
    return Asked(
        order=_order(survey, words(order)),
        down=fallen,
        transaction=transaction.strip(),
        after_write=written,
    )


def _order(survey: Survey, names: Sequence[str]) -> tuple[int, ...]:
    if not names:
        return ()
    first: list[int] = []
    for name in names:
        place = _place(survey, name, first)
        if place is None:
            known = ", ".join(short(one) for one in survey.routers) or "none"
            raise PaneError(f"there is no router “{name}”", f"Known: {known}.")
        first.append(place)
    return (*first, *(place for place in range(len(survey.routers)) if place not in first))


def _place(survey: Survey, name: str, taken: Sequence[int]) -> int | None:
    places = (place for place, one in enumerate(survey.routers) if name in (one, short(one)))
    return next((place for place in places if place not in taken), None)


def offered(survey: Survey, field: str, text: str) -> tuple[str, ...]:
    """What could be meant by `text` in a field of the trial: the last name is completed."""
    before, last = _last(text)
    names = map(short, survey.routers) if field == "order" else (one.alias for one in survey.aliases)
    given = words(before)
    return tuple(
        before + name for name in names if name.lower().startswith(last.lower()) and name not in given
    )


def _last(text: str) -> tuple[str, str]:
    """`text` up to its last name, and that name."""
    last = text.replace(",", " ").split(" ")[-1]
    return text[: len(text) - len(last)], last


def told(now: Scanned, then: Scanned, given: Asked) -> tuple[Block, ...]:
    """What would be otherwise."""
    before = {route.model: route for route in now.routes}
    changed = [route for route in then.routes if before.get(route.model) not in (None, route)]
    lost = [route for route in then.routes if _failing(route, given.down)]
    rows = tuple(
        _row(before[route.model], route, given.down)
        for route in then.routes
        if route in changed or route in lost
    )
    blocks: list[Block] = [Text(_premise(then.survey, given), Tone.STRONG)]
    if lost:
        verb = "query of 1 model fails" if len(lost) == 1 else f"queries of {len(lost)} models fail"
        blocks.append(Notice(Level.CRITICAL, f"Some {verb}: they still go to what is down."))
    same = len(then.routes) - len(rows)
    empty = "Every model goes where it goes now."
    blocks.append(Table(CHANGED, rows, empty=empty))
    if rows and same:
        blocks.append(Text(f"{same} more go where they go now.", Tone.DIM))
    return (*blocks, *_new_findings(now, then)) if given.order else tuple(blocks)


def _new_findings(now: Scanned, then: Scanned) -> Iterator[Block]:
    known = {one.key for one in now.findings}
    found = findings_of(then.survey)
    yield from notices([one for one in found if one.key not in known])
    gone = [one for one in now.findings if one.key not in {other.key for other in found} and _static(one)]
    if gone:
        yield Notice(Level.OK, f"No longer found: {', '.join(sorted({one.code for one in gone}))}.")


def _static(finding: FindingFacts) -> bool:
    """Whether the trial could find it: it looks at no database."""
    live = ("table-", "schema-", "migration-", "replica-writable", "live-", "write-alias-read")
    return not finding.code.startswith(live)


def _premise(survey: Survey, given: Asked) -> str:
    parts: list[str] = []
    if given.down:
        parts.append(f"with {' and '.join(given.down)} down")
    if given.transaction:
        parts.append(f"in a transaction on {given.transaction}")
    if given.after_write:
        parts.append("after a write of the same model")
    if given.order:
        parts.append(f"asked in the order {', '.join(map(short, survey.routers))}")
    said = ", ".join(parts) or "as things are"
    return f"{said[0].upper()}{said[1:]}; a trial, nothing has changed."


def _failing(route: RouteFacts, down: Sequence[str]) -> bool:
    return any(alias in down for alias in (*_aliases(route.read), *_aliases(route.write)))


def _aliases(said: str | None) -> list[str]:
    return said.split(" or ") if said else []


def _row(before: RouteFacts, after: RouteFacts, down: Sequence[str]) -> Row:
    fails = [
        verb
        for verb, alias in (("reads", after.read), ("writes", after.write))
        if any(one in down for one in _aliases(alias))
    ]
    note = f"{' and '.join(fails)} fail" if fails else ""
    cells = (
        Cell(after.model),
        _change(before.read, after.read),
        _change(before.write, after.write),
        Cell(note, Tone.BAD),
    )
    return Row(after.model, cells)


def _change(before: str | None, after: str | None) -> Cell:
    if before == after:
        return Cell(after or "—", Tone.DIM)
    return Cell(f"{before or '—'} → {after or '—'}", Tone.ACCENT)
