"""Each class of failure is produced for real on each vendor; docs/databases.md has what came of it.

`pytest --snapshot-update` on this file writes the table there anew.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fault_ground import ENGINES, MONGODB, PATIENT_S, Ground, Make, Told, alias
from fault_page import NOTHING, Table
from fault_server import (
    GARBAGE,
    HTTP,
    FaultServer,
    bad_certificate,
    black_hole,
    few,
    hang_up,
    mongo,
    mute,
    mysql_greeting,
    mysql_with,
    mysql_without_tls,
    postgres_with,
    postgres_without_tls,
    says,
    through,
)
from ground import free_port

from devdash_databases.config import Database
from devdash_databases.states import State

if TYPE_CHECKING:
    from beds import Find
    from mariadb_bed import MariadbBed
    from mongo_bed import MongoBed
    from postgres_bed import PostgresBed

pytestmark = [pytest.mark.xdist_group("beds"), pytest.mark.timeout(120)]

TABLE = Table("the fault matrix", tuple(ENGINES), "what is wrong")

SHORT_S = 2.0
"""What a ping may take where nothing will come: the shortest that leaves drivers a second of their own."""

ELECTION_S = 5.0
"""The same where a primary is waited for, that much less a second, and the others must be found before."""


@pytest.fixture
async def ground(
    context: Make,
    tmp_path: Path,
    needs: "Find",
    mariadb_bed: "MariadbBed",
    postgres_bed: "PostgresBed",
    mongo_bed: "MongoBed",
) -> AsyncIterator[Ground]:
    """The ground of one test."""
    async with AsyncExitStack() as stack:
        yield Ground(context, tmp_path, stack, needs, (mariadb_bed, postgres_bed, mongo_bed))


Fault = Callable[[Ground, str], Awaitable[str]]
FAULTS: dict[str, tuple[Fault, tuple[str, ...]]] = {}
"""What is wrong, by its words in the table; how it is made, and for which vendors."""


def fault(words: str, vendors: tuple[str, ...] = tuple(ENGINES)) -> Callable[[Fault], Fault]:
    """Put a fault into the table."""

    def keep(make: Fault) -> Fault:
        FAULTS[words] = (make, vendors)
        return make

    return keep


@fault("the name is unknown")
async def _unknown_name(ground: Ground, vendor: str) -> str:
    return await ground.asked(alias(vendor, 1, host="nowhere.invalid"))


@fault("nothing listens")
async def _closed(ground: Ground, vendor: str) -> str:
    return await ground.asked(alias(vendor, free_port()))


@fault("there is no way to its network")
async def _no_route(ground: Ground, vendor: str) -> str:
    """No connection leads to many at once: the kernel calls their network unreachable, whatever ours is."""
    return await ground.asked(alias(vendor, 1, host="224.0.0.1"), SHORT_S)


@fault("no packet comes back")
async def _black_hole(ground: Ground, vendor: str) -> str:
    with black_hole() as port:
        return await ground.asked(alias(vendor, port), SHORT_S)


@fault("it accepts and never answers")
async def _mute(ground: Ground, vendor: str) -> str:
    server = await ground.entered(FaultServer(mute))
    return await ground.asked(alias(vendor, server.port), SHORT_S)


@fault("the server is stopped before a connection")
async def _stopped_before(ground: Ground, vendor: str) -> str:
    database = ground.real(vendor)
    with ground.stopped(vendor):
        return await ground.asked(database, SHORT_S)


@fault("the server is stopped with the connection open")
async def _stopped_while(ground: Ground, vendor: str) -> str:
    told = Told(ground.context, ground.real(vendor), SHORT_S)
    await told.until_well()
    with ground.stopped(vendor):
        return await told.state()


@fault("the server is stopped during a query")
async def _stopped_during(ground: Ground, vendor: str) -> str:
    """Between the query, which is seen to be on its way, and the answer."""
    stop = ground.stopper(vendor)
    query = b"ping" if vendor == "MongoDB" else b"SELECT 1"
    server = await ground.entered(FaultServer(through(ground.port(vendor), query, stop)))
    told = Told(ground.context, ground.moved(ground.real(vendor), server.port), SHORT_S)
    state = await told.state()
    while not stop.done:  # on a busy machine the query may not come to be in time
        state = await told.state()
    return state


@fault("it hangs up at once")
async def _hang_up(ground: Ground, vendor: str) -> str:
    return await ground.served(vendor, hang_up)


@fault("it closes within its first bytes")
async def _torn(ground: Ground, vendor: str) -> str:
    first = {
        "MariaDB": mysql_greeting(tls=True)[:20],
        "PostgreSQL": b"",
        "MongoDB": b"\x50\x00\x00\x00\x01\x00",
    }
    return await ground.served(vendor, says(first[vendor], first=vendor == "MariaDB"))


@fault("it says garbage")
async def _garbage(ground: Ground, vendor: str) -> str:
    return await ground.served(vendor, says(GARBAGE, first=vendor == "MariaDB"))


@fault("it is a web server")
async def _web(ground: Ground, vendor: str) -> str:
    return await ground.served(vendor, says(HTTP, first=vendor == "MariaDB"))


@fault("TLS is wanted and there is none")
async def _no_tls(ground: Ground, vendor: str) -> str:
    if vendor == "MariaDB":
        bad_certificate(ground.folder)
        return await ground.served(vendor, mysql_without_tls, ssl_ca=str(ground.folder / "certificate.pem"))
    if vendor == "PostgreSQL":
        return await ground.served(vendor, postgres_without_tls, sslmode="require")
    return await ground.served(vendor, mongo(), tls=True)


@fault("its certificate is not trusted")
async def _untrusted(ground: Ground, vendor: str) -> str:
    certificate = bad_certificate(ground.folder)
    if vendor == "MariaDB":
        bad_certificate(ground.folder / "other")
        trusted = str(ground.folder / "other" / "certificate.pem")
        return await ground.served(vendor, mysql_with(certificate), ssl_ca=trusted)
    if vendor == "PostgreSQL":
        talk = postgres_with(certificate)
        return await ground.served(vendor, talk, sslmode="verify-full", sslrootcert="system")
    server = await ground.entered(FaultServer(mongo(), tls=certificate))
    return await ground.asked(alias(vendor, server.port, tls=True))


@fault("the password is wrong")
async def _wrong_password(ground: Ground, vendor: str) -> str:
    if vendor == "PostgreSQL":
        with ground.postgres_with_passwords("guarded"):
            return await ground.asked(ground.real(vendor, USER="guarded", PASSWORD="wrong"))
    if vendor == "MongoDB":
        async with ground.mongo_with_passwords() as port:
            return await ground.asked(ground.guarded(alias(vendor, port), "wrong"))
    return await ground.asked(ground.real(vendor, PASSWORD="wrong"))


@fault("the account is locked", ("MariaDB", "PostgreSQL"))
async def _locked(ground: Ground, vendor: str) -> str:
    if vendor == "MariaDB":
        ground.mariadb.primary.sql(
            "DROP USER IF EXISTS locked@'127.0.0.1'",
            "CREATE USER locked@'127.0.0.1' IDENTIFIED BY 'right' ACCOUNT LOCK",
        )
        return await ground.asked(ground.real(vendor, USER="locked", PASSWORD="right"))
    ground.postgres.primary.sql("DROP ROLE IF EXISTS locked")
    ground.postgres.primary.sql("CREATE ROLE locked NOLOGIN")
    return await ground.asked(ground.real(vendor, USER="locked"))


@fault("there is no such database", ("MariaDB", "PostgreSQL"))
async def _no_database(ground: Ground, vendor: str) -> str:
    return await ground.asked(ground.real(vendor, NAME="devdash_not_there"))


@fault("too many connections")
async def _too_many(ground: Ground, vendor: str) -> str:
    if vendor == "MongoDB":
        return await ground.served(vendor, few(mongo(), 1))  # it closes the one too many without a word
    if vendor == "PostgreSQL":
        ground.postgres.primary.sql("DROP ROLE IF EXISTS busy")
        ground.postgres.primary.sql("CREATE ROLE busy LOGIN CONNECTION LIMIT 0")
        return await ground.asked(ground.real(vendor, USER="busy"))
    ground.mariadb.primary.sql(
        "DROP USER IF EXISTS busy@'127.0.0.1'",
        "CREATE USER busy@'127.0.0.1' IDENTIFIED BY 'right' WITH MAX_USER_CONNECTIONS 1",
        "GRANT ALL ON `devdash%`.* TO busy@'127.0.0.1'",
    )
    first = Told(ground.context, ground.real(vendor, USER="busy", PASSWORD="right"))
    assert await first.state() == State.OK.value
    return await ground.asked(ground.real(vendor, USER="busy", PASSWORD="right"))


@fault("it is not the primary, which is needed", ("MongoDB",))
async def _not_primary(ground: Ground, vendor: str) -> str:
    talk = mongo(ismaster=False, secondary=True, setName="rs", hosts=["127.0.0.1:1"])
    server = await ground.entered(FaultServer(talk))
    host = f"mongodb://127.0.0.1:{server.port}/?replicaSet=rs"
    return await ground.asked(Database(ENGINE=MONGODB, NAME="x", HOST=host), ELECTION_S)


@fault("the server is too old", ("MongoDB",))
async def _too_old(ground: Ground, vendor: str) -> str:
    return await ground.served(vendor, mongo(maxWireVersion=4))


@fault("the driver is missing")
async def _no_driver(ground: Ground, vendor: str) -> str:
    for module in ("MySQLdb", "pymysql", "psycopg", "psycopg2", "pymongo"):
        (ground.folder / f"{module}.py").write_text("raise ImportError('not for this test')")
    return await Told(ground.context, alias(vendor, 1), PATIENT_S, ground.folder).state()


@pytest.fixture(scope="module")
def matrix(request: pytest.FixtureRequest) -> Iterator[dict[tuple[str, str], str]]:
    """Collects what came of each fault; with --snapshot-update the page is written anew."""
    cells: dict[tuple[str, str], str] = {}
    yield cells
    if request.config.option.update_snapshots:
        TABLE.write(tuple(FAULTS), cells)


@pytest.mark.parametrize("words", FAULTS)
async def test_a_fault_is_what_the_page_says(
    ground: Ground, matrix: dict[tuple[str, str], str], request: pytest.FixtureRequest, words: str
) -> None:
    """And never a state of "failed", which would tell nothing. The vendors side by side."""
    make, vendors = FAULTS[words]
    states = await asyncio.gather(*(make(ground, vendor) for vendor in vendors))
    told = dict(zip(vendors, states, strict=True))
    matrix.update({(words, vendor): state for vendor, state in told.items()})
    assert not {State.OK.value, State.FAILED.value, State.PROBE_FAILED.value} & set(states), told
    if not request.config.option.update_snapshots:
        page = TABLE.cells()
        assert told == {vendor: page.get((words, vendor)) for vendor in vendors}


def test_the_page_has_all_of_them_and_no_others(request: pytest.FixtureRequest) -> None:
    """A cell that no test makes is a dash."""
    if request.config.option.update_snapshots:
        return  # it is written after this
    told = TABLE.cells()
    made = {(words, vendor) for words, (_, vendors) in FAULTS.items() for vendor in vendors}
    assert {words for words, _ in told} == set(FAULTS)
    assert {key for key, cell in told.items() if cell != NOTHING} == made
