"""Has the routers of a watched project asked, once its apps are loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devdash_databases.probing import project
from devdash_databases.probing.survey import survey


def told(asked: Mapping[str, Any], seconds: float, root: str) -> dict[str, object]:
    """Load the project's apps and survey its routers.

    Args:
        asked: see `survey.survey`.
        seconds: for all of it.
        root: the project's folder.

    Returns:
        `trouble` (as of `open_project`) or None; `survey`, or None; `files`: see `project.code_files`.
    """
    try:
        with project.within(seconds):
            project.set_up()
            found = survey(asked)
    except project.Late as late:
        return _trouble(project.Trouble("hang", "", project.place(late.__traceback__, root)))
    except SystemExit as ended:
        return _trouble(project.Trouble("exit", "", project.place(ended.__traceback__, root)))
    except BaseException as error:  # noqa: BLE001  # apps and routers are somebody's code
        return _trouble(project.told(error, "", root))
    return {"trouble": None, "survey": found, "files": project.code_files([root])}


def _trouble(trouble: project.Trouble) -> dict[str, object]:
    said = {"kind": trouble.kind, "name": trouble.name, "where": trouble.where}
    return {"trouble": said, "survey": None}
