"""What is wrong with the routing of a project, told by the survey alone: nothing is asked of any database."""

from collections import Counter
from collections.abc import Callable, Iterator

from devdash_databases.probing import engines
from devdash_databases.routes.facts import FindingFacts
from devdash_databases.routes.looks import live_findings
from devdash_databases.routes.surveyed import Answer, Choice, Model, Survey, Verdict
from devdash_databases.routes.told import finding, is_are, joined, short, some
from devdash_databases.routes.use import Use, grouped

COUNTING = frozenset({"AutoField", "BigAutoField", "SmallAutoField"})


def findings_of(survey: Survey) -> tuple[FindingFacts, ...]:
    """All findings, the gravest first, else in the order of their codes."""
    use = Use(survey)
    found = [one for check in CHECKS for one in check(survey, use)]
    return tuple(sorted(found, key=lambda one: ("critical", "attention", "note").index(one.level)))


def _raising(survey: Survey, use: Use) -> Iterator[FindingFacts]:
    """Routers that raise where Django comes to them."""
    raised: Counter[tuple[str, str, str]] = Counter()
    hit: dict[tuple[str, str, str], set[str]] = {}
    for model in survey.models:
        asked: list[tuple[str, Choice | Verdict]] = [
            ("db_for_read", model.read),
            ("db_for_write", model.write),
        ]
        asked += [("allow_migrate", verdict) for verdict in model.migrate]
        asked += [("allow_relation", case) for relation in model.relations for case in relation.cases]
        for method, answer in asked:
            if answer.by is not None and (kind := answer.answers[answer.by].raised):
                key = (survey.router(answer.by), method, kind)
                raised[key] += 1
                hit.setdefault(key, set()).add(model.model)
    for (router, method, kind), times in sorted(raised.items()):
        text = f"Router {router} raises {kind} in {method}, {times} time{'' if times == 1 else 's'} over."
        yield finding("router-raises", text, router=router, models=hit[router, method, kind])


def _connecting(survey: Survey, use: Use) -> Iterator[FindingFacts]:
    for router in survey.connects:
        yield finding(
            "router-connects", f"Router {short(router)} asks a database while it routes.", router=router
        )


def _shadowed(survey: Survey, use: Use) -> Iterator[FindingFacts]:
    """A router for few models behind one that takes more, these included, to somewhere else."""
    for later in range(len(survey.routers)):
        for earlier in range(later):
            taken, wanted = _named_by(survey, earlier), _named_by(survey, later)
            if not wanted.keys() < taken.keys():
                continue
            lost = [label for label in wanted if _loses(use.models[label], earlier, later)]
            if lost:
                first, last = survey.router(earlier), survey.router(later)
                where = "/".join(sorted({alias for label in lost for alias in wanted[label]}))
                gone = "/".join(sorted({alias for label in lost for alias in taken[label]}))
                text = (
                    f"{short(first)} stands before {short(last)} and takes its models: {some(lost)} "
                    f"{is_are(lost)} sent to {gone} instead of {where}."
                )
                yield finding("router-shadowed", text, router=first, models=lost)


def _named_by(survey: Survey, place: int) -> dict[str, frozenset[str]]:
    """The aliases that one router alone would name, for each model of which it says anything."""
    named: dict[str, frozenset[str]] = {}
    for model in survey.models:
        answers = (model.write.answers[place], model.read.answers[place])
        aliases = frozenset(alias for answer in answers for alias in answer.aliases)
        if aliases:
            named[model.model] = aliases
    return named


def _loses(model: Model, earlier: int, later: int) -> bool:
    """Whether `earlier` decides for a model what `later` would have decided otherwise."""
    return any(
        choice.by == earlier and _differ(choice.answers[earlier], choice.answers[later])
        for choice in (model.read, model.write)
    )


def _differ(taken: Answer, wanted: Answer) -> bool:
    return bool(wanted.aliases) and set(taken.aliases) != set(wanted.aliases)


def _unknown(survey: Survey, use: Use) -> Iterator[FindingFacts]:
    reads = _unknown_of(survey, use, lambda model: model.read)
    writes = _unknown_of(survey, use, lambda model: model.write)
    for alias, router in sorted({*reads, *writes}):
        read, written = reads.get((alias, router), set()), writes.get((alias, router), set())
        verb = "read from and written to" if read == written else "read from or written to"
        if not read or not written:
            verb = "read from" if read else "written to"
        models = read | written
        text = f"{some(models)} {is_are(models)} {verb} “{alias}”, which is not configured."
        yield finding("unknown-alias", text, alias=alias, router=router, models=models)


def _unknown_of(
    survey: Survey, use: Use, choice: Callable[[Model], Choice]
) -> dict[tuple[str, str], set[str]]:
    return grouped(
        ((alias, survey.router(choice(model).by)), model.model)
        for model in survey.models
        for alias in choice(model).chosen
        if alias not in use.known
    )


def _never_migrated(survey: Survey, use: Use) -> Iterator[FindingFacts]:
    missed = grouped(
        ((verdict.alias, survey.router(verdict.by)), model.model)
        for model in survey.models
        for verdict in model.migrate
        if model.makes_table and verdict.alias in model.write.chosen and not verdict.allowed
    )
    for (alias, router), models in sorted(missed.items()):
        said = f"{some(models)} {is_are(models)} written to {alias}"
        text = f"{said}, where {short(router)} lets no migration make the table."
        yield finding("write-alias-never-migrated", text, alias=alias, router=router, models=models)


