"""Which migrations of a project wait on which alias, asked of Django's own executor.

The project's apps have to be loaded for it, which may take seconds and runs their code.
"""

from __future__ import annotations

from collections.abc import Sequence

from devdash_databases.probing import project
from devdash_databases.probing.failures import classify

MOST = 200
"""Migrations that are named; of more only their number is told."""


def pending(aliases: Sequence[str], seconds: float, root: str) -> dict[str, object]:
    """What `manage.py migrate --database ALIAS` would apply.

    An app of which the routers let nothing be made on an alias is left out there: its migrations would be
    recorded and do nothing. Passwords leave in no answer.

    Args:
        aliases: the ones that are asked.
        seconds: for all of it.
        root: the project's folder.

    Returns:
        `trouble` (as of `open_project`) or None; `aliases`: for each `alias`, `names` ("app.0002_name", in
        their order), `count`, and `state`, `kind` and `code` of what prevented it, or "".
    """
    try:
        with project.within(seconds):
            project.set_up()
            found = [_of(alias) for alias in aliases]
    except project.Late as late:
        return _trouble(project.Trouble("hang", "", project.place(late.__traceback__, root)))
    except SystemExit as ended:
        return _trouble(project.Trouble("exit", "", project.place(ended.__traceback__, root)))
    except BaseException as error:  # noqa: BLE001  # apps are somebody's code
        return _trouble(project.told(error, "", root))
    return {"trouble": None, "aliases": found}


def _trouble(trouble: project.Trouble) -> dict[str, object]:
    said = {"kind": trouble.kind, "name": trouble.name, "where": trouble.where}
    return {"trouble": said, "aliases": []}


def _of(alias: str) -> dict[str, object]:
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    answer: dict[str, object] = {"alias": alias, "names": [], "count": 0, "state": "", "kind": "", "code": ""}
    try:
        executor = MigrationExecutor(connections[alias])
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        names = [f"{one.app_label}.{one.name}" for one, _ in plan if _concerns(alias, one.app_label)]
    except Exception as error:  # noqa: BLE001  # drivers raise what they like
        failure = classify(error)
        return {**answer, "state": failure.state.value, "kind": failure.kind, "code": failure.code}
    finally:
        connections[alias].close()
    return {**answer, "names": names[:MOST], "count": len(names)}


def _concerns(alias: str, app_label: str) -> bool:
    from django.apps import apps
    from django.db import router

    models = list(apps.get_app_config(app_label).get_models(include_auto_created=True))
    if not models:
        return bool(router.allow_migrate(alias, app_label))
    return any(router.allow_migrate_model(alias, model) for model in models)
