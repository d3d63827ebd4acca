"""Where every model goes, by routers as projects write them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from databases_rig import SQLITE, project, sound, started_with, states

from devdash.api import Level
from devdash.engine.context import Context
from devdash_databases import scanner
from devdash_databases.aliases import targets_of
from devdash_databases.config import Database, DatabasesConfig
from devdash_databases.prober import Prober
from devdash_databases.routes.facts import RouteFacts
from devdash_databases.routes.scanned import Scanned

Make = Callable[..., Context]

APPS = ("shop", "stats")

MODELS = """
from django.db import models

class {name}(models.Model):
    class Meta:
        app_label = "{app}"
"""

ROUTERS = """
class MongoRouter:
    apps = {"stats"}
    def db_for_read(self, model, **hints):
        return "mongo" if model._meta.app_label in self.apps else None
    db_for_write = db_for_read
    def allow_migrate(self, db, app_label, model_name=None, **hints):
        return db == "mongo" if app_label in self.apps else None

class ReplicaRouter:
    def db_for_read(self, model, **hints):
        return "replica"
    def db_for_write(self, model, **hints):
        return "default"
    def allow_migrate(self, db, app_label, model_name=None, **hints):
        return db == "default"

class ReadsOnly:
    def db_for_read(self, model, **hints):
        return "replica"

class Raising:
    def db_for_read(self, model, **hints):
        raise KeyError("canary")

class Lost:
    def db_for_write(self, model, **hints):
        return "nowhere"
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with two apps and their routers."""
    folder = tmp_path / "src"
    for app, name in (("shop", "Order"), ("stats", "Visit")):
        package = folder / app
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "models.py").write_text(MODELS.format(name=name, app=app))
    (folder / "house_routers.py").write_text(ROUTERS)
    (folder / "broken_app").mkdir()
    (folder / "broken_app" / "__init__.py").write_text("raise SystemExit('canary')")
    return folder


def config_of(source: Path, *routers: str, apps: tuple[str, ...] = APPS) -> DatabasesConfig:
    """A project of three aliases; mongo's driver is not installed, which must not matter to routes."""
    return DatabasesConfig(
        project="shop",
        databases={
            "default": Database(ENGINE=SQLITE, NAME=str(source / "db")),
            "replica": Database(ENGINE=SQLITE, NAME=f"file:{source / 'db'}?mode=ro"),
            "mongo": Database(ENGINE="no_mongodb_backend", NAME="x"),
        },
        routers=tuple(f"house_routers.{router}" for router in routers),
        apps=apps,
        python_path=(source,),
    )


async def scan(context: Make, source: Path, *routers: str, apps: tuple[str, ...] = APPS) -> Scanned:
    """What is known of these routers."""
    made = context(name="databases", folder=source)
    config = config_of(source, *routers, apps=apps)
    return await scanner.scan(made, Prober(config, made, targets_of(config, source, source)), ())


async def test_every_model_is_routed_as_django_would(context: Make, source: Path) -> None:
    """In the order of the routers: the first that answers decides."""
    found = await scan(context, source, "MongoRouter", "ReplicaRouter")
    assert [one.code for one in found.findings] == [
        "autofield-on-mongo",
        "reads-leave-transaction",
        "replica-without-test-mirror",
        "no-timeout",
    ]
    assert found.routes == (
        RouteFacts("shop.Order", "replica", "default", ("default",), "house_routers.ReplicaRouter"),
        RouteFacts("stats.Visit", "mongo", "mongo", ("mongo",), "house_routers.MongoRouter"),
    )


async def test_the_other_order_is_seen(context: Make, source: Path) -> None:
    """The replica router swallows what was meant for mongo: the routes show it."""
    found = await scan(context, source, "ReplicaRouter", "MongoRouter")
    assert {(route.read, route.write) for route in found.routes} == {("replica", "default")}


async def test_reads_and_writes_may_be_decided_apart(context: Make, source: Path) -> None:
    """A router may know only one; without any, Django's default decides and every alias is migrated."""
    found = await scan(context, source, "ReadsOnly", apps=("shop",))
    assert found.routes == (
        RouteFacts(
            "shop.Order",
            "replica",
            "default",
            ("default", "replica", "mongo"),
            "house_routers.ReadsOnly; write: default",
        ),
    )


async def test_a_router_that_raises_is_a_finding_and_the_pings_go_on(context: Make, source: Path) -> None:
    """Its type is told, not its words."""
    sound(source / "db")
    config = config_of(source, "Raising", "ReplicaRouter")
    pane = await started_with(context(name="databases", folder=source), config)
    report = await pane.read()
    found = project(report)
    assert found.name == "shop"
    (raising,) = [one for one in found.findings if one.code == "router-raises"]
    assert "house_routers.Raising raises KeyError in db_for_read, 2 times over" in raising.text
    assert {(route.read, route.write) for route in found.routes} == {(None, "default")}
    assert "canary" not in repr(report)
    assert report.level is Level.CRITICAL
    assert states(report) == {"default": "ok", "replica": "ok", "mongo": "driver-missing"}


@pytest.mark.parametrize(
    ("routers", "apps", "code"),
    [(("Missing",), ("shop",), "router-missing"), ((), ("no_such_app",), "apps-unloadable")],
)
async def test_what_cannot_be_loaded_is_a_finding(
    context: Make, source: Path, routers: tuple[str, ...], apps: tuple[str, ...], code: str
) -> None:
    """A wrong name, a missing app."""
    found = await scan(context, source, *routers, apps=apps)
    assert [finding.code for finding in found.findings] == [code]
    assert found.routes == ()


async def test_an_app_that_exits_on_import_costs_only_the_routes(context: Make, source: Path) -> None:
    """The report is there, with a finding."""
    sound(source / "db")
    config = config_of(source, apps=("broken_app",))
    pane = await started_with(context(name="databases", folder=source), config)
    report = await pane.read()
    assert [finding.code for finding in project(report).findings] == ["scan-failed"]
    assert states(report)["default"] == "ok"
    assert "canary" not in repr(report)


async def test_routes_are_asked_for_now_and_then_only(context: Make, source: Path) -> None:
    """Loading a project that nobody edits is dear: after ten minutes again, and a minute after a failure."""
    clock = [1000.0]
    made = context(name="databases", folder=source, monotonic=lambda: clock[0])
    pane = await started_with(made, config_of(source, apps=("broken_app",)))

    async def codes() -> list[str]:
        codes = [finding.code for finding in project(await pane.read()).findings]
        return [code for code in codes if code != "no-timeout"]

    assert await codes() == ["scan-failed"]
    (source / "broken_app" / "__init__.py").write_text("")
    clock[0] += 59
    assert await codes() == ["scan-failed"]
    clock[0] += 2
    assert await codes() == []
    known = pane._routing._known
    before = known["shop"]
    clock[0] += 599
    assert await codes() == []
    assert known["shop"] is before
    clock[0] += 2
    assert await codes() == []
    assert known["shop"] is not before


async def test_an_alias_that_is_not_configured_is_a_finding(context: Make, source: Path) -> None:
    """Named with alias and model."""
    found = await scan(context, source, "Lost", apps=("shop",))
    (finding,) = [one for one in found.findings if one.code == "unknown-alias"]
    assert (finding.alias, finding.model) == ("nowhere", "shop.Order")
    assert finding.text == "shop.Order is written to “nowhere”, which is not configured."
