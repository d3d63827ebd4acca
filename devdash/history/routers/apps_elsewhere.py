"""Apps that live in a database of their own: there with everything, and nothing else there."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from devdash.history.routers.chain import DEFAULT
from devdash.history.routers.configuration import router_settings

if TYPE_CHECKING:
    from django.db.models import Model


class Homes(NamedTuple):
    """Which app lives where, as a router has settled on it.

    Attributes:
        apps: app label → alias.
        aliases: the aliases on which no other app may be.
        related: pairs of app labels that may be related although they live apart.
    """

    apps: Mapping[str, str]
    aliases: frozenset[str]
    related: frozenset[frozenset[str]]


class AppRouter:
    """Each of its apps is read from, written to and migrated on one alias; other apps are kept off it.

    It says nothing about other apps elsewhere, so that it may stand anywhere in DATABASE_ROUTERS as
    long as the routers before it say nothing about its apps; `PrimaryReplicaRouter` does not.

    A relation between apps that live apart is refused, unless `relations` names the two: then
    Django keeps the other's key in the row, and no database checks it.

    Configured by arguments, by attributes of a subclass, or by the setting DEVDASH_ROUTERS, in this
    order; each may leave the rest to the next.

    Attributes:
        apps: app label → alias of DATABASES.
        relations: pairs of app labels, in any order; one of the two is in `apps`.
    """

    apps: Mapping[str, str] | None = None
    relations: Iterable[tuple[str, str]] | None = None

    def __init__(
        self,
        apps: Mapping[str, str] | None = None,
        *,
        relations: Iterable[tuple[str, str]] | None = None,
    ) -> None:
        if apps is not None:
            self.apps = apps
        if relations is not None:
            self.relations = relations

    @cached_property
    def homes(self) -> Homes:
        """What arguments, attributes and the setting amount to.

        Raises:
            ImproperlyConfigured: the setting is wrong.
        """
        settings = router_settings()
        apps = dict(settings.apps if self.apps is None else self.apps)
        relations = settings.relations if self.relations is None else self.relations
        return Homes(
            apps,
            frozenset(alias for alias in apps.values() if alias != DEFAULT),
            frozenset(frozenset(pair) for pair in relations),
        )

    def claims(self, app_label: str) -> bool:
        """Whether this router alone decides about the app."""
        return app_label in self.homes.apps

    def db_for_read(self, model: "type[Model]", **hints: object) -> str | None:
        """The alias where the model's app lives, or None when it is not one of these apps."""
        return self.homes.apps.get(model._meta.app_label)

    def db_for_write(self, model: "type[Model]", **hints: object) -> str | None:
        """The alias where the model's app lives, or None when it is not one of these apps."""
        return self.homes.apps.get(model._meta.app_label)

    def allow_relation(self, obj1: "Model", obj2: "Model", **hints: object) -> bool | None:
        """Yes within one home, no across homes unless `relations` names the two apps."""
        labels = (obj1._meta.app_label, obj2._meta.app_label)
        first, second = (self.homes.apps.get(label) for label in labels)
        if first is None and second is None:
            return None
        return first == second or frozenset(labels) in self.homes.related

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool | None:
        """Its apps on their alias only, and on that alias no others."""
        home = self.homes.apps.get(app_label)
        if home is not None:
            return None if db == home else False
        return False if db in self.homes.aliases else None
