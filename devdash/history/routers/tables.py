"""Whether tables are where the routers say: what is recorded as migrated is no proof of it.

`migrate` records a migration as applied on the database it was run on even when the routers refused
every one of its operations there. So the record of `default` says that an app is migrated which
lives, or should live, on another alias.
"""

from devdash.history.routers.chain import tables_of_models, write_alias


def missing_tables(alias: str) -> tuple[str, ...]:
    """The labels ("app.Model") of managed models that are written to `alias` and have no table there.

    Raises:
        django.db.Error: `alias` cannot be reached; a backend may let errors of its driver through.
    """
    from django.db import connections

    with connections[alias].cursor() as cursor:
        there = set(connections[alias].introspection.table_names(cursor))
    return tuple(
        model._meta.label
        for model in tables_of_models()
        if model._meta.db_table not in there and write_alias(model) == alias
    )
