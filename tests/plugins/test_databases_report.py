"""What the pane looks like in each state, at three widths."""

from pathlib import Path

import msgspec
import pytest
from syrupy.assertion import SnapshotAssertion

from devdash.api import Level, Report, Table
from devdash.engine import boundary, offers
from devdash.render.blocks import lay_out
from devdash.render.text import plain
from devdash_databases import wire
from devdash_databases.aliases import target
from devdash_databases.config import Database, DatabasesConfig
from devdash_databases.pane import COPY, PING, DatabasesPane
from devdash_databases.report import Reading, report_of
from devdash_databases.routes.facts import RouteFacts
from devdash_databases.routes.scanned import Scanned
from devdash_databases.routes.told import finding
from devdash_databases.states import CALM, State

WIDTHS = (40, 80, 120)

SQLITE, MYSQL, POSTGRESQL = (f"django.db.backends.{name}" for name in ("sqlite3", "mysql", "postgresql"))


def reading(*entries: tuple[Database, wire.Ping], scan: Scanned | None = None) -> Reading:
    """A reading of a project “shop”; the alias is the ping's."""
    targets = tuple(target(ping.alias, database, Path("/srv/shop")) for database, ping in entries)
    return Reading(
        project="shop",
        django="5.2",
        targets=targets,
        pings={ping.alias: ping for _, ping in entries},
        trends={
            ping.alias: (0.8, 1.1, None, 3.0, 12.0, ping.latency_ms)
            for _, ping in entries
            if ping.latency_ms is not None
        },
        scan=scan or Scanned(),
    )


def server(alias: str, **fields: object) -> tuple[Database, wire.Ping]:
    """A MariaDB server and its answer."""
    database = Database(
        ENGINE=MYSQL,
        NAME="shop",
        USER="web",
        HOST=f"{alias}.example.org",
        PORT=3306,
        TEST={"MIRROR": "default"},
    )
    answer = {"alias": alias, "state": "ok", "vendor": "mariadb", **fields}
    return database, msgspec.convert(answer, wire.Ping)


MARIADB = {"version": "10.11.6", "driver": "MySQLdb 2.3.1"}
FINE = server("default", latency_ms=0.8, role="primary", read_only=False, **MARIADB)
REPLICA = server("replica", latency_ms=41.3, role="replica", read_only=True, **MARIADB)
FILE = (
    Database(ENGINE=SQLITE, NAME="db.sqlite3"),
    wire.Ping(
        alias="file",
        state=State.OK,
        vendor="sqlite",
        version="3.40.1",
        latency_ms=0.1,
        role="file",
        read_only=False,
    ),
)
NONE = (Database(), wire.Ping(alias="mongo", state=State.NOT_CONFIGURED))

READINGS = {
    "nothing": reading(),
    "calm": reading(NONE),
    "fine": reading(FINE, REPLICA, FILE, NONE),
    "refused": reading(FINE, server("replica", state="refused", kind="OperationalError", code="2003"), NONE),
    "locked": reading(
        (
            FILE[0],
            wire.Ping(
                alias="file", state=State.BUSY, vendor="sqlite", kind="OperationalError", code="SQLITE_BUSY"
            ),
        )
    ),
    "untold": reading(server("default", state="probe-failed", kind="WorkerTimeout")),
    "driver": reading(
        (
            Database(ENGINE=POSTGRESQL, NAME="shop"),
            wire.Ping(
                alias="default", state=State.DRIVER_MISSING, vendor="postgresql", kind="ImproperlyConfigured"
            ),
        )
    ),
    "routes": reading(
        FINE,
        REPLICA,
        scan=Scanned(
            (
                RouteFacts("shop.Order", "replica", "default", ("default",), "shop.routers.Replicas"),
                RouteFacts("stats.Visit", "nowhere", None, (), "shop.routers.StatsRouter"),
            ),
            (
                finding(
                    "unknown-alias",
                    "stats.Visit is read from “nowhere”, which is not configured.",
                    alias="nowhere",
                    router="shop.routers.StatsRouter",
                    models=["stats.Visit"],
                ),
                finding("no-timeout", "default has no connect_timeout.", alias="default"),
            ),
        ),
    ),
}


def admitted(name: str) -> Report:
    """The report of a reading, after every check at the core's boundary."""
    return boundary.admit_report("databases", report_of(READINGS[name]), (PING, COPY))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", READINGS)
