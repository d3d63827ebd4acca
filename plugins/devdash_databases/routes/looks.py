"""What is wrong with the databases themselves, told by a look at those that a person allows."""

from collections.abc import Iterator

from devdash_databases.routes.facts import FindingFacts
from devdash_databases.routes.surveyed import Look, Survey
from devdash_databases.routes.told import finding, is_are, joined, some
from devdash_databases.routes.use import Use


def live_findings(survey: Survey, use: Use) -> Iterator[FindingFacts]:
    """Missing tables, read-only primaries, writable replicas, drift, pending migrations."""
    seen = {alias: look for alias, look in survey.live.items() if not look.failed}
    for alias, look in survey.live.items():
        if look.failed:
            yield finding("live-failed", f"The look at {alias} ended with {look.failed}.", alias=alias)
    for alias, look in seen.items():
        yield from _missing(survey, alias, look)
        yield from _open_or_closed(survey, use, alias, look)
        yield from _pending(survey, alias, look)
    yield from _drift(survey, use, seen)


def _missing(survey: Survey, alias: str, look: Look) -> Iterator[FindingFacts]:
    without = [model for model in survey.models if model.makes_table and model.table not in look.tables]
    written = [model.model for model in without if alias in model.write.chosen]
    read = [
        model.model for model in without if alias in model.read.chosen and alias not in model.write.chosen
    ]
    for code, verb, models in (
        ("table-missing-on-write-alias", "written to", written),
        ("table-missing-on-read-alias", "read from", read),
    ):
        if models:
            text = f"{some(models)} {is_are(models)} {verb} {alias} and {_has(models)} no table there."
            yield finding(code, text, alias=alias, models=models)


def _has(models: list[str]) -> str:
    return "has" if len(models) == 1 else "have"


def _open_or_closed(survey: Survey, use: Use, alias: str, look: Look) -> Iterator[FindingFacts]:
    written = [model.model for model in survey.models if alias in model.write.chosen]
    if look.read_only and written:
        text = f"{some(written)} {is_are(written)} written to {alias}, which refuses writes."
        yield finding("write-alias-read-only", text, alias=alias, models=written)
    if look.read_only is False and alias in use.replicas:
        yield finding("replica-writable", f"{alias} is only read from and takes writes.", alias=alias)


def _pending(survey: Survey, alias: str, look: Look) -> Iterator[FindingFacts]:
    """Those of apps that have a model there; what the record says of others means nothing."""
    apps = {model.model.partition(".")[0] for model in survey.models if alias in model.write.chosen}
    waiting = [name for name in look.pending if name.partition(".")[0] in apps]
    if waiting:
        verb = "waits" if len(waiting) == 1 else "wait"
        text = f"{joined(waiting, 'migrations')} {verb} to be applied to {alias}."
        yield finding("migration-pending", text, alias=alias)


def _drift(survey: Survey, use: Use, seen: dict[str, Look]) -> Iterator[FindingFacts]:
    """Tables that are read and written in two places of one vendor, and are not the same in both."""
    differing: dict[tuple[str, str], set[str]] = {}
    for model in survey.models:
        for write in model.write.chosen:
            for read in model.read.chosen:
                if use.vendor(read) != use.vendor(write):
                    continue
                here, there = (
                    seen[one].tables.get(model.table) if one in seen else None for one in (write, read)
                )
                if here is not None and there is not None and set(here) != set(there):
                    differing.setdefault((write, read), set()).add(model.model)
    for (write, read), models in sorted(differing.items()):
        tables = [use.models[label].table for label in models]
        columns = sorted({name for table in tables for name in _columns(table, seen[write], seen[read])})
        said = f"{some(models)} {is_are(models)} not the same on {write} and {read}"
        text = f"{said}: {joined(columns, 'columns')}."
        yield finding("schema-drift", text, alias=read, models=models)


def _columns(table: str, one: Look, other: Look) -> set[str]:
    """The columns that only one of the two has, or has otherwise."""
    return {column.partition(" ")[0] for column in {*one.tables[table]} ^ {*other.tables[table]}}
