"""What a person does with one alias: pause it, open its shell, see what waits to be migrated, end a query."""

import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pymysql
import pytest
from databases_rig import file, sound, started, states
from mariadb_bed import PASSWORD, USER
from projects_rig import FILES, django_project, watching

from devdash.api import ActionRequest, Level, Outcome, PaneError, RunProgram, Secret, SecretFile, Value
from devdash.engine.context import Context
from devdash_databases.config import Database, Project
from devdash_databases.pane import DatabasesPane

if TYPE_CHECKING:
    from mariadb_bed import MariadbBed
    from postgres_bed import PostgresBed

Make = Callable[..., Context]

pytestmark = [pytest.mark.xdist_group("beds"), pytest.mark.timeout(180)]

CANARY = "canary-shell/4711"


async def test_a_paused_alias_is_not_asked_until_it_is_turned_again(context: Make, tmp_path: Path) -> None:
    """It is calm meanwhile, also in another process and after a start; what is beside it goes on."""
    missing, fine = file(tmp_path / "missing"), file(sound(tmp_path / "fine"))
    pane = await started(context(name="databases"), gone=missing, fine=fine)
    assert states(await pane.read()) == {"gone": "cannot-open", "fine": "ok"}
    said = await pane.act(ActionRequest("pause", "gone"))
    assert said.message.startswith("gone is paused")
    other = await started(context(name="databases"), gone=missing, fine=fine)
    for one in (pane, other):
        report = await one.read()
        assert states(report) == {"gone": "paused", "fine": "ok"}
        assert (report.level, report.attention) == (Level.OK, ())
        key = next(action.key for action in one.actions() if action.name == "pause")
        assert f"Press {key} " in repr(report.blocks), "what Enter opens names the key that ends the pause"
    down = next(rule for rule in pane.rules() if rule.name == "down")
    assert down.present is not None
    assert down.present(report.facts) == {"fine"}
    await other.act(ActionRequest("pause", "gone"))
    assert states(await pane.read()) == {"gone": "cannot-open", "fine": "ok"}


async def test_a_list_of_the_paused_that_is_none_pauses_nothing(context: Make, tmp_path: Path) -> None:
    """Whatever stands in the file."""
    made = context(name="databases")
    made.state_dir.mkdir(parents=True)
    (made.state_dir / "paused.json").write_text('{"fine": ')
    pane = await started(made, fine=file(sound(tmp_path / "fine")))
    assert states(await pane.read()) == {"fine": "ok"}


MODELS = """
from django.db import models

class Order(models.Model):
    number = models.IntegerField()
"""

MIGRATION = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = []
    operations = [migrations.CreateModel("Order", [
        ("id", models.BigAutoField(primary_key=True)), ("number", models.IntegerField())])]
"""


ROUTER = """
class Router:
    def allow_migrate(self, db, app_label, **hints):
        return db == "default"
"""


def app(folder: Path, *, routers: str = "") -> Path:
    """A project with one app, one model and one migration."""
    more = (
        "INSTALLED_APPS = ['shop']\nDEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'\n"
        f"DATABASE_ROUTERS = [{routers}]\n"
    )
    django_project(folder, FILES + more)
    migrations = folder / "shop" / "migrations"
    migrations.mkdir(parents=True)
    for empty in (folder / "shop", migrations):
        (empty / "__init__.py").touch()
    (folder / "shop" / "models.py").write_text(MODELS)
    (migrations / "0001_initial.py").write_text(MIGRATION)
    (folder / "elsewhere.py").write_text(ROUTER)
    return folder


async def test_migrations_that_wait_are_listed(context: Make, tmp_path: Path) -> None:
    """Not on an alias on which the routers let nothing be made; and none once they were applied."""
    folder = app(tmp_path / "shop", routers="'elsewhere.Router'")
    for name in ("db.sqlite3", "other.sqlite3"):
        sound(folder / name)
    pane = await watching(context(), Project(path=folder))
    await pane.read()
    said = await pane.act(ActionRequest("migrations", "shop/default"))
    assert said.message == "1 migration not applied on shop/default"
    assert "0001_initial" in repr(said.blocks)
    said = await pane.act(ActionRequest("migrations", "shop/other"))
    assert said.message == "All migrations are applied on shop/other."
    (folder / "shop" / "models.py").write_text("raise RuntimeError('canary')\n")
    with pytest.raises(PaneError, match=r"raise RuntimeError \(shop/models.py:1\)"):
        await pane.act(ActionRequest("migrations", "shop/default"))


def program(outcome: Outcome) -> RunProgram:
    """What is run on the terminal."""
    (effect,) = outcome.effects
    assert isinstance(effect, RunProgram)
    return effect


def run(effect: RunProgram, path: Path) -> dict[str, object]:
    """Run it, with stand-ins for the shells in front; what the stand-in saw."""
    seen = path / "seen"
    environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}", "SEEN": str(seen)}
    ended = subprocess.run(
        effect.argv, cwd=effect.folder, env=environment, capture_output=True, text=True, timeout=50
    )
    assert ended.returncode == 0, ended.stderr
    found: dict[str, object] = json.loads(seen.read_text())
    return found


STAND_IN = """#!{python}
import json, os, sys
with open(os.environ["SEEN"], "w") as out:
    json.dump({{"argv": sys.argv, "env": dict(os.environ)}}, out)
