"""Every finding of a project's routers: there where the fault is, with what to do, and gone after."""

import re
from pathlib import Path

import msgspec
import pytest
from survey_site import made_in, site

from devdash_databases.routes.codes import CODES
from devdash_databases.routes.facts import FindingFacts
from devdash_databases.routes.judge import findings_of
from devdash_databases.routes.surveyed import Look, Survey

POSTGRESQL = "django.db.backends.postgresql"
MONGO = "django_mongodb_backend"

REPAIRED = """
from django.db import connections

class Mongo:
    apps = {"stats"}
    def db_for_read(self, model, **hints):
        return "mongo" if model._meta.app_label in self.apps else None
    db_for_write = db_for_read
    def allow_migrate(self, db, app_label, model_name=None, **hints):
        if db == "mongo" or app_label in self.apps:
            return db == "mongo" and app_label in self.apps
    def allow_relation(self, obj1, obj2, **hints):
        return True

class Replica:
    def db_for_read(self, model, **hints):
        return "default" if connections["default"].in_atomic_block else "replica"
    def db_for_write(self, model, **hints):
        return "default"
    def allow_migrate(self, db, app_label, model_name=None, **hints):
        return db == "default"
"""

OWN = """
from devdash.history.routers import PrimaryReplicaRouter

class Ours(PrimaryReplicaRouter):
    replicas = ("replica",)
"""

Found = dict[str, list[FindingFacts]]


def surveyed(folder: Path, *routers: str, mirror: bool = False, engine: str = "") -> Survey:
    """A survey of the project, whose `mongo` may have another engine."""
    one = site(folder, *routers)
    (folder / "src" / "repaired.py").write_text(REPAIRED)
    if mirror:
        one.databases["replica"]["TEST"] = {"MIRROR": "default"}
    if engine:
        one.databases["mongo"]["ENGINE"] = engine
    return msgspec.convert(one.call("survey:survey", asked={}), Survey)


def found_in(survey: Survey) -> Found:
    """The findings by code."""
    found: Found = {}
    for one in findings_of(survey):
        found.setdefault(one.code, []).append(one)
    return found


def test_the_tutorials_routers_in_the_right_order(tmp_path: Path) -> None:
    """What they do wrong even then: migrations everywhere, relations, tests."""
    found = found_in(surveyed(tmp_path, "Mongo", "Replica"))
    assert set(found) == {
        "ddl-on-read-alias",
        "migrated-where-unused",
        "relation-refused",
        "fk-across-databases",
        "reads-leave-transaction",
        "replica-without-test-mirror",
    }
    (ddl,) = found["ddl-on-read-alias"]
    assert (ddl.alias, ddl.router, ddl.models) == (
        "replica",
        "house.Replica",
        ("shop.Customer", "shop.Order"),
    )
    assert ddl.text == (
        "Replica permits migrations of shop.Customer and shop.Order on replica, which is only read from."
    )
    assert ddl.repair.startswith("Let allow_migrate of Replica say no for replica")
    (unused,) = found["migrated-where-unused"]
    assert (unused.alias, unused.models) == ("mongo", ("shop.Customer", "shop.Order"))
    (leaving,) = found["reads-leave-transaction"]
    assert leaving.text == ("Inside atomic() on default, shop.Customer and shop.Order are read from replica.")
    assert 'connections["default"].in_atomic_block' in leaving.repair
    (foreign,) = found["fk-across-databases"]
    assert foreign.text == "stats.Visit.by leads from mongo to shop.Customer on default."
    texts = {one.text for one in found["relation-refused"]}
    assert texts == {
        "shop.Order.customer may not refer to shop.Customer from replica: no router allows it.",
        "stats.Visit.by may not refer to shop.Customer from default or replica: no router allows it.",
    }


def test_the_tutorials_routers_in_the_other_order(tmp_path: Path) -> None:
    """One stands in the other's light, and says which models it takes."""
    found = found_in(surveyed(tmp_path, "Replica", "Mongo"))
    (shadowed,) = found["router-shadowed"]
    assert shadowed.text == (
        "Replica stands before Mongo and takes its models: stats.Visit is sent to "
        "default/replica instead of mongo."
    )
    assert (shadowed.level, shadowed.models) == ("critical", ("stats.Visit",))


