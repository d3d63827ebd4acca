"""A look at real servers: what they refuse, what differs, what waits; only where it is allowed."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from survey_site import made_in

from devdash.api import Duration, Secret, SecretFile
from devdash.engine.context import Context
from devdash_databases import scanner
from devdash_databases.aliases import targets_of
from devdash_databases.config import Database, DatabasesConfig
from devdash_databases.prober import Prober
from devdash_databases.routes.scanned import Scanned

if TYPE_CHECKING:
    from mariadb_bed import MariadbBed
    from postgres_bed import PostgresBed

pytestmark = [pytest.mark.xdist_group("beds"), pytest.mark.timeout(120)]

Make = Callable[..., Context]

TABLES = (
    "CREATE TABLE shop_customer (id bigint PRIMARY KEY, name varchar(20) NOT NULL)",
    "CREATE TABLE shop_order (id bigint PRIMARY KEY, customer_id bigint NOT NULL)",
)


def config_of(folder: Path, aliases: dict[str, dict[str, object]], live: tuple[str, ...]) -> DatabasesConfig:
    """The project over a pair of servers; `mongo` is a file."""
    (folder / "secret").write_text(str(next(iter(aliases.values())).get("PASSWORD", "none")))
    given = {
        alias: Database(
            ENGINE=str(entry["ENGINE"]),
            NAME=str(entry["NAME"]),
            HOST=str(entry["HOST"]),
            PORT=str(entry["PORT"]),
            USER=str(entry["USER"]),
            PASSWORD=Secret(SecretFile(str(folder / "secret"))),
        )
        for alias, entry in aliases.items()
    }
    given["mongo"] = Database(ENGINE="django.db.backends.sqlite3", NAME="mongo.sqlite3")
    return DatabasesConfig(
        databases=given,
        routers=("house.Mongo", "house.Replica"),
        apps=("shop", "stats"),
        python_path=(made_in(folder),),
        timeout=Duration(60),
        live=live,
    )


async def looked(context: Make, folder: Path, config: DatabasesConfig) -> Scanned:
    """What is found, with the looks that the config allows."""
    made = context(name="databases", folder=folder)
    source = Prober(config, made, targets_of(config, folder, folder))
    return await scanner.scan(made, source, config.live)


def told(found: Scanned) -> dict[str, str]:
    """The sentences by code, of those that only a look can tell."""
    live = ("table-", "write-alias-read", "replica-writable", "schema-", "migration-", "live-")
    return {one.code: one.text for one in found.findings if one.code.startswith(live)}


async def test_a_mariadb_pair(context: Make, tmp_path: Path, mariadb_bed: "MariadbBed") -> None:
    """Sound, then writable and with another schema behind replication's back; then without the tables."""
    name = mariadb_bed.new_database()
    mariadb_bed.primary.sql(f"USE {name}", *TABLES)
    mariadb_bed.catch_up()
    config = config_of(tmp_path, mariadb_bed.aliases(name), ("default", "replica"))
    found = await looked(context, tmp_path, config)
    assert told(found) == {}
    assert found.survey.live["default"].read_only is False
    assert found.survey.live["replica"].read_only is True
    assert "tests-only" not in repr(found)
    replica = mariadb_bed.replica
    try:
        replica.sql("SET sql_log_bin = 0", f"ALTER TABLE {name}.shop_order ADD note int")
        replica.sql("SET GLOBAL read_only = OFF")
        assert told(await looked(context, tmp_path, config)) == {
            "replica-writable": "replica is only read from and takes writes.",
            "schema-drift": "shop.Order is not the same on default and replica: note.",
        }
    finally:
        replica.sql("SET GLOBAL read_only = ON")


async def test_a_postgresql_pair(context: Make, tmp_path: Path, postgres_bed: "PostgresBed") -> None:
    """Tables that are missing; and what was switched over without telling the settings."""
    name = postgres_bed.new_database()
    aliases = postgres_bed.aliases(name)
    found = await looked(context, tmp_path, config_of(tmp_path, aliases, ("default",)))
    assert told(found) == {
        "table-missing-on-write-alias": "shop.Customer and shop.Order are written to default and have no "
        "table there."
    }
    for statement in TABLES:
        postgres_bed.primary.sql(statement, name)
    postgres_bed.catch_up()
    turned = {"default": aliases["replica"], "replica": aliases["default"]}
    found = await looked(
        context, tmp_path / "turned", config_of(_made(tmp_path / "turned"), turned, ("default",))
    )
    assert told(found) == {
        "write-alias-read-only": "shop.Customer and shop.Order are written to default, which refuses writes."
    }


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def test_one_that_cannot_be_looked_at_costs_no_other(
    context: Make, tmp_path: Path, postgres_bed: "PostgresBed"
) -> None:
    """Its failure is told by its type."""
    aliases = postgres_bed.aliases(postgres_bed.new_database())
    aliases["replica"]["PORT"] = 1
    found = await looked(context, tmp_path, config_of(tmp_path, aliases, ("default", "replica")))
    assert told(found)["live-failed"] == "The look at replica ended with OperationalError."
    assert "table-missing-on-write-alias" in told(found)