"""


@pytest.fixture
def shells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of shells that write down what they were given."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("psql", "mariadb", "mysql", "sqlite3"):
        (folder / name).write_text(STAND_IN.format(python=sys.executable))
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


@pytest.mark.parametrize(
    ("engine", "variable"), [("postgresql", "PGPASSWORD"), ("mysql", "MYSQL_PWD"), ("sqlite3", None)]
)
async def test_no_command_line_of_a_shell_has_the_password(
    context: Make, tmp_path: Path, shells: Path, engine: str, variable: str | None
) -> None:
    """It goes through a private file, which is gone when the shell runs, into its environment."""
    (tmp_path / "password").write_text(CANARY)
    made = context(name="databases")
    pane = await started(
        made,
        db=Database(
            ENGINE=f"django.db.backends.{engine}",
            NAME="shop",
            USER="web",
            HOST="127.0.0.1",
            PORT=1,
            PASSWORD=Secret(SecretFile(str(tmp_path / "password"))),
        ),
    )
    outcome = await pane.act(ActionRequest("dbshell", "db"))
    assert CANARY not in repr(outcome)
    handed = Path(program(outcome).argv[-1])
    assert stat.S_IMODE(handed.stat().st_mode) == 0o600
    seen = run(program(outcome), shells)
    assert not handed.exists()
    assert CANARY not in repr(seen["argv"])
    env = seen["env"]
    assert isinstance(env, dict)
    assert [name for name, value in env.items() if CANARY in value] == ([variable] if variable else [])
    await pane.act(ActionRequest("dbshell", "db"))
    assert list(made.state_dir.glob("shell-*"))
    await started(context(name="databases"))
    assert not list(made.state_dir.glob("shell-*")), "what nobody took is swept up"


async def test_a_project_s_shell_is_its_own_dbshell(context: Make, tmp_path: Path, shells: Path) -> None:
    """Run by its own interpreter, with the variables that its settings need, secrets among them."""
    (tmp_path / "key").write_text(CANARY)
    needy = FILES + "import os\nSECRET_KEY = os.environ['SHOP_KEY']\n"
    sound(django_project(tmp_path / "shop", needy) / "db.sqlite3")
    key = {"SHOP_KEY": Secret(SecretFile(str(tmp_path / "key")))}
    pane = await watching(context(), Project(path=tmp_path / "shop", secrets=key))
    await pane.read()
    outcome = await pane.act(ActionRequest("dbshell", "shop/default"))
    assert CANARY not in repr(outcome)
    argv = run(program(outcome), shells)["argv"]
    assert isinstance(argv, list)
    assert argv[1:] == ["db.sqlite3"]


async def test_a_shell_that_would_show_its_password_is_refused(context: Make) -> None:
    """mongosh takes it as an argument."""
    pane = await started(context(), m=Database(ENGINE="django_mongodb_backend", NAME="x"))
    with pytest.raises(PaneError, match="on the command line"):
        await pane.act(ActionRequest("dbshell", "m"))


@contextmanager
def sleeping(pair: "MariadbBed | PostgresBed", database: str) -> Iterator[list[str]]:
    """A query of the same user that takes its time; afterwards, how it ended."""
    ended: list[str] = []

    def ask() -> None:
        port = pair.primary.port
        try:
            if pair.vendor == "mariadb":
                connection = pymysql.connect(host="127.0.0.1", port=port, user=USER, password=PASSWORD)
                with connection, connection.cursor() as cursor:
                    cursor.execute("SELECT SLEEP(60) /* secret */")
                    ended.append(repr(cursor.fetchall()))
            else:
                with psycopg.connect(f"host=127.0.0.1 port={port} user=devdash dbname={database}") as one:
                    one.execute("SELECT pg_sleep(60) /* secret */")
                    ended.append("done")
        except (pymysql.Error, psycopg.Error) as error:
            ended.append(type(error).__name__)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    yield ended
    thread.join(60)


@pytest.mark.parametrize("bed", ["mariadb_bed", "postgres_bed"])
async def test_a_query_of_one_s_own_is_ended_after_the_question(
    context: Make, tmp_path: Path, bed: str, request: pytest.FixtureRequest
) -> None:
    """It is offered by number, first word and age; the statement itself is shown nowhere."""
    pair: MariadbBed | PostgresBed = request.getfixturevalue(bed)
    database = pair.new_database()
    settings = f"import pymysql\npymysql.install_as_MySQLdb()\nDATABASES = {pair.aliases(database)!r}\n"
    pane = await watching(context(), Project(path=django_project(tmp_path / "shop", settings)))
    await pane.read()
    kill = next(action for action in pane.actions() if action.name == "kill")
    draft = ActionRequest("kill", "shop/default", (Value("query", ""),))
    with sleeping(pair, database) as ended:
        offered: list[str] = []
        for _ in range(200):
            offered = list(await pane.complete(kill, kill.fields[0], "", draft))
            if offered:
                break
        (label,) = offered
        assert "(SELECT, " in label
        asked = ActionRequest("kill", "shop/default", (Value("query", label),))
        confirmation = await pane.confirmation(kill, asked)
        assert confirmation is not None
        assert confirmation.danger
        assert "secret" not in repr(confirmation)
        assert "was told to end" in (await pane.act(asked)).message
    assert ended in (["((1,),)"], ["OperationalError"], ["QueryCanceled"])
    with pytest.raises(PaneError, match="no query"):
        await pane.confirmation(kill, asked)


async def watched(
    context: Make, tmp_path: Path, pair: "MariadbBed | PostgresBed", database: str, **changes: object
) -> DatabasesPane:
    """A pane over a project on the pair."""
    databases = {alias: {**entry, **changes} for alias, entry in pair.aliases(database).items()}
    settings = f"import pymysql\npymysql.install_as_MySQLdb()\nDATABASES = {databases!r}\n"
    pane = await watching(context(), Project(path=django_project(tmp_path / "shop", settings)))
    await pane.read()
    return pane


async def offered(pane: DatabasesPane) -> list[str]:
    """The queries that could be ended, once there are any."""
    kill = next(action for action in pane.actions() if action.name == "kill")
    draft = ActionRequest("kill", "shop/default", (Value("query", ""),))
    for _ in range(200):
        if found := list(await pane.complete(kill, kill.fields[0], "", draft)):
            return found
    return []


@contextmanager
def two_queries(
    pair: "MariadbBed | PostgresBed", database: str
) -> Iterator[tuple[threading.Event, list[str]]]:
    """On one connection, a query, and when the event is set another in its place; how each ended."""
    go_on, ended = threading.Event(), list[str]()
    sleep = "SELECT SLEEP(%s)" if pair.vendor == "mariadb" else "SELECT 1 FROM pg_sleep(%s)"
    port = pair.primary.port
    connection = (
        pymysql.connect(host="127.0.0.1", port=port, user=USER, password=PASSWORD)
        if pair.vendor == "mariadb"
        else psycopg.connect(f"host=127.0.0.1 port={port} user=devdash dbname={database}", autocommit=True)
    )

    def ask() -> None:
        with connection.cursor() as cursor:
            for seconds in (1, 4):
                try:
                    cursor.execute(sleep, (seconds,))
                    ended.append(repr(cursor.fetchall()))
                except (pymysql.Error, psycopg.Error) as error:
                    ended.append(type(error).__name__)
                go_on.set()

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    try:
        yield go_on, ended
    finally:
        thread.join(60)
        connection.close()


@pytest.mark.parametrize("bed", ["mariadb_bed", "postgres_bed"])
async def test_the_query_that_follows_on_the_same_connection_is_not_ended(
    context: Make, tmp_path: Path, bed: str, request: pytest.FixtureRequest
) -> None:
    """It began within the second in which the other one ended, while the question stood."""
    pair: MariadbBed | PostgresBed = request.getfixturevalue(bed)
    database = pair.new_database()
    pane = await watched(context, tmp_path, pair, database)
    kill = next(action for action in pane.actions() if action.name == "kill")
    with two_queries(pair, database) as (next_began, ended):
        (label,) = await offered(pane)
        asked = ActionRequest("kill", "shop/default", (Value("query", label),))
        assert await pane.confirmation(kill, asked) is not None
        assert next_began.wait(20)
        (_,) = await offered(pane)
        with pytest.raises(PaneError, match="another runs there now"):
            await pane.act(asked)
    assert len(ended) == 2
    assert ended[1] in ("((0,),)", "[(1,)]"), "it ran to its end"


async def test_a_query_of_somebody_else_is_neither_offered_nor_ended(
    context: Make, tmp_path: Path, mariadb_bed: "MariadbBed"
) -> None:
    """Not even by a user who may: this one may end everybody's."""
    mariadb_bed.primary.sql(
        "CREATE USER IF NOT EXISTS mighty@'127.0.0.1' IDENTIFIED BY 'mighty'",
        "GRANT ALL ON *.* TO mighty@'127.0.0.1'",
    )
    mariadb_bed.catch_up()
    database = mariadb_bed.new_database()
    pane = await watched(context, tmp_path, mariadb_bed, database, USER="mighty", PASSWORD="mighty")
    kill = next(action for action in pane.actions() if action.name == "kill")
    running = "SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'"
    with two_queries(mariadb_bed, database) as (_, ended):
        found: list[dict[str, object]] = []
        while not found:
            found = mariadb_bed.primary.sql(running)
        asked = ActionRequest("kill", "shop/default", (Value("query", str(found[0]["id"])),))
        for ask in (pane.confirmation(kill, asked), pane.act(asked)):
            with pytest.raises(PaneError, match=r"no query .* of yours runs there"):
                await ask
    assert ended == ["((0,),)", "((0,),)"]
