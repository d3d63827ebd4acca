"""Routers are asked anew when the code that they depend on was edited, and what a check finds is shown."""

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from databases_rig import SQLITE, project, sound, started_with
from projects_rig import django_project
from survey_site import made_in

from devdash.api import ActionRequest, Duration, Value
from devdash.engine.context import Context
from devdash_databases.config import Database, DatabasesConfig, Project
from devdash_databases.pane import DatabasesPane
from devdash_databases.routes.asked import Asked, Surveyed
from devdash_databases.routes.surveyed import Survey
from devdash_databases.routing_desk import RoutingDesk

Make = Callable[..., Context]

ALIASES = ("default", "replica", "mongo")

SETTINGS = f"""
INSTALLED_APPS = ["shop", "stats"]
DATABASE_ROUTERS = ["house.Replica"]
SECRET_KEY = "x"
DATABASES = {{
    alias: {{"ENGINE": "{SQLITE}", "NAME": f"{{alias}}.sqlite3"}} for alias in {ALIASES!r}
}}
"""


def in_the_config(folder: Path) -> tuple[DatabasesConfig, Path]:
    """Routers that devdash.toml names; and where their code lies."""
    source = made_in(folder)
    databases = {one: Database(ENGINE=SQLITE, NAME=str(sound(folder / one))) for one in ALIASES}
    config = DatabasesConfig(
        timeout=Duration(40),
        databases=databases,
        routers=("house.Replica",),
        apps=("shop", "stats"),
        python_path=(source,),
        live=("default",),
    )
    return config, source


def of_a_project(folder: Path) -> tuple[DatabasesConfig, Path]:
    """Those of a watched project."""
    site = django_project(folder / "site", SETTINGS)
    for path in made_in(folder).iterdir():
        path.rename(site / path.name)
    for alias in ALIASES:
        sound(site / f"{alias}.sqlite3")
    return DatabasesConfig(timeout=Duration(40), projects=(Project(path=site, live=("default",)),)), site


PLACES = {"devdash.toml": in_the_config, "a project": of_a_project}


@pytest.fixture(params=PLACES)
async def pane(request: pytest.FixtureRequest, context: Make, tmp_path: Path) -> tuple[DatabasesPane, Path]:
    """A pane that has been read once, whose clock stands still; and the folder of the code."""
    config, code = PLACES[request.param](tmp_path)
    made = await started_with(context(folder=tmp_path, monotonic=lambda: 1000.0), config)
    assert "ddl-on-read-alias" in await codes(made)
    return made, code


async def codes(pane: DatabasesPane) -> set[str]:
    """What the next reading finds."""
    return {one.code for one in project(await pane.read()).findings}


def surveyed(pane: DatabasesPane) -> list[object]:
    """What is kept of the last surveys; equal only while there was no other."""
    return [id(one) for one in pane._routing._known.values()]


def edit(file: Path, before: str, then: str) -> None:
    """Change a file, in a moment of its own."""
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, then))
    stamp = file.stat().st_mtime_ns + 1_000_000
    os.utime(file, ns=(stamp, stamp))


async def test_a_router_that_was_edited_is_asked_with_the_next_reading(
    pane: tuple[DatabasesPane, Path],
) -> None:
    """Nobody waits ten minutes to see whether a repair is one."""
    made, code = pane
    edit(
        code / "house.py",
        "        return True\n\nclass Chance",
        '        return db == "default"\n\nclass Chance',
    )
    assert "ddl-on-read-alias" not in await codes(made)


async def test_an_edited_model_is_routed_anew(pane: tuple[DatabasesPane, Path]) -> None:
    """Models are code as routers are."""
    made, code = pane
    edit(
        code / "shop" / "models.py",
        "class Customer(",
        "class Guest(models.Model):\n    pass\n\nclass Customer(",
    )
    routed = [one.model for one in project(await made.read()).routes]
    assert "shop.Guest" in routed


async def test_nothing_is_surveyed_again_while_nothing_was_edited(pane: tuple[DatabasesPane, Path]) -> None:
    """Loading the code is dear; what lies beside it does not count."""
    made, code = pane
    before = surveyed(made)
    (code / "notes.txt").write_text("x")
    await made.read()
    await made.read()
    assert surveyed(made) == before


async def test_what_the_check_finds_is_shown_from_then_on(pane: tuple[DatabasesPane, Path]) -> None:
    """Tables may have been made, of which no file tells: the list under the answer must not contradict it."""
    made, _ = pane
    assert "table-missing-on-write-alias" in await codes(made)
    (found,) = (target for target in made._sources()[0].targets if target.alias.endswith("default"))
    with closing(sqlite3.connect(str(found.settings["NAME"]))) as database:
        for table in ("shop_customer", "shop_order", "stats_visit"):
            database.execute(f"CREATE TABLE {table} (id integer)")
    assert "table-missing-on-write-alias" in await codes(made), "nobody has asked"
    outcome = await made.act(ActionRequest("check-routers", None, (Value("format", "text"),)))
    assert "table-missing-on-write-alias" not in str(outcome.effects)
    assert "table-missing-on-write-alias" not in await codes(made)


class Hasty:
    """A project of one file, which somebody saves while it is surveyed."""

    title = "hasty"

    def __init__(self, file: Path) -> None:
        self.file = file
        self.asked = 0

    async def survey(self, asked: Asked) -> Surveyed:
        """Says nothing of any model."""
        self.asked += 1
        if self.asked == 2:
            edit(self.file, "one", "two")
        return Surveyed((), Survey(), (str(self.file),))


async def test_what_is_edited_during_a_survey_is_surveyed_once_more(context: Make, tmp_path: Path) -> None:
    """The survey may have loaded it before; once is enough."""
    file = tmp_path / "routers.py"
    file.write_text("one")
    hasty = Hasty(file)
    now = 0.0
    sources: Sequence[tuple[object, Sequence[str]]] = [(hasty, ())]
    desk = RoutingDesk(context(monotonic=lambda: now), lambda: sources)  # type: ignore[arg-type, return-value]  # all that is asked of a source
    for _ in range(2):
        desk.look()
        await desk.settle()
        now += 700.0
    assert hasty.asked == 2
    now -= 700.0
    for _ in range(3):
        desk.look()
        await desk.settle()
    assert hasty.asked == 3
