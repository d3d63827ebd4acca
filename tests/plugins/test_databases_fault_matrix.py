"""Each class of failure is produced for real on each vendor; docs/databases.md has what came of it.

`pytest --snapshot-update` on this file writes the table there anew.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from fault_ground import ENGINES, MONGODB, Ground, Make, Told, alias
from fault_server import (
    GARBAGE,
    HTTP,
    FaultServer,
    bad_certificate,
    hang_up,
    mongo,
    mute,
    mysql_greeting,
    mysql_without_tls,
    postgres_with,
    postgres_without_tls,
    says,
)
from ground import free_port

from devdash_databases.config import Database
from devdash_databases.states import State

pytestmark = [pytest.mark.xdist_group("beds"), pytest.mark.timeout(120)]

PAGE = Path(__file__).parents[2] / "docs" / "databases.md"

NOTHING = "—"
"""Where a vendor has no such failure, or it cannot be produced."""


@pytest.fixture
async def ground(request: pytest.FixtureRequest, context: Make, tmp_path: Path) -> AsyncIterator[Ground]:
    """The ground of one test."""
    async with AsyncExitStack() as stack:
        yield Ground(request, context, tmp_path, stack)


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


@fault("it accepts and never answers")
async def _mute(ground: Ground, vendor: str) -> str:
    return await ground.served(vendor, mute)


@fault("the server is stopped before a connection")
async def _stopped_before(ground: Ground, vendor: str) -> str:
    told = Told(ground.context, ground.real(vendor))
    with ground.stopped(vendor):
        return await told.state()


@fault("the server is stopped with the connection open")
async def _stopped_while(ground: Ground, vendor: str) -> str:
    told = Told(ground.context, ground.real(vendor))
    assert await told.state() == State.OK.value
    with ground.stopped(vendor):
        return await told.state()


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


@fault("its certificate is not trusted", ("PostgreSQL", "MongoDB"))
async def _untrusted(ground: Ground, vendor: str) -> str:
    certificate = bad_certificate(ground.folder)
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
        with ground.mongo_with_passwords() as port:
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


@fault("too many connections", ("MariaDB", "PostgreSQL"))
async def _too_many(ground: Ground, vendor: str) -> str:
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
    return await ground.asked(Database(ENGINE=MONGODB, NAME="x", HOST=host))


@fault("the server is too old", ("MongoDB",))
async def _too_old(ground: Ground, vendor: str) -> str:
    return await ground.served(vendor, mongo(maxWireVersion=4))


@fault("the driver is missing")
async def _no_driver(ground: Ground, vendor: str) -> str:
    for module in ("MySQLdb", "pymysql", "psycopg", "psycopg2", "pymongo"):
        (ground.folder / f"{module}.py").write_text("raise ImportError('not for this test')")
    return await Told(ground.context, alias(vendor, 1), ground.folder).state()


def page_table() -> dict[tuple[str, str], str]:
    """The cells of the table in docs/databases.md."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", between(PAGE.read_text())[1], re.MULTILINE)
    return {
        (words, vendor): cell.strip("`")
        for words, *cells in rows
        for vendor, cell in zip(ENGINES, cells, strict=True)
    }


BEGIN, END = "<!-- the fault matrix: pytest --snapshot-update -->\n", "<!-- end of the fault matrix -->\n"


def between(text: str) -> tuple[str, str, str]:
    """The page before the table, the table, and the page after it."""
    before, _, rest = text.partition(BEGIN)
    table, _, after = rest.partition(END)
    return before, table, after


@pytest.fixture(scope="module")
def matrix(request: pytest.FixtureRequest) -> Iterator[dict[tuple[str, str], str]]:
    """Collects what came of each fault; with --snapshot-update the page is written anew."""
    cells: dict[tuple[str, str], str] = {}
    yield cells
    if not request.config.option.update_snapshots:
        return
    known = page_table() | cells
    lines = [f"| what is wrong | {' | '.join(ENGINES)} |", "|---" * (len(ENGINES) + 1) + "|"]
    for words in FAULTS:
        told = [known.get((words, vendor), NOTHING) for vendor in ENGINES]
        lines.append(f"| {words} | {' | '.join(one if one == NOTHING else f'`{one}`' for one in told)} |")
    before, _, after = between(PAGE.read_text())
    PAGE.write_text(before + BEGIN + "\n".join(lines) + "\n" + END + after)


CASES = [(words, vendor) for words, (_, vendors) in FAULTS.items() for vendor in vendors]


@pytest.mark.parametrize(("words", "vendor"), CASES)
async def test_a_fault_is_what_the_page_says(
    ground: Ground,
    matrix: dict[tuple[str, str], str],
    request: pytest.FixtureRequest,
    words: str,
    vendor: str,
) -> None:
    """And never a state of "failed", which would tell nothing."""
    state = await FAULTS[words][0](ground, vendor)
    matrix[words, vendor] = state
    assert state not in (State.OK.value, State.FAILED.value, State.PROBE_FAILED.value)
    if not request.config.option.update_snapshots:
        assert state == page_table().get((words, vendor))


def test_the_page_has_all_of_them_and_no_others() -> None:
    """A cell that no test makes is a dash."""
    told = page_table()
    assert {words for words, _ in told} - {"what is wrong", "---"} == set(FAULTS)
    made = {(words, vendor) for words, vendor in told if (words, vendor) in CASES}
    assert made == set(CASES)
    assert all(cell == NOTHING for key, cell in told.items() if key[0] in FAULTS and key not in made)
