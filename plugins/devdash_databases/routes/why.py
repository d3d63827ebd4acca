"""Why a model goes where it goes: the chain of routers, and what each of them answered."""

from collections.abc import Iterator, Sequence

from devdash.api import Block, Cell, Column, Level, Notice, Pair, Pairs, Row, Table, Text, Tone
from devdash_databases.routes.facts import FindingFacts
from devdash_databases.routes.scanned import Scanned, alias_of
from devdash_databases.routes.surveyed import Answer, Choice, Model, Survey, Verdict
from devdash_databases.routes.told import short, some

CHAIN = (Column("", priority=2), Column("router", shrink=True), Column("answer", priority=1))
ALIASES = (Column("alias"), Column("table may be made"), Column("decided by", priority=1, shrink=True))
RELATIONS = (
    Column("field"),
    Column("to", priority=1),
    Column("other row from", priority=2),
    Column("allowed"),
    Column("decided by", priority=3, shrink=True),
)

METHODS = {"read": "db_for_read", "write": "db_for_write"}
VERBS = {"read": "read from", "write": "written to"}


def why(scanned: Scanned, model: Model, column: str | None) -> tuple[Block, ...]:
    """Of the read ("read"), the write ("write"), the migrations ("migrate") of a model; of all with None."""
    survey = scanned.survey
    blocks: list[Block] = []
    for question, choice in (("read", model.read), ("write", model.write)):
        if column in (None, question):
            blocks += [Text(sentence(survey, model, question), Tone.STRONG), _chain(survey, question, choice)]
    if column in (None, "migrate"):
        blocks.append(_migrations(survey, model))
    if column is None and model.relations and not model.between:
        blocks.append(_relations(survey, model))
    concerned = [one for one in scanned.findings if model.model in one.models]
    return (*blocks, *notices(concerned))


def notices(findings: Sequence[FindingFacts]) -> Iterator[Block]:
    """Each finding with its consequence and repair."""
    for one in findings:
        yield Notice(level_of(one.level), f"{one.text} {one.consequence}", one.repair)


def detail(finding: FindingFacts) -> tuple[Block, ...]:
    """Everything about one finding."""
    pairs = (
        ("code", finding.code),
        ("router", finding.router or ""),
        ("database", finding.alias or ""),
        ("field", finding.field or ""),
        ("models", some(finding.models)),
    )
    shown = Pairs(tuple(Pair(label, value) for label, value in pairs if value))
    return (*notices((finding,)), shown)


def in_short(survey: Survey, model: Model) -> tuple[Block, ...]:
    """What Enter opens of a model's row; its cells and the key have more."""
    told = "\n".join(sentence(survey, model, question) for question in METHODS)
    return (Text(told), Text("w tells what each router answered; ← → choose a cell.", Tone.DIM))


def level_of(level: str) -> Level:
    """A finding's level as the pane's; a note is none."""
    return Level.OK if level == "note" else Level(level)


def sentence(survey: Survey, model: Model, question: str) -> str:
    """ "shop.Order is read from replica: house.Replica says so, the second of two."."""
    choice = model.read if question == "read" else model.write
    method, count = METHODS[question], len(survey.routers)
    place = "" if choice.by is None or count == 1 else f" It stands {_ordinal(choice.by + 1)} of {count}."
    if choice.by is not None and (kind := choice.answers[choice.by].raised):
        who = short(survey.router(choice.by))
        return f"{model.model} is {VERBS[question]} nowhere: {who} raises {kind}.{place}"
    where = f"{model.model} is {VERBS[question]} {alias_of(choice)}"
    if choice.by is None:
        who = "no router answers" if count else "there is no router"
        return f"{where}: {who} {method}, and Django takes default then."
    chance = " It does not always say the same." if len(choice.chosen) > 1 else ""
    return f"{where}: {short(survey.router(choice.by))} says so.{place}{chance}"


def _ordinal(place: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(place, f"{place}th")


def _chain(survey: Survey, question: str, choice: Choice) -> Table:
    rows = [
        Row(
            f"{question}:{place}",
            (
                Cell(str(place + 1), Tone.DIM),
                Cell(survey.router(place), Tone.STRONG if place == choice.by else Tone.PLAIN),
                _answer(answer, METHODS[question], place, choice.by),
            ),
        )
        for place, answer in enumerate(choice.answers)
    ]
    if choice.by is None:
        rows.append(Row(f"{question}:django", (Cell(), Cell("Django"), Cell("default", Tone.STRONG))))
    return Table(CHAIN, tuple(rows), heading=METHODS[question])


def _answer(answer: Answer, method: str, place: int, by: int | None) -> Cell:
    said = said_of(answer, method)
    if by is not None and place > by:
        return Cell(f"not asked; {_would(answer, said)}", Tone.DIM)
    if place == by:
        return Cell(said, Tone.BAD if answer.raised else Tone.STRONG)
    return Cell(said, Tone.DIM)


def _would(answer: Answer, said: str) -> str:
    """What a router would have done that Django does not come to."""
    if answer.absent or answer.raised:
        return said
    return f"would say {said}" if answer.aliases else "would pass"


def said_of(answer: Answer, method: str) -> str:
    """What a router answered, in a few words."""
    if answer.absent:
        return f"has no {method}"
    if answer.raised:
        return f"raises {answer.raised}"
    if answer.says is not None:
        return "yes" if answer.says else "no"
    if not answer.aliases:
        return "passes"
    return " or ".join(answer.aliases) + (", or passes" if answer.sometimes else "")


def _who(survey: Survey, verdict: Verdict) -> str:
    if verdict.by is None:
        return "Django, as no router says anything"
    kind = verdict.answers[verdict.by].raised
    return f"{survey.router(verdict.by)}, which raises {kind}" if kind else survey.router(verdict.by)


def _yes_no(verdict: Verdict) -> Cell:
    return Cell("yes", Tone.GOOD) if verdict.allowed else Cell("no", Tone.WARN)


def _migrations(survey: Survey, model: Model) -> Block:
    if not model.makes_table:
        return Text(f"{model.model} has no table of its own to migrate.", Tone.DIM)
    rows = tuple(
        Row(f"migrate:{one.alias}", (Cell(one.alias), _yes_no(one), Cell(_who(survey, one), Tone.DIM)))
        for one in model.migrate
    )
    return Table(ALIASES, rows, heading="allow_migrate")


def _relations(survey: Survey, model: Model) -> Table:
    rows = tuple(
        Row(
            f"relation:{relation.field}:{case.own}:{case.other}",
            (
                Cell(relation.field),
                Cell(relation.to),
                Cell(case.other),
                _yes_no(case),
                Cell(_who(survey, case) if case.by is not None else _same(case.own, case.other), Tone.DIM),
            ),
        )
        for relation in model.relations
        for case in relation.cases
    )
    return Table(RELATIONS, rows, heading="allow_relation")


def _same(own: str, other: str) -> str:
    return "Django: the same database" if own == other else f"Django: not the same database as {own}"
