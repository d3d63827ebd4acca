"""What routers say is told as they say it, in the project's own process, and nothing is left changed."""

import ast
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from survey_site import SURVEY, made_in, site

from devdash_databases.probing import engines

PRELUDE = """
import random, sys
import survey as one

def twice(asked):
    from django.db import connections, router
    from shop.models import Order
    random.seed(7)
    state, before = random.getstate(), list(router.routers)
    told = [one.survey(asked)]
    undisturbed = random.getstate() == state
    random.seed(8)
    told.append(one.survey(asked))
    connection = connections["default"]
    return {
        "same": told[0] == told[1],
        "chance": undisturbed,
        "routers": all(a is b for a, b in zip(before, router.routers)),
        "atomic": connection.in_atomic_block,
        "autocommit": connection.autocommit,
        "open": [name for name in ("cursor", "connect", "ensure_connection") if name in vars(connection)],
        "health": ["health" in vars(each) for each in before],
        "devdash": sorted(name for name in sys.modules if name.startswith("devdash")),
    }
"""


class Decided(msgspec.Struct):
    """A read or write."""

    answers: list[dict[str, object]]
    chosen: list[str]
    by: int | None


class Migration(msgspec.Struct):
    """Whether a table may be made on an alias."""

    alias: str
    allowed: bool
    by: int | None


class Case(msgspec.Struct):
    """One way in which two rows meet."""

    own: str
    other: str
    allowed: bool
    by: int | None


class Relation(msgspec.Struct):
    """A foreign key."""

    field: str
    to: str
    cases: list[Case]


class Model(msgspec.Struct):
    """What is told of a model."""

    model: str
    read: Decided
    write: Decided
    migrate: list[Migration]
    relations: list[Relation]
    source: tuple[str, int] | None = None


class Look(msgspec.Struct):
    """What a database has."""

    failed: str
    tables: dict[str, list[str]]
    pending: list[str]


class Alias(msgspec.Struct):
    """An alias of DATABASES."""

    options: list[str]


class Told(msgspec.Struct):
    """A survey."""

    routers: list[str]
    aliases: list[Alias]
    connects: list[str]
    models: list[Model]
    live: dict[str, Look]

    def model(self, label: str) -> Model:
        """One of the models."""
        (found,) = (one for one in self.models if one.model == label)
        return found


def told(folder: Path, *routers: str, **asked: object) -> Told:
    """What the survey answers."""
    return msgspec.convert(site(folder, *routers).call("survey:survey", asked=asked), Told)


def twice(folder: Path, *routers: str, **asked: object) -> Mapping[str, object]:
    """What a survey, and another after it, leave behind."""
    source = made_in(folder)
    (source / "prelude.py").write_text(PRELUDE)
    return msgspec.convert(site(folder, *routers).call("prelude:twice", asked=asked), dict[str, object])


def test_every_router_is_asked_and_django_s_rule_decides(tmp_path: Path) -> None:
    """Also those that Django would not come to: what they would have said is the news."""
    order = told(tmp_path, "Replica", "Mongo").model("stats.Visit")
    assert order.read.answers == [{"aliases": ["replica"]}, {"aliases": ["mongo"]}]
    assert (order.read.chosen, order.read.by) == (["replica"], 0)
    assert (order.write.chosen, order.write.by) == (["default"], 0)
    right = told(tmp_path, "Mongo", "Replica")
    assert (right.model("stats.Visit").read.chosen, right.model("stats.Visit").read.by) == (["mongo"], 0)
    assert right.model("shop.Order").read.answers == [{}, {"aliases": ["replica"]}]
    assert right.model("shop.Order").read.by == 1
    allowed = {one.alias: one.allowed for one in right.model("stats.Visit").migrate}
    assert allowed == {"default": False, "replica": False, "mongo": True}


def test_without_a_router_that_answers_it_is_default(tmp_path: Path) -> None:
    """A router may lack a method, and nobody decides then."""
    order = told(tmp_path, "Related").model("shop.Order")
    assert order.read.answers == [{"absent": True}]
    assert (order.read.chosen, order.read.by) == (["default"], None)


def test_a_relation_is_asked_from_wherever_the_other_row_may_come(tmp_path: Path) -> None:
    """Read from a replica and assigned to a new row on default: Django refuses that when nobody allows it."""
    (customer,) = told(tmp_path, "Replica").model("shop.Order").relations
    assert (customer.field, customer.to) == ("customer", "shop.Customer")
    assert customer.cases == [Case("default", "default", True, None), Case("default", "replica", False, None)]
    (allowed,) = told(tmp_path, "Replica", "Related").model("shop.Order").relations
    assert [(case.allowed, case.by) for case in allowed.cases] == [(True, 1), (True, 1)]


