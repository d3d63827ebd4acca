"""Sets Django up with the apps, routers and aliases of devdash.toml, so that they can be surveyed.

Nothing connects unless a look at an alias is asked for. A backend whose driver is missing is replaced by
Django's dummy, because setting up the apps loads the default one.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

from devdash_databases.probing import engines
from devdash_databases.probing.survey import survey

DEFAULT = "default"
DUMMY = "django.db.backends.dummy"


def scan(
    databases: Mapping[str, engines.Settings],
    routers: Sequence[str],
    apps: Sequence[str],
    asked: Mapping[str, Any],
) -> dict[str, Any]:
    """Set up Django with `apps` and survey every model of them.

    Args:
        databases: Django's DATABASES.
        routers: Django's DATABASE_ROUTERS.
        apps: Django's INSTALLED_APPS.
        asked: see `survey.survey`.

    Returns:
        `failures`: a `code` and a `text` each; `survey`, or None after a failure.
    """
    failures = [failure for dotted in routers if (failure := _missing(dotted)) is not None]
    if not failures:  # else Django itself refuses every query
        failures = _set_up(databases, routers, apps)
    if failures:
        return {"failures": failures, "survey": None}
    return {"failures": [], "survey": _as_named(survey(asked), databases)}


def _as_named(told: dict[str, Any], databases: Mapping[str, engines.Settings]) -> dict[str, Any]:
    """`told` of the aliases that were given, with their own engines: not of what Django was set up with."""
    given = databases or {DEFAULT: {}}
    told["aliases"] = [one for one in told["aliases"] if one["alias"] in given]
    for alias in told["aliases"]:
        alias["engine"] = str(given[alias["alias"]].get("ENGINE") or "")
    for model in told["models"]:
        model["migrate"] = [one for one in model["migrate"] if one["alias"] in given]
    return told


def _missing(dotted: str) -> dict[str, str] | None:
    module, _, name = dotted.rpartition(".")
    try:
        found = hasattr(importlib.import_module(module), name)
        reason = "its module has no such name"
    except Exception as error:  # noqa: BLE001  # importing runs somebody's code
        found, reason = False, f"importing its module raised {type(error).__name__}"
    if found:
        return None
    return {"code": "router-missing", "text": f"Router {dotted} cannot be loaded: {reason}."}


def _set_up(
    databases: Mapping[str, engines.Settings], routers: Sequence[str], apps: Sequence[str]
) -> list[dict[str, str]]:
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
        return [{"code": "apps-unloadable", "text": text}]
    return []


def _loadable(entry: engines.Settings) -> engines.Settings:
    """`entry`, with the dummy engine when its own cannot be imported here."""
    engine = str(entry.get("ENGINE") or DUMMY)
    try:
        importlib.import_module(f"{engine}.base")
    except Exception:  # noqa: BLE001  # Django's backends raise ImproperlyConfigured, others what they like
        return {**entry, "ENGINE": DUMMY}
    return {**entry, "ENGINE": engine}
