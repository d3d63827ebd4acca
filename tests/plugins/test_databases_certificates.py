"""When a server's certificate ends: it says so itself, or it is looked at in a handshake of its own."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from following_rig import Make
from mariadb_bed import Mariadbd, install_data
from mongo_bed import MongoBed
from projects_rig import django_project

from devdash_databases.chronicle import Chronicle
from devdash_databases.config import DatabasesConfig, Project
from devdash_databases.observed import Observed
from devdash_databases.projects import ProjectProber
from devdash_databases.questions import asked

pytestmark = [pytest.mark.xdist_group("beds"), pytest.mark.timeout(120)]


async def seen(context: Make, folder: Path, alias: dict[str, object]) -> Observed:
    """What is known of an alias after a reading."""
    settings = f"import pymysql\npymysql.install_as_MySQLdb()\nDATABASES = {{'default': {alias!r}}}\n"
    path = django_project(folder / "shop", settings)
    made = context()
    prober, chronicle = ProjectProber(Project(path=path), DatabasesConfig(), made), Chronicle(made)
    pings = await prober.ping(None, asked(seldom=True))
    assert prober.trouble is None, prober.trouble
    assert [ping.state.value for ping in pings] == ["ok"]
    chronicle.note(pings, whole=True)
    return chronicle.observed("shop/default")


@pytest.fixture
def certificate(tmp_path: Path, needs: Callable[[str], str]) -> tuple[Path, Path]:
    """One that ends in nine days, and its key."""
    file, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    made = (needs("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-days", "9")
    subprocess.run([*made, "-keyout", str(key), "-out", str(file)], check=True, capture_output=True)
    return file, key


def ends_in_nine_days(told: Observed) -> bool:
    """Whether that certificate was seen, over an encrypted connection."""
    assert told.tls is not None
    assert told.tls.startswith("TLSv1")
    assert told.certificate_end is not None
    return 8.9 < (told.certificate_end - time.time()) / 86400 < 9.1


async def test_when_a_mongodb_s_certificate_ends(
    context: Make,
    tmp_path: Path,
    bed_folder: Path,
    needs: Callable[[str], str],
    certificate: tuple[Path, Path],
) -> None:
    """And by which protocol it is encrypted."""
    arguments = ("--tls-cert-file", str(certificate[0]), "--tls-key-file", str(certificate[1]))
    bed = MongoBed(bed_folder / "encrypted", needs, arguments=arguments, options="tls=true&tlsInsecure=true")
    try:
        bed.start()
        told = await seen(context, tmp_path, bed.alias(bed.new_database()))
    finally:
        bed.stop()
    assert ends_in_nine_days(told)


async def test_when_a_mariadb_s_certificate_ends(
    context: Make,
    tmp_path: Path,
    bed_folder: Path,
    needs: Callable[[str], str],
    certificate: tuple[Path, Path],
) -> None:
    """Which it says itself, to who is encrypted."""
    options = (f"--ssl-cert={certificate[0]}", f"--ssl-key={certificate[1]}")
    folder = bed_folder / "mariadb-encrypted"
    folder.mkdir()
    install_data(folder / "data", needs)
    server = Mariadbd(folder, number=9, daemon=needs("mariadbd"), options=options)
    try:
        server.start()
        alias = {**server.alias("mysql"), "USER": "root", "PASSWORD": ""}
        alias["OPTIONS"] = {"ssl": {"ca": str(certificate[0]), "check_hostname": False}}
        told = await seen(context, tmp_path, alias)
    finally:
        server.server.stop()
    assert ends_in_nine_days(told)


async def test_a_mongodb_without_encryption_has_no_certificate(
    context: Make, tmp_path: Path, mongo_bed: MongoBed
) -> None:
    """That is said, and not left open; and nobody speaks TLS to it."""
    told = await seen(context, tmp_path, mongo_bed.alias(mongo_bed.new_database()))
    assert (told.tls, told.certificate_end) == ("", None)