def test_a_router_that_raises_is_told_by_type(tmp_path: Path) -> None:
    """Django comes to no other; its words stay inside."""
    order = told(tmp_path, "Raises", "Replica").model("shop.Order")
    assert order.read.answers == [{"raised": "KeyError"}, {"aliases": ["replica"]}]
    assert (order.read.chosen, order.read.by) == ([], 0)


def test_a_choice_by_chance_is_told_whole_and_alike_each_time(tmp_path: Path) -> None:
    """Else findings would come and go; and the project's own chance goes on as if nothing had been."""
    read = told(tmp_path, "Chance").model("shop.Order").read
    assert read.chosen == ["mongo", "replica"]
    left = twice(tmp_path / "again", "Many")
    assert left["same"] is True
    assert left["chance"] is True


@pytest.mark.parametrize(
    ("router", "asked", "alias"),
    [
        ("Atomic", {}, "replica"),
        ("Atomic", {"transaction": "default"}, "default"),
        ("Atomic", {"transaction": "mongo"}, "replica"),
        ("Asks", {}, "replica"),
        ("Asks", {"down": ["replica"]}, "default"),
        ("Replica", {"down": ["replica"]}, "replica"),
        ("devdash.history.routers.PrimaryReplicaRouter", {}, "replica"),
        ("devdash.history.routers.PrimaryReplicaRouter", {"down": ["replica"]}, "default"),
        ("devdash.history.routers.PrimaryReplicaRouter", {"transaction": "default"}, "default"),
        ("devdash.history.routers.PrimaryReplicaRouter", {"after_write": True}, "default"),
    ],
)
def test_another_state_of_the_world_is_put_before_the_routers(
    tmp_path: Path, router: str, asked: dict[str, object], alias: str
) -> None:
    """In a transaction, after a write, with an alias down: what a router looks at says so."""
    one = site(tmp_path, router)
    one._settings["DEVDASH_ROUTERS"] = {"REPLICAS": ["replica"]}
    found = msgspec.convert(one.call("survey:survey", asked=asked), Told)
    assert found.model("shop.Order").read.chosen == [alias]


def test_routers_can_be_asked_in_another_order(tmp_path: Path) -> None:
    """By their places in DATABASE_ROUTERS."""
    found = told(tmp_path, "Replica", "Mongo", order=[1, 0])
    assert found.routers == ["house.Mongo", "house.Replica"]
    assert found.model("stats.Visit").read.chosen == ["mongo"]


def test_nothing_is_left_changed(tmp_path: Path) -> None:
    """The probe of a project lives on; its connections, routers and health are as they were."""
    left = twice(tmp_path, "Asks", "Mongo", order=[1, 0], down=["replica"], transaction="default")
    assert left == {
        "same": True,
        "chance": True,
        "routers": True,
        "atomic": False,
        "autocommit": False,
        "open": [],
        "health": [False, False],
        "devdash": [],
    }


def test_nothing_connects_and_who_wanted_to_is_named(tmp_path: Path) -> None:
    """SQLite would make the file."""
    found = told(tmp_path, "Queries", "Asks")
    assert found.connects == ["house.Queries"]
    assert not [alias for alias in ("default", "replica", "mongo") if (tmp_path / alias).exists()]


def test_only_what_is_allowed_is_looked_at(tmp_path: Path) -> None:
    """Tables with their columns; a database that fails is told by the type of its failure."""
    one = site(tmp_path, "Replica")
    one.databases["mongo"]["NAME"] = str(tmp_path / "not there" / "file")
    found = msgspec.convert(one.call("survey:survey", asked={"live": ["default", "mongo"]}), Told)
    assert found.live["default"] == Look("", {}, [])
    assert found.live["mongo"].failed == "OperationalError"
    assert not (tmp_path / "replica").exists()


def test_what_a_probe_forces_upon_the_options_is_none_of_the_project_s(tmp_path: Path) -> None:
    """Else every project would seem to have timeouts."""
    one = site(tmp_path, "Replica")
    one.databases["default"] |= engines.forced({**one.databases["default"], "OPTIONS": {"timeout": 9}}, 3.0)
    found = msgspec.convert(one.call("survey:survey", asked={}), Told)
    assert found.aliases[0].options == ["timeout"]


def test_sources_are_told_when_they_are_asked_for(tmp_path: Path) -> None:
    """For findings in files."""
    assert told(tmp_path, "Replica").model("shop.Order").source is None
    source = told(tmp_path, "Replica", sources=True).model("shop.Order").source
    assert source == (str(tmp_path / "src" / "shop" / "models.py"), 7)


def test_the_file_needs_the_standard_library_and_django_alone() -> None:
    """From the Python that Django 4.2 still runs on."""
    tree = ast.parse(SURVEY.read_text(), feature_version=(3, 8))
    names = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert names <= {*sys.stdlib_module_names, "django"}
