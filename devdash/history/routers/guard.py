"""Keeps `migrate --database REPLICA` from writing anything.

A router's `allow_migrate` comes too late for that: Django makes its table of migrations first, and
records each migration as applied even where every operation was refused. On a replica either breaks the
replication as soon as the primary sends the same. So the command itself is stopped.
"""

from devdash.history.routers.chain import routers


def guard_replicas() -> None:
    """Stop the migration of a replica from now on; more than once does no harm."""
    from django.db.models.signals import pre_migrate

    pre_migrate.connect(_refuse_replicas, dispatch_uid="devdash_routers")


def _refuse_replicas(*, using: str, **kwargs: object) -> None:
    from django.core.management import CommandError

    for router in routers():
        group = getattr(router, "group", None)
        if using in getattr(group, "replicas", ()):
            primary = getattr(group, "primary", "default")
            raise CommandError(
                f"{using} is a replica of {primary} and is migrated by migrating {primary}. "
                f'If this is a test run: DATABASES["{using}"]["TEST"] = {{"MIRROR": "{primary}"}}.'
            )
