"""The setting `DEVDASH_ROUTERS`, read when a router first decides something, and checked then."""

import copy
from collections.abc import Mapping, Sequence

import msgspec

NAME = "DEVDASH_ROUTERS"
READ_YOUR_WRITES_S = 5.0


class RouterSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="upper"):
    """What the setting may hold; its keys are these names in capitals.

    Attributes:
        primary: the alias that is written to.
        replicas: aliases of its replicas.
        read_your_writes: seconds for which reads stay on the primary after a write.
        watch: seconds between two looks at each replica; 0: nobody looks, and somebody has to tell `health`.
        max_lag: a replica that is more seconds behind is not read until it is at most a third of that behind.
        apps: app label → the alias where it lives.
        relations: pairs of app labels that may be related although they live apart.
    """

    primary: str = "default"
    replicas: tuple[str, ...] = ()
    read_your_writes: float = READ_YOUR_WRITES_S
    watch: float = 0.0
    max_lag: float | None = None
    apps: dict[str, str] = {}
    relations: tuple[tuple[str, str], ...] = ()


def router_settings() -> RouterSettings:
    """The project's setting, or the defaults where it has none.

    Raises:
        ImproperlyConfigured: a key is unknown, or a value is not of its type.
    """
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    given: object = getattr(settings, NAME, {})
    try:
        return msgspec.convert(given, RouterSettings)
    except msgspec.ValidationError as error:
        raise ImproperlyConfigured(f"The setting {NAME} is wrong: {error}.") from error


def with_test_mirrors(
    databases: Mapping[str, Mapping[str, object]], *, primary: str = "default", replicas: Sequence[str]
) -> dict[str, dict[str, object]]:
    """A copy of DATABASES in which each replica mirrors `primary` while tests run.

    Without it the test runner makes a database of its own for each replica, and tests read that
    empty one. A MIRROR that is there already is kept.

    Raises:
        KeyError: a replica is not in `databases`.
    """
    mirrored = {alias: copy.deepcopy(dict(database)) for alias, database in databases.items()}
    for replica in replicas:
        given = mirrored[replica].get("TEST")
        mirrored[replica]["TEST"] = {"MIRROR": primary, **(given if isinstance(given, dict) else {})}
    return mirrored
