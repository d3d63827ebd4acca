"""What a router knows of the others in DATABASE_ROUTERS, so that their order does not matter."""

from collections.abc import Iterator
from contextvars import copy_context
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.models import Model

DEFAULT = "default"
"""Django's DEFAULT_DB_ALIAS."""


def routers() -> tuple[object, ...]:
    """The project's routers, in their order."""
    from django.db import router

    return tuple(router.routers)


def claimed_by_another(router: object, app_label: str) -> bool:
    """Whether a router other than `router` claims the app.

    Any router may have the method `claims(app_label) -> bool`, and says with it that it alone decides.
    """
    for other in routers():
        claims = getattr(other, "claims", None)
        if other is not router and claims is not None and claims(app_label):
            return True
    return False


def alias_of(instance: object) -> str | None:
    """The alias that a model's instance came from or was saved to."""
    state = getattr(instance, "_state", None)
    db: object = getattr(state, "db", None)
    return db if isinstance(db, str) else None


def may_live_on(alias: str, model: "type[Model]") -> bool:
    """Whether the routers together permit the model's table on `alias`."""
    from django.db import router

    return router.allow_migrate_model(alias, model)


def write_alias(model: "type[Model]", **hints: object) -> str:
    """Where `model` is written, asked without leaving a trace of a write in the context."""
    from django.db import router

    return copy_context().run(router.db_for_write, model, **hints)


def tables_of_models() -> Iterator["type[Model]"]:
    """Every model that migrations make a table for, those between two models included."""
    from django.apps import apps

    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy and not model._meta.swapped:
            yield model