@pytest.mark.parametrize("replica", ["repaired.Replica", "own.Ours"], ids=["by hand", "ours"])
def test_repaired_routers_have_notes_alone(tmp_path: Path, replica: str) -> None:
    """And what is wrong with the model: that MongoDB does not count its key."""
    (made_in(tmp_path) / "own.py").write_text(OWN)
    found = found_in(surveyed(tmp_path, "repaired.Mongo", replica, mirror=True, engine=MONGO))
    assert {code for code, (one, *_) in found.items() if one.level == "note"} == {
        "fk-without-constraint",
        "no-timeout",
    }
    (counting,) = found.pop("autofield-on-mongo")
    assert counting.models == ("stats.Visit",)
    assert len(found) == 2


def test_a_router_that_raises_is_named_with_its_models(tmp_path: Path) -> None:
    """Once for each method and kind, and only where Django comes to it."""
    (raising,) = found_in(surveyed(tmp_path, "Raises", "Replica"))["router-raises"]
    assert raising.text == "Router house.Raises raises KeyError in db_for_read, 3 times over."
    assert raising.models == ("shop.Customer", "shop.Order", "stats.Visit")
    assert "router-raises" not in found_in(surveyed(tmp_path, "Replica", "Raises"))


def test_a_router_that_asks_a_database_is_noted(tmp_path: Path) -> None:
    """What it says here is not what it says in life."""
    (asking,) = found_in(surveyed(tmp_path, "Queries"))["router-connects"]
    assert (asking.level, asking.router) == ("note", "house.Queries")


def test_an_alias_that_is_not_configured(tmp_path: Path) -> None:
    """All of its models in one sentence."""
    (unknown,) = found_in(surveyed(tmp_path, "Lost"))["unknown-alias"]
    assert unknown.text == (
        "shop.Customer, shop.Order and stats.Visit are written to “nowhere”, which is not configured."
    )
    assert (unknown.alias, unknown.router) == ("nowhere", "house.Lost")


def test_a_table_that_no_migration_makes(tmp_path: Path) -> None:
    """The router that refuses is named."""
    (never,) = found_in(surveyed(tmp_path, "Refuses"))["write-alias-never-migrated"]
    assert (never.alias, never.router) == ("default", "house.Refuses")
    assert never.text.endswith("are written to default, where Refuses lets no migration make the table.")


def test_a_replica_that_tests_mirror_is_one_whatever_is_read_there(tmp_path: Path) -> None:
    """Without any router every migration may run on it."""
    found = found_in(surveyed(tmp_path, mirror=True))
    (ddl,) = found["ddl-on-read-alias"]
    assert (ddl.alias, ddl.router) == ("replica", "default")
    assert ddl.text.startswith("No router forbids migrations of ")


@pytest.mark.parametrize(
    ("engine", "missing"),
    [
        (POSTGRESQL, "mongo has no connect_timeout."),
        (MONGO, "mongo has no serverSelectionTimeoutMS."),
        ("django.db.backends.sqlite3", None),
    ],
)
def test_a_server_without_timeouts_is_noted(tmp_path: Path, engine: str, missing: str | None) -> None:
    """Each vendor's own."""
    found = found_in(surveyed(tmp_path, engine=engine)).get("no-timeout", [])
    assert [one.text for one in found] == ([missing] if missing else [])
    assert {one.level for one in found} <= {"note"}


@pytest.fixture(scope="module")
def routed(tmp_path_factory: pytest.TempPathFactory) -> Survey:
    """A survey of a primary and its replica, to look at them in every state."""
    return surveyed(tmp_path_factory.mktemp("routed"), "repaired.Mongo", "repaired.Replica", mirror=True)


TABLES = {
    "shop_customer": ("id 3", "name 253"),
    "shop_order": ("id 3", "customer_id 8"),
    "stats_visit": ("id 3", "by_id 8"),
}


