"""System checks of DATABASE_ROUTERS: what will go wrong, told by `manage.py check` before it does.

| id | finding |
|---|---|
| devdash_routers.E001 | a router names an alias that DATABASES does not have |
| devdash_routers.W001 | a replica has no TEST MIRROR: tests would read an empty database |
| devdash_routers.W002 | a router stands where a more general one before it takes its models |
| devdash_routers.W003 | migrations reach a replica |
| devdash_routers.W004 | a model on MongoDB has an integer key that counts up |
| devdash_routers.W005 | a relation leads to another database, which no constraint can follow, or is refused |
| devdash_routers.W006 | an app is recorded as migrated where its tables are missing (with `--database`) |

Nothing connects, except for W006 to the databases that the command names.
"""

from collections.abc import Iterator, Sequence
from contextvars import copy_context
from typing import TYPE_CHECKING

from devdash.history.routers.apps_elsewhere import AppRouter
from devdash.history.routers.chain import may_live_on, routers, tables_of_models, write_alias
from devdash.history.routers.primary import Group, PrimaryReplicaRouter
from devdash.history.routers.tables import missing_tables

if TYPE_CHECKING:
    from django.core.checks import CheckMessage
    from django.db.models import Field, Model

MONGO = "django_mongodb_backend"
COUNTING = ("AutoField", "BigAutoField", "SmallAutoField")


def register_checks() -> None:
    """Register both checks; once is enough, more does no harm."""
    from django.core import checks

    checks.register(check_routers, "devdash_routers")
    checks.register(check_tables, checks.Tags.database)


def check_routers(**kwargs: object) -> "list[CheckMessage]":
    """E001 and W001 to W005."""
    unknown = list(_unknown_aliases())
    if unknown:
        return unknown
    return [*_mirrors(), *_shadowed(), *_migrated_replicas(), *_counting_keys(), *_relations()]


def check_tables(*, databases: Sequence[str] | None = None, **kwargs: object) -> "list[CheckMessage]":
    """W006, for the aliases in `databases`."""
    from django.core.checks import Warning as Finding
    from django.db import connections
    from django.db.migrations.loader import MigrationLoader

    found: list[CheckMessage] = []
    for alias in databases or ():
        loader = MigrationLoader(connections[alias], ignore_no_migrations=True)
        pending = {app for app, name in loader.graph.nodes if (app, name) not in loader.applied_migrations}
        for label in missing_tables(alias):
            app = label.partition(".")[0]
            if app in loader.migrated_apps - pending:
                found.append(
                    Finding(
                        f"{label} has no table on {alias}, where its app is recorded as migrated.",
                        hint=f"migrate {app} zero --fake --database {alias}, and then again without zero "
                        "and --fake.",
                        id="devdash_routers.W006",
                    )
                )
    return found


def _groups() -> Iterator[Group]:
    return (router.group for router in routers() if isinstance(router, PrimaryReplicaRouter))


def _unknown_aliases() -> "Iterator[CheckMessage]":
    from django.core.checks import Error
    from django.db import connections

    for router in routers():
        named: set[str] = set()
        if isinstance(router, PrimaryReplicaRouter):
            named = set(router.group.aliases)
        elif isinstance(router, AppRouter):
            named = set(router.homes.apps.values())
        for alias in sorted(named - set(connections)):
            yield Error(
                f"{type(router).__name__} names the database {alias}, which DATABASES does not have.",
                hint=f"DATABASES has {', '.join(sorted(connections))}.",
                id="devdash_routers.E001",
            )


def _mirrors() -> "Iterator[CheckMessage]":
    from django.core.checks import Warning as Finding
    from django.db import connections

    for group in _groups():
        for replica in group.replicas:
            if connections.settings[replica]["TEST"].get("MIRROR") != group.primary:
                yield Finding(
                    f"The replica {replica} does not mirror {group.primary} in tests: they would read an "
                    "empty database.",
                    hint=f'DATABASES["{replica}"]["TEST"] = {{"MIRROR": "{group.primary}"}}, '
                    "or with_test_mirrors().",
                    id="devdash_routers.W001",
                )


def _shadowed() -> "Iterator[CheckMessage]":
    from django.core.checks import Warning as Finding

    answers = [(router, _answers(router)) for router in routers()]
    for place, (later, wanted) in enumerate(answers):
        for earlier, taken in answers[:place]:
            lost = sorted(label for label in wanted if taken.get(label, wanted[label]) != wanted[label])
            if lost and wanted.keys() < taken.keys():
                yield Finding(
                    f"{type(earlier).__name__} stands before {type(later).__name__} in DATABASE_ROUTERS and "
                    f"takes its models: {', '.join(lost)}.",
                    hint=f"Put {type(later).__name__} first.",
                    id="devdash_routers.W002",
                )


def _answers(router: object) -> dict[str, str]:
    """Model label → the alias that `router` alone would write it to, or else read it from."""
    answers: dict[str, str] = {}
    for model in tables_of_models():
        for question in ("db_for_write", "db_for_read"):
            ask = getattr(router, question, None)
            alias = copy_context().run(ask, model) if ask is not None else None
            if alias:
                answers.setdefault(model._meta.label, alias)
    return answers


def _migrated_replicas() -> "Iterator[CheckMessage]":
    from django.core.checks import Warning as Finding

    for group in _groups():
        for replica in group.replicas:
            labels = sorted(m._meta.label for m in tables_of_models() if may_live_on(replica, m))
            if labels:
                yield Finding(
                    f"Migrations of {', '.join(labels)} would run on the replica {replica} and break its "
                    "replication.",
                    hint="A router that stands first permits them; let it say None for replicas.",
                    id="devdash_routers.W003",
                )


def _counting_keys() -> "Iterator[CheckMessage]":
    from django.core.checks import Warning as Finding

    for model in tables_of_models():
        kind = model._meta.pk.get_internal_type()
        if _on_mongo(write_alias(model)) and kind in COUNTING:
            yield Finding(
                f"The key of {model._meta.label} is a {kind}, and MongoDB does not count.",
                hint="Give it a key of its own, such as a UUIDField, or an ObjectIdAutoField.",
                obj=model,
                id="devdash_routers.W004",
            )


def _on_mongo(alias: str) -> bool:
    from django.db import connections

    return str(connections.settings[alias]["ENGINE"]) == MONGO


def _relations() -> "Iterator[CheckMessage]":
    from django.core.checks import Warning as Finding

    for model in tables_of_models():
        for field in model._meta.local_fields:
            trouble = _trouble(model, field)
            if trouble:
                yield Finding(trouble[0], hint=trouble[1], obj=field, id="devdash_routers.W005")


def _trouble(model: "type[Model]", field: "Field[object, object]") -> tuple[str, str] | None:
    from django.db import router
    from django.db.models import ForeignKey

    if not isinstance(field, ForeignKey):
        return None
    other = field.related_model
    here, there = write_alias(model), write_alias(other)
    if here == there:
        return None
    ends = (model(), other())
    for end, alias in zip(ends, (here, there), strict=True):
        end._state.db = alias
    where = f"{model._meta.label}.{field.name} leads from {here} to {there}"
    if not router.allow_relation(*ends):
        pair = (model._meta.app_label, other._meta.app_label)
        return f"{where}, and no router allows it.", f"AppRouter's relations may name {pair}."
    if getattr(field, "db_constraint", True) and not _on_mongo(here):
        return f"{where}, where no constraint can follow.", "Give it db_constraint=False."
    return None
