"""Routes and findings in the pane's report."""

from collections.abc import Iterator, Sequence

from devdash.api import Attention, Block, Cell, Column, Row, Table, Tone
from devdash_databases.routes.facts import FindingFacts, RouteFacts
from devdash_databases.routes.scanned import Scanned
from devdash_databases.routes.surveyed import Model, Survey
from devdash_databases.routes.why import detail, in_short, level_of

ROUTES = (
    Column("model", shrink=True),
    Column("read", priority=1, key="read"),
    Column("write", priority=2, key="write"),
    Column("migrate", priority=4, shrink=True, key="migrate"),
    Column("decided by", priority=5, shrink=True),
)

FINDINGS = (Column(priority=1), Column(shrink=True))

MODEL, FINDING = "model:", "finding:"
"""What the keys of models' rows, and of findings', begin with."""

RULES = {"critical": "router-fault", "attention": "router-finding"}
"""The alert rules about findings, by their weight."""

ALERTED = frozenset({"migration-pending"})
"""Findings that have another rule; see `alias_rules`."""

MOST = 400
"""Models in the table; the others are in the facts."""


def model_key(label: str, prefix: str = "") -> str:
    """The key of a model's row; `prefix` is "" or the project's name and a slash."""
    return f"{MODEL}{prefix}{label}"


def findings(scanned: Scanned, prefix: str = "", whose: str = "") -> Iterator[Block]:
    """The findings; `whose` begins the heading."""
    if scanned.findings:
        rows = tuple(
            Row(
                key,
                (Cell(one.code, Tone.DIM), Cell(one.text)),
                level=level_of(one.level),
                detail=detail(one),
            )
            for key, one in keyed(scanned.findings, prefix)
        )
        yield Table(FINDINGS, rows, heading=f"{whose}findings")


def routes(scanned: Scanned, prefix: str = "", whose: str = "") -> Iterator[Block]:
    """The routes of the models; `whose` begins the heading."""
    if scanned.routes:
        heading = "routes" if len(scanned.routes) <= MOST else f"routes of the first {MOST} models"
        models = {model.model: model for model in scanned.survey.models}
        rows = tuple(
            _route(route, prefix, scanned.survey, models.get(route.model)) for route in scanned.routes[:MOST]
        )
        yield Table(ROUTES, rows, heading=f"{whose}{heading}", cells=True)


def attention(project: str, scanned: Scanned, prefix: str = "") -> Iterator[Attention]:
    """What of the findings needs a hand; notes do not."""
    for key, one in keyed(scanned.findings, prefix):
        if one.level != "note":
            rule = rule_of(one)
            name = f"{key}:{rule}" if rule else key
            yield Attention(name, level_of(one.level), f"{project}: {one.text}", item=key)


def rule_of(one: FindingFacts) -> str:
    """The alert rule that a finding is one of; "" for none."""
    return "" if one.code in ALERTED else RULES.get(one.level, "")


def counted(findings: Sequence[FindingFacts]) -> str:
    """ "2 routing problems"; "" for none. Notes do not count."""
    count = sum(one.level != "note" for one in findings)
    return f"{count} routing problem{'' if count == 1 else 's'}" if count else ""


def keyed(findings: Sequence[FindingFacts], prefix: str = "") -> Iterator[tuple[str, FindingFacts]]:
    """Each finding with a key that stays the same from scan to scan."""
    seen: dict[str, int] = {}
    for one in findings:
        key = f"{FINDING}{prefix}{one.key}"
        seen[key] = seen.get(key, 0) + 1
        yield (key if seen[key] == 1 else f"{key}:{seen[key]}"), one


def _route(route: RouteFacts, prefix: str, survey: Survey, model: Model | None) -> Row:
    return Row(
        model_key(route.model, prefix),
        (
            Cell(route.model),
            Cell(route.read or "—"),
            Cell(route.write or "—"),
            Cell(", ".join(route.migrate) or "—", Tone.DIM),
            Cell(route.decided_by, Tone.DIM),
        ),
        detail=() if model is None else in_short(survey, model),
    )
