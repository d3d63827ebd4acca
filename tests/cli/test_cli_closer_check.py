"""`devdash check PANE --NAME`: a check for CI, whose outcome is the exit code."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_rig import Result

Run = Callable[..., Result]
Write = Callable[[str], Path]

ROUTERS = """
class Sound:
    def allow_migrate(self, db, app_label, **hints):
        return db == "default"

class Odd(Sound):
    def db_for_read(self, model, **hints):
        return "nowhere"

class Loose(Sound):
    def db_for_read(self, model, **hints):
        return "replica"
    def allow_relation(self, one, other, **hints):
        return True
"""

CONFIG = """
[panes.databases]
timeout = "40s"
apps = ["shelf"]
routers = ["shelf_routers.{router}"]
python_path = ["."]

[panes.databases.databases.default]
ENGINE = "django.db.backends.sqlite3"
NAME = "default.sqlite3"

[panes.databases.databases.replica]
ENGINE = "django.db.backends.sqlite3"
NAME = "replica.sqlite3"
"""


@pytest.fixture
def routed(folder: Path, config: Write) -> Callable[[str], None]:
    """`routed("Odd")`: a project with that router."""
    (folder / "shelf").mkdir()
    (folder / "shelf" / "__init__.py").touch()
    (folder / "shelf" / "models.py").write_text(
        "from django.db import models\n\nclass Book(models.Model):\n    pass\n"
    )
    (folder / "shelf_routers.py").write_text(ROUTERS)

    def write(router: str) -> None:
        config(CONFIG.format(router=router))

    return write


@pytest.mark.parametrize(("router", "code"), [("Sound", 0), ("Loose", 1), ("Odd", 2), ("Missing", 2)])
def test_findings_are_the_exit_code(
    devdash: Run, routed: Callable[[str], None], router: str, code: int
) -> None:
    """0 nothing, 1 attention, 2 critical, or nothing could be asked."""
    routed(router)
    result = devdash("check", "databases", "--routers").calm()
    assert result.code == code, result
    assert ("critical: unknown-alias: shelf.Book is read from “nowhere”" in result.out) == (router == "Odd")


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_programs_get_standard_output_to_themselves(
    devdash: Run, routed: Callable[[str], None], form: str
) -> None:
    """What is for people goes to standard error."""
    routed("Odd")
    result = devdash("check", "databases", "--routers", "--format", form)
    assert json.loads(result.out)
    assert result.err == "2 routing problems\n"


def test_what_there_is_not_is_wrong_usage(devdash: Run, routed: Callable[[str], None]) -> None:
    """Another name, several panes, an unknown field."""
    routed("Sound")
    assert devdash("check", "databases", "--rooters").code == 64
    assert "did you mean 'check-routers'?" in devdash("check", "databases", "--rooters").err
    assert devdash("check", "--routers").code == 64
    assert devdash("check", "databases", "databases", "--routers").code == 64
    assert devdash("check", "databases", "--routers", "--format", "xml").code == 64


def test_without_a_name_it_is_the_check_of_always(devdash: Run, routed: Callable[[str], None]) -> None:
    """All panes, or those that are named."""
    routed("Sound")
    assert devdash("check", "databases").out.startswith("✖ databases: critical")
    assert devdash("check").out.startswith("✖ databases: critical")