def _migrated(survey: Survey, use: Use) -> Iterator[FindingFacts]:
    """Migrations that may run on a replica, or where a model is never looked for."""
    permitted = grouped(
        ((verdict.alias, survey.router(verdict.by)), model.model)
        for model in survey.models
        for verdict in model.migrate
        if model.makes_table and verdict.allowed and verdict.alias not in use.aliases_of(model.model)
    )
    on_replicas = grouped(
        ((verdict.alias, survey.router(verdict.by)), model.model)
        for model in survey.models
        for verdict in model.migrate
        if model.makes_table and verdict.allowed and verdict.alias in use.replicas
    )
    for (alias, router), models in sorted(on_replicas.items()):
        said = f"{_permits(router)} migrations of {some(models)} on {alias}, which is only read from."
        yield finding("ddl-on-read-alias", said, alias=alias, router=router, models=models)
    for (alias, router), models in sorted(permitted.items()):
        if alias not in use.replicas:
            said = f"{_permits(router)} migrations of {some(models)} on {alias}, where nobody looks for them."
            yield finding("migrated-where-unused", said, alias=alias, router=router, models=models)


def _permits(router: str) -> str:
    return "No router forbids" if router == "default" else f"{short(router)} permits"


def _counting_keys(survey: Survey, use: Use) -> Iterator[FindingFacts]:
    counting = grouped(
        ((alias, survey.router(model.write.by)), model.model)
        for model in survey.models
        for alias in model.write.chosen
        if model.makes_table and model.key in COUNTING and use.vendor(alias) == engines.MONGODB
    )
    for (alias, router), models in sorted(counting.items()):
        text = f"{some(models)} {is_are(models)} written to {alias}, a MongoDB, with a key that counts up."
        yield finding("autofield-on-mongo", text, alias=alias, router=router, models=models)


def _foreign_keys(survey: Survey, use: Use) -> Iterator[FindingFacts]:
    """Those that lead to another database."""
    for model in survey.models:
        for relation in model.relations:
            other = use.models.get(relation.to)
            if other is None or not model.write.chosen or not other.write.chosen:
                continue
            here, there = model.write.chosen, other.write.chosen
            if set(here) == set(there):
                continue
            kept = relation.constraint and use.vendor(here[0]) != engines.MONGODB
            field = f"{model.model}.{relation.field}"
            text = f"{field} leads from {_or(here)} to {relation.to} on {_or(there)}."
            yield finding(
                "fk-across-databases" if kept else "fk-without-constraint",
                text,
                alias=here[0],
                router=survey.router(model.write.by),
                models=[model.model],
                field=field,
            )


def _or(aliases: tuple[str, ...]) -> str:
    return " or ".join(aliases)


def _refused(survey: Survey, use: Use) -> Iterator[FindingFacts]:
    """Relations that may not be made, for some place where the other row comes from."""
    refused: dict[tuple[str, tuple[str, ...], str], dict[str, tuple[str, str]]] = {}
    for model in survey.models:
        for relation in () if model.between else model.relations:
            cases = [case for case in relation.cases if not case.allowed]
            if cases:
                ways = tuple(sorted({case.other for case in cases}))
                key = (cases[0].own, ways, survey.router(cases[0].by))
                field = f"{model.model}.{relation.field}"
                refused.setdefault(key, {})[field] = (model.model, relation.to)
    for (own, ways, router), fields in sorted(refused.items()):
        who = "no router allows it" if router == "default" else f"{short(router)} refuses it"
        others = some(to for _, to in fields.values())
        text = f"{joined(sorted(fields), 'fields')} may not refer to {others} from {_or(ways)}: {who}."
        models = [label for label, _ in fields.values()]
        yield finding("relation-refused", text, alias=own, router=router, models=models, field=min(fields))


def _transactions(survey: Survey, use: Use) -> Iterator[FindingFacts]:
    """Models that are read from elsewhere even while a transaction writes them."""
    leaving: dict[tuple[str, tuple[str, ...], str], set[str]] = {}
    for model in survey.models:
        away = tuple(sorted(set(model.atomic) - set(model.write.chosen)))
        if away:
            key = (model.write.chosen[0], away, survey.router(model.read.by))
            leaving.setdefault(key, set()).add(model.model)
    for (alias, away, router), models in sorted(leaving.items()):
        text = f"Inside atomic() on {alias}, {some(models)} {is_are(models)} read from {_or(away)}."
        yield finding("reads-leave-transaction", text, alias=alias, router=router, models=models)


def _mirrors(survey: Survey, use: Use) -> Iterator[FindingFacts]:
    for alias in survey.aliases:
        if alias.alias in use.replicas and not alias.mirror:
            text = f"{alias.alias} is only read from and has no TEST MIRROR."
            yield finding("replica-without-test-mirror", text, alias=alias.alias)


_TIMEOUTS = {
    engines.MYSQL: (("connect_timeout", "connection_timeout"), ("read_timeout",)),
    engines.POSTGRESQL: (("connect_timeout", "service"),),
    engines.MONGODB: (("serverSelectionTimeoutMS", "timeoutMS"),),
}
"""For each vendor the options of which it needs one of each group; a service file may have them too."""


def _timeouts(survey: Survey, use: Use) -> Iterator[FindingFacts]:
    for alias in survey.aliases:
        needed = _TIMEOUTS.get(use.vendor(alias.alias) or "", ())
        missing = [group[0] for group in needed if not alias.options & set(group)]
        if missing:
            text = f"{alias.alias} has no {' and no '.join(missing)}."
            yield finding("no-timeout", text, alias=alias.alias)


CHECKS: tuple[Callable[[Survey, Use], Iterator[FindingFacts]], ...] = (
    _raising,
    _connecting,
    _shadowed,
    _unknown,
    _never_migrated,
    _migrated,
    _counting_keys,
    _foreign_keys,
    _refused,
    _transactions,
    _mirrors,
    _timeouts,
    live_findings,
)
