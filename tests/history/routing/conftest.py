"""A project of SQLite files, one of which is "replicated" only when a scenario says so."""

from itertools import count
from pathlib import Path

import pytest
from django_site import Site
from routing_rig import APPS, SETTING, Chain, MakeSite

from devdash.history.routers import with_test_mirrors

HERE = Path(__file__).parent
SQLITE = "django.db.backends.sqlite3"


@pytest.fixture
def site(tmp_path: Path) -> MakeSite:
    """`site(routers, "another alias", …, alias=NAME)`: a project; NAME is instead of the alias's file."""

    numbers = count()

    def make(
        routers: Chain,
        *more: str,
        setting: dict[str, object] | None = None,
        apps: tuple[str, ...] = APPS,
        mirrored: bool = False,
        **names: str,
    ) -> Site:
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        aliases = ("default", "replica1", "mongo", *more)
        databases: dict[str, dict[str, object]] = {
            alias: {"ENGINE": SQLITE, "NAME": names.get(alias, str(folder / alias))} for alias in aliases
        }
        return Site(
            with_test_mirrors(databases, replicas=("replica1",)) if mirrored else databases,
            apps=apps,
            routers=routers,
            path=(HERE,),
            DEVDASH_ROUTERS=SETTING if setting is None else setting,
        )

    return make
