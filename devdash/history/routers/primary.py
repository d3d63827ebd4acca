"""A primary that is written to and its replicas that are read from, without losing a write from sight."""

import time
from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from devdash.history.routers import pins
from devdash.history.routers.chain import DEFAULT, alias_of, claimed_by_another, may_live_on
from devdash.history.routers.configuration import router_settings
from devdash.history.routers.guard import guard_replicas
from devdash.history.routers.health import ReplicaHealth, health
from devdash.history.routers.watch import watched

if TYPE_CHECKING:
    from django.db.models import Model


class Group(NamedTuple):
    """A primary and its replicas, as a router has settled on them.

    Attributes:
        window: seconds for which reads stay on the primary after a write.
        watch: seconds between two looks at each replica; 0: none.
        aliases: the primary and the replicas.
    """

    primary: str
    replicas: tuple[str, ...]
    window: float
    watch: float
    aliases: frozenset[str]


class PrimaryReplicaRouter:
    """Writes go to the primary; reads go to a replica where that cannot be noticed.

    Reads go to the primary
    - inside `atomic()`, or with autocommit off, on the primary,
    - after a write of the same context, for `read_your_writes` seconds from the first such read on,
    - within `primary_reads()`,
    - for what belongs to an instance that came from the primary,
    - when no replica is up.

    It says nothing, whatever its place in DATABASE_ROUTERS, about models that another router
    `claims`, and about an instance that was read from an alias outside of its group.

    Configured by arguments, by attributes of a subclass, or by the setting DEVDASH_ROUTERS, in this
    order; each may leave the rest to the next.

    Attributes:
        primary: an alias of DATABASES.
        replicas: aliases of DATABASES; `migrate` is refused on them.
        apps: the app labels it is for; None: all that no other router claims. With `apps`, others
            are kept off `primary`, unless that is `default`.
        read_your_writes: seconds; 0 switches it off.
        watch: seconds between two looks at each replica, by threads of this process that tell `health`
            what they see; 0: none.
        max_lag: seconds that a replica may be behind; None: as `health` has it.
        health: says which replicas may be read.
        clock: monotonic seconds.
    """

    primary: str | None = None
    replicas: Sequence[str] | None = None
    apps: Collection[str] | None = None
    read_your_writes: float | None = None
    watch: float | None = None
    max_lag: float | None = None
    health: ReplicaHealth = health
    clock: Callable[[], float] = staticmethod(time.monotonic)

    def __init__(
        self,
        primary: str | None = None,
        replicas: Sequence[str] | None = None,
        *,
        apps: Collection[str] | None = None,
        read_your_writes: float | None = None,
        watch: float | None = None,
        max_lag: float | None = None,
        health: ReplicaHealth | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        given = {
            "primary": primary,
            "replicas": replicas,
            "apps": apps,
            "read_your_writes": read_your_writes,
            "watch": watch,
            "max_lag": max_lag,
            "health": health,
            "clock": clock,
        }
        for name, value in given.items():
            if value is not None:
                setattr(self, name, value)

    @cached_property
    def group(self) -> Group:
        """What arguments, attributes and the setting amount to.

        Raises:
            ImproperlyConfigured: the setting is wrong, `replicas` or `apps` is a string, the primary is
                among its replicas, or `max_lag` is negative.
        """
        from django.core.exceptions import ImproperlyConfigured

        guard_replicas()
        settings = router_settings()
        primary = self.primary or settings.primary
        replicas = settings.replicas if self.replicas is None else self.replicas
        window = settings.read_your_writes if self.read_your_writes is None else self.read_your_writes
        if isinstance(replicas, str) or isinstance(self.apps, str):
            raise ImproperlyConfigured(f"{type(self).__name__}: replicas and apps are lists, not strings.")
        if primary in replicas:
            raise ImproperlyConfigured(f"{type(self).__name__}: {primary} cannot be a replica of itself.")
        watch = settings.watch if self.watch is None else self.watch
        max_lag = settings.max_lag if self.max_lag is None else self.max_lag
        if max_lag is not None:
            if max_lag < 0:
                raise ImproperlyConfigured(f"{type(self).__name__}: max_lag is negative.")
            self.health.allow(max_lag)
        return Group(primary, tuple(replicas), window, watch, frozenset((primary, *replicas)))

    def claims(self, app_label: str) -> bool:
        """Whether this router alone decides about the app; other routers of this package then keep quiet."""
        return self.apps is not None and app_label in self.apps

    def db_for_read(self, model: "type[Model]", **hints: object) -> str | None:
        """The alias to read `model` from, or None when that is not for this router to say."""
        if not self._serves(model, hints):
            return None
        if self._reads_primary(hints):
            return self.group.primary
        known = self.group.replicas
        if self.group.watch > 0:  # each is asked, so that all are looked at
            known = tuple([alias for alias in known if watched(alias, self.health, self.group.watch)])
        return self.choose([alias for alias in known if self.health.is_up(alias)])

    def db_for_write(self, model: "type[Model]", **hints: object) -> str | None:
        """The primary, or None when that is not for this router to say."""
        if not self._serves(model, hints):
            return None
        pins.note_write(self.group.primary)
        return self.group.primary

    def allow_relation(self, obj1: "Model", obj2: "Model", **hints: object) -> bool | None:
        """Yes within the group: a replica's row is the primary's. Nothing is said of others."""
        return True if {obj1._state.db, obj2._state.db} <= self.group.aliases else None

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool | None:
        """Never on a replica. Elsewhere it refuses what is not for the place, and leaves the rest to others.

        Saying yes would keep the routers after it from saying no.
        """
        if db in self.group.replicas:
            return False
        if self.apps is None:
            return None
        if app_label in self.apps:
            return None if db == self.group.primary else False
        return False if db == self.group.primary != DEFAULT else None

    def choose(self, replicas: Sequence[str]) -> str:
        """One of `replicas`, which are up; the primary when there is none.

        The same context stays with the same one as long as the same ones are up. Override it to weigh them.
        """
        return replicas[int(pins.draw() * len(replicas))] if replicas else self.group.primary

    def _serves(self, model: "type[Model]", hints: dict[str, object]) -> bool:
        label = model._meta.app_label
        if self.apps is None and claimed_by_another(self, label):
            return False
        if self.apps is not None and label not in self.apps:
            return False
        home = alias_of(hints.get("instance"))
        # Who reads an object with `using("archive")` means its relations and its save() too.
        return home is None or home in self.group.aliases or not may_live_on(home, model)

    def _reads_primary(self, hints: dict[str, object]) -> bool:
        primary = self.group.primary
        return (
            pins.wished()
            or _in_transaction(primary)
            or alias_of(hints.get("instance")) == primary
            or pins.follows_write(primary, now=self.clock(), window=self.group.window)
        )


def _in_transaction(alias: str) -> bool:
    from django.db import connections

    connection = connections[alias]
    # `autocommit` is False before the first connection.
    return connection.in_atomic_block or (connection.connection is not None and not connection.autocommit)
