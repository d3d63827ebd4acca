"""Where every model is read, written and migrated, asked of Django's own router chain.

Nothing connects. A backend whose driver is missing is replaced by Django's
dummy, because setting up the apps loads the default one. A router that raises
is a finding and costs its models only the answer it failed to give.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol, cast

from devdash_databases.probing import engines

DEFAULT = "default"
DUMMY = "django.db.backends.dummy"


class Route(NamedTuple):
    """Where one model goes.

    Attributes:
        model: "app_label.ModelName".
        read: the alias it is read from; None when a router raised.
        write: the alias it is written to; None when a router raised.
        migrate: the aliases on which migrations may make its table.
        decided_by: the router that chose the read alias ("default" when none
            did), and after "; write: " the one that chose the write alias, when
            it is another.
    """

    model: str
    read: str | None
    write: str | None
    migrate: tuple[str, ...]
    decided_by: str


class Finding(NamedTuple):
    """Something wrong with the routing.

    Attributes:
        code: "router-missing", "router-raises", "apps-unloadable" or "unknown-alias".
        level: "attention" or "critical".
        text: one sentence.
        alias: the alias concerned, or None.
        model: the model concerned, or None.
    """

    code: str
    level: str
    text: str
    alias: str | None = None
    model: str | None = None


class Scan(NamedTuple):
    """What `scan` found."""

    routes: tuple[Route, ...] = ()
    findings: tuple[Finding, ...] = ()


class Model(Protocol):
    """The part of a Django model class that is used."""

    _meta: "Meta"


class Meta(Protocol):
    """The part of a model's options that is used."""

    label: str
    app_label: str
    model_name: str


class Routers(Protocol):
    """The part of Django's router chain that is used."""

    routers: list[object]


class _Chain:
    """The router chain while it is asked; `raised` counts a router's failures by method and type."""

    def __init__(self, routers: Sequence[object]) -> None:
        self.routers = routers
        self.raised: dict[tuple[str, str, str], int] = {}

    def choose(self, method: str, model: Model) -> tuple[str | None, str]:
        """The alias for `method` and who decided it, by Django's rule: the first that names one."""
        for router in self.routers:
            call = cast("Callable[[Model], str | None] | None", getattr(router, method, None))
            if call is None:
                continue
            try:
                chosen = call(model)
            except Exception as error:  # noqa: BLE001  # a router is somebody's code
                self.note(router, method, error)
                return None, name_of(router)
            if chosen:
                return str(chosen), name_of(router)
        return DEFAULT, DEFAULT

    def note(self, router: object, method: str, error: Exception) -> None:
        """Count one failure of one router."""
        key = (name_of(router), method, type(error).__name__)
        self.raised[key] = self.raised.get(key, 0) + 1


def name_of(router: object) -> str:
    """A router's dotted name."""
    return f"{type(router).__module__}.{type(router).__qualname__}"


def scan(databases: Mapping[str, engines.Settings], routers: Sequence[str], apps: Sequence[str]) -> Scan:
    """Set up Django with `apps` and route every model of them.

    Args:
        databases: Django's DATABASES, without passwords.
        routers: Django's DATABASE_ROUTERS.
        apps: Django's INSTALLED_APPS.
    """
    missing = tuple(finding for dotted in routers if (finding := _missing(dotted)) is not None)
    if missing:
        return Scan(findings=missing)  # Django itself refuses every query then
    failure = _set_up(databases, routers, apps)
    if failure is not None:
        return Scan(findings=(failure,))
    return _route_all(tuple(databases) or (DEFAULT,))


def _missing(dotted: str) -> Finding | None:
    module, _, name = dotted.rpartition(".")
    try:
        found = hasattr(importlib.import_module(module), name)
        reason = "its module has no such name"
    except Exception as error:  # noqa: BLE001  # importing runs somebody's code
        found, reason = False, f"importing its module raised {type(error).__name__}"
    if found:
        return None
    return Finding("router-missing", "critical", f"Router {dotted} cannot be loaded: {reason}.")


def _set_up(
    databases: Mapping[str, engines.Settings], routers: Sequence[str], apps: Sequence[str]
) -> Finding | None:
    import django
    from django.conf import settings

    settings.configure(
        DATABASES={DEFAULT: {}, **{alias: _loadable(entry) for alias, entry in databases.items()}},
        DATABASE_ROUTERS=list(routers),
        INSTALLED_APPS=list(apps),
        DEBUG=False,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        SECRET_KEY="",
    )
    try:
        django.setup()
    except Exception as error:  # noqa: BLE001  # loading apps runs somebody's code
        text = f"The apps cannot be loaded: django.setup() raised {type(error).__name__}."
        return Finding("apps-unloadable", "critical", text)
    return None


def _loadable(entry: engines.Settings) -> engines.Settings:
    """`entry`, with the dummy engine when its own cannot be imported here."""
    engine = str(entry.get("ENGINE") or DUMMY)
    try:
        importlib.import_module(f"{engine}.base")
    except Exception:  # noqa: BLE001  # Django's backends raise ImproperlyConfigured, others what they like
        return {**entry, "ENGINE": DUMMY}
    return {**entry, "ENGINE": engine}


def _route_all(aliases: Sequence[str]) -> Scan:
    from django.apps import apps
    from django.db import router

    chain = _Chain(tuple(cast("Routers", router).routers))
    models = [cast("Model", model) for model in apps.get_models(include_auto_created=True)]
    routes = sorted((_route(chain, model, aliases) for model in models), key=lambda route: route.model)
    return Scan(tuple(routes), (*_raising(chain), *_unknown(routes, aliases)))


def _route(chain: _Chain, model: Model, aliases: Sequence[str]) -> Route:
    read, reader = chain.choose("db_for_read", model)
    write, writer = chain.choose("db_for_write", model)
    migrate = tuple(alias for alias in aliases if _may_migrate(chain, model, alias))
    decided = reader if writer == reader else f"{reader}; write: {writer}"
    return Route(model._meta.label, read, write, migrate, decided)


def _may_migrate(chain: _Chain, model: Model, alias: str) -> bool:
    """Django's rule for a model on an alias: the first router that says yes or no, else yes."""
    for router in chain.routers:
        call = cast("Callable[..., bool | None] | None", getattr(router, "allow_migrate", None))
        if call is None:
            continue
        try:
            allowed = call(alias, model._meta.app_label, model_name=model._meta.model_name, model=model)
        except Exception as error:  # noqa: BLE001  # a router is somebody's code
            chain.note(router, "allow_migrate", error)
            return False
        if allowed is not None:
            return bool(allowed)
    return True


def _raising(chain: _Chain) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            "router-raises",
            "critical",
            f"Router {name} raises {kind} in {method}, {times} time{'' if times == 1 else 's'} over.",
        )
        for (name, method, kind), times in sorted(chain.raised.items())
    )


def _unknown(routes: Sequence[Route], aliases: Sequence[str]) -> tuple[Finding, ...]:
    """A finding for each model and each alias it is sent to that DATABASES does not have."""
    found: dict[tuple[str, str], Finding] = {}
    for route in routes:
        for verb, alias in (("read from", route.read), ("written to", route.write)):
            if alias is None or alias in aliases:
                continue
            key = (route.model, alias)
            text = f"{route.model} is {verb} “{alias}”, which is not configured."
            if key in found:
                text = f"{route.model} is read from and written to “{alias}”, which is not configured."
                found[key] = found[key]._replace(text=text)
            else:
                found[key] = Finding("unknown-alias", "critical", text, alias=alias, model=route.model)
    return tuple(found.values())
