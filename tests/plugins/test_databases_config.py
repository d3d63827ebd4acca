"""The pane's table: Django's own spelling, and no secret in it."""

from pathlib import Path

import pytest

from devdash.api import Duration, Secret, SecretEnv
from devdash.config.convert import convert
from devdash_databases.config import Database, DatabasesConfig, Project

FOLDER = Path("/cfg")


def test_a_table_in_djangos_spelling_is_read() -> None:
    """ENGINE, NAME, USER, PASSWORD, HOST, PORT, OPTIONS and TEST, below the alias's name."""
    config = convert(
        {
            "ping_timeout": "500ms",
            "python_path": ["src"],
            "databases": {
                "default": {
                    "ENGINE": "django.db.backends.postgresql",
                    "PORT": 5432,
                    "PASSWORD": {"env": "PW"},
                    "OPTIONS": {"sslmode": "require", "connect_timeout": 1},
                    "TEST": {"MIRROR": "other"},
                }
            },
        },
        DatabasesConfig,
        FOLDER,
    )
    assert config.ping_timeout == Duration(0.5)
    assert config.python_path == (FOLDER / "src",)
    assert config.databases["default"] == Database(
        ENGINE="django.db.backends.postgresql",
        PORT=5432,
        PASSWORD=Secret(SecretEnv("PW")),
        OPTIONS={"sslmode": "require", "connect_timeout": 1},
        TEST={"MIRROR": "other"},
    )
    assert list(config.problems()) == []


@pytest.mark.parametrize(
    ("database", "key"),
    [
        (Database(OPTIONS={"password": "canary"}), "OPTIONS.password"),
        (Database(OPTIONS={"passwd": "canary"}), "OPTIONS.passwd"),
        (Database(OPTIONS={"sslpassword": "canary"}), "OPTIONS.sslpassword"),
        (Database(OPTIONS={"auth_token": "canary"}), "OPTIONS.auth_token"),
        (Database(OPTIONS={"service": "postgres://u:canary@h/x"}), "OPTIONS.service"),
        (Database(OPTIONS={"dsn": "host=h password=canary"}), "OPTIONS.dsn"),
        (Database(HOST="mongodb://u:canary@h"), "HOST"),
        (Database(HOST="mongodb://u:canary/1@h"), "HOST"),
        (Database(HOST="mongodb://h/?tlsCertificateKeyFilePassword=canary"), "HOST"),
        (Database(HOST="mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:canary"), "HOST"),
        (Database(NAME="dbname=x sslpassword=canary"), "NAME"),
        (Database(NAME="postgres://u:canary@h/x"), "NAME"),
    ],
)
def test_a_literal_secret_is_refused_and_not_echoed(database: Database, key: str) -> None:
    """Wherever it hides."""
    (problem,) = DatabasesConfig(databases={"a": database}).problems()
    assert problem.key == f"databases.a.{key}"
    assert "canary" not in problem.message


@pytest.mark.parametrize(
    "options",
    [
        {"sslmode": "verify-full"},
        {"passfile": "~/.pgpass"},
        {"ssl_ca": "/etc/ca.pem"},
        {"authSource": "admin"},
    ],
)
def test_an_option_that_holds_no_secret_is_fine(options: dict[str, str | int | bool]) -> None:
    """A file that holds one is a reference too."""
    assert list(DatabasesConfig(databases={"a": Database(OPTIONS=options)}).problems()) == []


@pytest.mark.parametrize(
    ("config", "key"),
    [
        (DatabasesConfig(ping_timeout=Duration(0)), "ping_timeout"),
        (DatabasesConfig(ping_timeout=Duration(6)), "ping_timeout"),
        (DatabasesConfig(timeout=Duration(5)), "ping_timeout"),
        (DatabasesConfig(routers=("shop.routers.Router",)), "routers"),
        (DatabasesConfig(routers=("Router",), apps=("shop",)), "routers"),
    ],
)
def test_what_cannot_work_is_a_problem(config: DatabasesConfig, key: str) -> None:
    """A ping that outlasts the reading, or routers with nothing to route."""
    assert [problem.key for problem in config.problems()] == [key]


def test_what_only_the_pane_knows_of_projects() -> None:
    """Two of one name, a start that no reading has time for, a limit of aliases that there are not."""
    shop = Project(path=Path("work/shop"))
    config = DatabasesConfig(
        projects=(shop, Project(path=Path("shop/manage.py"), start_timeout=Duration(9))),
        databases={"a/b": Database()},
    )
    assert {problem.key for problem in config.problems()} == {
        "projects[1].name",
        "projects[1].start_timeout",
        "databases.a/b",
    }
    assert list(DatabasesConfig(projects=(shop, Project(path=Path("x"), name="other"))).problems()) == []