def test_the_report_looks_so(name: str, width: int, snapshot: SnapshotAssertion) -> None:
    """Level, summary and blocks in each state."""
    report = admitted(name)
    assert f"{report.level.sign} {report.summary}\n{plain(lay_out(report.blocks, width))}" == snapshot


@pytest.mark.parametrize("name", ["fine", "refused", "driver"])
def test_the_detail_looks_so(name: str, snapshot: SnapshotAssertion) -> None:
    """What Enter opens: place, driver, connection without a password, last error with its next step."""
    table = admitted(name).blocks[0]
    assert isinstance(table, Table)
    assert "\n\n".join(plain(lay_out(row.detail, 80)) for row in table.rows) == snapshot


@pytest.mark.parametrize("state", list(State))
def test_every_state_makes_a_report_that_the_core_admits(state: State) -> None:
    """With a level that fits: what failed is never fine, what needs a hand offers the ping."""
    report = report_of(reading(server("default", state=state.value)))
    boundary.admit_report("databases", report, (PING, COPY))
    if state in CALM | {State.OK}:
        assert (report.level, report.attention) == (Level.OK, ())
    else:
        (attention,) = report.attention
        assert (attention.action, attention.item) == ("ping", "default")
        assert report.level is attention.level


@pytest.mark.parametrize(
    ("state", "note", "said"),
    [
        (State.REFUSED, "", "refused"),
        (State.CANNOT_OPEN, "there is no such file", "cannot open (there is no such file)"),
        (State.TIMEOUT, "no answer in 3 s", "no answer in 3 s"),
    ],
)
def test_a_state_and_its_reason_read_as_one(state: State, note: str, said: str) -> None:
    """No colon after a colon, and nothing said twice."""
    (attention,) = report_of(reading(server("shop", state=state.value, note=note))).attention
    assert attention.text == f"database shop: {said}"


def test_a_little_jitter_changes_nothing_on_the_screen() -> None:
    """Two readings that differ by a fraction of a millisecond have equal blocks, and their own facts."""
    one, other = (
        report_of(
            msgspec.structs.replace(reading(server("default", latency_ms=ms)), trends={"default": (ms,)})
        )
        for ms in (0.31, 0.74)
    )
    assert one.blocks == other.blocks
    assert one.facts != other.facts


def test_the_facts_are_the_plans() -> None:
    """Field by field, as status --json shows them."""
    facts = msgspec.to_builtins(report_of(READINGS["routes"]).facts)
    (project,) = facts["projects"]
    assert list(project) == ["name", "aliases", "routes", "findings", "trouble", "relations", "routed"]
    expected = {
        "alias": "replica",
        "vendor": "mariadb",
        "state": "ok",
        "latency_ms": 41.3,
        "role": "replica",
        "read_only": True,
        "lag_s": None,
        "error": None,
        "version": "10.11.6",
        "driver": "MySQLdb 2.3.1",
    }
    assert {name: project["aliases"][1][name] for name in expected} == expected
    assert list(project["routes"][0]) == ["model", "read", "write", "migrate", "decided_by"]
    assert project["findings"][1] == {
        "code": "no-timeout",
        "level": "note",
        "alias": "default",
        "model": None,
        "text": "default has no connect_timeout.",
        "router": None,
        "models": (),
        "field": None,
        "consequence": "A server that accepts and is silent holds up each request for longer than 15 s.",
        "repair": "Set it in OPTIONS of default.",
    }


def test_the_aliases_of_all_projects_stand_above_what_is_longer() -> None:
    """Then all findings, then all routes, each under the name of its project where there are several."""
    scan = Scanned(
        routes=(RouteFacts("shop.Order", "default", "default", ("default",), "default"),),
        findings=(finding("no-timeout", "default has no connect_timeout."),),
    )
    one = reading(server("default"), scan=scan)
    other = msgspec.structs.replace(one, project="blog", prefix="blog/")
    tables = [block.heading for block in report_of(one, other).blocks if isinstance(block, Table)]
    assert tables[:2] == ["shop · Django 5.2", "blog · Django 5.2"]
    assert tables[2:] == ["shop · findings", "blog · findings", "shop · routes", "blog · routes"]
    alone = [block.heading for block in report_of(one).blocks if isinstance(block, Table)]
    assert alone[1:] == ["findings", "routes"]


def test_actions_and_rules_are_admitted() -> None:
    """Names, keys, permissions and times keep the contract."""
    pane = DatabasesPane(DatabasesConfig(), NotImplemented)
    actions = offers.admit_actions("databases", tuple(pane.actions()))
    offers.admit_rules("databases", tuple(pane.rules()), actions)
