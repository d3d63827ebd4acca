"""`[history]`: what it becomes, and that what is meant for a shared store never goes into another."""

import re
from pathlib import Path

import pytest
from config_rig import load_text, told

from devdash.api import Secret, SecretEnv
from devdash.config.history import HistoryConfig, Store
from devdash.config.show import show
from devdash.contract.settings import LongDuration

POSTGRES = 'ENGINE = "django.db.backends.postgresql"'
TEXT = f"""
[panes.git]
[history]
raw = "14d"
hours = "3650d"
host = "laptop"
[history.databases.default]
{POSTGRES}
NAME = "devdash"
HOST = "db.example.org"
PORT = 5432
USER = "me"
PASSWORD = {{ env = "DEVDASH_DB" }}
OPTIONS = {{ sslmode = "verify-full", connect_timeout = 3 }}
[history.databases.replica]
{POSTGRES}
[history.databases.mongo]
ENGINE = "django_mongodb_backend"
"""


def test_a_right_table_becomes_typed_values(tmp_path: Path) -> None:
    settings = load_text(tmp_path, TEXT)
    assert settings.all_problems == ()
    history = settings.history
    assert (history.raw, history.hours, history.host) == (14 * 86400, 3650 * 86400, "laptop")
    assert set(history.databases) == {"default", "replica", "mongo"}
    assert history.databases["default"] == Store(
        ENGINE="django.db.backends.postgresql",
        NAME="devdash",
        HOST="db.example.org",
        PORT=5432,
        USER="me",
        PASSWORD=Secret(SecretEnv("DEVDASH_DB")),
        OPTIONS={"sslmode": "verify-full", "connect_timeout": 3},
    )


@pytest.mark.parametrize("text", ["", TEXT])
def test_what_is_shown_means_the_same(tmp_path: Path, text: str) -> None:
    """The defaults too: five years are longer than other durations may be."""
    settings = load_text(tmp_path, text)
    (tmp_path / "again").mkdir()
    again = load_text(tmp_path / "again", show(settings))
    assert again.all_problems == ()
    assert again.history == settings.history


def test_a_wrong_field_has_its_default_and_the_others_stay(tmp_path: Path) -> None:
    settings = load_text(
        tmp_path, "[history]\nraw = '1y'\nevents = 0\nhours = '40000d'\nfive_minutes = '9d'\nx = 1"
    )
    assert told(settings.all_problems) == [
        (2, "history.raw", 'expected a duration: a number and ms, s, m, h or d, such as "90s" or "5m"'),
        (3, "history.events", "a duration must be above zero and at most a hundred years"),
        (4, "history.hours", "a duration must be above zero and at most a hundred years"),
        (
            6,
            "history.x",
            "unknown key; known here: enabled, raw, five_minutes, hours, events, host, databases",
        ),
    ]
    assert settings.history == HistoryConfig(five_minutes=LongDuration(9 * 86400))


@pytest.mark.parametrize(
    ("table", "line", "key", "words"),
    [
        (f"[history.databases.defualt]\n{POSTGRES}", 1, "defualt", "did you mean 'default'?"),
        ("[history.databases.default]\nNAME = 'x'", 1, "default", "the key 'ENGINE' is missing"),
        ("[history.databases.default]\nENGINE = ''", 2, "default.ENGINE", "Django's name of an engine"),
        (f"[history.databases.default]\n{POSTGRES}\nNAEM = 'x'", 3, "default.NAEM", "did you mean 'NAME'?"),
        (f"[history.databases.default]\n{POSTGRES}\nPORT = true", 3, "default.PORT", "expected"),
        (f"[history.databases.replica]\n{POSTGRES}", 1, "replica", "needs the store that it repeats"),
        (
            f"[history.databases.default]\n{POSTGRES}\nPASSWORD = 'hunter2-c4n4ry'",
            3,
            "default.PASSWORD",
            "in clear",
        ),
        (
            f"[history.databases.default]\n{POSTGRES}\nNAME = 'pg://me:hunter2-c4n4ry@x/y'",
            3,
            "default.NAME",
            "password",
        ),
        ("[history]\ndatabases = 3", 2, "", "expected a table"),
    ],
)
def test_wrong_databases_keep_nothing_until_they_are_mended(
    tmp_path: Path, table: str, line: int, key: str, words: str
) -> None:
    """Rather than in a file of this machine what was meant for a store that several share."""
    settings = load_text(tmp_path, table)
    (problem,) = settings.all_problems
    assert (problem.line, problem.key) == (line, f"history.databases.{key}".rstrip("."))
    assert words in problem.message
    assert not settings.history.enabled
    assert settings.history.databases == {}
    assert "c4n4ry" not in repr(settings) + show(settings)


def test_the_example_of_the_page_is_right(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """And names every key that there is."""
    page = (request.config.rootpath / "docs" / "history.md").read_text(encoding="utf-8")
    section = page.partition("## Settings\n")[2].partition("\n## ")[0]
    example = "\n".join(re.findall(r"^    (.*)$|^$", section, re.MULTILINE))
    settings = load_text(tmp_path, example)
    assert settings.all_problems == ()
    assert settings.history.databases["default"].PASSWORD is not None
    named = set(re.findall(r"`(\w+)`", section))
    assert {*HistoryConfig.__struct_fields__, *Store.__struct_fields__} <= named
