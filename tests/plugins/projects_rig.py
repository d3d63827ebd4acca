"""Django projects as people have them, for the tests of the databases pane: a manage.py and settings."""

from pathlib import Path

from databases_rig import started_with

from devdash.api import Duration, PaneContext
from devdash_databases.config import DatabasesConfig, Project
from devdash_databases.pane import DatabasesPane

MANAGE = """
import os, sys

def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "{module}")
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)

if __name__ == "__main__":
    main()
"""

FILES = """
DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"},
    "other": {"ENGINE": "django.db.backends.sqlite3", "NAME": "other.sqlite3"},
}
"""


def django_project(folder: Path, settings: str = FILES, *, module: str = "site_settings") -> Path:
    """A project in `folder`; `module` is its settings module, in a package of its own or not."""
    folder.mkdir(parents=True)
    (folder / "manage.py").write_text(MANAGE.format(module=module))
    file = folder.joinpath(*module.split(".")).with_suffix(".py")
    file.parent.mkdir(exist_ok=True)
    file.write_text(settings)
    return folder


async def watching(
    context: PaneContext, *projects: Project, ping_timeout: float = 3, timeout: float = 20
) -> DatabasesPane:
    """A pane that watches `projects`, and nothing else."""
    config = DatabasesConfig(
        projects=projects, ping_timeout=Duration(ping_timeout), timeout=Duration(timeout)
    )
    return await started_with(context, config)