def look(
    without: str = "", read_only: bool | None = None, failed: str = "", pending: tuple[str, ...] = ()
) -> Look:
    """A database with all tables but one."""
    return Look(failed, {name: TABLES[name] for name in TABLES if name != without}, pending, read_only)


@pytest.mark.parametrize(
    ("live", "code", "text"),
    [
        (
            {"default": look(without="shop_order")},
            "table-missing-on-write-alias",
            "shop.Order is written to default and has no table there.",
        ),
        (
            {"replica": look(without="shop_order")},
            "table-missing-on-read-alias",
            "shop.Order is read from replica and has no table there.",
        ),
        (
            {"default": look(read_only=True)},
            "write-alias-read-only",
            "shop.Customer and shop.Order are written to default, which refuses writes.",
        ),
        (
            {"replica": look(read_only=False)},
            "replica-writable",
            "replica is only read from and takes writes.",
        ),
        (
            {"default": look(pending=("shop.0002_more", "stats.0001_initial"))},
            "migration-pending",
            "shop.0002_more waits to be applied to default.",
        ),
        (
            {
                "default": look(),
                "replica": Look("", {**TABLES, "shop_order": ("id 3", "note 253")}, (), None),
            },
            "schema-drift",
            "shop.Order is not the same on default and replica: customer_id and note.",
        ),
        (
            {"mongo": look(failed="OperationalError")},
            "live-failed",
            "The look at mongo ended with OperationalError.",
        ),
    ],
)
def test_a_look_at_the_databases_finds(routed: Survey, live: dict[str, Look], code: str, text: str) -> None:
    """One finding each, and none without the look."""
    assert not set(found_in(routed)) & {code}
    found = found_in(msgspec.structs.replace(routed, live=live))
    assert [one.text for one in found[code]] == [text]


def test_a_sound_pair_has_no_finding(routed: Survey) -> None:
    """A replica's record of migrations is the primary's and says nothing of its own."""
    live = {"default": look(read_only=False), "replica": look(read_only=True, pending=("shop.0002_more",))}
    before, after = found_in(routed), found_in(msgspec.structs.replace(routed, live=live))
    assert before.keys() == after.keys()


def test_what_is_as_it_should_be_is_not_found(tmp_path: Path) -> None:
    """A key of one's own on MongoDB, a timeout in OPTIONS."""
    survey = surveyed(tmp_path, "repaired.Mongo", "repaired.Replica", mirror=True, engine=MONGO)
    assert {"autofield-on-mongo", "no-timeout"} <= set(found_in(survey))
    models = tuple(msgspec.structs.replace(one, key="UUIDField") for one in survey.models)
    given = frozenset({"serverSelectionTimeoutMS"})
    aliases = tuple(msgspec.structs.replace(one, options=given) for one in survey.aliases)
    better = msgspec.structs.replace(survey, models=models, aliases=aliases)
    assert not {"autofield-on-mongo", "no-timeout"} & set(found_in(better))


def test_every_code_can_be_explained() -> None:
    """Its consequence and repair name what they can, and no code lacks them."""
    for code, kind in CODES.items():
        assert kind.level in ("note", "attention", "critical"), code
        for text in (kind.consequence, kind.repair):
            assert text.format(alias="replica", router="Router"), code


def test_every_code_stands_in_the_documentation() -> None:
    """With its weight: who adds one is told that it is missing there."""
    page = (Path(__file__).parents[2] / "docs" / "databases.md").read_text("utf-8")
    told: dict[str, str] = {}
    for codes, levels in re.findall(r"^\| (`[^|]+) \| ([^|]+) \|", page.partition("### Findings")[2], re.M):
        names, weights = re.findall(r"`([^`]+)`", codes), levels.split(", ")
        told.update(zip(names, weights if len(weights) > 1 else weights * len(names), strict=True))
    assert {code: told.get(code) for code in CODES} == {code: kind.level for code, kind in CODES.items()}
