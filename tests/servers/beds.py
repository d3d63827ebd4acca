"""Real servers for tests, as fixtures: started once for each test process, ended with it.

A start takes 1 to 4 s, so a file that uses one marks itself, and runs in one process:

    pytestmark = pytest.mark.xdist_group("beds")

Each test takes a `new_database()` of its own. Who breaks a server (pauses, stops, signals) mends it, or
makes a bed of its own in `bed_folder`.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ground import open_folder

if TYPE_CHECKING:
    from mariadb_bed import MariadbBed
    from mongo_bed import MongoBed
    from postgres_bed import PostgresBed

Find = Callable[[str], str]


@pytest.fixture(scope="session")
def bed_folder() -> Iterator[Path]:
    """A folder that other users may enter, PostgreSQL's among them, with a short name, for sockets."""
    with open_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def mariadb_bed(bed_folder: Path, needs: Find) -> "Iterator[MariadbBed]":
    """A MariaDB primary and its replica."""
    from mariadb_bed import MariadbBed

    bed = MariadbBed(bed_folder / "mariadb", needs)
    try:
        bed.start()
        yield bed
    finally:
        bed.stop()


@pytest.fixture(scope="session")
def postgres_bed(bed_folder: Path, needs: Find) -> "Iterator[PostgresBed]":
    """A PostgreSQL primary and its standby."""
    from postgres_bed import PostgresBed

    bed = PostgresBed(bed_folder / "postgres", needs)
    try:
        bed.start()
        yield bed
    finally:
        bed.stop()


@pytest.fixture(scope="session")
def mongo_bed(bed_folder: Path, needs: Find) -> "Iterator[MongoBed]":
    """A server of MongoDB's wire protocol."""
    from mongo_bed import MongoBed

    bed = MongoBed(bed_folder / "mongo", needs)
    try:
        bed.start()
        yield bed
    finally:
        bed.stop()
