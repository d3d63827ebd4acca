"""What is forced on an alias before anything connects, and where it is; and engines that nobody knows."""

from collections.abc import Callable
from pathlib import Path

import pytest
from databases_rig import aliases, sound, started_with, states
from hypothesis import given
from hypothesis import strategies as st

from devdash.api import ActionRequest, PaneError, Unavailable, Value
from devdash.engine.context import Context
from devdash_databases.config import Database, DatabasesConfig
from devdash_databases.probing import engines

NAMES = st.text(
    st.characters(blacklist_characters="\0\n", blacklist_categories=["Cs"]), min_size=1, max_size=30
)


@given(NAMES.filter(lambda name: name not in (".", "..") and "/" not in name))
def test_a_path_with_any_characters_survives_the_trip_through_a_uri(name: str) -> None:
    """'?', '#', '%' and spaces in a path are part of it, not of the URI."""
    path = Path("/srv/data") / name
    assert engines.file_of(engines.read_only_uri(str(path))) == path


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("/a/b.sqlite3", "file:/a/b.sqlite3?mode=ro"),
        ("file:/a/b.sqlite3?mode=rwc&cache=shared", "file:/a/b.sqlite3?cache=shared&mode=ro"),
        ("file:///a/b%20c", "file:///a/b%20c?mode=ro"),
    ],
)
def test_a_sqlite_file_is_opened_for_reading_only(name: str, uri: str) -> None:
    """Whatever mode the settings ask for, the probe's is read-only, and other parameters stay."""
    assert engines.read_only_uri(name) == uri


def test_a_uri_with_an_empty_authority_means_the_same_file() -> None:
    """file:///a is /a."""
    assert engines.file_of("file:///a/b%20c?mode=ro") == Path("/a/b c")


@pytest.mark.parametrize(
    ("engine", "options"),
    [
        ("django.db.backends.mysql", {"connect_timeout": 2, "read_timeout": 2, "write_timeout": 2}),
        ("mysql.connector.django", {"connection_timeout": 2, "read_timeout": 2, "write_timeout": 2}),
        ("django.db.backends.postgresql", {"connect_timeout": 2, "options": "-c statement_timeout=2000"}),
        (
            "django_mongodb_backend",
            {"serverSelectionTimeoutMS": 2000, "connectTimeoutMS": 2000, "socketTimeoutMS": 2000},
        ),
        ("django.db.backends.oracle", {}),
    ],
)
def test_a_driver_gives_up_before_the_probe_does(engine: str, options: dict[str, object]) -> None:
    """A ping of 3 s leaves its driver 2 s, in the driver's own words."""
    assert engines.forced({"ENGINE": engine}, 3.0)["OPTIONS"] == options


@given(st.floats(0.1, 60))
def test_a_driver_is_given_whole_seconds_and_less_than_the_ping(ping_timeout: float) -> None:
    """Drivers take whole seconds, and 0 would mean for ever."""
    seconds = engines.driver_seconds(ping_timeout)
    assert seconds >= 1
    assert seconds < ping_timeout or seconds == 1


def test_what_the_settings_say_otherwise_gives_way() -> None:
    """Long timeouts, pools, transactions and closing connections are for the project, not for a probe."""
    forced = engines.forced(
        {
            "ENGINE": "django.db.backends.postgresql",
            "ATOMIC_REQUESTS": True,
            "CONN_MAX_AGE": 0,
            "OPTIONS": {
                "connect_timeout": 90,
                "pool": True,
                "options": "-c search_path=x",
                "sslmode": "require",
            },
        },
        3.0,
    )
    assert forced["ATOMIC_REQUESTS"] is False
    assert forced["CONN_MAX_AGE"] is None
    assert forced["OPTIONS"] == {
        "connect_timeout": 2,
        "options": "-c search_path=x -c statement_timeout=2000",
        "sslmode": "require",
    }


@pytest.mark.parametrize(
    ("engine", "vendor"),
    [
        ("django.db.backends.sqlite3", "sqlite"),
        ("django.contrib.gis.db.backends.spatialite", "sqlite"),
        ("django.contrib.gis.db.backends.postgis", "postgresql"),
        ("django_prometheus.db.backends.postgresql", "postgresql"),
        ("django.db.backends.mysql", "mysql"),
        ("django_mongodb_backend", "mongodb"),
        ("djongo", "djongo"),
        ("shop.db.backend", None),
    ],
)
def test_an_engine_names_its_vendor(engine: str, vendor: str | None) -> None:
    """Known before any driver is imported; an unknown engine is not guessed."""
    assert engines.vendor_of(engine) == vendor


@pytest.mark.parametrize(
    ("name", "memory"),
    [
        (":memory:", True),
        ("file:x?mode=memory&cache=shared", True),
        ("/a/memory", False),
        ("file:/a?mode=ro", False),
    ],
)
def test_a_database_in_memory_is_recognised(name: str, memory: bool) -> None:
    """It belongs to the process that opened it."""
    assert engines.in_memory(name) is memory


STRANGE = """
from django.db.backends.sqlite3 import base

class DatabaseWrapper(base.DatabaseWrapper):
    vendor = "strangedb"

    def get_new_connection(self, params):
        if self.settings_dict["USER"] == "refused":
            raise self.Database.OperationalError("strangedb: connection refused (canary)")
        if self.settings_dict["USER"] == "odd":
            raise self.Database.OperationalError(4711, "canary")
        return super().get_new_connection(params)
"""


async def test_an_engine_that_nobody_knows_is_pinged(context: Callable[..., Context], tmp_path: Path) -> None:
    """By SELECT 1, with its failures told by their texts; what is asked of others is not asked of it."""
    package = tmp_path / "django_strange"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "base.py").write_text(STRANGE)
    config = DatabasesConfig(
        python_path=(tmp_path,),
        databases={
            user: Database(ENGINE="django_strange", NAME=str(sound(tmp_path / user)), USER=user)
            for user in ("fine", "refused", "odd")
        },
    )
    pane = await started_with(context(folder=tmp_path), config)
    report = await pane.read()
    assert states(report) == {"fine": "ok", "refused": "refused", "odd": "failed"}
    fine, odd = aliases(report)["fine"], aliases(report)["odd"]
    assert (fine.vendor, fine.role, fine.connections_used, fine.replication) == (
        "strangedb",
        None,
        None,
        None,
    )
    assert fine.latency_ms is not None
    assert odd.error == "OperationalError (4711)"
    assert "canary" not in repr(report)
    with pytest.raises(Unavailable, match="no shell"):
        await pane.act(ActionRequest("dbshell", "fine"))
    with pytest.raises(PaneError, match="cannot be ended here"):
        await pane.act(ActionRequest("kill", "fine", (Value("query", "1"),)))
