"""The probe of a Django project: run as a file, by the project's own interpreter, with its own settings.

Nothing of devdash is installed there. What this needs lies beside it in `probing`, is standard library
and the project's Django alone, and runs on Python 3.8 and later.
"""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Mapping, Sequence


def _lend() -> None:
    """Let the files beside this one be imported, and nothing else of what lies around them."""
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
    package = types.ModuleType("devdash_databases")
    package.__path__ = [here]
    sys.modules["devdash_databases"] = package


_lend()

from devdash_databases.probing import engines, lanes, project  # noqa: E402
from devdash_databases.probing.pings import django_connection, preload  # noqa: E402


def open_project(
    *,
    path: str,
    settings: str,
    environment: Mapping[str, str],
    seconds: float,
    ping_timeout: float,
    busy: float = 0.0,
) -> dict[str, object]:
    """Load the project; see `project.load`.

    Returns:
        `trouble` (`kind`, `name`, `where`) or None, `python`, and else of a project that was
        loaded: `root`, `manage`, `settings`, `django`, `aliases`, `files`.
    """
    _silence()
    python = "{}.{}.{}".format(*sys.version_info[:3])
    try:
        opened = project.load(path, settings, environment, seconds, ping_timeout, busy)
    except project.Trouble as trouble:
        said = {"kind": trouble.kind, "name": trouble.name, "where": trouble.where}
        return {"trouble": said, "python": python}
    for alias, entry in opened.databases.items():
        if engines.vendor_of(engine := str(entry.get("ENGINE") or "")) != engines.DJONGO:
            preload(engine)
        lanes.open_lane(alias, engines.driver_seconds(ping_timeout), django_connection)
    return {
        "trouble": None,
        "python": python,
        "root": opened.root,
        "manage": opened.manage,
        "settings": opened.settings,
        "django": opened.django,
        "aliases": opened.aliases,
        "files": opened.files,
    }


def _silence() -> None:
    """What the project prints goes nowhere: it may be anything, and as much as it likes."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    os.close(nothing)


def pending(*, aliases: Sequence[str], seconds: float) -> dict[str, object]:
    """Migrations that were not applied; loads the project's apps, so let this process end afterwards."""
    from devdash_databases.probing import migrations

    return migrations.pending(aliases, seconds, os.getcwd())  # noqa: PTH109


def survey(*, asked: Mapping[str, object], seconds: float) -> dict[str, object]:
    """What the routers say of every model; loads the project's apps, so let this process end afterwards."""
    from devdash_databases.probing import project_routes

    return project_routes.told(asked, seconds, os.getcwd())  # noqa: PTH109


CALLS = {
    "open": open_project,
    "ping": lanes.ping_all,
    "rest": lanes.rest,
    "pending": pending,
    "survey": survey,
}
